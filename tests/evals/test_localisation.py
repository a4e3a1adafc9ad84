"""Evidence inside the mask: evenly spread evidence has lift 1, whatever the mask's size."""

import numpy as np
import pytest

from hindmost.core.errors import InputError
from hindmost.evals.localisation import localisation


def half_masks(n, h=4, w=4, columns=2):
    masks = np.zeros((n, h, w))
    masks[:, :, :columns] = 1
    return masks


def measure(rows, maps, masks, has_mask=None, poor=None, seed=0):
    n = len(rows)
    has_mask = np.ones(n, dtype=bool) if has_mask is None else has_mask
    poor = np.zeros(n, dtype=bool) if poor is None else poor
    return localisation(rows, maps, masks, has_mask, poor, "erm", seed=seed)


@pytest.mark.parametrize("columns", [1, 2, 4])
def test_evidence_without_a_place_has_lift_one(make_rows, columns):
    """Null, at 9 to 1: noise maps do not prefer the mask."""
    rng, rows = np.random.default_rng(0), make_rows([0] * 180 + [1] * 20, [0] * 180 + [1] * 20)
    tables = measure(
        rows, {"erm": np.ones((200, 4, 4)), "dfr": rng.normal(size=(200, 4, 4))}, half_masks(200, columns=columns)
    )
    for g in (0, 3):
        assert tables["erm"].all_masks[g].lift == pytest.approx(1.0)
        row = tables["dfr"].all_masks[g]
        # 20 images: three standard errors of the noisiest mask, the narrow one.
        assert row.lift == pytest.approx(1.0, abs=0.35)
        assert row.area == columns / 4
    assert tables["dfr"].change_low <= tables["dfr"].change <= tables["dfr"].change_high


def test_evidence_in_the_mask_is_found_and_the_change_with_it(make_rows):
    rng, masks = np.random.default_rng(1), half_masks(60)
    rows = make_rows([0, 1] * 30, [0] * 60)
    outside = rng.random((60, 4, 4)) * (1 - masks) + 0.1
    inside = rng.random((60, 4, 4)) * masks + 0.1
    tables = measure(rows, {"erm": outside, "dfr": inside}, masks)
    assert tables["erm"].all_masks[0].high < 1 < tables["dfr"].all_masks[0].low
    assert 0 < tables["dfr"].change_low < tables["dfr"].change < tables["dfr"].change_high
    assert tables["dfr"].n_paired == 60
    assert (tables["erm"].change, tables["erm"].n_paired) == (None, 0)


def test_agrees_with_a_slow_loop(make_rows):
    rng = np.random.default_rng(2)
    rows = make_rows(rng.integers(2, size=25), rng.integers(2, size=25))
    maps = {"erm": rng.normal(size=(25, 3, 3)), "dfr": rng.normal(size=(25, 3, 3))}
    masks, has_mask, poor = rng.random((25, 3, 3)), rng.random(25) < 0.8, rng.random(25) < 0.3
    maps["dfr"][3:8] = -1
    masks[10] = 0
    tables = measure(rows, maps, masks, has_mask, poor)

    def lift(name, i):
        positive = np.maximum(maps[name][i], 0)
        usable = has_mask[i] and masks[i].any() and positive.any()
        return (positive * masks[i]).sum() / positive.sum() / masks[i].mean() if usable else None

    for name in maps:
        for rows_of, keep in ((tables[name].all_masks, np.ones(25, bool)), (tables[name].good_masks, ~poor)):
            for g, row in enumerate(rows_of):
                own = [i for i in range(25) if rows.group[i] == g and keep[i] and has_mask[i] and masks[i].any()]
                lifts = [lift(name, i) for i in own if lift(name, i) is not None]
                assert (row.n, row.excluded) == (len(lifts), len(own) - len(lifts))
                if lifts:
                    assert row.lift == pytest.approx(np.mean(lifts))
    both = [
        lift("dfr", i) - lift("erm", i) for i in range(25) if lift("dfr", i) is not None and lift("erm", i) is not None
    ]
    assert tables["dfr"].change == pytest.approx(np.mean(both))
    assert tables["dfr"].n_paired == len(both)


def test_scaling_a_map_changes_nothing_and_shifting_it_does(make_rows):
    rng, rows = np.random.default_rng(3), make_rows([0] * 30, [0] * 30)
    evidence = rng.normal(size=(30, 4, 4))
    masks = half_masks(30)
    raw, scaled, shifted = (measure(rows, {"erm": m}, masks)["erm"] for m in (evidence, 7 * evidence, evidence + 5))
    assert scaled.all_masks[0].lift == pytest.approx(raw.all_masks[0].lift)
    # Min-max scaling lifts every cell over 0, which pulls the lift to 1: why maps are measured raw.
    assert abs(shifted.all_masks[0].lift - 1) < abs(raw.all_masks[0].lift - 1)


def test_the_interval_agrees_with_the_normal_one_and_keeps_its_seed(make_rows):
    rng, rows = np.random.default_rng(4), make_rows([0] * 200, [0] * 200)
    evidence, masks = rng.random((200, 4, 4)), half_masks(200)
    first, again = (measure(rows, {"erm": evidence}, masks, seed=9)["erm"] for _ in range(2))
    assert first == again
    positive = (evidence * masks).sum(axis=(1, 2)) / evidence.sum(axis=(1, 2)) / 0.5
    half = 1.96 * positive.std() / np.sqrt(200)
    row = first.all_masks[0]
    # 2,000 draws leave about 4 % of noise in a half width.
    assert (row.low, row.high) == pytest.approx((row.lift - half, row.lift + half), abs=0.15 * half)
    patients = make_rows([0] * 200, [0] * 200, cluster=np.arange(200) // 2)
    doubled = measure(patients, {"erm": np.repeat(evidence[::2], 2, axis=0)}, masks)["erm"].all_masks[0]
    assert (doubled.high - doubled.low) > 1.2 * (row.high - row.low)


def test_one_image_has_no_interval_and_no_image_no_number(make_rows):
    table = measure(make_rows([0], [0]), {"erm": np.ones((1, 4, 4)), "dfr": -np.ones((1, 4, 4))}, half_masks(1))
    row, empty = table["erm"].all_masks[0], table["erm"].all_masks[1]
    assert (row.n, row.lift, row.low, row.high) == (1, 1.0, None, None)
    assert (empty.n, empty.mass, empty.lift) == (0, None, None)
    assert (table["dfr"].all_masks[0].n, table["dfr"].all_masks[0].excluded) == (0, 1)
    assert (table["dfr"].change, table["dfr"].n_paired) == (None, 0)


def test_refuses_masks_of_another_size(make_rows):
    with pytest.raises(InputError, match="Average the masks"):
        measure(make_rows([0], [0]), {"erm": np.ones((1, 4, 4))}, np.ones((1, 8, 8)))
