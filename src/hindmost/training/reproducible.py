"""Training that gives the same weights for the same seed, machine and number of threads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def reproducible() -> Iterator[None]:
    """Only deterministic operators inside, and torch's generator as it was afterwards."""
    before, only_warned = (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
    )
    torch.use_deterministic_algorithms(True)
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        torch.use_deterministic_algorithms(before, warn_only=only_warned)


def seed_epoch(seed: int, epoch: int) -> None:
    """Set torch's generator (dropout and the like) to a function of seed and epoch."""
    torch.manual_seed((seed << 16) + epoch)
