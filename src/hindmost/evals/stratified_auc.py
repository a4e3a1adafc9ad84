"""How well many features order two kinds of rows, averaged over strata, with what a test and an interval need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hindmost.core.clusters import effective_n
from hindmost.core.rows import BoolArray, FloatArray, IntArray, Rows
from hindmost.evals._placements import by_unit, placements

MIN_ROWS = 10  # independent rows of either kind: with fewer the approximation is not to be trusted
_CELLS = 2_000_000  # features times rows ranked at a time


@dataclass(frozen=True)
class Question:
    """One comparison: rows of one value against the others, within each stratum.

    Parameters
    ----------
    what : str                            the value
    strata : tuple of (first, second)     positions of the other rows, and of this value's
    sizes : float array (strata, 2)       independent rows of each
    """

    what: str
    strata: tuple[tuple[IntArray, IntArray], ...]
    sizes: FloatArray

    @property
    def weights(self) -> FloatArray:
        """``mn / (m + n + 1)``, summing to 1: a stratum with few rows of one kind says little."""
        weights = self.sizes.prod(axis=1) / (self.sizes.sum(axis=1) + 1)
        return np.asarray(weights / weights.sum())

    @property
    def null_variance(self) -> float:
        """Variance of the weighted AUC where both kinds are distributed alike."""
        return float((self.weights**2 * (self.sizes.sum(axis=1) + 1) / (12 * self.sizes.prod(axis=1))).sum())


@dataclass(frozen=True)
class Answer:
    """One question, asked of d features.

    Parameters
    ----------
    auc : float array (d,)            weighted mean over strata of P(second > first) + P(tie) / 2
    se : float array (d,)             DeLong's, summed by cluster
    df : float array (d,)             Satterthwaite's degrees of freedom of it
    drawn : float array (draws, d)    the AUC with rows drawn again
    """

    auc: FloatArray
    se: FloatArray
    df: FloatArray
    drawn: FloatArray


def questions(rows: Rows, value: IntArray, stratum: IntArray, names: tuple[str, ...]) -> tuple[Question, ...]:
    """Each value against the others; of two values only the second, since the first says the same.

    Strata with fewer than ``MIN_ROWS`` independent rows of either kind are left out, and so are values without strata.
    """
    asked = (1,) if len(names) == 2 else range(len(names))
    found = (_question(rows, names[v], value == v, stratum) for v in asked)
    return tuple(one for one in found if one.strata)


def ask(X: NDArray[np.floating], question: Question, units: IntArray, noise: FloatArray) -> Answer:
    """Answer a question for every feature.

    Parameters
    ----------
    X : float array, shape (n, d)
    units : int array, shape (n,)               cluster of each row, 0..u-1
    noise : float array, shape (draws, u)       standard normal numbers: what each unit adds to the AUC is multiplied by
                                                them (a multiplier bootstrap); hand the same to every question

    References
    ----------
    van Elteren (1960), Bulletin de l'Institut International de Statistique 37, 351-361 (weights). Obuchowski (1997),
    Biometrics 53, 567-578 (clusters). Brunner & Munzel (2000), Biometrical Journal 42, 17-25 (degrees of freedom).
    """
    step = max(1, _CELLS // len(X))
    parts = [_ask(X[:, start : start + step], question, units, noise) for start in range(0, X.shape[1], step)]
    auc, se, df, drawn = (np.concatenate(columns, axis=-1) for columns in zip(*parts))
    return Answer(auc, se, df, drawn)


def _question(rows: Rows, what: str, member: BoolArray, stratum: IntArray) -> Question:
    cells = [
        (np.flatnonzero(~member & (stratum == s)), np.flatnonzero(member & (stratum == s))) for s in np.unique(stratum)
    ]
    sizes = [[_worth(rows, part) for part in cell] for cell in cells]
    kept = [i for i, pair in enumerate(sizes) if min(pair) >= MIN_ROWS]
    return Question(what, tuple(cells[i] for i in kept), np.array([sizes[i] for i in kept]).reshape(-1, 2))


def _worth(rows: Rows, where: IntArray) -> float:
    cluster = None if rows.cluster is None else rows.cluster[where]
    return float(effective_n(np.zeros(len(where), dtype=np.int64), cluster, 1)[0])


def _ask(
    X: NDArray[np.floating], question: Question, units: IntArray, noise: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    block = np.ascontiguousarray(X.T, dtype=np.float64)
    auc, total = np.zeros(len(block)), np.zeros((len(block), noise.shape[1]))
    variance, lost = np.zeros(len(block)), np.zeros(len(block))
    for weight, (first, second) in zip(question.weights.tolist(), question.strata):
        placed = placements(block[:, first], block[:, second])
        auc += weight * placed.auc
        for added, where in ((placed.first, first), (placed.second, second)):
            piece = weight * by_unit(added, units[where])
            own = (piece**2).sum(axis=1)
            variance, lost = variance + own, lost + own**2 / (piece.shape[1] - 1)
            total[:, np.unique(units[where])] += piece
    se = np.sqrt((total**2).sum(axis=1))
    df = np.where(lost > 0, variance**2 / np.where(lost > 0, lost, 1.0), 1.0)
    return auc, se, df, auc + noise @ total.T
