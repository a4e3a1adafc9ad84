"""A curve taken on: bounds that hold where the truth is known, a minimum that is not mistaken, refusals in words."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import ndtr, ndtri, polygamma
from scipy.stats import t as student

from hindmost.core.errors import InputError
from hindmost.evals._curve_noise import curve_noise
from hindmost.evals._saturating import EXPONENTS, NOISES, VALUES, Curve
from hindmost.evals.budget_fits import BudgetFits
from hindmost.evals.extrapolate import SPREADS, _take, extrapolate

POOL, N_TEST, DRAWS = 40, 100, 10
BUDGETS = np.unique(np.geomspace(4, POOL, 6).round().astype(int))

CURVES = {
    "flat": lambda n: 0.7 + 0 * n,
    "still rising": lambda n: 0.9 - 0.6 * n**-0.3,
    "inverse root": lambda n: 0.85 - 0.6 * n**-0.5,
    "discriminant": lambda n: ndtr(1.2 / np.sqrt(1 + 60 / n)),
    "exponential, of no family": lambda n: 0.8 - 0.25 * np.exp(-n / 15),
}


def learned(make_rows, curves, *, seed, n=N_TEST, pool=POOL, draws=DRAWS, noise=0.4, budgets=BUDGETS):
    """Fits of a learner with these true accuracies: rows of one pool move all its subsets, test rows are shared."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(len(curves)), n)
    rows = make_rows(group // 2, group % 2, split="test")
    right = np.zeros((len(budgets), draws, len(group)), dtype=bool)
    for g, curve in enumerate(curves):
        effect, hard = rng.standard_normal(pool), rng.standard_normal(n)
        for t in range(draws):
            moved = np.cumsum(effect[rng.permutation(pool)])[budgets - 1] / budgets
            accuracy = np.clip(curve(budgets.astype(float)) + noise * moved, 1e-3, 1 - 1e-3)
            own = 0.9 * hard + 0.436 * rng.standard_normal((len(budgets), n))
            right[:, t, g * n : (g + 1) * n] = own < ndtri(accuracy)[:, None]
    said = np.where(right, rows.y, 1 - rows.y)
    nothing = ((None,) * draws,) * len(budgets)
    return BudgetFits(tuple(budgets.tolist()), said, nothing, np.full(len(curves), pool)), rows


@pytest.mark.parametrize("name", CURVES)
def test_bounds_hold_at_least_as_often_as_they_say(make_rows, name) -> None:
    """30 worlds of four equal groups; at 95 % four misses or fewer are expected in 98 of 100 runs."""
    curve, missed = CURVES[name], np.zeros(3)
    for seed in range(30):
        fits, rows = learned(make_rows, [curve] * 4, seed=seed)
        found = extrapolate(fits, rows, budget=10 * POOL)
        horizon, end = found.worst[-2], found.worst[-1]
        truth = curve(10.0 * POOL), curve(1e12)
        missed += [horizon.upper < truth[0], end.upper < truth[1], horizon.lower > truth[0]]
    assert (missed <= 4).all(), missed


def test_a_flat_curve_far_under_the_target_is_seen_as_such(make_rows) -> None:
    """The other half: with 500 test rows and 200 images a group the bound is worth having."""
    budgets = np.unique(np.geomspace(4, 200, 8).round().astype(int))
    low, rest = (lambda n: 0.55 + 0 * n), [lambda n: 0.9 + 0 * n] * 3
    fits, rows = learned(make_rows, [low, *rest], seed=1, n=500, pool=200, budgets=budgets)
    found = extrapolate(fits, rows, budget=500, target=0.8)
    assert found.worst[-2].upper < 0.8
    assert found.horizon == 2000
    assert found.needed is None


def test_a_rising_curve_meets_its_target_where_it_was_made_to(make_rows) -> None:
    """0.85 - 0.6 / sqrt(n) meets 0.80 at 144; from 100 images a group, with little noise."""
    budgets = np.unique(np.geomspace(4, 100, 8).round().astype(int))
    curve = CURVES["inverse root"]
    found = extrapolate(
        *learned(make_rows, [curve] * 4, seed=3, n=2000, pool=100, noise=0.05, budgets=budgets),
        budget=500, target=0.8,
    )  # fmt: skip
    assert 100 <= found.needed_earliest <= 144 <= (found.needed_latest or found.searched)
    assert abs(curve(found.needed) - 0.8) < 0.025  # the curve is nearly flat there: 316 images are at 81.6 %
    assert all(group.rise_lower > 0 for group in found.groups)


def test_the_minimum_of_noisy_groups_is_not_taken_for_a_rise(make_rows) -> None:
    """Four flat groups: the mean of the minimum rises with the budget, since noise falls. No group is seen to rise."""
    rises = []
    for seed in range(20):
        found = extrapolate(*learned(make_rows, [CURVES["flat"]] * 4, seed=seed, n=60), budget=40)
        rises += [group.rise_lower > 0 for group in found.groups]
    assert np.mean(rises) <= 0.12  # 0.05 nominal over 80 groups


def test_bounds_are_ordered_and_lowest_over_groups(make_rows) -> None:
    curves = [CURVES["flat"], CURVES["still rising"], CURVES["discriminant"], CURVES["inverse root"]]
    found = extrapolate(*learned(make_rows, curves, seed=5), budget=77, target=0.8)
    assert [value.budget for value in found.worst] == [40, 77, 80, 160, 400, None]
    for i, value in enumerate(found.worst):
        assert 0 <= value.lower <= value.estimate <= value.upper <= 1
        assert value.upper == min(group.values[i].upper for group in found.groups)
        assert value.lower == min(group.values[i].lower for group in found.groups)
    uppers = [value.upper for value in found.worst]
    assert uppers == sorted(uppers)


def test_a_profile_is_the_best_fit_of_the_power_law_under_its_constraint() -> None:
    """Oracle: numerical minimisation over b >= 0 for each exponent, the value at 200 images held fixed."""
    rng = np.random.default_rng(0)
    budgets, mean = np.array([4.0, 8, 16, 32, 64]), np.array([0.55, 0.62, 0.66, 0.7, 0.71])
    root = rng.standard_normal((5, 5)) * 0.01
    covariance = root @ root.T + 0.0004 * np.eye(5)
    inverse = np.linalg.inv(covariance)
    profile = Curve(budgets, mean, covariance)._power(200.0)
    for place in (330, 370, 400):

        def misfit(b, c, value=VALUES[place]):
            rest = mean - value + b[0] * (budgets**-c - 200.0**-c)
            return rest @ inverse @ rest

        best = min(minimize(misfit, [0.5], args=(c,), bounds=[(0, None)], tol=1e-12).fun for c in EXPONENTS)
        assert profile[place] == pytest.approx(best, rel=1e-4)


def test_a_profile_is_the_best_discriminant_through_each_value() -> None:
    """Oracle: the sum of squares of every noise in turn, for curves written out from their formula."""
    rng = np.random.default_rng(2)
    budgets, mean = np.array([4.0, 8, 16, 32, 64]), np.array([0.55, 0.62, 0.66, 0.7, 0.71])
    root = rng.standard_normal((5, 5)) * 0.01
    covariance = root @ root.T + 0.0004 * np.eye(5)
    inverse = np.linalg.inv(covariance)
    curve = Curve(budgets, mean, covariance)
    for budget, places in ((200.0, (260, 330, 400)), (np.inf, (300, 450))):
        profile = curve._discriminant(budget)
        assert np.isinf(profile[:250]).all()  # under one half it would fall
        for place in places:
            z = ndtri(VALUES[place])
            rests = [mean - ndtr(z * np.sqrt((1 + k / budget) / (1 + k / budgets))) for k in NOISES]
            assert profile[place] == pytest.approx(min(rest @ inverse @ rest for rest in rests), rel=1e-9)


@pytest.mark.parametrize("pool", [42, 200])
def test_nested_budgets_tell_the_spread_of_a_draw_as_well_as_two(pool) -> None:
    """Oracle: 2,000 sets of ten draws. The log of an independent variance varies by a known amount; the pooled log
    of nested ones by about half of it."""
    rng, draws = np.random.default_rng(0), 10
    budgets = np.unique(np.geomspace(4, pool, 8).round().astype(int))
    fresh = budgets[budgets <= 0.75 * pool]
    logs = []
    for _ in range(2_000):
        rows = rng.permuted(np.tile(rng.standard_normal(pool), (draws, 1)), axis=1)
        means = np.cumsum(rows, axis=1)[:, fresh - 1] / fresh
        logs.append(np.log(means.var(axis=0, ddof=1)))
    alone = polygamma(1, (draws - 1) / 2)
    assert pytest.approx(alone / np.mean(logs, axis=1).var(), abs=0.8) == SPREADS
    assert len(fresh) > 3 * SPREADS  # before: each would have counted


def test_few_draws_widen_the_bounds_as_student_says(make_rows) -> None:
    """The same fits, their quantile set beside the normal one: 2.45 against 2.24 at level / 4."""
    fits, rows = learned(make_rows, [CURVES["flat"]] * 4, seed=4, n=2000, noise=0.05)
    one = _take(fits.said == rows.y, np.asarray(fits.budgets, dtype=float), rows, 0, POOL)
    assert one.quantile(0.05 / 4) == pytest.approx(student.ppf(1 - 0.05 / 4, 2 * (DRAWS - 1)))
    assert one.quantile(0.05 / 4) > 1.05 * ndtri(1 - 0.05 / 4)
    narrow = one.curve.at(400.0).upper(ndtri(1 - 0.05 / 4) ** 2)
    assert extrapolate(fits, rows, budget=400).groups[0].values[-2].upper > narrow


def test_the_lower_bound_of_a_flat_curve_holds(make_rows) -> None:
    """200 worlds. Before, its level was not shared among the groups, and it missed in 10 % instead of 5 %."""
    missed, budgets = np.zeros(2), np.unique(np.geomspace(4, 60, 8).round().astype(int))
    for seed in range(200):
        fits, rows = learned(make_rows, [CURVES["flat"]], seed=seed, n=150, pool=60, budgets=budgets)
        one = _take(fits.said == rows.y, budgets.astype(float), rows, 0, 60)
        profile = one.curve.at(600.0)
        missed += [profile.lower(one.quantile(level) ** 2) > 0.7 for level in (0.05 / 4, 0.05)]
    assert missed[0] <= 15 < missed[1]  # 10 are meant; more than 15 come in 5 of 100 such runs


def test_noise_of_test_rows_is_that_of_a_proportion_and_clusters_widen_it() -> None:
    rng = np.random.default_rng(1)
    right = np.repeat(rng.random((1, 1, 400)) < 0.7, 5, axis=1).repeat(4, axis=0)
    mean, covariance = curve_noise(right, np.array([4.0, 8, 16, 32]), 32, None)
    assert mean == pytest.approx((right[0, 0].sum() + 2) / 404)
    assert covariance[0, 0] == pytest.approx(mean[0] * (1 - mean[0]) / 404, rel=0.01)  # no draw differs
    twins = np.repeat(np.arange(100), 4)
    same = right[:, :, twins * 4]
    assert curve_noise(same, np.array([4.0, 8, 16, 32]), 32, twins)[1][0, 0] > 3.5 * covariance[0, 0]


def test_refusals_say_why(make_rows) -> None:
    fits, rows = learned(make_rows, [CURVES["flat"]] * 4, seed=0)
    reasons = [list(line) for line in fits.reasons]
    for line in reasons[:3]:
        line[0] = "a stratum is empty"
    few = BudgetFits(fits.budgets, fits.said, tuple(map(tuple, reasons)), fits.rows)
    assert extrapolate(few, rows, budget=500) == (
        "every draw could be fitted at 3 of 6 budgets, and an extrapolation needs 4"
    )
    narrow = learned(make_rows, [CURVES["flat"]] * 4, seed=0, budgets=np.array([30, 34, 37, 40]))
    assert "from 30 to 40 images per group" in extrapolate(*narrow, budget=500)
    with pytest.raises(InputError, match="at least 10 draws"):
        extrapolate(*learned(make_rows, [CURVES["flat"]] * 4, seed=0, draws=4), budget=500)


def test_a_falling_curve_and_an_empty_group_have_no_estimate(make_rows) -> None:
    falling = lambda n: 0.9 - 0.012 * n  # noqa: E731
    fits, rows = learned(make_rows, [falling, *[CURVES["flat"]] * 3], seed=0, n=400, noise=0.05)
    found = extrapolate(fits, rows, budget=500, target=0.8)
    assert found.groups[0].reason == "its accuracy follows no curve that rises and levels off"
    assert found.reason.endswith(found.groups[0].name)
    assert (found.worst[-1].estimate, found.worst[-1].lower, found.needed) == (None, None, None)
    assert found.worst[-1].upper == min(group.values[-1].upper for group in found.groups[1:])
    some = rows.group == 0
    short = BudgetFits(fits.budgets, fits.said[:, :, some], fits.reasons, fits.rows)
    found = extrapolate(short, rows.take(some), budget=500)
    assert found.groups[1].reason.startswith("no test rows of")
