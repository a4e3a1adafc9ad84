"""Generated ReLU-like features with the group counts of Waterbirds, and the subsets that the protocols draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

COUNTS = {"train": (3498, 184, 56, 1057), "val": (467, 466, 133, 133), "test": (2255, 2255, 642, 642)}
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Split:
    """Features (n, d), classes (n,) and groups (n,) of one split."""

    X: Floats
    y: Ints
    g: Ints


def features(d: int = 2048, latent: int = 64, seed: int = 0) -> dict[str, Split]:
    """Half-active, correlated features: the class moves two latent directions, the cue two."""
    rng = np.random.default_rng(seed)
    loadings = rng.normal(size=(latent, d)) / np.sqrt(latent)
    splits = {}
    for name, counts in COUNTS.items():
        g = np.repeat(np.arange(4), counts)
        y, cue = g // 2, g % 2
        Z = rng.normal(size=(len(g), latent))
        Z[:, 0] += 1.6 * (2 * y - 1)
        Z[:, 1] += 2.0 * (2 * cue - 1)
        Z[:, 2] += 0.8 * (2 * y - 1) + 0.8 * (2 * cue - 1)
        splits[name] = Split(np.maximum(Z @ loadings + 0.8 * rng.normal(size=(len(g), d)) - 0.5, 0), y, g)
    return splits


def standardised(split: Split, by: Floats) -> Split:
    """The split in units of the rows ``by``."""
    scale = by.std(axis=0)
    return Split((split.X - by.mean(axis=0)) / np.where(scale > 0, scale, 1), split.y, split.g)


def balanced(g: Ints, among: Ints, rng: np.random.Generator, size: int | None = None) -> Ints:
    """Positions with ``size`` rows of each group, or as many as the smallest group has."""
    members = [rng.permutation(among[g[among] == k]) for k in range(4)]
    size = min(map(len, members)) if size is None else size
    return np.concatenate([some[:size] for some in members])


def folds(g: Ints, among: Ints, k: int, rng: np.random.Generator) -> list[Ints]:
    """The rows outside each of k folds that are stratified by group."""
    fold = np.empty(len(among), dtype=int)
    for group in range(4):
        where = rng.permutation(np.flatnonzero(g[among] == group))
        fold[where] = np.arange(len(where)) % k
    return [among[fold != i] for i in range(k)]
