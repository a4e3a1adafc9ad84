"""A cue that is there is read, a cue that is not there is not, and the class helps neither."""

import numpy as np
import pytest

from hindmost.core.dominance import dominance
from hindmost.evals.probe import Reading, probe


def least_squares(X, target):
    """A ridge regression of the target: a probe without any library."""
    mean = X.mean(axis=0)
    Z = X - mean
    w = np.linalg.solve(Z.T @ Z + 10.0 * np.eye(X.shape[1]), Z.T @ (target - target.mean()))
    return lambda new: (new - mean) @ w


def rows_of(make_rows, sizes, **more):
    group = np.repeat(np.arange(len(sizes)), sizes)
    return make_rows(group // 2, group % 2, classes=len(sizes) // 2, **more)


def probed(rows, X, scores, fit=least_squares, other=None):
    """Fitted on rows drawn like these, or on those that are handed in."""
    return probe(other or Reading(rows, X), Reading(rows, X), scores, "erm", fit, seed=0, method="ridge")


def features(rows, rng):
    """Feature 0 holds the cue, feature 1 the class."""
    X = rng.normal(size=(len(rows), 30))
    X[:, 0] += 2 * rows.cue
    X[:, 1] += 2 * rows.y
    return X


def test_the_features_hold_the_cue_and_one_margin_does(make_rows):
    rows, rng = rows_of(make_rows, [200, 60, 60, 200]), np.random.default_rng(0)
    X = features(rows, rng)
    scores = {"erm": X[:, 0] + X[:, 1], "dfr": X[:, 1], "turned": X[:, 1] - X[:, 0]}
    found = probed(rows, X, scores, other=Reading(rows, features(rows, rng)))
    (row,) = found.rows
    assert (row.value, row.classes, row.n, found.groups, found.fitted) == ("a=1", 2, 520, (200, 60, 60, 200), 520)
    assert row.features.low > 0.8
    assert row.control.low < 0.5 < row.control.high
    erm, dfr, turned = (row.margins[name] for name in scores)
    assert erm.auc.low > 0.7
    assert dfr.auc.low < 0.5 < dfr.auc.high
    assert turned.auc.high < 0.3
    assert erm.change.value is None
    assert dfr.change.value == pytest.approx(dfr.auc.value - erm.auc.value)
    assert dfr.change.high < -0.2


@pytest.mark.parametrize("sizes", [[60, 60, 60, 60], [396, 12, 12, 396]])
def test_the_class_is_no_reading_of_the_cue(make_rows, sizes):
    """Null with 50/50 and 97/3: features hold the class alone, which goes with the cue."""
    rows, rng, runs = rows_of(make_rows, sizes), np.random.default_rng(1), 80
    missed = np.zeros(3)
    for _ in range(runs):
        X, fresh = rng.normal(size=(2, len(rows), 40)) + rows.y[:, None]
        (row,) = probed(rows, X, {"erm": X[:, 0]}, other=Reading(rows, fresh)).rows
        missed += [not span.low <= 0.5 <= span.high for span in (row.features, row.margins["erm"].auc, row.control)]
    assert (missed / runs <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)).all()


def test_the_margin_is_read_as_one_auc_a_class(make_rows):
    rows, rng = rows_of(make_rows, [30, 20, 15, 35]), np.random.default_rng(2)
    z = rng.normal(size=100)
    (row,) = probed(rows, rng.normal(size=(100, 2)), {"erm": z}).rows
    inside = [dominance(*(z[(rows.y == y) & (rows.cue == a)] for a in (0, 1))).auc for y in (0, 1)]
    w = np.array([30 * 20 / 51, 15 * 35 / 51])
    assert row.margins["erm"].auc.value == pytest.approx(w @ inside / w.sum())


def test_each_class_has_its_probe_and_thin_ones_are_left_out(make_rows):
    """The cue lies in another direction in each class; class 1 has too few rows to fit on, then to read."""
    rng = np.random.default_rng(3)
    full, thin = rows_of(make_rows, [40, 40, 40, 40]), rows_of(make_rows, [40, 40, 40, 4])

    def both(rows):
        turned = np.where(rows.y == 1, -1, 1) * rows.cue
        return Reading(rows, 4.0 * turned[:, None] + rng.normal(size=(len(rows), 1)))

    read = probe(both(full), both(full), {"erm": np.zeros(160)}, "erm", least_squares, seed=0, method="").rows[0]
    assert (read.classes, read.n) == (2, 160)
    assert read.features.low > 0.9
    for sides in ((thin, full), (full, thin)):
        fitted_on, read_on = (both(rows) for rows in sides)
        row = probe(
            fitted_on, read_on, {"erm": np.zeros(len(read_on.rows))}, "erm", least_squares, seed=0, method=""
        ).rows[0]
        assert (row.classes, row.n) == (1, 80)


def test_more_classes_and_more_cues(make_rows):
    y, cue = np.repeat(np.arange(3), 120), np.tile(np.arange(3), 120)
    rows = make_rows(y, cue, classes=3, cues=3)
    X = np.random.default_rng(4).normal(size=(360, 4))
    X[:, 0] += 3 * (cue == 2)
    found = probed(rows, X, {"erm": X[:, 0]})
    assert [row.value for row in found.rows] == ["a=0", "a=1", "a=2"]
    assert found.rows[2].features.low > 0.9
    assert found.rows[0].margins == {}
    assert "two classes" in found.margins_reason


def test_it_says_why_not(make_rows):
    found = probed(rows_of(make_rows, [40, 0, 0, 40]), np.ones((80, 2)), {"erm": np.ones(80)})
    assert "no class" in found.reason
    assert found.rows == ()
    many = make_rows(np.zeros(26, dtype=int), np.repeat(np.arange(13), 2), cues=13)
    assert "13" in probed(many, np.ones((26, 2)), {"erm": np.ones(26)}).reason
