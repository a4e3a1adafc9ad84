"""The AUC of a head, split by what the cue says about each pair: a loss where it says nothing is damaged signal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from hindmost.core.clusters import effective_n
from hindmost.core.dominance import Dominance
from hindmost.core.errors import InputError
from hindmost.core.ranking import PairKind, Ranking, RankRow, Span
from hindmost.core.rows import FloatArray, IntArray, Rows
from hindmost.evals._check import check_length
from hindmost.evals._placements import by_unit, placements

KINDS: tuple[PairKind, ...] = ("easy", "hard", "same")
TWO_CLASSES = "pairs are ordered by the margin of two classes, and there are more"
NO_PAIRS = "the test rows hold one class only, so there are no pairs"
UNKNOWN_CUE = "training shows one of the cue values never, so what it says about a pair is not known"
_EMPTY = Span(None, None, None)


def ranking(rows: Rows, before: FloatArray, after: FloatArray, *, association: IntArray) -> Ranking:
    """Pairwise AUC of two heads, over all pairs and by kind.

    A pair is a row of class 1 and one of class 0. It is *easy* where the cue of the first goes with class 1 in
    training and that of the second with class 0, *hard* where both are the other way round, and *same* where both cues
    go with one class: there the cue cannot order the pair. The AUC is the pairs' mean, so it splits exactly. Losing a
    shortcut should help hard pairs, cost easy ones, and leave same pairs alone.

    Intervals: of one AUC the outer of DeLong's and Newcombe's; of the change the outer of the paired DeLong interval,
    on Satterthwaite's degrees of freedom, and the one that the two single intervals make (MOVER), so that few rows in
    perfect order keep a width. Sums by cluster. Heads that order all rows alike changed nothing, and their interval
    says so.

    Parameters
    ----------
    rows : Rows, n of them
    before, after : float arrays, shape (n,)    logit of class 1 minus class 0
    association : int array, shape (k,)         class of each cue value, from ``training_association``

    Returns
    -------
    Ranking; ``reason`` where there are more classes, no pairs, or a cue value that training never shows

    References
    ----------
    DeLong et al. (1988), Biometrics 44, 837-845. Zou & Donner (2008), Statistics in Medicine 27, 1693-1702.
    """
    for name, array in (("before", before), ("after", after)):
        check_length(name, array, len(rows))
        if not np.isfinite(array).all():
            raise InputError(f"{name} holds NaN or infinite margins. Compute it again.")
    reason = _reason(rows, association)
    if reason is not None:
        return Ranking(reason, None, ())
    says, scores = association[rows.cue], np.stack([before, after]).astype(np.float64)
    blocks: dict[PairKind, list[tuple[IntArray, IntArray]]] = {kind: [] for kind in KINDS}
    for high in (0, 1):
        for low in (0, 1):
            pair = _where(rows, 0, says == low), _where(rows, 1, says == high)
            if len(pair[0]) and len(pair[1]):
                blocks["same" if high == low else "easy" if high else "hard"].append(pair)
    whole = [(np.flatnonzero(rows.y == 0), np.flatnonzero(rows.y == 1))]
    total = len(whole[0][0]) * len(whole[0][1])
    everything: list[tuple[PairKind, list[tuple[IntArray, IntArray]]]] = [("all", whole), *blocks.items()]
    return Ranking(
        None, rows.naming.classes[1], tuple(_row(kind, rows, scores, one, total) for kind, one in everything)
    )


def _reason(rows: Rows, association: IntArray) -> str | None:
    if len(rows.naming.classes) != 2:
        return TWO_CLASSES
    if len(np.unique(rows.y)) < 2:
        return NO_PAIRS
    return UNKNOWN_CUE if (association[rows.cue] < 0).any() else None


def _where(rows: Rows, y: int, chosen: np.ndarray) -> IntArray:
    return np.flatnonzero((rows.y == y) & chosen)


@dataclass(frozen=True)
class _Blocks:
    """Two heads' AUCs over blocks of pairs: values (2,), covariance (2, 2), degrees of freedom of the difference."""

    auc: FloatArray
    covariance: FloatArray
    df: float
    alike: bool  # both order every pair the same way


def _row(
    kind: PairKind, rows: Rows, scores: FloatArray, blocks: list[tuple[IntArray, IntArray]], total: int
) -> RankRow:
    if not blocks:
        return RankRow(kind, 0, 0, None, _EMPTY, _EMPTY, _EMPTY)
    pairs = sum(len(low) * len(high) for low, high in blocks)
    found = _compare(rows, scores, blocks, pairs)
    low, high = (np.unique(np.concatenate(each)) for each in zip(*blocks))
    sizes = [_worth(rows, part) for part in (low, high)]
    ends = [_interval(found.auc[i], found.covariance[i, i], sizes) for i in (0, 1)]
    before, after = (Span(float(found.auc[i]), *ends[i]) for i in (0, 1))
    return RankRow(kind, len(high), len(low), pairs / total, before, after, _change(found, ends))


def _compare(rows: Rows, scores: FloatArray, blocks: list[tuple[IntArray, IntArray]], pairs: int) -> _Blocks:
    """Blocks weigh as many pairs as they hold. Each sample of each block is scaled as DeLong does, m / (m - 1)."""
    units = np.arange(len(rows)) if rows.cluster is None else np.unique(rows.cluster, return_inverse=True)[1]
    auc, total = np.zeros(2), np.zeros((2, int(units.max()) + 1))
    own, lost = 0.0, 0.0
    for low, high in blocks:
        placed, weight = placements(scores[:, low], scores[:, high]), len(low) * len(high) / pairs
        auc += weight * placed.auc
        for added, where in ((placed.first, low), (placed.second, high)):
            piece = weight * by_unit(added, units[where])
            total[:, np.unique(units[where])] += piece
            variance = float(((piece[1] - piece[0]) ** 2).sum())
            own, lost = own + variance, lost + variance**2 / max(piece.shape[1] - 1, 1)
    alike = bool(np.allclose(total[0], total[1], atol=1e-12) and abs(auc[1] - auc[0]) < 1e-12)
    return _Blocks(auc, total @ total.T, own**2 / lost if lost > 0 else 1.0, alike)


def _worth(rows: Rows, where: IntArray) -> float:
    cluster = None if rows.cluster is None else rows.cluster[where]
    return float(effective_n(np.zeros(len(where), dtype=np.int64), cluster, 1)[0])


def _interval(auc: float, variance: float, sizes: list[float]) -> tuple[float, float]:
    low, high = Dominance(float(auc), float(variance), *sizes).interval(0.05)
    return (low + 1) / 2, (high + 1) / 2


def _change(found: _Blocks, ends: list[tuple[float, float]]) -> Span:
    if found.alike:
        return Span(0.0, 0.0, 0.0)
    difference, c = float(found.auc[1] - found.auc[0]), found.covariance
    half = -float(stdtrit(found.df, 0.025)) * np.sqrt(max(c[0, 0] + c[1, 1] - 2 * c[0, 1], 0.0))
    scale = np.sqrt(c[0, 0] * c[1, 1])
    rho = float(np.clip(c[0, 1] / scale, -1, 1)) if scale > 0 else 0.0
    (low0, high0), (low1, high1) = ends
    down, up = (found.auc[1] - low1, high0 - found.auc[0]), (high1 - found.auc[1], found.auc[0] - low0)
    below, above = (float(np.sqrt(max(a**2 - 2 * rho * a * b + b**2, 0.0))) for a, b in (down, up))
    return Span(difference, max(difference - max(half, below), -1.0), min(difference + max(half, above), 1.0))
