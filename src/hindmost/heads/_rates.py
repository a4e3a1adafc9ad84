"""Class offsets under which the predicted classes have wanted counts."""

from __future__ import annotations

import numpy as np

from hindmost.core.errors import InputError
from hindmost.core.head import predictions
from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._offset import WIDEST_ROUNDING

SWEEPS = 10
EDGE = 1e-6  # of the largest logit: how far offsets are pushed off a tie of equal rows


def offsets_for(logits: FloatArray, wanted: IntArray) -> FloatArray:
    """Offsets (c,), the first 0, so that class k is the largest of ``logits + offsets`` in ``wanted[k]`` rows.

    Without equal rows the counts are met exactly: the offsets are the prices of the assignment of rows to classes
    with these counts and the largest sum of logits, halfway between the prices at which a first row would leave.
    Equal rows go one way together, so then the counts are as near as a cut can bring them (two classes), or as
    moving one class at a time can (more).

    Parameters
    ----------
    logits : float array (n, c)
    wanted : int array (c,)        at least 0, sum n
    """
    if wanted.min() < 0 or wanted.sum() != len(logits):
        raise InputError(f"wanted counts must be at least 0 and sum to {len(logits)}, but {wanted.tolist()} came.")
    if logits.shape[1] == 2:
        return np.array([0.0, _cut(logits[:, 0] - logits[:, 1], int(wanted[1]))])
    offsets = _refined(logits, _prices(logits, _assignment(logits, wanted)), wanted)
    return np.asarray(offsets - offsets[0])


def counts_of(logits: FloatArray) -> IntArray:
    """How many rows of logits (n, c) are predicted as each class, shape (c,)."""
    return np.asarray(np.bincount(predictions(logits), minlength=logits.shape[1]))


def _cuts(need: FloatArray) -> tuple[FloatArray, IntArray]:
    """Offsets between neighbouring needs (n,), below and above all, and how many needs each exceeds."""
    ordered = np.sort(need)
    gaps, largest = np.diff(ordered), np.abs(ordered).max()
    wide = np.flatnonzero(gaps > WIDEST_ROUNDING * largest)
    beyond = 2 * largest + 1.0
    offsets = np.concatenate([[-beyond], ordered[wide] + gaps[wide] / 2, [beyond]])
    return offsets, np.concatenate([[0], wide + 1, [len(need)]])


def _smallest(offsets: FloatArray, away: IntArray) -> float:
    """The offset that is least far away from what is wanted; of equals the smallest in size."""
    best = np.flatnonzero(away == away.min())
    return float(offsets[best[np.abs(offsets[best]).argmin()]])


def _cut(need: FloatArray, wanted: int) -> float:
    """The nearest cut of two classes, or 0 where the counts are as near without one."""
    offsets, exceeded = _cuts(need)
    return _smallest(np.append(0.0, offsets), np.abs(np.append((need < 0).sum(), exceeded) - wanted))


def _assignment(logits: FloatArray, wanted: IntArray) -> IntArray:
    """The class of each row (n,) in the assignment with these counts and the largest sum of logits.

    The classes with the largest ``logits + offsets`` are the best assignment with their own counts, whatever the
    offsets. A few sweeps of offsets bring the counts near; then one row at a time moves along the cheapest path from
    a class with too many to one with too few, which keeps the assignment the best (successive shortest paths).
    """
    assigned = (logits + _swept(logits, wanted)).argmax(axis=1)
    while (surplus := np.bincount(assigned, minlength=len(wanted)) - wanted).any():
        room, first = _room(logits, assigned)
        nearest, via = _paths(room)
        costs = np.where((surplus[:, None] > 0) & (surplus < 0), nearest, np.inf)
        here, goal = np.unravel_index(costs.argmin(), costs.shape)
        while here != goal:
            after = via[here, goal]
            assigned[first[here, after]] = after
            here = after
    return np.asarray(assigned)


