"""The step from validation rows to the curve over labels and the ladder: head, labels and features told apart."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtr

from hindmost.core.ceilings import Ceilings
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.core.policy import Policy
from hindmost.core.rows import Naming, Rows
from hindmost.pipeline import _ceilings, _ladder
from hindmost.pipeline._heads import fit_head
from hindmost.pipeline.options import SILENT

HEAD = "dfr-v2"  # fitted on validation rows, in half the time of "dfr"
POLICY = Policy(deciding_head=HEAD, label_budget=500)
NAMING = Naming(("seal", "otter"), ("ice", "rock"), ("ground",))


def world(core, *, cue=2.0, train=(450, 50, 50, 450), val=(80,) * 4, test=(400,) * 4, d=4, seed=0):
    """Two directions, one of the class and one of the cue, and noise; a head that drops the cue has Phi(core)."""
    group = np.repeat(np.tile(np.arange(4), 3), [*train, *val, *test])
    split = np.repeat(np.arange(3), [sum(train), sum(val), sum(test)])
    rows = Rows(np.arange(len(group)).astype(np.str_), group // 2, group % 2, split, NAMING)
    X = np.random.default_rng(seed).normal(size=(len(group), d))
    X[:, 0] += core * (2 * rows.y - 1)
    X[:, 1] += cue * (2 * rows.cue - 1)
    return Features(rows, X.astype(np.float32))


def given(features, heads=(HEAD, "threshold")):
    context = FitContext(features.of("train"), features.of("val"), None, 0, 4)
    baseline = fit_head("refit", context)
    return {"refit": baseline} | {name: fit_head(name, context) for name in heads}, context


def measured(features, policy=POLICY, *, no_head=()):
    fitted, context = given(features)
    fitted |= {name: replace(fitted[name], head=None) for name in no_head}
    given_all = (features, fitted, context, "refit", policy, SILENT)
    return Ceilings(_ceilings.label_curve(*given_all), _ladder.measure_ladder(*given_all))


@pytest.fixture(scope="module")
def plain():
    return measured(world(1.3))


def test_the_curve_ends_where_the_features_allow(plain):
    curve, further = plain.labels.curve, plain.labels.extrapolation
    assert (curve.budgets[0], curve.budgets[-1], len(curve.budgets)) == (4, 80, 8)
    assert curve.table == ()  # one line a fit is left to the seed
    assert curve.points[-1].worst > curve.points[0].worst + 0.03  # labels were worth something
    best = float(ndtr(1.3))  # by the class direction alone
    assert curve.points[-1].worst < best + 0.02
    end = next(value for value in further.worst if value.budget == further.horizon)
    assert end.lower < best < end.upper
    assert further.target == POLICY.target


def test_flat_features_stay_under_the_target_by_their_bound():
    labels = measured(world(0.4, val=(150,) * 4, test=(800,) * 4)).labels
    end = next(value for value in labels.extrapolation.worst if value.budget == labels.extrapolation.horizon)
    assert end.upper < POLICY.target
    assert labels.extrapolation.needed is None


def test_each_rung_in_its_place_with_its_step(plain):
    own, moved, deciding, oracle, erased, end_to_end = plain.ladder
    assert [rung.title for rung in plain.ladder] == [
        _ladder.OWN, _ladder.MOVED, _ladder.DECIDING, _ladder.ORACLE, _ladder.ERASED, _ladder.END_TO_END,
    ]  # fmt: skip
    assert [rung.head for rung in plain.ladder] == ["refit", "threshold", HEAD, None, "erased", None]
    assert own.worst.test_minimum < 0.75  # before: it leans on the cue
    assert deciding.step_low > 0
    assert deciding.worst.test_minimum == pytest.approx(own.worst.test_minimum + moved.step + deciding.step)
    assert abs(oracle.step) < 0.05  # 80 labels of each group are enough for four features
    assert erased.worst.test_minimum > own.worst.test_minimum + 0.1
    assert (end_to_end.worst, end_to_end.reason) == (None, _ladder.NOT_RUN)
    assert {rung.n for rung in plain.ladder} == {1600}


def test_where_the_cue_was_never_used_no_rung_gains():
    rungs = measured(world(1.3, cue=0.0)).ladder
    for rung in rungs[1:5]:
        assert rung.step_low <= 0 or rung.step < 0.02, rung.title


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"policy": replace(POLICY, deciding_head="refit")}, "not fitted on validation rows"),
        ({"no_head": (HEAD,)}, f"the head {HEAD} is not available"),
        ({"features": world(1.3, val=(80, 3, 80, 80))}, f"fewer of: {NAMING.groups[1]}"),
        ({"features": world(1.3, test=(0,) * 4)}, "no test rows"),
    ],
)
def test_no_curve_and_why(change, reason):
    found = measured(**{"features": world(1.3), **change})
    assert found.labels.curve is None
    assert reason in found.labels.reason
    assert found.ladder == () or len(found.ladder) >= 5


def test_too_many_rows_leave_the_oracle_out(monkeypatch, plain):
    features = world(1.3)
    fitted, context = given(features, heads=())
    monkeypatch.setattr(_ladder, "MOST_ROWS", 100)
    oracle = _ladder.measure_ladder(features, fitted, context, "refit", POLICY, SILENT)[3]
    assert oracle.worst is None
    assert "1920 validation and test rows are more than the 100" in oracle.reason
    assert plain.ladder[3].worst is not None
