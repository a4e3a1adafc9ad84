"""The ladder of ceilings: worst group of one head after another on the same test rows, and each step between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hindmost.core.ceilings import Rung
from hindmost.core.rows import BoolArray, IntArray, Rows
from hindmost.evals._check import check_length
from hindmost.evals.worst_difference import worst_difference
from hindmost.evals.worst_group import worst_group


@dataclass(frozen=True)
class Step:
    """What one rung says of the rows.

    Parameters
    ----------
    title : str                          what the rung is
    head : str or None                   the head's name
    predicted : int array (n,) or None   classes of the test rows; None: there is no such head, ``reason`` says why
    val_predicted : int array or None    out-of-fold classes of the validation rows
    val_reason : str or None             why there are none
    """

    title: str
    head: str | None = None
    predicted: IntArray | None = None
    val_predicted: IntArray | None = None
    val_reason: str | None = None
    reason: str | None = None


def ladder(test_rows: Rows, val_rows: Rows, steps: Sequence[Step], *, level: float) -> tuple[Rung, ...]:
    """Score every rung, and compare it with the last one before it that has predictions.

    Parameters
    ----------
    test_rows : Rows, n of them
    level : float       error level of the bounds
    """
    rungs: list[Rung] = []
    before: BoolArray | None = None
    for step in steps:
        if step.predicted is None:
            rungs.append(Rung(step.title, step.head, len(test_rows), None, None, None, None, step.reason))
            continue
        check_length(f"predicted of {step.title}", step.predicted, len(test_rows))
        right = step.predicted == test_rows.y
        worst = worst_group(
            test_rows,
            step.predicted,
            level=level,
            val_rows=val_rows,
            val_predicted=step.val_predicted,
            val_reason=step.val_reason,
        )
        change = (None, None, None) if before is None else worst_difference(test_rows, before, right)
        rungs.append(Rung(step.title, step.head, len(test_rows), worst, *change, None))
        before = right
    return tuple(rungs)
