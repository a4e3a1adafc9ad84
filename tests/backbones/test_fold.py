"""Folding batch norms: the same function, and only where it is."""

import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.vision

from torch import nn  # noqa: E402

from hindmost.backbones.architecture import Architecture, untrained  # noqa: E402
from hindmost.backbones.build import build  # noqa: E402
from hindmost.backbones.cut import CutByHooks  # noqa: E402
from hindmost.backbones.fold import folded  # noqa: E402
from hindmost.core.dataset import Preprocessing  # noqa: E402


def norms(module):
    return sum(isinstance(child, nn.BatchNorm2d) for child in module.modules())


def test_the_same_function(trained):
    module = trained[1]
    module.eval()
    copy = folded(module)
    x = torch.randn(4, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        torch.testing.assert_close(copy(x), module(x), atol=1e-4, rtol=1e-4)
    assert norms(copy) < norms(module) == norms(untrained("test_resnet").module)  # the original keeps its own


def test_nothing_to_fold():
    assert folded(untrained("test_vit", 2).module) is None


class Misleading(nn.Module):
    """Registers a norm right after a convolution that it does not follow."""

    def __init__(self):
        super().__init__()
        self.first, self.norm = nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8)
        self.pool, self.last = nn.AdaptiveAvgPool2d(1), nn.Linear(8, 2)
        self.norm.running_mean.fill_(0.5)

    def forward(self, x):
        return self.last(self.norm(torch.relu(self.first(x))).mean(dim=(2, 3)))


def test_a_fold_that_changes_the_function_is_dropped():
    torch.manual_seed(0)
    network = Architecture(Misleading(), "last", CutByHooks("last", None), {})
    backbone = build("misleading", network, Preprocessing(32, 32), "a test")
    assert not backbone.folded
    assert backbone.describe()["batch_norm"] == "as loaded"
