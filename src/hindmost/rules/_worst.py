"""The worst group on test before and after, and the rows it lacks."""

from __future__ import annotations

from hindmost.core.audit import Evidence
from hindmost.core.findings import RowsWanted
from hindmost.core.policy import Policy
from hindmost.rules._lookup import available, change_of, row_of
from hindmost.rules._rows_needed import more
from hindmost.rules._say import Value, points


def worst_shift(evidence: Evidence, policy: Policy) -> dict[str, Value]:
    """The test minimum of the baseline and of the deciding head, with the interval of the change.

    ``low``, ``high`` and ``n`` are those of the group that holds the deciding head's minimum; the
    change and its interval are in percentage points. Anything may be None.
    """
    before, after = (available(evidence, name) for name in (evidence.baseline, policy.deciding_head))
    first, then = (None if head is None else head.worst_group for head in (before, after))
    row = row_of(after, None if then is None else then.test_minimum_group)
    change = change_of(evidence, policy)
    values: dict[str, Value] = {"head": policy.deciding_head, "baseline": evidence.baseline}
    if first is not None:
        values |= {"before": first.test_minimum, "before_group": first.test_minimum_group}
    if then is not None:
        values |= {"after": then.test_minimum, "after_group": then.test_minimum_group, "lower": then.lower_bound}
    if row is not None:
        values |= {"low": row.low, "high": row.high, "n": row.n}
    if change is not None:
        values |= {"points": points(change.worst_difference)}
        values |= {"points_low": points(change.worst_low), "points_high": points(change.worst_high)}
    return values


def rows_of_worst(evidence: Evidence, policy: Policy, factor: float | None) -> tuple[RowsWanted, ...]:
    """The groups that hold the minimum before or after, each with the rows that growth by ``factor`` adds."""
    if factor is None:
        return ()
    shift = worst_shift(evidence, policy)
    head = available(evidence, policy.deciding_head)
    names = dict.fromkeys((shift.get("before_group"), shift.get("after_group")))
    rows = [row_of(head, name) for name in names if isinstance(name, str)]
    return tuple(RowsWanted(row.name, more(row.n, factor)) for row in rows if row is not None)
