"""Which images are shown."""

import numpy as np

from hindmost.core.features import Features
from hindmost.core.head import Head
from hindmost.core.rows import Naming, Rows
from hindmost.pipeline._maps import Maps
from hindmost.pipeline._thumbnails import MOST, choose


def shown(n_cues: int, per_group: int) -> tuple[Features, Maps]:
    naming = Naming(("a", "b"), tuple(str(c) for c in range(n_cues)), ("cue",))
    group = np.repeat(np.arange(2 * n_cues), per_group)
    n = len(group)
    generator = np.random.default_rng(0)
    ids = np.array([f"r{i}" for i in range(n)])
    rows = Rows(ids, group // n_cues, group % n_cues, np.full(n, 2), naming)
    cells = np.zeros((n, 2, 2))
    maps = Maps(np.arange(n), {}, cells, np.zeros(n, dtype=bool), np.zeros(n, dtype=bool))
    return Features(rows, generator.normal(size=(n, 2)).astype(np.float32)), maps


HEADS = {
    "erm": Head.from_binary(np.array([1.0, 0.0]), np.array([0.0])),
    "dfr": Head.from_binary(np.array([0.0, 1.0]), np.array([0.0])),
}


def test_at_most_24_shared_by_the_groups_fixed_and_broken_first() -> None:
    features, maps = shown(n_cues=2, per_group=40)
    chosen = choose(features, HEADS, maps, ("erm", "dfr"))
    assert len(chosen) == len(set(chosen.tolist())) == MOST
    rows = features.rows.take(chosen)
    assert np.bincount(rows.group).tolist() == [6, 6, 6, 6]
    before, after = (HEADS[name].predict(features.X[chosen]) == rows.y for name in ("erm", "dfr"))
    for g in range(4):
        assert (after & ~before)[rows.group == g].sum() >= 2
        assert (before & ~after)[rows.group == g].sum() >= 2


def test_many_groups_and_few_rows() -> None:
    features, maps = shown(n_cues=20, per_group=1)
    assert len(choose(features, HEADS, maps, ("erm", "dfr"))) == MOST
    features, maps = shown(n_cues=2, per_group=1)
    assert len(choose(features, HEADS, maps, ("erm", "dfr"))) == 4
