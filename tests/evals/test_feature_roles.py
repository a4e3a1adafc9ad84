"""Known features get their roles, and features that tell nothing get none beyond the level."""

import numpy as np
import pytest

from hindmost.core.anatomy import ROLES
from hindmost.core.errors import InputError
from hindmost.evals.feature_roles import feature_roles, why_not


def rows_of(make_rows, sizes, **more):
    group = np.repeat(np.arange(len(sizes)), sizes)
    return make_rows(group // 2, group % 2, classes=len(sizes) // 2, **more)


def known(rows, rng, effect=1.5):
    """Four features of each role, in the order of ROLES."""
    y, cue = (effect * (rows.y > 0))[:, None], effect * rows.cue[:, None]
    means = np.concatenate([np.repeat(part, 4, axis=1) for part in (y, cue, y + cue, 0 * y)], axis=1)
    return means + rng.normal(size=means.shape)


@pytest.mark.parametrize("sizes", [[400, 30, 30, 400], [60, 60, 60, 60], [900, 12, 15, 300]])
def test_roles_of_known_features(make_rows, sizes):
    rows = rows_of(make_rows, sizes)
    found = feature_roles(rows, known(rows, np.random.default_rng(0), 2.5), level=0.05, seed=0)
    assert [ROLES[r] for r in found.roles] == [role for role in ROLES for _ in range(4)]
    assert (found.drawn == found.roles).mean() > 0.9
    one = found.of_class.told(0)
    assert one.what == "y=1"
    assert 0.85 < one.low < one.auc < one.high <= 1
    assert found.of_cue.told(0).low < 0.5 < found.of_cue.told(0).high


def test_a_shortcut_in_the_counts_alone_is_no_role(make_rows):
    """99 of 100 rows are aligned: pooled over classes a core feature tells the cue almost as well."""
    rows = rows_of(make_rows, [990, 20, 20, 990])
    X = known(rows, np.random.default_rng(1))
    pooled = feature_roles(make_rows(rows.cue, rows.y), X, level=0.05, seed=0)
    assert ROLES[feature_roles(rows, X, level=0.05, seed=0).roles[0]] == "core"
    assert ROLES[pooled.roles[0]] == "cue"  # the names changed places, and so did the roles


# Exchangeable features; heavy ties as after a ReLU; and spreads that differ by group, where medians agree.
NULLS = {
    "normal": lambda rng, rows, d: rng.normal(size=(len(rows), d)),
    "relu": lambda rng, rows, d: np.maximum(rng.normal(size=(len(rows), d)) - 1, 0),
    "spread": lambda rng, rows, d: rng.normal(size=(len(rows), d)) * (1 + 2 * (rows.group % 3 == 1))[:, None],
    "heavy": lambda rng, rows, d: rng.standard_cauchy(size=(len(rows), d)),
}


@pytest.mark.parametrize("kind", NULLS)
@pytest.mark.parametrize("sizes", [[60, 60, 60, 60], [1188, 12, 12, 1188], [594, 12, 11, 12]])
def test_features_that_tell_nothing_get_no_role(make_rows, kind, sizes):
    rows, rng, runs = rows_of(make_rows, sizes), np.random.default_rng(7), 60
    wrong = [
        bool((feature_roles(rows, NULLS[kind](rng, rows, 25), level=0.05, seed=0, margin=0.0).roles != 3).any())
        for _ in range(runs)
    ]
    assert np.mean(wrong) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)  # three standard errors


def test_the_margin_is_tested_at_its_edge(make_rows):
    """Every feature has AUC 0.55 exactly at the margin: none may be told beyond the level."""
    rows, rng, runs = rows_of(make_rows, [200, 200, 200, 200]), np.random.default_rng(3), 60
    shift = 0.1777  # AUC = Phi(shift / sqrt 2) = 0.55
    wrong = [
        bool(
            (
                feature_roles(rows, rng.normal(size=(800, 20)) + shift * rows.y[:, None], level=0.05, seed=0).roles != 3
            ).any()
        )
        for _ in range(runs)
    ]
    assert np.mean(wrong) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)


def test_monotone_changes_and_the_order_of_rows_change_nothing(make_rows):
    rows, rng = rows_of(make_rows, [200, 40, 50, 180]), np.random.default_rng(4)
    X = known(rows, rng, 0.8)
    found = feature_roles(rows, X, level=0.05, seed=0)
    other = feature_roles(rows, np.exp(3 * X) + 7, level=0.05, seed=0)
    assert np.array_equal(found.roles, other.roles)
    assert np.allclose(found.of_class.auc, other.of_class.auc)
    turned = feature_roles(rows, -X, level=0.05, seed=0)
    assert np.allclose(found.of_cue.auc, 1 - turned.of_cue.auc)
    order = rng.permutation(len(rows))
    shuffled = feature_roles(rows.take(order), X[order], level=0.05, seed=0)
    assert np.allclose(found.of_class.p, shuffled.of_class.p)


def test_three_classes_and_three_cues(make_rows):
    y, cue = np.repeat(np.arange(3), 120), np.tile(np.arange(3), 120)
    rows = make_rows(y, cue, classes=3, cues=3)
    X = np.random.default_rng(5).normal(size=(360, 3)) + 2.5 * np.stack([y == 2, cue == 0, 0 * y], axis=1)
    found = feature_roles(rows, X, level=0.05, seed=0)
    assert [ROLES[r] for r in found.roles] == ["core", "cue", "neither"]
    assert (found.of_class.told(0).what, found.of_cue.told(1).what) == ("y=2", "a=0")


def test_it_says_why_not(make_rows):
    assert why_not(rows_of(make_rows, [60, 60, 60, 60])) is None
    assert "no cue value" in why_not(rows_of(make_rows, [60, 0, 0, 60]))
    assert "no class" in why_not(make_rows([0] * 30 + [1] * 30, [0] * 60))
    assert "up to 12" in why_not(make_rows(np.arange(13), np.zeros(13, dtype=int), classes=13))
    with pytest.raises(InputError, match="no cue value"):
        feature_roles(rows_of(make_rows, [60, 0, 0, 60]), np.ones((120, 2)), level=0.05, seed=0)
    with pytest.raises(InputError, match="expected 240 rows"):
        feature_roles(rows_of(make_rows, [60] * 4), np.ones((120, 2)), level=0.05, seed=0)
