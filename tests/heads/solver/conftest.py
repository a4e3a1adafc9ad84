"""Small problems of the kinds that heads pose."""

from collections.abc import Callable

import numpy as np
import pytest

from hindmost.heads._solver import Problem


def _make(n: int = 60, d: int = 90, n_classes: int = 2, seed: int = 0, strength: float = 1.0) -> Problem:
    """Correlated, standardised, ReLU-like features; classes of unequal size that overlap."""
    rng = np.random.default_rng(seed)
    y = np.minimum(rng.integers(0, n_classes + 1, n), n_classes - 1)
    y[:n_classes] = np.arange(n_classes)
    latent = rng.normal(size=(n, 6))
    latent[:, :n_classes] += strength * np.eye(n_classes)[y]
    X = np.maximum(latent @ rng.normal(size=(6, d)) + rng.normal(size=(n, d)), 0)
    return Problem((X - X.mean(axis=0)) / np.maximum(X.std(axis=0), 1e-12), y, n_classes)


@pytest.fixture(scope="session")
def make() -> Callable[..., Problem]:
    """A maker of problems."""
    return _make
