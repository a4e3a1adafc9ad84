"""A name for weights: the same tensors have the same name, in whatever order they are stored."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from hindmost.core.fingerprint import of_array, of_bytes

COUNTER = "num_batches_tracked"  # how many batches a norm has seen: no output depends on it


def hash_of_weights(module: nn.Module) -> str:
    """SHA-256 over names and values of every tensor but the counters."""
    return hash_of_tensors(module.state_dict())


def with_form(weights_hash: str, form: str) -> str:
    """The hash of weights, and of what else a network's function depends on where it does ("" where not)."""
    return of_bytes(weights_hash.encode(), form.encode()) if form else weights_hash


def hash_of_tensors(tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 over names and values, sorted by name."""
    kept = sorted(name for name in tensors if not name.endswith(COUNTER))
    return of_bytes(*(f"{name} {_hash(tensors[name])}".encode() for name in kept))


def _hash(tensor: Tensor) -> str:
    values = tensor.detach().cpu()
    return of_array((values.float() if values.is_floating_point() else values).contiguous().numpy())
