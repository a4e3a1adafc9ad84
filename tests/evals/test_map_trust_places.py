"""Share of the margin that the places explain: all, none, or worse than none."""

import numpy as np
import pytest

from hindmost.core.map_trust import MapTrust, failed
from hindmost.evals.map_trust_places import places_share


def some(make_rows, n=200, classes=3, seed=0):
    """Imbalanced rows with margins; each pair of classes has a level of its own."""
    rng = np.random.default_rng(seed)
    y = np.where(rng.random(n) < 0.9, 0, rng.integers(1, classes, n))
    rival = (y + 1) % classes
    rows = make_rows(y, rng.random(n) < 0.1, classes=classes)
    return rows, rng.normal(size=n), y, rival, rng


def by_loop(brought, margin, y, rival):
    """One minus the squares that are left over the squares there were, pair by pair."""
    left = whole = 0.0
    for pair in {frozenset(each) for each in zip(y.tolist(), rival.tolist())}:
        at = [i for i in range(len(y)) if {int(y[i]), int(rival[i])} == pair]
        z = np.array([margin[i] if y[i] > rival[i] else -margin[i] for i in at])
        b = np.array([brought[i] if y[i] > rival[i] else -brought[i] for i in at])
        left += ((z - b - (z - b).mean()) ** 2).sum()
        whole += ((z - z.mean()) ** 2).sum()
    return 1 - left / whole


def test_places_that_bring_the_margin_explain_it_whatever_each_pair_adds(make_rows):
    rows, brought, y, rival, _ = some(make_rows)
    sign = np.where(y > rival, 1.0, -1.0)
    margin = brought + sign * 7.0 * np.minimum(y, rival)  # the intercepts of each pair
    part = places_share(rows, brought, margin, y, rival, seed=0)
    assert (part.outcome, part.n) == ("passed", 200)
    assert part.value == pytest.approx(1)
    assert part == places_share(rows, brought, margin, y, rival, seed=0)


def test_nothing_brought_explains_nothing_and_noise_misleads(make_rows):
    rows, margin, y, rival, rng = some(make_rows)
    nothing = places_share(rows, np.zeros(200), margin, y, rival, seed=0)
    assert nothing.value == pytest.approx(0)
    noise = places_share(rows, rng.normal(size=200), margin, y, rival, seed=0)
    assert noise.value < -0.5
    assert failed(MapTrust((nothing, noise))) == ("places", "places")


def test_the_share_is_that_of_a_loop(make_rows):
    for seed in range(5):
        rows, margin, y, rival, rng = some(make_rows, 60, seed=seed)
        brought = margin * rng.uniform(0, 1, 60)
        part = places_share(rows, brought, margin, y, rival, seed=0)
        assert part.value == pytest.approx(by_loop(brought, margin, y, rival))
        assert part.low < part.value < part.high


def test_half_of_the_variance_does_not_pass(make_rows):
    rows, brought, y, rival, rng = some(make_rows, 2000, classes=2)
    for spread, outcome in ((1.0, "failed"), (0.7, "passed")):
        margin = brought + spread * rng.normal(size=2000)
        part = places_share(rows, brought, margin, y, rival, seed=0)
        assert part.value == pytest.approx(1 / (1 + spread**2), abs=0.05)
        assert part.outcome == outcome


def test_few_images_and_a_margin_that_never_changes_are_no_check(make_rows):
    rows, margin, y, rival, _ = some(make_rows, 14)
    assert places_share(rows, margin, margin, y, rival, seed=0).reason == "15 images are needed"
    rows, margin, y, rival, _ = some(make_rows, 50, classes=2)
    still = np.where(y > rival, 2.0, -2.0)
    part = places_share(rows, margin, still, y, rival, seed=0)
    assert (part.outcome, part.reason) == ("not_applicable", "the margin is the same for all images")


def test_margins_that_differ_between_pairs_of_classes_alone_are_no_check(make_rows):
    rows, brought, _, _, _ = some(make_rows, 60, classes=2)
    y, rival = np.arange(60) % 3, (np.arange(60) + 1) % 3
    still = np.where(y > rival, 1.0, -1.0) * np.array([0.1, 0.7, 1.3])[np.minimum(y, rival) + (y + rival == 3)]
    part = places_share(rows, brought, still, y, rival, seed=0)
    assert (part.outcome, part.reason) == ("not_applicable", "the margin is the same for all images")
