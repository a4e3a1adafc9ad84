"""The benchmark that measures error rates: its truths, its exact sums, and a flaw that it has to catch."""

import sys
from dataclasses import replace
from importlib import import_module
from itertools import product
from math import comb
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from hindmost.core import paired, worst, worst_change
from hindmost.core.head import Head
from hindmost.core.intervals import clopper_pearson_lower, clopper_pearson_upper
from hindmost.core.paired import tango_bound
from hindmost.core.policy import Policy
from hindmost.evals import _curve_noise, group_change, reliance
from hindmost.evals.reliance import swap_reliance

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "error_rates.md"
MODULES = (
    "cells", "coverage", "curve_cells", "curves", "evidence", "exact", "fitted", "gaussian", "memo", "runs", "shapes",
    "truth", "world",
)  # fmt: skip


@pytest.fixture(scope="module")
def bench():
    """The benchmark's modules, under their last names."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "benchmarks"))
        found = SimpleNamespace(**{name: import_module(f"_verdict_{name}") for name in MODULES})
        found.main = import_module("verdict")
        yield found
        for name in [name for name in sys.modules if name.startswith("_verdict_") or name == "verdict"]:
            del sys.modules[name]


@pytest.fixture
def looked_up(bench, monkeypatch):
    """Bounds are looked up, as in the benchmark."""
    monkeypatch.setattr(paired, "tango_lower", bench.memo.Remembered(paired.tango_lower))
    for module in (group_change, reliance, worst_change):
        monkeypatch.setattr(module, "tango_bound", bench.memo.Remembered(tango_bound))


def world_of(bench, name, grid="boundary"):
    return next(world for world in bench.cells.GRIDS[grid]() if world.name == name)


def falsely_sufficient(bench, world, runs):
    one = bench.main.once(world, keep_baseline=True)
    held = [one(bench.runs.generator(world.name, run, 1), run).held for run in range(runs)]
    return sum("treatment_sufficient" in each for each in held)


@pytest.mark.usefixtures("looked_up")
def test_the_worst_cell_errs_as_often_as_its_exact_sum_says_and_a_planted_flaw_is_caught(bench, monkeypatch):
    world, runs = world_of(bench, "target, 100 each"), 300
    exact = bench.exact.at_most(world)
    assert 0.04 < exact <= 0.05
    error = np.sqrt(exact * (1 - exact) / runs)
    assert falsely_sufficient(bench, world, runs) / runs == pytest.approx(exact, abs=3 * error)
    # A bound that spends the level on one side twice, as a two-sided interval at 90 % would.
    monkeypatch.setattr(
        worst, "clopper_pearson_lower", lambda k, n, level: clopper_pearson_lower(k, n, level=2 * level)
    )
    flawed = falsely_sufficient(bench, world, runs)
    assert float(clopper_pearson_lower(flawed, runs, level=0.05)) > 0.05


def test_no_boundary_cell_can_err_more_often_than_the_level(bench):
    worlds = list(bench.cells.GRIDS["boundary"]())
    assert len({world.name for world in worlds}) == len(worlds)
    assert all(0 < bench.exact.at_most(world) <= 0.05 for world in worlds)


@pytest.mark.parametrize(
    ("n", "up", "down", "margin"), [(9, 0.1, 0.3, 0.2), (7, 0.0, 0.25, 0.25), (12, 0.45, 0.55, 0.1)]
)
def test_the_exact_sum_agrees_with_a_loop_over_all_counts(bench, n, up, down, margin):
    total = 0.0
    for b, c in product(range(n + 1), repeat=2):
        if b + c <= n and float(tango_bound(b, c, n, level=0.2)) > -margin:
            total += comb(n, b) * comb(n - b, c) * up**b * down**c * (1 - up - down) ** (n - b - c)
    assert bench.exact.excluded(n, up, down, margin=margin, level=0.2) == pytest.approx(total, abs=1e-12)
    assert total > 0


@pytest.mark.parametrize("grid", ["boundary", "alternative", "others", "null"])
def test_drawn_rows_have_the_rates_that_were_set(bench, grid):
    for world in list(bench.cells.GRIDS[grid]())[::5]:
        large = replace(world, sizes=(40_000,) * len(world.sizes))
        drawn = bench.world.draw(large, np.random.default_rng(0))
        for rate, wanted in [(drawn.before, world.before), (drawn.after, world.after)]:
            found = rate.reshape(len(world.sizes), -1).mean(axis=1)
            assert found == pytest.approx(wanted, abs=0.012)  # five standard errors of 40,000 rows
        broken = (drawn.before & ~drawn.after).reshape(len(world.sizes), -1).mean(axis=1)
        assert broken == pytest.approx(world.broken, abs=0.012)


def test_population_values_of_a_world(bench):
    truth = bench.truth.truth_of(world_of(bench, "target, loss and reliance together, 600 each"))
    assert (truth.worst, truth.loss, truth.reliance) == pytest.approx((0.80, 0.05, 0.05))
    assert (truth.change, truth.gap, truth.reliance_before) == pytest.approx((0.30, 0.47, 0.30))
    policy = world_of(bench, "target, 100 each").policy
    assert not truth.sufficient(policy)  # on the edge is "not"
    inside = replace(truth, worst=0.801, loss=0.049, reliance=0.049)
    assert inside.sufficient(policy)
    assert inside.category(policy) == "treatment_sufficient"
    assert replace(truth, gap=0.01, reliance_before=0.01).category(policy) == "no_shortcut_found"
    assert replace(truth, change=-0.01).category(policy) == "treatment_harms"
    assert replace(truth, reliance=0.06).category(policy) == "surgery_needed"


def test_population_values_of_a_head_agree_with_many_rows(bench, monkeypatch):
    monkeypatch.setattr(bench.gaussian, "PER_GROUP", 60_000)
    population = bench.gaussian.Gaussian(1.2, 1.0, 0.4, test=(60_000,) * 4, train=(1,) * 4, val=(1,) * 4)
    features, twins = population.draw(np.random.default_rng(0))
    u, v, r = population.directions()
    heads = [Head.from_binary(u + share * v + 0.4 * r, np.array(0.2)) for share in (0.5, -0.1)]
    test = features.of("test")
    right = [(head.predict(test.X) == test.rows.y).reshape(4, -1).mean(axis=1) for head in heads]
    truth = population.truth(*heads)
    close = {"abs": 0.01}  # five standard errors of 60,000 rows
    assert truth.worst == pytest.approx(right[1].min(), **close)
    assert truth.loss == pytest.approx((right[0] - right[1]).max(), **close)
    assert truth.change == pytest.approx(right[1].min() - right[0].min(), **close)
    assert population.best() >= truth.worst
    found = swap_reliance(
        features.rows.take(twins.positions), *(heads[0].predict(X) for X in (features.X[twins.positions], twins.X)),
        twins.cue, heads[0].predict(twins.control), association=np.array([0, 1]), level=0.05,
    )  # fmt: skip
    assert truth.reliance_before == pytest.approx(found.number, **close)
    assert found.number > 0.1


@pytest.mark.usefixtures("looked_up")
def test_a_run_in_pieces_is_the_run_at_once(bench, tmp_path):
    world = world_of(bench, "target, 15 each, wide margins")
    for runs in (7, 20):
        pieces = bench.main.simulate(world.name, "boundary", bench.main.once(world), runs, tmp_path / "pieces")
    at_once = bench.main.simulate(world.name, "boundary", bench.main.once(world), 20, tmp_path / "once")
    assert replace(pieces, seconds=0.0) == replace(at_once, seconds=0.0)
    assert pieces.runs == 20


@pytest.mark.parametrize("n", [15, 60, 600])
def test_intervals_cover_as_often_as_they_say_on_average(bench, n):
    found = {each.interval: each for each in bench.coverage.exact(n)}
    for name, each in found.items():
        if "two-sided" in name:
            assert each.mean == pytest.approx(each.nominal, abs=0.01)
    assert found["Clopper-Pearson, one-sided"].least >= 0.95
    assert found["Tango less half a step, one-sided"].least >= 0.949
    assert found["Wilson, two-sided"].least < 0.95  # before: no interval for the eye holds its level everywhere


@pytest.mark.usefixtures("looked_up")
def test_nothing_is_found_where_nothing_is(bench):
    """A short form of the published 1,000 data sets."""
    world = world_of(bench, "null, 400 rows at 90/10", "null")
    one, runs = bench.main.once(world), 60
    counts = bench.runs.Counts(world.name, "null")
    for run in range(runs):
        counts.add(one(bench.runs.generator(world.name, run, 2), run))
    assert float(clopper_pearson_upper(counts.any_found, runs, level=0.05)) < 0.15


def curve_world(bench, name):
    return next(world for world in bench.curve_cells.cells() if world.name == name)


def counted(bench, world, runs, grid="curves"):
    one, counts = bench.curves.once(world), bench.runs.Counts(world.name, grid)
    for run in range(runs):
        counts.add(one(bench.runs.generator(world.name, run, 3), run))
    return counts


@pytest.mark.usefixtures("looked_up")
def test_features_are_not_blamed_where_labels_reach_the_target_and_a_planted_flaw_is_caught(bench, monkeypatch):
    """A short form of the published 2,000 data sets: all groups meet the target exactly at the horizon."""
    world, runs = curve_world(bench, "root to the target, 200 images, 500 rows"), 100
    counts = counted(bench, world, runs)
    assert counts.untrue["HM013"] == runs
    assert float(clopper_pearson_lower(counts.falsely.get("HM013", 0), runs, level=0.01)) <= 0.05
    monkeypatch.setattr(_curve_noise, "_of_pool", lambda between, budgets, pool, draws: np.zeros((len(budgets),) * 2))
    flawed = counted(bench, world, runs)  # as if all draws had rows of their own, and shared no pool
    assert float(clopper_pearson_lower(flawed.falsely["HM013"], runs, level=0.01)) > 0.05


@pytest.mark.usefixtures("looked_up")
def test_each_decision_by_the_curve_is_made_where_it_is_true(bench):
    low = counted(bench, curve_world(bench, "flat to 60% at the horizon, 200 images, 2000 rows"), 6)
    assert low.decided == {"surgery_needed": {"surgery_needed": 6}}
    rising = counted(bench, curve_world(bench, "discriminant to 90% at the budget, 200 images, 2000 rows"), 24)
    assert rising.decided["collect_data"].get("collect_data", 0) >= 2
    assert "surgery_needed" not in rising.decided["collect_data"]


def test_shapes_go_through_both_their_points_and_never_fall(bench):
    for kind, pace in (("power", 0.25), ("discriminant", 0.5), ("exponential", 15.0), ("late", 120.0)):
        shape = bench.shapes.Shape(kind, 0.8, 2000, 0.55, pace)
        assert shape(np.array([4.0, 2000.0])) == pytest.approx([0.55, 0.8])
        assert (np.diff(shape(np.geomspace(4, 4000, 60))) >= 0).all()
    assert (bench.shapes.Shape("flat", 0.8)(np.array([4.0, 1e6])) == 0.8).all()


def test_what_limits_is_told_by_the_true_curve(bench):
    """On the edge a claim is false: the target is reached, or is not passed."""
    policy, truth = Policy(), bench.truth.Truth(0.7, 0.0, 0.0, 0.2, 0.3, 0.3, 0.85, 0.9)
    assert (truth.category(policy), truth.untrue(policy)) == ("collect_data", ("HM013",))
    edge = replace(truth, at_budget=0.8)
    assert (edge.category(policy), edge.untrue(policy)) == ("treatment_helps", ("HM013", "HM014"))
    under = replace(truth, at_budget=0.75, at_horizon=0.79)
    assert (under.category(policy), under.untrue(policy)) == ("surgery_needed", ("HM014",))
    assert replace(under, at_horizon=0.8).untrue(policy) == ("HM013", "HM014")
    assert replace(truth, at_budget=None, at_horizon=None).untrue(policy) == ()  # no curve, nothing to err about


def test_drawn_fits_have_the_accuracies_that_were_set(bench):
    """Means over many worlds, at every budget; the spread over worlds is that of the shared validation rows."""
    world = replace(curve_world(bench, "root to the target, 60 images, 500 rows"), test=60)
    judge = bench.evidence.Judge(world.world)
    right = []
    for seed in range(150):
        learned = bench.curves.learn(world, judge.rows, np.random.default_rng(seed))
        right.append((learned.fits.said == judge.rows.y).mean(axis=(1, 2)))
    truth = world.shapes[0](np.array(world.budgets, dtype=float))
    assert np.mean(right, axis=0) == pytest.approx(truth, abs=0.012)
    assert np.std(right, axis=0)[-1] == pytest.approx(0.4 / np.sqrt(60) / 2, rel=0.35)


def test_the_true_curve_of_fitted_heads_is_below_the_best_and_rises(bench, monkeypatch):
    monkeypatch.setattr(bench.fitted, "FITS", 4)
    cell = next(bench.fitted.cells())
    few, many = (bench.fitted.worst_at(cell.population, "dfr", n) for n in (30, 120))
    assert few < many <= cell.population.best()


def test_counts_kept_before_curves_were_counted_are_read(bench, tmp_path):
    path = tmp_path / "old.json"
    path.write_text('{"name": "a", "grid": "null", "runs": 3, "false": 1, "decided": {}, "found": {"HM001": 1}}')
    assert bench.runs.read(path, "a", "null").untrue == {}


def test_the_page_prints_what_the_sums_give(bench):
    """Exact rates and coverages of docs/error_rates.md, worked out again."""
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.read_text("utf-8").splitlines()]
    printed = {line[0]: line[-1] for line in lines if len(line) == 5 and line[-1].endswith("%")}
    worlds = {world.name: bench.exact.at_most(world) for world in bench.cells.GRIDS["boundary"]()}
    assert {name: f"{rate:.2%}" for name, rate in worlds.items()} == {name: printed[name] for name in worlds}
    covered = {(line[0], line[2]): line[3:5] for line in lines if len(line) == 6 and line[1] == "95%"}
    for each in (one for n in (15, 60) for one in bench.coverage.exact(n)):
        assert covered[each.interval, str(each.n)] == [f"{each.mean:.1%}", f"{each.least:.1%}"]
