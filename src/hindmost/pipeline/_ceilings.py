"""Step: what limits the worst group: the deciding head fitted on fewer labels, and the curve taken further."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hindmost import heads as registry
from hindmost.core.ceilings import LabelCurve
from hindmost.core.errors import EmptyStratum
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.core.policy import Policy
from hindmost.core.rows import IntArray
from hindmost.evals.budget_fits import Predict, Refit, budgets_of, fit_budgets
from hindmost.evals.extrapolate import DRAWS, extrapolate
from hindmost.evals.label_budget import curve_of
from hindmost.heads.to_head import to_predictor
from hindmost.pipeline._heads import Fitted
from hindmost.pipeline.options import Talk

NOT_FITTED = "the head {head} is not available"
OTHER_ROWS = "the head {head} is not fitted on validation rows"
NO_TEST = "there are no test rows"
FEW_ROWS = "a label budget needs {least} validation rows of every group, and has fewer of: {names}"


def label_curve(
    features: Features, fitted: dict[str, Fitted], context: FitContext, baseline: str, policy: Policy, talk: Talk
) -> LabelCurve:
    """The deciding head's curve over labelled images, taken further; or why there is none."""
    name, val, test = policy.deciding_head, context.val.rows, features.of("test")
    own = fitted[baseline].head
    reason = _why_not(name, fitted, len(test.rows))
    if reason is not None or own is None:
        return LabelCurve(name, policy.label_budget, None, None, reason)
    try:
        budgets = budgets_of(val)
    except EmptyStratum as empty:
        names = "; ".join(val.naming.groups[g] for g in empty.strata)
        return LabelCurve(name, policy.label_budget, None, None, FEW_ROWS.format(least=4, names=names))
    fits = fit_budgets(
        val, test.X, _refit(name, context), budgets=budgets, draws=DRAWS, seed=context.seed,
        progress=talk.progress,
    )  # fmt: skip
    curve = curve_of(fits, test.rows, own.predict(test.X), seed=context.seed, level=policy.level)
    further = extrapolate(fits, test.rows, budget=policy.label_budget, target=policy.target, level=policy.level)
    short = replace(curve, table=())  # one line a fit: anyone can make it again from the seed
    if isinstance(further, str):
        return LabelCurve(name, policy.label_budget, short, None, further)
    return LabelCurve(name, policy.label_budget, short, further, None)


def _why_not(name: str, fitted: dict[str, Fitted], n_test: int) -> str | None:
    if name not in fitted or fitted[name].head is None:
        return NOT_FITTED.format(head=name)
    if registry.load(name).rows != "val":
        return OTHER_ROWS.format(head=name)
    return None if n_test else NO_TEST


def _refit(name: str, context: FitContext) -> Refit:
    """Fits the head on some of the validation rows; everything else of the context stays."""
    X, rows = context.val.X.astype(np.float64), context.val.rows
    estimator = registry.build(name, context)
    seeded = "random_state" in estimator.get_params()

    def refit(positions: IntArray, seed: int) -> Predict:
        own = rows.take(positions)
        if seeded:
            estimator.set_params(random_state=seed)
        estimator.fit(X[positions], own.y, strata=own.strata, cluster=own.cluster)
        return to_predictor(estimator).predict

    return refit
