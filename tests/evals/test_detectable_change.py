"""The smallest change that shows: against simulation with scipy's own test, a formula, and limits."""

import numpy as np
import pytest
from scipy.stats import binomtest, norm

from hindmost.core.rows import Naming, Rows
from hindmost.evals.detectable_change import detectable_changes, mcnemar_power, smallest_change

NAMING = Naming(("a", "b"), ("p", "q"), ("place",))


@pytest.mark.parametrize(("n", "rate", "change"), [(60, 0.2, 0.15), (200, 0.3, 0.1), (25, 0.5, 0.4), (40, 0.0, 0.2)])
def test_power_is_that_of_simulated_tests(n, rate, change):
    """Oracle: draw pairs, test each with scipy, count."""
    rng = np.random.default_rng(0)
    rate = max(rate, change)
    fixed, broken = (rate + change) / 2, (rate - change) / 2
    counts = rng.multinomial(n, [fixed, broken, 1 - rate], size=3000)
    kinds, weight = np.unique(counts[:, :2], axis=0, return_counts=True)
    hits = sum(
        w for (b, c), w in zip(kinds.tolist(), weight.tolist())
        if b > c and binomtest(b, b + c).pvalue <= 0.05
    )  # fmt: skip
    assert mcnemar_power(n, rate, change, level=0.05) == pytest.approx(hits / 3000, abs=0.03)


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.35])
@pytest.mark.parametrize("n", [60, 642, 2255])
def test_the_answer_is_where_the_power_is_reached(n, rate):
    change = smallest_change(n, rate, level=0.05, power=0.8)
    assert mcnemar_power(n, rate, change, level=0.05) >= 0.8
    assert mcnemar_power(n, rate, change * 0.97, level=0.05) < 0.8 or rate < change


def test_many_rows_agree_with_the_normal_formula():
    """Connor (1987): n d^2 = (z_a sqrt(psi) + z_b sqrt(psi - d^2))^2."""
    n, psi = 5000, 0.2
    z_a, z_b = norm.ppf(0.975), norm.ppf(0.8)
    grid = np.linspace(0.001, 0.1, 20_000)
    expected = grid[(n * grid**2 >= (z_a * np.sqrt(psi) + z_b * np.sqrt(psi - grid**2)) ** 2).argmax()]
    assert smallest_change(n, psi, level=0.05, power=0.8) == pytest.approx(expected, rel=0.03)


def test_more_rows_show_less_and_more_disagreement_hides_more():
    by_rows = [smallest_change(n, 0.2, level=0.05, power=0.8) for n in (30, 100, 300, 1000)]
    assert by_rows == sorted(by_rows, reverse=True)
    by_rate = [smallest_change(300, rate, level=0.05, power=0.8) for rate in (0.05, 0.2, 0.5)]
    assert by_rate == sorted(by_rate)
    assert smallest_change(300, 0.2, level=0.0125, power=0.8) > smallest_change(300, 0.2, level=0.05, power=0.8)


def test_five_rows_show_nothing_and_six_only_all():
    """Two-sided exact p of 5 of 5 is 0.0625, of 6 of 6 is 0.03125."""
    assert smallest_change(5, 0.5, level=0.05, power=0.8) is None
    assert smallest_change(6, 0.0, level=0.05, power=0.8) == pytest.approx(0.8 ** (1 / 6), abs=1e-4)


def test_rare_and_absent_groups_keep_their_place():
    rng = np.random.default_rng(0)
    group = np.repeat([0, 1, 3], [900, 3, 97])
    rows = Rows(np.arange(1000).astype(str), group // 2, group % 2, np.full(1000, 2), NAMING)
    before, after = rng.random((2, 1000)) < 0.8
    found = detectable_changes(rows, before, after, level=0.05)
    assert [one.n for one in found] == [900, 3, 0, 97]
    assert (found[1].alone, found[2].alone, found[2].discordant) == (None, None, None)
    assert found[0].alone < found[3].alone
    assert all(one.adjusted > one.alone for one in (found[0], found[3]))
    twins = Rows(rows.ids, rows.y, rows.cue, rows.split, NAMING, np.arange(1000) // 2)
    assert detectable_changes(twins, before, after, level=0.05)[0].alone > found[0].alone
