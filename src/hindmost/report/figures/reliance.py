"""How much each head leans on the cue: flips under the swap and under the control."""

from __future__ import annotations

from collections.abc import Iterator

import altair as alt
from markupsafe import Markup

from hindmost.core.audit import Audit
from hindmost.core.tables import Reliance
from hindmost.report import facts, numbers
from hindmost.report.figures.chart import AFTER, BEFORE, INK, PAPER, ROW, Frame, data, svg
from hindmost.report.translate import Translator


def figure(audit: Audit, t: Translator) -> Markup | None:
    """Two bars for each head (swap, control), or one for an association. None where nothing was measured."""
    measured = {name: head.reliance for name, head in facts.available(audit).items()}
    shown = {name: r for name, r in measured.items() if r is not None and r.number is not None}
    if not shown:
        return None
    frame = Frame(
        *_domain(shown), len(shown), "format(datum.value, '.0%')" if _rates(shown) else "format(datum.value, '.2f')"
    )
    layers = [frame.empty(), *frame.labels([(name, _numbers(r)) for name, r in shown.items()])]
    layers += [_bar(*bar, frame) for i, r in enumerate(shown.values()) for bar in _bars(r, i)]
    layers += [_span(r, i, frame) for i, r in enumerate(shown.values()) if r.swap is None and r.low is not None]
    layers.append(frame.line(0, INK, dashed=False))
    label = t.text("Reliance on the cue of each head; the numbers are in its table.")
    return svg(layers, height=ROW * frame.rows, label=label)


def _rates(shown: dict[str, Reliance]) -> bool:
    return all(r.kind in ("swap", "swap_only") for r in shown.values())


def _domain(shown: dict[str, Reliance]) -> tuple[float, float]:
    ends = [
        v
        for r in shown.values()
        for v in ((r.swap, r.control) if r.swap is not None else (r.number, r.low, r.high))
        if v
    ]
    low, high = min([0.0, *ends]), max([0.1, *ends])
    return (1.05 * low, 1.05 * high)


def _numbers(r: Reliance) -> str:
    if r.kind in ("swap", "swap_only"):
        return f"{numbers.points(r.number)} {numbers.points_interval(r.low, r.high)}".strip()
    return f"{numbers.decimal(r.number)} {numbers.decimal_interval(r.low, r.high)}".strip()


def _bars(r: Reliance, i: int) -> Iterator[tuple[float, float, bool]]:
    if r.swap is None:
        yield float(r.number or 0.0), i + 0.68, True
        return
    yield r.swap, i + 0.58, True
    if r.control is not None:
        yield r.control, i + 0.82, False


def _bar(end: float, at: float, solid: bool, frame: Frame) -> alt.Chart:
    mark = alt.Chart(data([{"start": 0, "end": end, "y": at}])).mark_bar(
        size=9, fill=AFTER if solid else PAPER, stroke=AFTER if solid else BEFORE, strokeWidth=1.5, orient="horizontal"
    )
    return mark.encode(x=frame.x("end"), x2="start:Q", y=frame.y())


def _span(r: Reliance, i: int, frame: Frame) -> alt.Chart:
    """The interval of an association, over its bar."""
    mark = alt.Chart(data([{"low": r.low, "high": r.high, "y": i + 0.68}])).mark_rule(color=INK, strokeWidth=2)
    return mark.encode(x=frame.x("low"), x2="high:Q", y=frame.y())
