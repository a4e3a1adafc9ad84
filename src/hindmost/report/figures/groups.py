"""Accuracy of every test group, before and after."""

from __future__ import annotations

from markupsafe import Markup

from hindmost.core.audit import Audit
from hindmost.core.tables import GroupRow
from hindmost.report import facts, numbers
from hindmost.report.figures.dots import Dot, Pair, paired_dots
from hindmost.report.translate import Translator


def figure(audit: Audit, t: Translator) -> Markup | None:
    """Dots with Wilson intervals; the dashed line is the target. None without test groups."""
    before = audit.heads[audit.baseline].groups
    head = facts.shown_head(audit)
    after: tuple[GroupRow | None, ...] = audit.heads[head].groups if head else (None,) * len(before)
    if not before:
        return None
    target = audit.policy.values.get("target")
    return paired_dots(
        [_pair(b, a, t) for b, a in zip(before, after, strict=True)],
        domain=(0, 1),
        ticks="format(datum.value, '.0%')",
        label=t.text("Accuracy of each test group before and after; the numbers are in the table beside it."),
        reference=target if isinstance(target, int | float) else None,
    )


def _pair(before: GroupRow, after: GroupRow | None, t: Translator) -> Pair:
    if not before.n:
        return Pair(before.name, t.text("no test rows"), None, None)
    text = numbers.percent(before.accuracy)
    if after is not None:
        text += f" → {numbers.percent(after.accuracy)}"
    dots = [None if row is None else Dot(row.accuracy, row.low, row.high) for row in (before, after)]
    return Pair(before.name, text, *dots)
