"""Where one feature is active: share of its positive activation inside the core mask, over images that excite it."""

import numpy as np
import pytest

from hindmost.core.errors import InputError
from hindmost.evals.feature_place import LEAST, active_inside, feature_place, usual_lift


def all_usable(n):
    return np.ones(n, dtype=bool)


def test_by_hand_on_a_4_x_4_map():
    """Positive 2, 1 and 1; the mask holds the 2 and half of one 1; the -4 plays no part."""
    activity, mask = np.zeros((1, 4, 4)), np.zeros((1, 4, 4))
    activity[0, 1, 1], activity[0, 1, 2], activity[0, 3, 3], activity[0, 0, 1] = 2, 1, 1, -4
    mask[0, 1, 1], mask[0, 1, 2], mask[0, 0, 1] = 1, 0.5, 1
    mass, area = active_inside(activity, mask)
    assert (mass[0], area[0]) == (2.5 / 4, 2.5 / 16)
    found = feature_place(np.ones(1), activity, mask, all_usable(1), None, seed=0)
    assert (found.n, found.mass, found.area, found.lift) == (1, 0.625, 0.15625, 4.0)
    assert (found.low, found.high) == (None, None), "one image has no interval"


def test_against_a_slow_loop():
    rng = np.random.default_rng(0)
    n = 300
    values, activity, masks = rng.normal(size=n), rng.normal(size=(n, 3, 5)), rng.random((n, 3, 5))
    usable = rng.random(n) < 0.8
    left = [i for i in np.argsort(-values) if usable[i]]
    rows = left[: int(0.1 * len(left))]
    mass, area = [], []
    for i in rows:
        positive = [(a, m) for a, m in zip(activity[i].ravel(), masks[i].ravel()) if a > 0]
        mass.append(sum(a * m for a, m in positive) / sum(a for a, _ in positive))
        area.append(masks[i].mean())
    found = feature_place(values, activity, masks, usable, None, seed=0)
    assert found.n == len(rows) > LEAST
    assert found.mass == pytest.approx(np.mean(mass))
    assert found.area == pytest.approx(np.mean(area))
    assert found.lift == pytest.approx(np.mean(np.array(mass) / area))
    assert found.low < found.lift < found.high


def test_scale_plays_no_part_and_images_that_excite_most_do():
    rng = np.random.default_rng(1)
    n = 60
    values, masks = np.arange(n, dtype=float), np.zeros((n, 4, 4))
    masks[:, :2] = 1
    activity = rng.random((n, 4, 4))
    activity[40:, 2:] = 0  # the 20 that excite most: inside alone
    found = feature_place(values, activity, masks, all_usable(n), None, seed=0)
    assert (found.n, found.mass, found.lift) == (LEAST, 1.0, 2.0)
    scaled = feature_place(values, activity * rng.uniform(1, 9, (n, 1, 1)), masks, all_usable(n), None, seed=0)
    assert scaled.mass == pytest.approx(found.mass)


def test_nothing_to_measure_is_no_number():
    masks = np.ones((3, 2, 2))
    assert feature_place(np.ones(3), -np.ones((3, 2, 2)), masks, all_usable(3), None, seed=0) is None
    assert feature_place(np.ones(3), np.ones((3, 2, 2)), 0 * masks, all_usable(3), None, seed=0) is None
    assert feature_place(np.ones(3), np.ones((3, 2, 2)), masks, ~all_usable(3), None, seed=0) is None
    with pytest.raises(InputError, match="activity"):
        feature_place(np.ones(3), np.ones((2, 2, 2)), masks, all_usable(3), None, seed=0)


@pytest.mark.parametrize("inside", [1.0, 3.0])
def test_activity_that_ignores_the_mask_has_a_lift_of_one(inside):
    """Masks of 5 % or 60 % of the image, nine to one; with three times the activity inside, the same data show it."""
    rng = np.random.default_rng(2)
    covered, n, worlds = 0, 200, 200
    for seed in range(worlds):
        share = np.where(rng.random(n) < 0.9, 0.05, 0.6)
        masks = (rng.random((n, 7, 7)) < share[:, None, None]).astype(float)
        masks[:, 3, 3] = 1
        activity = rng.exponential(size=(n, 7, 7)) * np.where(masks > 0, inside, 1.0)
        found = feature_place(rng.random(n), activity, masks, all_usable(n), None, seed=seed)
        covered += found.low <= 1 <= found.high
    share_covered = covered / worlds
    # 20 images and a percentile interval: 0.92 in the long run; 200 worlds may lie 0.05 off
    assert share_covered > 0.87 if inside == 1 else share_covered < 0.02


def test_images_of_one_cluster_count_once():
    rng = np.random.default_rng(3)
    values, masks = np.ones(40), np.zeros((40, 4, 4))
    masks[:, 0] = 1
    activity = np.repeat(rng.exponential(size=(8, 4, 4)), 5, axis=0)
    alone = feature_place(values, activity, masks, all_usable(40), None, seed=0)
    clusters = feature_place(values, activity, masks, all_usable(40), np.repeat(np.arange(8), 5), seed=0)
    assert clusters.lift == alone.lift
    assert clusters.high - clusters.low > 1.2 * (alone.high - alone.low)


def test_the_usual_lift_is_that_of_each_feature_alone():
    rng = np.random.default_rng(4)
    n, d = 250, 9
    X, maps, masks = rng.normal(size=(n, d)), rng.normal(size=(n, d, 3, 3)), rng.random((n, 3, 3))
    maps[:, 0] = -1  # never active
    maps[rng.random(n) < 0.7, 1] = -1  # seldom
    usable = rng.random(n) < 0.9
    each = [feature_place(X[:, k], maps[:, k], masks, usable, None, seed=0) for k in range(d)]
    lifts = [one.lift for one in each if one is not None]
    found = usual_lift(X, maps.astype(np.float32), masks, usable)
    assert found.n == len(lifts) == d - 1
    assert (found.low, found.median, found.high) == pytest.approx(np.quantile(lifts, [0.25, 0.5, 0.75]), rel=1e-6)
    assert usual_lift(X, -np.ones((n, d, 3, 3), np.float32), masks, usable) is None
    assert usual_lift(X, maps.astype(np.float32), masks, np.zeros(n, bool)) is None
