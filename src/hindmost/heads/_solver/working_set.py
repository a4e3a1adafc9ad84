"""L1 and elastic paths of many problems in lockstep: each keeps a working set, all share one product with X.

From small C to large, each problem starts at its last weights. A round solves every open problem on its working
set, then one matrix product gives all derivatives, from which certificates and the next weights to admit follow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._solver.certificate import relative_gap
from hindmost.heads._solver.columns import Columns
from hindmost.heads._solver.intercept import settle
from hindmost.heads._solver.losses import Loss, loss_of
from hindmost.heads._solver.problem import Penalty, Problem
from hindmost.heads._solver.prox_newton import Point, descend, scores

ROUNDS, FEWEST = 60, 20  # rounds at one C; weights that a round may admit at least
STALLED = 0.9  # a round without new weights that leaves more than this part of the gap was the last
DROPPED = 0.8  # a zero weight leaves before the next C when its slope is below this part of the penalty


@dataclass
class Run:
    """One problem on its way along its path: rows present, working set (entries of an (r, width) table), point."""

    columns: Columns
    y: IntArray
    weights: FloatArray
    rows: IntArray
    offset: FloatArray
    point: Point
    entries: IntArray
    loss: Loss
    steps: int = 0
    gap: float = np.inf
    grown: bool = True

    def begin(self, C: float, penalty: Penalty) -> None:
        """Take the next C: weights far from entering leave, scores are summed afresh."""
        point = self.point
        self.loss = loss_of(self.y, C * self.weights, point.F.shape[1])
        self.steps, self.gap, self.grown = 0, np.inf, True
        self._score(penalty)

    def drop(self, V: FloatArray, penalty: Penalty) -> None:
        """Forget zero weights whose slopes V (r, width) are far from the penalty."""
        kept = (self.point.v != 0) | (np.abs(V.ravel()[self.entries]) > DROPPED * penalty.l1)
        point = self.point
        point.M, point.outputs, point.v = point.M[kept], point.outputs[kept], point.v[kept]
        self.entries = self.entries[kept]

    def violators(self, V: FloatArray, penalty: Penalty) -> tuple[IntArray, FloatArray]:
        """Entries outside the working set whose slopes exceed the penalty, and all slopes outside."""
        slope = np.abs(V.ravel())
        slope[self.entries] = 0
        return np.flatnonzero(slope > penalty.l1), slope

    def admit(self, V: FloatArray, penalty: Penalty) -> bool:
        """Add the weights that violate optimality most; False where none does."""
        new, slope = self.violators(V, penalty)
        room = max(FEWEST, int(np.count_nonzero(self.point.v)) // 2)
        if len(new) > room:
            new = new[np.argpartition(-slope[new], room)[:room]]
        if not len(new):
            return False
        outputs, features = np.divmod(new, self.columns.width)
        point = self.point
        point.M = np.concatenate([point.M, self.columns.take(features, self.rows)])
        point.outputs = np.concatenate([point.outputs, outputs])
        point.v = np.concatenate([point.v, np.zeros(len(new))])
        self.entries = np.concatenate([self.entries, new])
        return True

    def improve(self, V: FloatArray, gap: float, penalty: Penalty, tol: float) -> None:
        """One round: admit weights, descend on the working set, sum the scores afresh."""
        self.gap, self.grown = gap, self.admit(V, penalty)
        goal = max(0.3 * tol, 0.3 * min(gap, 1.0)) if self.grown else 0.3 * tol
        self.steps += descend(self.point, self.loss, penalty, goal)
        self._score(penalty)

    def stalls(self, V: FloatArray, gap: float, penalty: Penalty) -> bool:
        """True where the last round left the gap as it was, and no weight asked to enter before it or asks now."""
        tried = not self.grown and gap > STALLED * self.gap
        return tried and not len(self.violators(V, penalty)[0])

    def _score(self, penalty: Penalty) -> None:
        point = self.point
        point.F = self.offset + scores(point.M, point.outputs, point.v, point.F.shape[1]) + point.b
        if penalty.free:
            point.F, shift = settle(self.loss, point.F)
            point.b = point.b + shift

    def table(self) -> FloatArray:
        """All weights, shape (r, width)."""
        w = np.zeros(self.point.F.shape[1] * self.columns.width)
        w[self.entries] = self.point.v
        return w.reshape(-1, self.columns.width)


def new_run(problem: Problem, columns: Columns, weights: FloatArray) -> Run:
    """A problem at zero weights; ``weights`` (n,) say which rows are present and how much."""
    rows, r = np.flatnonzero(weights > 0), problem.n_outputs
    offset = np.zeros((len(rows), r)) if problem.offset is None else problem.offset[rows]
    nothing = np.empty(0, dtype=np.int64)
    point = Point(np.empty((0, len(rows))), nothing, np.empty(0), np.zeros(r), offset)
    y, s = problem.y[rows], weights[rows]
    return Run(columns, y, s, rows, offset, point, nothing, loss_of(y, s, r))


def advance(runs: list[Run], Cs: FloatArray, penalty: Penalty, tol: float) -> list[FloatArray]:
    """Solve every run at its C (p,), which is not below its last; the derivatives (r, width) where each ended."""
    for run, C in zip(runs, Cs):
        run.begin(float(C), penalty)
    found: list[FloatArray] = [np.empty(0)] * len(runs)
    still = list(range(len(runs)))
    for turn in range(ROUNDS):
        derivatives = _derivatives([runs[i] for i in still])
        left = []
        for i, V in zip(still, derivatives):
            run, found[i] = runs[i], V
            gap = relative_gap(run.loss, run.point.F, run.table(), V, penalty)[1]
            if gap <= tol or run.stalls(V, gap, penalty):
                continue
            if turn == 0:
                run.drop(V, penalty)
            run.improve(V, gap, penalty, tol)
            left.append(i)
        still = left
        if not still:
            return found
    for i, V in zip(still, _derivatives([runs[i] for i in still])):
        found[i] = V
    return found


def _derivatives(runs: list[Run]) -> FloatArray:
    """Derivatives of the loss in all weights of each run, shape (p, r, width), by one product."""
    columns, r = runs[0].columns, runs[0].point.F.shape[1]
    R = np.zeros((len(columns.X), len(runs), r))
    for i, run in enumerate(runs):
        R[run.rows, i] = run.loss.residual(run.point.F)
    return columns.pull(R.reshape(len(R), -1)).reshape(len(runs), r, -1)
