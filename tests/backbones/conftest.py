"""Small networks that every test of this room uses."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch is loaded: tests share the machine


@pytest.fixture(scope="session")
def trained():
    """A tiny network whose batch norms and last layer are not as fresh: (name, module)."""
    torch = pytest.importorskip("torch")
    from hindmost.backbones.architecture import untrained

    network = untrained("test_resnet", 3).module
    generator = torch.Generator().manual_seed(1)
    for name, tensor in network.state_dict().items():
        if tensor.is_floating_point() and "running_var" in name:
            tensor.copy_(torch.rand(tensor.shape, generator=generator) + 0.5)
        elif tensor.is_floating_point() and ("running_mean" in name or "bias" in name):
            tensor.copy_(torch.randn(tensor.shape, generator=generator) * 0.1)
    return "test_resnet", network


@pytest.fixture
def checkpoint(tmp_path: Path, trained):
    """A function that saves a tensor dictionary, wrapped as asked."""
    import torch

    def save(content=None, name="weights.pth"):
        torch.save(trained[1].state_dict() if content is None else content, tmp_path / name)
        return tmp_path / name

    return save
