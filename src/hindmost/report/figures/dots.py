"""Dots with intervals, a hollow one before and a filled one after, a row for each group."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import altair as alt
from markupsafe import Markup

from hindmost.report.figures.chart import AFTER, BEFORE, INK, PAPER, ROW, Frame, data, svg

AT_BEFORE, AT_AFTER = 0.58, 0.80  # heights inside a row


@dataclass(frozen=True)
class Dot:
    """One number with its interval; None where nothing can be said."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Pair:
    """One row of the figure: a name, the numbers as text, and the two dots."""

    name: str
    numbers: str
    before: Dot | None
    after: Dot | None


def paired_dots(
    pairs: list[Pair], *, domain: tuple[float, float], ticks: str, label: str, reference: float | None = None
) -> Markup:
    """The figure; ``reference`` draws a dashed line, ``ticks`` is a Vega expression for tick texts."""
    frame = Frame(*domain, len(pairs), ticks)
    layers = [frame.empty()]
    if reference is not None:
        layers.append(frame.line(reference, INK, dashed=True))
    layers += frame.labels([(pair.name, pair.numbers) for pair in pairs])
    layers += _links(pairs, frame)
    layers += _dots([pair.before for pair in pairs], AT_BEFORE, BEFORE, PAPER, frame)
    layers += _dots([pair.after for pair in pairs], AT_AFTER, AFTER, AFTER, frame)
    return svg(layers, height=ROW * len(pairs), label=label)


def _links(pairs: list[Pair], frame: Frame) -> list[alt.Chart]:
    """A thin line from the first dot to the second."""
    rows = [
        {"start": p.before.value, "end": p.after.value, "y": i + AT_BEFORE, "stop": i + AT_AFTER}
        for i, p in enumerate(pairs)
        if p.before and p.after and p.before.value is not None and p.after.value is not None
    ]
    mark = alt.Chart(data(rows)).mark_rule(color=BEFORE, strokeWidth=1, strokeDash=[2, 2])
    return [mark.encode(x=frame.x("start"), x2="end:Q", y=frame.y(), y2="stop:Q")] if rows else []


def _dots(dots: Iterable[Dot | None], at: float, colour: str, fill: str, frame: Frame) -> list[alt.Chart]:
    rows = [
        {"value": dot.value, "low": dot.low, "high": dot.high, "y": i + at}
        for i, dot in enumerate(dots)
        if dot is not None and dot.value is not None
    ]
    spans = [row for row in rows if row["low"] is not None and row["high"] is not None]
    line = alt.Chart(data(spans)).mark_rule(color=colour, strokeWidth=2)
    point = alt.Chart(data(rows)).mark_point(
        shape="circle", size=70, fill=fill, stroke=colour, strokeWidth=2, opacity=1
    )
    drawn = [line.encode(x=frame.x("low"), x2="high:Q", y=frame.y())] if spans else []
    return [*drawn, point.encode(x=frame.x("value"), y=frame.y())] if rows else []
