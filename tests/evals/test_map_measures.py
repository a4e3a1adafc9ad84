"""Measures of one map: worked by hand, against slow loops, and blind to a map without a place."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from hindmost.core.errors import InputError
from hindmost.evals.map_measures import MEASURES, region_measures


def by_name(evidence, masks):
    return dict(zip(MEASURES, region_measures(evidence, masks), strict=True))


def test_four_by_four_by_hand():
    evidence = np.array([[[4, 0, 0, 0], [0, 2, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]], dtype=float)
    masks = np.array([[[0, 0, 0, 0], [0, 1, 1, 0], [0, 0.5, 0.25, 0], [0, 0, 0, 0]]])
    found = by_name(evidence, masks)
    assert found["mass"][0] == 3.5 / 8  # 2 + 1 + 1 / 2 of 8
    assert found["lift"][0] == pytest.approx((3.5 / 8) / (2.75 / 16))
    assert found["density"][0] == pytest.approx((3.5 / 8) / (2.75 / 16) - (4.5 / 8) / (13.25 / 16))
    # Three cells count as inside. The three strongest: 4 (outside), 2 (inside), and one of two ones (both inside).
    assert found["rank"][0] == pytest.approx(2 / 3)
    assert found["auc"][0] == pytest.approx(36 / 39)  # each of 2, 1, 1 beats the 12 zeros and loses to the 4
    assert found["pointing"][0] == 0
    evidence[0, 1, 1] = 4
    assert by_name(evidence, masks)["pointing"][0] == 0.5  # two strongest cells, one inside
    evidence[0, 0, 0] = 0
    assert by_name(evidence, masks)["pointing"][0] == 1


def slow(cells, mask):
    """One map by loops over its cells; AUC by scikit-learn."""
    cells, mask = cells.ravel(), mask.ravel()
    out = dict.fromkeys(MEASURES, np.nan)
    if not cells.any() or not mask.any():
        return out
    out["mass"] = sum(c * m for c, m in zip(cells, mask)) / sum(cells)
    out["lift"] = out["mass"] / (sum(mask) / len(mask))
    if mask.mean() < 1:
        rest = sum(c * (1 - m) for c, m in zip(cells, mask)) / sum(cells)
        out["density"] = out["lift"] - rest / (sum(1 - m for m in mask) / len(mask))
    inside = [m >= 0.5 for m in mask]
    k = sum(inside)
    if 0 < k < len(inside):
        out["auc"] = roc_auc_score(inside, cells)
        best = [i for i in range(len(cells)) if cells[i] == max(cells)]
        out["pointing"] = sum(inside[i] for i in best) / len(best)
        rng, hits = np.random.default_rng(0), []
        for _ in range(4000):  # ties broken at random
            order = sorted(range(len(cells)), key=lambda i: (-cells[i], rng.random()))
            hits.append(sum(inside[i] for i in order[:k]) / k)
        out["rank"] = np.mean(hits)
    return out


def test_agrees_with_slow_loops_ties_and_gaps_included():
    rng = np.random.default_rng(0)
    evidence = np.maximum(rng.integers(-3, 5, size=(12, 3, 4)), 0).astype(float)
    masks = np.round(rng.random((12, 3, 4)), 1)
    evidence[3], masks[4], masks[5], masks[6] = 0, 0, 1, 0.4
    found = region_measures(evidence, masks)
    for i in range(12):
        for measure, value in slow(evidence[i], masks[i]).items():
            # the loop draws how ties are broken: 4,000 draws leave 0.008 of noise at most
            near = pytest.approx(value, abs=0.03 if measure == "rank" else 1e-12, nan_ok=True)
            assert found[MEASURES.index(measure), i] == near, (measure, i)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(1e-3, 1e3))
def test_laws(seed, scale):
    rng = np.random.default_rng(seed)
    evidence, masks = np.maximum(rng.normal(size=(2, 5, 4, 4)), 0), np.round(rng.random((5, 4, 4)), 2)
    masks[masks == 0.5] = 0.6  # so that no cell is inside both a region and its complement
    found = region_measures(evidence, masks)
    assert found.shape == (6, 2, 5)
    assert region_measures(scale * evidence, masks) == pytest.approx(found, nan_ok=True)
    one = np.stack([region_measures(each, masks) for each in evidence], axis=1)
    np.testing.assert_array_equal(one, found)
    turned = region_measures(evidence[..., ::-1], masks[..., ::-1])  # where things lie together is all that counts
    assert turned == pytest.approx(found, nan_ok=True)
    rest = dict(zip(MEASURES, region_measures(evidence, 1 - masks)))
    mine = dict(zip(MEASURES, found))
    for measure, total in (("mass", 1), ("auc", 1), ("pointing", 1), ("density", 0)):
        assert rest[measure] + mine[measure] == pytest.approx(np.full((2, 5), total), abs=1e-9, nan_ok=True)


def test_even_evidence_has_no_place():
    masks = np.zeros((3, 4, 4))
    masks[0, :, 0], masks[1, :2], masks[2, 0, 0] = 1, 1, 1
    found = by_name(np.full((3, 4, 4), 0.3), masks)
    area = masks.mean(axis=(1, 2))
    for measure, expected in {
        "mass": area,
        "lift": 1,
        "rank": area,
        "auc": 0.5,
        "pointing": area,
        "density": 0,
    }.items():
        assert found[measure] == pytest.approx(np.broadcast_to(expected, 3)), measure


def test_evidence_inside_alone_scores_highest():
    masks = np.zeros((1, 4, 4))
    masks[0, 1:3, 1:3] = 1
    found = by_name(masks * 2, masks)
    assert [float(found[name][0]) for name in MEASURES] == [1, 4, 1, 1, 1, 4]


def test_refuses_other_shapes_and_signs():
    with pytest.raises(InputError, match="Average the masks"):
        region_measures(np.ones((2, 3, 3)), np.ones((2, 4, 4)))
    with pytest.raises(InputError, match="one sign at a time"):
        region_measures(-np.ones((2, 3, 3)), np.ones((2, 3, 3)))
    assert region_measures(np.ones((0, 3, 3)), np.ones((0, 3, 3))).shape == (6, 0)
