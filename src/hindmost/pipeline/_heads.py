"""Step: fit every head that was asked for, and predict with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from hindmost import heads as registry
from hindmost.core.errors import EmptyStratum, InputError
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.core.head import Head, Predictor
from hindmost.core.rows import FloatArray, IntArray, Rows
from hindmost.features.engines import Engine
from hindmost.heads._estimator import HeadEstimator
from hindmost.heads._fits import Fits
from hindmost.heads._linear import LinearHead
from hindmost.heads.crossfit import out_of_fold
from hindmost.heads.to_head import to_predictor
from hindmost.pipeline.options import Talk


@dataclass(frozen=True)
class Fitted:
    """One head after fitting.

    Parameters
    ----------
    head : Predictor or None    None: not available, ``reason`` says why
    method : str                what is fitted, on which rows, with which labels
    selected : dict             hyper-parameters that were chosen
    single_coefs : array or None    margin weights of each single fit, shape (fits, ...)
    single_predict : callable or None   rows (n, d) -> classes that each single fit says, shape (fits, n)
    val_predicted : int array or None    out-of-fold predictions of the validation rows
    val_reason : str or None    why there are none
    singles : Fits or None      the single fits on raw features
    """

    head: Predictor | None
    method: str
    reason: str | None = None
    selected: dict[str, Any] | None = None
    single_coefs: FloatArray | None = None
    single_predict: Callable[[FloatArray], IntArray] | None = None
    val_predicted: IntArray | None = None
    val_reason: str | None = None
    singles: Fits | None = None


def fit_heads(
    names: tuple[str, ...], context: FitContext, baseline: tuple[str, Fitted], talk: Talk, engine: Engine
) -> dict[str, Fitted]:
    """Fit the named heads, a task each, in their order; the baseline comes first and is never refitted."""
    wanted = [name for name in dict.fromkeys(names) if name not in ("erm", baseline[0])]
    fitted = engine.map(
        partial(fit_head, context=context),
        wanted,
        cpus_per_task=None,
        progress=lambda _, done, total: talk.progress("heads", done, total),
    )
    return {baseline[0]: baseline[1], **dict(zip(wanted, fitted, strict=True))}


def refit_baseline(context: FitContext) -> Fitted:
    """The named baseline ``refit``, where the network's own head is not known."""
    fitted = fit_head("refit", context)
    if fitted.head is None:
        raise InputError(f"No baseline: {fitted.reason} Give logits or train rows of every class.")
    return fitted


def own_head(head: Head, val: Features, source: str) -> Fitted:
    """The network's own head, which never saw the validation rows."""
    return Fitted(head, source, selected={}, val_predicted=head.predict(val.X))


def fit_head(name: str, context: FitContext) -> Fitted:
    """One head by its name, or why it cannot be fitted."""
    kind = registry.load(name)
    rows = context.fitted_on(kind.rows)
    if not len(rows.rows):
        return Fitted(None, kind.method, reason=f"it is fitted on {kind.rows} rows, and there are none.")
    X = np.asarray(rows.X, dtype=np.float64)
    y, strata = rows.rows.y, rows.rows.strata
    if len(np.unique(y)) < len(rows.rows.naming.classes):
        return Fitted(None, kind.method, reason=f"the {kind.rows} rows do not hold every class.")
    try:
        estimator = registry.build(name, context).fit(X, y, strata=strata, cluster=rows.rows.cluster)
    except EmptyStratum as empty:
        return Fitted(None, kind.method, reason=_name_strata(empty, rows.rows))
    head = to_predictor(estimator)
    predicted, reason = _validation(name, estimator, head, context)
    return Fitted(
        head,
        kind.method,
        selected=dict(estimator.selected_),
        **_singles(estimator),
        val_predicted=predicted,
        val_reason=reason,
    )


def _singles(estimator: HeadEstimator) -> dict[str, Any]:
    """The fits before averaging, where a head averages several."""
    if not isinstance(estimator, LinearHead) or estimator.single_fits_ is None:
        return {}
    fits = estimator.single_fits_
    return {"single_coefs": estimator.single_coefs_, "single_predict": fits.predict, "singles": fits}


def _validation(
    name: str, estimator: HeadEstimator, head: Predictor, context: FitContext
) -> tuple[IntArray | None, str | None]:
    """Predictions of validation rows by a head that used none of their labels."""
    val = context.val
    if not len(val.rows):
        return None, "there are no validation rows"
    if estimator.val_predicted_ is not None:
        return estimator.val_predicted_, None
    if estimator.rows != "val":
        return head.predict(val.X), None
    predicted, reason = out_of_fold(
        registry.build(name, context),
        np.asarray(val.X, dtype=np.float64),
        val.rows.y,
        val.rows.strata,
        cluster=val.rows.cluster,
        seed=context.seed,
    )
    return (None, reason) if reason else (predicted, None)


def _name_strata(empty: EmptyStratum, rows: Rows) -> str:
    """Why a head that needs every group could not be fitted, with the names of the groups."""
    if not empty.strata:
        return str(empty)
    names = "; ".join(rows.naming.groups[g] for g in empty.strata)
    if empty.needs is not None:
        return f"it needs {empty.needs} rows of each group, and has fewer of: {names}; collect more of them."
    if np.isin(empty.strata, rows.group).all():
        return f"a random half of its rows holds none of: {names}; collect more of them."
    return (
        f"it needs rows of every group, and has none of: {names}; collect some, or let the policy say "
        "on_empty_stratum: fit_existing."
    )