def _swept(logits: FloatArray, wanted: IntArray) -> FloatArray:
    """Offsets (c,) after a few rounds in which each class in turn takes its wanted count."""
    offsets = np.zeros(len(wanted))
    for k in np.tile(np.arange(len(wanted)), SWEEPS):
        others = np.delete(logits + offsets, k, axis=1).max(axis=1)
        cuts, exceeded = _cuts(others - (logits + offsets)[:, k])
        offsets[k] += _smallest(cuts, np.abs(exceeded - wanted[k]))
    return offsets


def _room(logits: FloatArray, assigned: IntArray) -> tuple[FloatArray, IntArray]:
    """What the first row to leave class k for j gives up, and which row that is: (c, c) both."""
    n_classes = logits.shape[1]
    room, first = np.full((n_classes, n_classes), np.inf), np.full((n_classes, n_classes), -1)
    for k in np.unique(assigned):
        members = np.flatnonzero(assigned == k)
        lead = logits[members][:, [k]] - logits[members]
        first[k] = members[lead.argmin(axis=0)]
        room[k] = lead.min(axis=0)
    np.fill_diagonal(room, 0.0)
    return room, first


def _paths(room: FloatArray) -> tuple[FloatArray, IntArray]:
    """Lengths of the shortest paths between classes, and the next class on each: (c, c) both."""
    nearest, after = room.copy(), np.tile(np.arange(len(room)), (len(room), 1))
    for via in range(len(room)):
        through = nearest[:, [via]] + nearest[[via]]
        shorter = through < nearest - 1e-12 * np.abs(np.where(np.isfinite(nearest), nearest, 0.0))
        np.fill_diagonal(shorter, False)  # there is no way round that gains; rounding must not invent one
        nearest = np.where(shorter, through, nearest)
        after = np.where(shorter, after[:, [via]], after)
    return nearest, after


def _prices(logits: FloatArray, assigned: IntArray) -> FloatArray:
    """Offsets (c,) in the middle of those that keep every row in its class: mean shortest paths between classes."""
    n_classes = logits.shape[1]
    far = 2 * n_classes * float(np.ptp(logits)) + 1.0  # a class without rows: as low as it likes, within reason
    room, _ = _room(logits, assigned)
    nearest, _ = _paths(np.where(np.isinf(room), far, room))  # how far j's offset may lie above k's
    return np.asarray(nearest.mean(axis=0))


def _refined(logits: FloatArray, offsets: FloatArray, wanted: IntArray) -> FloatArray:
    """Move one class at a time while the counts come nearer: only equal rows leave anything to do."""
    if _narrowest(logits + offsets) <= WIDEST_ROUNDING * np.abs(logits).max():
        offsets = offsets + EDGE * np.abs(logits).max() * np.sqrt(np.arange(len(offsets)) + 2)  # off the tie
    least, improved = _missed(logits + offsets, wanted), True
    while least and improved:
        improved = False
        for k in range(len(offsets)):
            tried = offsets.copy()
            tried[k] += _move(logits + offsets, wanted, k)
            if _missed(logits + tried, wanted) < least:
                offsets, least, improved = tried, _missed(logits + tried, wanted), True
    return offsets


def _missed(logits: FloatArray, wanted: IntArray) -> int:
    return int(np.abs(counts_of(logits) - wanted).sum())


def _narrowest(logits: FloatArray) -> float:
    """The smallest lead of a row's first class over its second."""
    ordered = np.sort(logits, axis=1)
    return float((ordered[:, -1] - ordered[:, -2]).min())


def _move(logits: FloatArray, wanted: IntArray, k: int) -> float:
    """The change of class k's offset that brings all counts nearest; of equals the smallest."""
    others = logits.copy()
    others[:, k] = -np.inf
    rival, need = others.argmax(axis=1), others.max(axis=1) - logits[:, k]
    offsets, exceeded = _cuts(need)
    order = np.argsort(need, kind="stable")
    left = (rival[order, None] == np.arange(len(wanted))).cumsum(axis=0)  # rows each class has lost to k
    lost = np.concatenate([np.zeros((1, len(wanted)), dtype=np.int64), left])[exceeded]  # (cuts, c)
    counts = np.bincount(rival, minlength=len(wanted)) - lost
    counts[:, k] = exceeded
    return _smallest(offsets, np.abs(counts - wanted).sum(axis=1))
