"""Measures over groups: means of the images, paired changes, and no finding where there is none."""

import numpy as np
import pytest

from hindmost.core.errors import InputError
from hindmost.evals.map_groups import RegionMasks, map_measures
from hindmost.evals.map_measures import MEASURES, region_measures


def world(rng, n, shape=(4, 4)):
    masks = (rng.random((n, *shape)) < 0.4).astype(float)
    masks[:, 0, 0], masks[:, -1, -1] = 1, 0
    return masks


def by_key(measures):
    return {(each.measure, each.region, each.side): each.groups for each in measures}


def test_each_number_is_the_mean_of_its_images(make_rows):
    rng, n = np.random.default_rng(0), 60
    rows = make_rows(rng.integers(2, size=n), rng.integers(2, size=n))
    maps = {"erm": rng.normal(size=(n, 4, 4)), "dfr": rng.normal(size=(n, 4, 4))}
    maps["dfr"][:6] = -np.abs(maps["dfr"][:6])  # nothing for the class
    core, cue = (RegionMasks(world(rng, n), rng.random(n) < 0.8) for _ in range(2))
    core.masks[10:14] = 0  # empty masks
    tables = map_measures(rows, maps, {"core": core, "cue": cue}, "erm", seed=0)
    assert set(tables) == {"erm", "dfr"}
    for (measure, region, side), groups in by_key(tables["dfr"]).items():
        each = {"core": core, "cue": cue}[region]
        sign = 1 if side == "for" else -1
        one = {
            name: region_measures(np.maximum(sign * drawn, 0), each.masks)[MEASURES.index(measure)]
            for name, drawn in maps.items()
        }
        for g, row in enumerate(groups):
            mine = (rows.group == g) & each.known & each.masks.any(axis=(1, 2))
            seen, both = mine & ~np.isnan(one["dfr"]), mine & ~np.isnan(one["dfr"] - one["erm"])
            assert (row.n, row.excluded, row.n_paired) == (seen.sum(), mine.sum() - seen.sum(), both.sum())
            assert row.value == pytest.approx(one["dfr"][seen].mean())
            assert row.change == pytest.approx((one["dfr"] - one["erm"])[both].mean())
            assert row.low < row.value < row.high or measure == "pointing"
            assert row.change_low <= row.change <= row.change_high
            assert 0 < row.p_adjusted <= 1
    first = by_key(tables["erm"])["lift", "core", "for"][0]
    assert (first.n_paired, first.change, first.change_low, first.p_adjusted) == (0, None, None, None)


def test_an_interval_is_the_normal_one_and_widens_with_clusters(make_rows):
    rng, n = np.random.default_rng(1), 240
    maps, masks = rng.random((n, 4, 4)), world(rng, n)
    known = np.ones(n, dtype=bool)
    alone = map_measures(make_rows([0] * n, [0] * n), {"erm": maps}, {"core": RegionMasks(masks, known)}, "erm", seed=0)
    row = by_key(alone["erm"])["mass", "core", "for"][0]
    mass = region_measures(maps, masks)[0]
    half = 1.96 * mass.std() / np.sqrt(n)
    # 2,000 draws leave about 4 % of noise in a half width
    assert (row.low, row.high) == pytest.approx((row.value - half, row.value + half), abs=0.15 * half)
    doubled = make_rows([0] * n, [0] * n, cluster=np.arange(n) // 2)
    again = RegionMasks(np.repeat(masks[::2], 2, axis=0), known)
    pairs = map_measures(doubled, {"erm": np.repeat(maps[::2], 2, axis=0)}, {"core": again}, "erm", seed=0)
    twice = by_key(pairs["erm"])["mass", "core", "for"][0]
    assert twice.high - twice.low > 1.2 * (row.high - row.low)


def test_evidence_that_moved_is_found_on_its_side_alone(make_rows):
    rng, n = np.random.default_rng(2), 200
    rows = make_rows([0] * 180 + [1] * 20, [0] * 180 + [1] * 20)
    masks = world(rng, n)
    before = rng.normal(size=(n, 4, 4))
    after = np.where(before > 0, before * (1 + 3 * masks), before)  # positive evidence inside grew
    tables = map_measures(
        rows, {"erm": before, "dfr": after}, {"core": RegionMasks(masks, np.ones(n, bool))}, "erm", seed=0
    )
    found = by_key(tables["dfr"])
    assert found["mass", "core", "for"][0].p_adjusted < 0.01
    assert found["mass", "core", "for"][3].p_adjusted < 0.05  # the rare group too
    assert found["mass", "core", "for"][0].change_low > 0
    assert {row.change for row in found["mass", "core", "against"]} == {0.0, None}
    assert found["mass", "core", "against"][0].p_adjusted == 1


def null_findings(make_rows, rng, shares, n, sets):
    """How many null data sets have any finding: before and after are two noisy refits of one head."""
    hits = 0
    for at in range(sets):
        group = np.repeat([0, 3], [round(n * shares[0]), n - round(n * shares[0])])
        rows = make_rows(group // 2, group % 2)
        masks = world(rng, n, (3, 3))
        true = rng.normal(size=(n, 3, 3)) + masks  # evidence has a place; it is the same before and after
        maps = {name: true + 0.5 * rng.normal(size=true.shape) for name in ("erm", "dfr")}
        tables = map_measures(rows, maps, {"core": RegionMasks(masks, np.ones(n, bool))}, "erm", seed=at)
        p = [row.p_adjusted for each in tables["dfr"] for row in each.groups if row.p_adjusted is not None]
        hits += min(p) <= 0.05
    return hits


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.9, 0.1), (0.99, 0.01)])
def test_nothing_is_found_where_nothing_moved(make_rows, shares):
    # 60 sets: at a true rate of 5 %, more than 9 come once in 900 times. benchmarks/map_nulls.py runs 1,000 a mix.
    assert null_findings(make_rows, np.random.default_rng(7), shares, 100, 60) <= 9


def test_empty_groups_and_single_images(make_rows):
    maps, masks = np.ones((1, 2, 2)), np.array([[[1.0, 0], [0, 0]]])
    tables = map_measures(
        make_rows([0], [0]), {"erm": maps, "dfr": maps}, {"core": RegionMasks(masks, np.ones(1, bool))}, "erm", seed=0
    )
    row, empty = by_key(tables["dfr"])["lift", "core", "for"][:2]
    assert (row.n, row.value, row.low, row.change, row.p_adjusted) == (1, 1.0, None, 0.0, 1.0)
    assert (empty.n, empty.value, empty.change, empty.p_adjusted) == (0, None, None, None)


def test_refusals(make_rows):
    rows, region = make_rows([0], [0]), {"core": RegionMasks(np.ones((1, 2, 2)), np.ones(1, bool))}
    with pytest.raises(InputError, match="No region"):
        map_measures(rows, {"erm": np.ones((1, 2, 2))}, {}, "erm", seed=0)
    with pytest.raises(InputError, match="not the baseline"):
        map_measures(rows, {"dfr": np.ones((1, 2, 2))}, region, "erm", seed=0)
    with pytest.raises(InputError, match="dfr has shape"):
        map_measures(rows, {"erm": np.ones((1, 2, 2)), "dfr": np.ones((2, 2, 2))}, region, "erm", seed=0)
