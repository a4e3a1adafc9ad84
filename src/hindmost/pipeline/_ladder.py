"""Step: the ladder from the network's own head to the best that any labels could buy on these features."""

from __future__ import annotations

import numpy as np

from hindmost.core.ceilings import Rung
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.core.policy import Policy
from hindmost.evals.ladder import Step, ladder
from hindmost.heads.crossfit import out_of_fold
from hindmost.heads.reweighted import Reweighted
from hindmost.pipeline._heads import Fitted, fit_head
from hindmost.pipeline.options import Talk

PENALTIES = (10.0, 1.0, 0.1, 0.01)
FOLDS = 3
MOST_ROWS = 8_000  # rows that the oracle is cross-fitted on; beyond it would take longer than the rest of the audit

OWN = "the network's own head"
MOVED = "its class offsets moved, without a look at groups"
DECIDING = "the deciding head"
ORACLE = "oracle: cross-fitted on validation and test rows, groups weighing the same, penalty chosen inside each fold"
ERASED = "the cue erased from the features, then a new head"
END_TO_END = "balanced end-to-end training"
NOT_RUN = "not run"
NOT_ASKED = "{head} was not among the heads"
NO_HEAD = "the head {head} is not available"
MANY_ROWS = "{n} validation and test rows are more than the {most} that it is cross-fitted on"


def measure_ladder(
    features: Features, fitted: dict[str, Fitted], context: FitContext, baseline: str, policy: Policy, talk: Talk
) -> tuple[Rung, ...]:
    """Worst group on every rung, each in the same three readings; empty without test rows."""
    test = features.of("test")
    if not len(test.rows):
        return ()
    known = dict(fitted)
    talk.progress("ladder", 0, 2)
    if "erased" not in known:
        known["erased"] = fit_head("erased", context)
    talk.progress("ladder", 1, 2)
    oracle = _oracle(features, context)
    talk.progress("ladder", 2, 2)
    steps = [
        _step(OWN, baseline, known, test),
        _step(MOVED, "threshold", known, test),
        *([_step(DECIDING, policy.deciding_head, known, test)] if policy.deciding_head != baseline else []),
        oracle,
        _step(ERASED, "erased", known, test),
        Step(END_TO_END, reason=NOT_RUN),
    ]
    return ladder(test.rows, context.val.rows, steps, level=policy.level)


def _step(title: str, name: str, fitted: dict[str, Fitted], test: Features) -> Step:
    one = fitted.get(name)
    if one is None:
        return Step(title, name, reason=NOT_ASKED.format(head=name))
    if one.head is None:
        return Step(title, name, reason=one.reason or NO_HEAD.format(head=name))
    return Step(title, name, one.head.predict(test.X), one.val_predicted, one.val_reason)


def _oracle(features: Features, context: FitContext) -> Step:
    """Every row by a head that was fitted without its cluster, on validation and test rows together."""
    both = features.take(~features.rows.mask("train"))
    if len(both.rows) > MOST_ROWS:
        return Step(ORACLE, reason=MANY_ROWS.format(n=len(both.rows), most=MOST_ROWS))
    head = Reweighted(penalties=PENALTIES, n_strata=context.n_strata, random_state=context.seed, tol=1e-4)
    X, rows = np.asarray(both.X, dtype=np.float64), both.rows
    said, reason = out_of_fold(
        head, X, rows.y, rows.strata, cluster=rows.cluster, seed=context.seed, folds=FOLDS
    )  # fmt: skip
    if reason is not None:
        return Step(ORACLE, reason=reason)
    return Step(ORACLE, None, said[rows.mask("test")], said[rows.mask("val")])
