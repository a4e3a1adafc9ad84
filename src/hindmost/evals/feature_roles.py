"""What single features tell: the class within one cue value, the cue within one class, both, or neither."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from hindmost.core.anatomy import Told
from hindmost.core.errors import InputError
from hindmost.core.pvalues import holm
from hindmost.core.rows import BoolArray, FloatArray, IntArray, Rows
from hindmost.evals._check import check_length
from hindmost.evals.stratified_auc import MIN_ROWS, Answer, Question, ask, questions

MARGIN = 0.05
DRAWS = 400
MOST_VALUES = 12
TELLS = (3, 0, 1, 2)  # position in ROLES by 2 * tells the cue + tells the class: neither, core, cue, mixed


@dataclass(frozen=True)
class Telling:
    """How well d features answer the q questions of one kind.

    Parameters
    ----------
    names : tuple of str, length q       the value that each question sets against the others
    strata : int                         strata that entered, the most of any question
    auc, low, high, p : float arrays, shape (q, d)     two-sided 95 % interval, adjusted p
    se : float array, shape (q, d)       standard error of ``auc``
    tells : bool array (d,)              in any question
    drawn : float array (draws, q, d)    ``auc`` with the rows drawn again
    drawn_tells : bool array (draws, d)  in any question, at the cut that Holm found
    """

    names: tuple[str, ...]
    strata: int
    auc: FloatArray
    low: FloatArray
    high: FloatArray
    p: FloatArray
    se: FloatArray
    tells: BoolArray
    drawn: FloatArray
    drawn_tells: BoolArray

    def told(self, feature: int) -> Told:
        """The clearest answer of one feature: the smallest p, then the AUC farthest from 0.5."""
        q = int(np.lexsort((-np.abs(self.auc[:, feature] - 0.5), self.p[:, feature]))[0])
        auc, low, high, p = (float(column[q, feature]) for column in (self.auc, self.low, self.high, self.p))
        return Told(auc, low, high, p, self.names[q])


@dataclass(frozen=True)
class FeatureRoles:
    """Roles of d features as positions in ``ROLES``: as observed (d,), and with the rows drawn again (draws, d)."""

    of_class: Telling
    of_cue: Telling
    roles: IntArray
    drawn: IntArray


def why_not(rows: Rows) -> str | None:
    """Why features cannot be given roles on these rows; None where they can."""
    many = max(len(rows.naming.classes), len(rows.naming.cues))
    if many > MOST_VALUES:
        return f"roles are read for up to {MOST_VALUES} classes and cue values, and there are {many}"
    of_class, of_cue = _families(rows)
    if not of_class:
        return f"no cue value has {MIN_ROWS} rows of two classes, so no feature can be seen to tell the class"
    if not of_cue:
        return f"no class has {MIN_ROWS} rows of two cue values, so no feature can be seen to tell the cue"
    return None


def feature_roles(
    rows: Rows, X: NDArray[np.floating], *, level: float, seed: int, margin: float = MARGIN
) -> FeatureRoles:
    """Judge every feature on rows that fitted no head.

    A feature tells the class if its AUC between a class and the others, within one cue value and averaged over cue
    values, lies beyond ``0.5 +- margin``; the cue likewise, within classes. The test takes the larger of two standard
    errors: DeLong's, and the one that holds where nothing is told. The first alone is too small for few rows, the
    second for unequal spreads. Holm's correction over all features and questions bounds the chance that any feature
    gets a role that it does not have by ``level``.

    Rows (or clusters) are drawn again for all features and questions together, and judged at the cut that Holm found.

    Parameters
    ----------
    rows : Rows, n of them
    X : float array, shape (n, d)
    level : float           family-wise error level
    seed : int              drives the draws
    margin : float >= 0     distance of an AUC from 0.5 that counts as telling nothing

    Raises
    ------
    InputError
        ``why_not(rows)`` has a reason, or X has other rows.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6, 65-70. ``stratified_auc`` names those of the AUC.
    """
    check_length("X", X, len(rows))
    reason = why_not(rows)
    if reason is not None:
        raise InputError(f"Features have no roles here: {reason}. Ask why_not(rows) first.")
    units = np.arange(len(rows)) if rows.cluster is None else np.unique(rows.cluster, return_inverse=True)[1]
    noise = np.random.default_rng(seed).standard_normal((DRAWS, int(units.max()) + 1))
    families = _families(rows)
    answers = [[ask(X, one, units, noise) for one in asked] for asked in families]
    p = np.concatenate(
        [_p_values(a, q, margin) for asked, family in zip(families, answers) for q, a in zip(asked, family)]
    )
    adjusted = holm(p).reshape(-1, X.shape[1])
    told = adjusted < level
    cut = float(p[told.ravel()].max()) if told.any() else level / len(p)
    n = len(families[0])
    of_class = _telling(families[0], answers[0], adjusted[:n], told[:n], cut, margin)
    of_cue = _telling(families[1], answers[1], adjusted[n:], told[n:], cut, margin)
    roles, drawn = _role(of_class.tells, of_cue.tells), _role(of_class.drawn_tells, of_cue.drawn_tells)
    return FeatureRoles(of_class, of_cue, roles, drawn)


def _families(rows: Rows) -> tuple[tuple[Question, ...], tuple[Question, ...]]:
    of_class = questions(rows, rows.y, rows.cue, rows.naming.classes)
    return of_class, questions(rows, rows.cue, rows.y, rows.naming.cues)


def _test_se(question: Question, answer: Answer) -> FloatArray:
    return np.maximum(answer.se, np.sqrt(question.null_variance))


def _p_values(answer: Answer, question: Question, margin: float) -> FloatArray:
    """Two-sided p of "the AUC lies within the margin of 0.5", shape (d,)."""
    beyond = (np.abs(answer.auc - 0.5) - margin) / _test_se(question, answer)
    return np.minimum(2 * stdtr(answer.df, -beyond), 1.0)


def _telling(
    asked: tuple[Question, ...], answers: list[Answer], p: FloatArray, told: BoolArray, cut: float, margin: float
) -> Telling:
    auc, half = np.stack([a.auc for a in answers]), np.stack([a.se * -stdtrit(a.df, 0.025) for a in answers])
    reach = [margin - stdtrit(a.df, cut / 2) * _test_se(q, a) for q, a in zip(asked, answers)]
    again = [np.abs(a.drawn - 0.5) >= r for a, r in zip(answers, reach)]
    return Telling(
        names=tuple(one.what for one in asked),
        strata=max(len(one.strata) for one in asked),
        auc=auc,
        low=np.maximum(auc - half, 0.0),
        high=np.minimum(auc + half, 1.0),
        p=p,
        se=np.stack([a.se for a in answers]),
        tells=np.asarray(told.any(axis=0)),
        drawn=np.stack([a.drawn for a in answers], axis=1),
        drawn_tells=np.any(again, axis=0),
    )


def _role(tells_class: BoolArray, tells_cue: BoolArray) -> IntArray:
    return np.array(TELLS, dtype=np.int64)[2 * tells_cue.astype(np.int64) + tells_class]
