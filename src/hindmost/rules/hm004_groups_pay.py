"""HM004: some groups lose accuracy so that others gain."""

from __future__ import annotations

from functools import partial

from hindmost.core.audit import Evidence
from hindmost.core.findings import Finding, RowsWanted
from hindmost.core.policy import Policy
from hindmost.core.tables import ChangeRow, ChangeTable
from hindmost.rules._lookup import available, change_of, row_of, why_no_change
from hindmost.rules._say import Value, joined, points, say, shift

CODE = "HM004"
TITLE = "Groups pay for the treatment"

FOUND = (
    "Groups lose accuracy under {head} against {baseline}, beyond the {margin:.1f} points that are tolerated "
    "({count} of {total}): {harmed}."
)
CLEAR = "No group loses more than {margin:.1f} points under {head} against {baseline} ({total} groups)."
OPEN = (
    "It is open whether these groups lose more than {margin:.1f} points under {head} against {baseline} (rows now "
    "→ rows that would close it): {open}."
)
OPEN_EMPTY = (
    "Whether these groups lose under {head} against {baseline} cannot be said, because they have no test rows: {empty}."
)
OPEN_AND_EMPTY = (
    "It is open whether these groups lose more than {margin:.1f} points under {head} against {baseline} (rows now "
    "→ rows that would close it): {open}. Of these nothing can be said, because they have no test rows: {empty}."
)
WOULD_CHANGE = "A one-sided lower bound of the change above -{margin:.1f} points in every group makes it clear."


def check(evidence: Evidence, policy: Policy) -> Finding:
    """Read the three states of harm off the paired change of every group."""
    finding = partial(Finding, CODE, TITLE)
    change = change_of(evidence, policy)
    if change is None:
        return finding("not_applicable", why_no_change(evidence, policy))
    values = _values(evidence, policy, change)
    lowest = min(change.groups, key=lambda row: (row.difference is None, row.difference or 0.0))
    numbers = (lowest.difference, lowest.low, lowest.high, -policy.harm_margin, say(values, WOULD_CHANGE))
    if values["harmed"] is not None:
        return finding("found", say(values, FOUND), *numbers)
    if values["open"] is None and values["empty"] is None:
        return finding("clear", say(values, CLEAR), *numbers)
    message = say(values, OPEN_AND_EMPTY, OPEN, OPEN_EMPTY)
    return finding("not_enough_data", message, *numbers, wanted=_rows_wanted(change))


def _rows_wanted(change: ChangeTable) -> tuple[RowsWanted, ...]:
    """Rows to add to each group whose harm is open."""
    rows = [row for row in change.groups if row.outcome == "open" and row.n > 0]
    needed = [None if row.n_to_close is None else max(1, row.n_to_close - row.n) for row in rows]
    return tuple(RowsWanted(row.name, more) for row, more in zip(rows, needed))


def harmed_groups(evidence: Evidence, policy: Policy) -> tuple[str, ...]:
    """The groups that pay, each with its accuracy before and after and its n."""
    change = change_of(evidence, policy)
    rows = () if change is None else change.groups
    return tuple(_shift(evidence, policy, row) for row in rows if row.outcome == "harmed")


def _values(evidence: Evidence, policy: Policy, change: ChangeTable) -> dict[str, Value]:
    harmed = harmed_groups(evidence, policy)
    counted = {row.name for row in change.groups if row.n > 0 and row.outcome != "no_data"}
    values: dict[str, Value] = {"head": policy.deciding_head, "baseline": evidence.baseline}
    values |= {"margin": points(policy.harm_margin), "count": len(harmed), "total": len(evidence.data.groups)}
    values |= {"harmed": joined(harmed)}
    values |= {"open": joined(_closing(row) for row in change.groups if row.outcome == "open" and row.n > 0)}
    return values | {"empty": joined(name for name in evidence.data.groups if name not in counted)}


def _shift(evidence: Evidence, policy: Policy, row: ChangeRow) -> str:
    before = row_of(available(evidence, evidence.baseline), row.name)
    after = row_of(available(evidence, policy.deciding_head), row.name)
    return shift(
        row.name,
        None if before is None else before.accuracy,
        None if after is None else after.accuracy,
        row.difference,
        row.n,
    )


def _closing(row: ChangeRow) -> str:
    return f"{row.name}: n = {row.n}" + ("" if row.n_to_close is None else f" → {row.n_to_close}")
