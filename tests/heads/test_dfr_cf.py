"""dfr-cf: scores against a plain loop, the growing grid, the rule, and no leak between folds."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from hindmost.core.errors import EmptyStratum, InputError
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.heads._balance import balanced
from hindmost.heads._oof import Part, best_mean, draw_parts, out_of_fold_worst, search, within_one_error
from hindmost.heads._scaler import scaler_of
from hindmost.heads._strata import Strata, read_strata
from hindmost.heads.dfr_cf import EQUAL_RATIOS, STEPS, DFRCrossFit, _Lasso


def _grow(best_at: float, grid: Sequence[float] = (0.1, 1.0), steps: int = 3) -> list[float]:
    """The grid after a search whose scores fall with the distance from ``best_at``, on the log scale."""

    def evaluate(Cs: Sequence[float]) -> NDArray[np.float64]:
        return np.array([[1 - 0.01 * abs(np.log10(C / best_at))] * 2 for C in Cs])

    return list(search(grid, evaluate, steps=steps))


@pytest.mark.parametrize(
    ("best_at", "grown"),
    [
        (0.01, [1e-3, 1e-2, 0.1, 1]),  # one beyond the best shows that it is no end
        (10, [0.1, 1, 10, 100]),
        (1e6, [0.1, 1, 10, 100, 1000]),  # the bound
        (1e-6, [1e-4, 1e-3, 1e-2, 0.1, 1]),
    ],
)
def test_the_grid_grows_by_its_ratio_until_the_best_is_inside(best_at: float, grown: list[float]) -> None:
    np.testing.assert_allclose(_grow(best_at), grown, rtol=1e-12)


def test_a_best_inside_leaves_the_grid_alone() -> None:
    assert _grow(0.3, (0.1, 0.3, 1.0)) == [0.1, 0.3, 1.0]


def test_heads_that_are_all_constant_ask_for_a_weaker_penalty() -> None:
    found = search((0.1, 1.0), lambda Cs: np.array([[0.5 if C > 50 else 0.0] for C in Cs]), steps=4)
    assert best_mean(found) == pytest.approx(100)
    assert max(found) == pytest.approx(1000)
    assert min(found) == 0.1


def test_the_rule_takes_the_smallest_within_one_error() -> None:
    scores = {0.1: np.array([0.60, 0.60]), 0.3: np.array([0.69, 0.70]), 1.0: np.array([0.68, 0.72])}
    assert best_mean(scores) == 1.0
    assert within_one_error(scores) == 0.3  # 0.70 - 0.02 <= 0.695
    assert within_one_error({0.1: np.array([0.5]), 1.0: np.array([0.5])}) == 0.1  # a tie, one repeat
    assert within_one_error({0.1: np.array([0.4]), 1.0: np.array([0.5])}) == 1.0


def _slow_worst(
    Z: NDArray[np.float64], y: NDArray[np.int64], g: NDArray[np.int64], plan: list[list[Part]], Cs: Sequence[float]
) -> NDArray[np.float64]:
    """The scores by a loop over folds and subsets, fitted by scikit-learn and averaged one by one."""
    found = np.zeros((len(Cs), len(plan)))
    for r, parts in enumerate(plan):
        for k, C in enumerate(Cs):
            said = np.full(len(y), -1)
            for part in parts:
                margin = np.zeros(len(part.held))
                for subset in part.subsets:
                    model = LogisticRegression(
                        l1_ratio=1, solver="liblinear", C=C, tol=1e-8, max_iter=10_000, random_state=0
                    )
                    margin += model.fit(Z[subset], y[subset]).decision_function(Z[part.held])
                said[part.held] = margin > 0
            found[k, r] = min((said == y)[g == group].mean() for group in set(g))
    return found


@pytest.mark.parametrize("subsets", [1, 3])
def test_scores_are_those_of_a_plain_loop(subsets: int, shortcut: Callable[..., Features]) -> None:
    val = shortcut(strength=0.7).of("val")
    X, y, g = val.X.astype(float), val.rows.y, val.rows.strata
    Z, groups, Cs = scaler_of(X)(X), read_strata(g, y, None), (0.03, 0.3, 3.0)
    plan = draw_parts(groups, folds=3, repeats=2, subsets=subsets, seed=0, rng=np.random.RandomState(0))
    lasso = _Lasso(Z, y, np.arange(2), 1e-8)
    ours = out_of_fold_worst(Z, y, groups, plan, lasso, Cs)
    np.testing.assert_array_equal(ours, _slow_worst(Z, y, g, plan, Cs))


def test_a_mean_of_fits_is_not_one_fit(shortcut: Callable[..., Features]) -> None:
    """What is ranked must move with the number of subsets: else the folds rank another thing than the head."""
    val = shortcut(strength=0.7).of("val")
    scores = [
        DFRCrossFit(repeats=2, n_retrains=2, subsets_per_fold=m).fit(val.X, val.rows.y, strata=val.rows.strata)
        for m in (1, 6)
    ]
    assert scores[0].selected_["worst_per_C"] != scores[1].selected_["worst_per_C"]


def test_the_head_is_the_mean_of_liblinears_fits_on_the_same_subsets(shortcut: Callable[..., Features]) -> None:
    val = shortcut().of("val")
    X, y, g = val.X.astype(float), val.rows.y, val.rows.strata
    head = DFRCrossFit(C_grid=(0.3,), n_retrains=4, tol=1e-10, random_state=3).fit(X, y, strata=g)
    rng, scaler = np.random.RandomState(3), scaler_of(X)
    lists = read_strata(g, y, None).lists(np.arange(len(y)), "the rows")
    coef = []
    for _ in range(4):
        subset = balanced(lists, rng)
        model = LogisticRegression(l1_ratio=1, solver="liblinear", C=0.3, tol=1e-10, max_iter=100_000, random_state=0)
        coef.append(model.fit(scaler(X[subset]), y[subset]).coef_[0])
    # both stop within 1e-10 of the optimum; weights agree to about its root
    np.testing.assert_allclose(head.single_coefs_[:, 0], coef, rtol=0, atol=1e-4)
    assert head.selected_["unconverged_fits"] == 0


def test_three_classes_are_fitted_one_against_the_rest() -> None:
    strata = np.repeat(np.arange(3), 20)
    X = np.random.default_rng(0).normal(size=(60, 4)) + 1.5 * np.eye(4)[strata]
    together = _Lasso(X, strata, np.arange(3), 1e-8)([np.arange(60)], [0.3])[0][0]
    for k in range(3):
        alone = _Lasso(X, (strata == k).astype(np.int64), np.arange(2), 1e-8)([np.arange(60)], [0.3])[0][0]
        np.testing.assert_array_equal(together.coef[k], alone.coef[0])


def test_the_tolerance_does_not_move_the_draws(shortcut: Callable[..., Features]) -> None:
    """The solver draws nothing: fits to another tolerance are fits of the same subsets."""
    val = shortcut().of("val")
    loose, tight = (
        DFRCrossFit(C_grid=(0.3,), n_retrains=3, tol=tol).fit(val.X, val.rows.y, strata=val.rows.strata)
        for tol in (1e-5, 1e-9)
    )
    # objectives within 1e-5: weights within about its root
    np.testing.assert_allclose(loose.single_coefs_, tight.single_coefs_, rtol=0, atol=2e-2)
    other = DFRCrossFit(C_grid=(0.3,), n_retrains=3, random_state=1).fit(val.X, val.rows.y, strata=val.rows.strata)
    assert np.abs(other.single_coefs_ - tight.single_coefs_).max() > 5e-2  # another draw is farther away than that


def test_fits_that_miss_their_tolerance_are_counted(shortcut: Callable[..., Features]) -> None:
    val = shortcut().of("val")
    head = DFRCrossFit(C_grid=(0.1, 0.3), n_retrains=3, repeats=1, subsets_per_fold=1, tol=1e-16)
    found = head.fit(val.X, val.rows.y, strata=val.rows.strata).selected_
    assert found["unconverged_fits"] == 3  # 1e-16 is below what rounding allows
    assert found["unconverged_tuning_fits"] == 5 * len(found["C_grid"])


def test_a_class_that_no_stratum_holds_by_itself_is_named() -> None:
    """Strata across classes: a balanced subset of two rows a stratum can miss a class."""
    y = np.array(["a"] * 39 + ["b"])
    strata = np.array([0] * 2 + [1] * 38)
    with pytest.raises(InputError, match="class b is not in it"):
        DFRCrossFit(n_retrains=2).fit(np.random.default_rng(0).normal(size=(40, 2)), y, strata=strata)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(2, 12), min_size=2, max_size=5), st.integers(1, 4), st.integers(0, 3))
def test_no_row_and_no_cluster_is_on_both_sides(counts: list[int], size: int, seed: int) -> None:
    strata = np.repeat(np.arange(len(counts)), counts)
    cluster = np.concatenate([k * 100 + np.arange(n) // size for k, n in enumerate(counts)])
    groups: Strata = read_strata(strata, strata, None, cluster)
    if min(len(set(cluster[strata == k])) for k in range(len(counts))) < 2:
        return
    rng = np.random.RandomState(seed)
    for parts in draw_parts(groups, folds=3, repeats=2, subsets=2, seed=seed, rng=rng):
        held = np.concatenate([part.held for part in parts])
        assert sorted(held.tolist()) == list(range(len(strata)))
        for part in parts:
            for subset in part.subsets:
                assert not set(cluster[subset]) & set(cluster[part.held])
                assert len(set(np.bincount(strata[subset], minlength=len(counts)).tolist())) == 1


def test_folds_and_final_fits_share_the_scaler_that_is_passed(shortcut: Callable[..., Features]) -> None:
    features = shortcut()
    train, val = features.of("train"), features.of("val")
    head = DFRCrossFit.from_context(FitContext(train, val, None, 0, 4)).set_params(repeats=2)
    head.fit(val.X, val.rows.y, strata=val.rows.strata)
    Z = scaler_of(train.X.astype(float))(val.X.astype(float))
    by_hand = DFRCrossFit(center=np.zeros(Z.shape[1]), scale=np.ones(Z.shape[1]), n_strata=4, repeats=2)
    by_hand.fit(Z, val.rows.y, strata=val.rows.strata)
    assert head.selected_["worst_per_C"] == by_hand.selected_["worst_per_C"]
    # the same rows standardised twice in another order of operations
    np.testing.assert_allclose(head.decision_function(val.X), by_hand.decision_function(Z), rtol=0, atol=1e-8)


def test_what_is_recorded(shortcut: Callable[..., Features]) -> None:
    val = shortcut().of("val")
    found = DFRCrossFit(n_strata=4, repeats=3).fit(val.X, val.rows.y, strata=val.rows.strata).selected_
    assert len(found["C_grid"]) == len(found["worst_per_C"]) == len(found["error_per_C"])
    assert found["grid_grown"] == len(found["C_grid"]) - len(EQUAL_RATIOS)
    assert found["C"] <= found["best_C"]
    assert found["at_grid_edge"] == (found["best_C"] in (found["C_grid"][0], found["C_grid"][-1]))
    one = DFRCrossFit(C_grid=(0.3,), n_retrains=2).fit(val.X, val.rows.y, strata=val.rows.strata)
    assert one.selected_["C"] == 0.3
    assert "nothing" in one.selected_["chosen_on"]


def test_the_bound_is_reached_and_said() -> None:
    """Noise-free classes: every penalty is right on every row, so ties pull the choice to the smallest C."""
    strata = np.repeat(np.arange(4), 20)
    X = np.random.default_rng(0).normal(size=(80, 3))
    X[:, 0] += 200 * (strata // 2)
    head = DFRCrossFit(C_grid=(1e6, 1e7), n_retrains=2, repeats=2, folds=3).fit(X, strata // 2, strata=strata)
    assert head.selected_["grid_grown"] == STEPS
    assert head.selected_["at_grid_edge"]


@pytest.mark.parametrize("options", [{"folds": 1}, {"repeats": 0}, {"subsets_per_fold": 0}])
def test_cross_fitting_without_folds_is_refused(options: dict[str, int]) -> None:
    with pytest.raises(InputError, match="folds >= 2"):
        DFRCrossFit(**options).fit(np.eye(8), np.arange(8) % 2)


def test_a_single_row_cannot_be_held_out() -> None:
    strata = np.array([0] * 9 + [1] * 8 + [2] + [3] * 7)
    with pytest.raises(EmptyStratum) as caught:
        DFRCrossFit(n_strata=4).fit(np.random.default_rng(0).normal(size=(25, 2)), strata // 2, strata=strata)
    assert caught.value.strata == (2,)
