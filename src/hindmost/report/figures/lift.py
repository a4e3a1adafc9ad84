"""Positive evidence inside the core region, before and after."""

from __future__ import annotations

from markupsafe import Markup

from hindmost.core.audit import Audit
from hindmost.core.tables import MapRow
from hindmost.report import facts, numbers
from hindmost.report.figures.dots import Dot, Pair, paired_dots
from hindmost.report.translate import Translator


def figure(audit: Audit, t: Translator) -> Markup | None:
    """Lift per group with its interval; the dashed line at 1 is evidence spread evenly."""
    head = facts.shown_head(audit)
    tables = [audit.heads[name].maps if name else None for name in (audit.baseline, head)]
    before, after = ({row.name: row for row in table.all_masks} if table else {} for table in tables)
    names = list(before or after)
    if not names:
        return None
    highs = [v for row in [*before.values(), *after.values()] for v in (row.lift, row.high) if v is not None]
    return paired_dots(
        [_pair(name, before.get(name), after.get(name)) for name in names],
        domain=(0, 1.05 * max([1.2, *highs])),
        ticks="format(datum.value, '~r')",
        label=t.text("Lift of positive evidence inside the core region, per group; the numbers are in its table."),
        reference=1.0,
    )


def _pair(name: str, before: MapRow | None, after: MapRow | None) -> Pair:
    text = " → ".join(numbers.decimal(row.lift) for row in (before, after) if row)
    return Pair(name, text, *(None if row is None else Dot(row.lift, row.low, row.high) for row in (before, after)))
