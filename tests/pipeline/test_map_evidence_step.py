"""Where the region of the cue comes from: files, the card, or nowhere."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hindmost.core.features import Features
from hindmost.core.rows import Naming, Rows
from hindmost.pipeline._map_evidence import CUE_MASKS, NOT_KNOWN, OUTSIDE_CORE, measure_maps
from hindmost.pipeline._maps import Maps

N = 12


def world(has_mask: bool = True) -> tuple[Features, Maps]:
    naming = Naming(("a", "b"), ("c", "d"), ("cue",))
    group, rng = np.arange(N) % 4, np.random.default_rng(0)
    rows = Rows(np.array([f"r{i}" for i in range(N)]), group // 2, group % 2, np.full(N, 2), naming)
    masks = (rng.random((N, 3, 3)) < 0.5).astype(float) * has_mask
    poor = np.arange(N) == 0
    drawn = {"erm": rng.normal(size=(N, 3, 3)), "dfr": rng.normal(size=(N, 3, 3))}
    maps = Maps(np.arange(N), drawn, masks, np.full(N, has_mask), poor)
    return Features(rows, rng.normal(size=(N, 2)).astype(np.float32)), maps


def pictures(cue: np.ndarray | None = None, outside: bool = False) -> Any:
    return SimpleNamespace(
        images=SimpleNamespace(root=Path(), cue_outside_core=outside),
        cue_mask=lambda position, cells: cue if position % 2 else None,
    )


@pytest.mark.parametrize(
    ("given", "how", "n_cue"),
    [(pictures(np.eye(3)), CUE_MASKS, 6), (pictures(outside=True), OUTSIDE_CORE, 11), (pictures(), NOT_KNOWN, 0)],
)
def test_the_region_of_the_cue(given: Any, how: str, n_cue: int) -> None:
    features, maps = world()
    found = measure_maps(features, maps, given, "erm", seed=0)
    assert found is not None
    assert found.cue_region == how
    mass = {table.region: table for table in found.measures["dfr"] if (table.measure, table.side) == ("mass", "for")}
    assert sum(row.n for row in mass["core"].groups) == 11  # the poor mask is left out
    assert ("cue" in mass) == bool(n_cue)
    assert not n_cue or sum(row.n for row in mass["cue"].groups) == n_cue
    if how == OUTSIDE_CORE:
        both = [(mass["core"].groups[g].value, mass["cue"].groups[g].value) for g in range(4)]
        assert all(a is not None and b is not None and a + b == pytest.approx(1) for a, b in both)


def test_no_masks_no_measures() -> None:
    features, maps = world(has_mask=False)
    assert measure_maps(features, maps, pictures(outside=True), "erm", seed=0) is None
