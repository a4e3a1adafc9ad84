"""The worst group against labelled images of each group, and how the curve goes on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import altair as alt
from markupsafe import Markup

from hindmost.core.audit import Audit
from hindmost.core.ceilings import LabelCurve
from hindmost.report.figures.chart import AFTER, BEFORE, GRID, INK, MUTED, data, svg
from hindmost.report.translate import Translator

HEIGHT = 190
LEFT = 44  # room for the numbers of the upright axis
FLOOR = 0.05  # kept free under the lowest mark


def figure(audit: Audit, t: Translator) -> Markup | None:
    """Dots: the mean of the draws with its interval. Dashed curve and pale bars: taken on, and its bounds."""
    labels = None if audit.ceilings is None else audit.ceilings.labels
    seen = [] if labels is None else list(_seen(labels))
    if labels is None or not seen:
        return None
    further, target = list(_further(labels)), audit.policy.values.get("target")
    frame = _Frame(seen + further, [target] if target is not None else [])
    layers = [*_taken_on(further, frame), *_measured(seen, frame)]
    if target is not None:
        layers.append(frame.across(target, INK))
    text = t.text("Worst group against labelled images of each group; the numbers are in its table.")
    return svg(layers, height=HEIGHT, label=text, top=8, left=LEFT)


def _seen(labels: LabelCurve) -> Iterator[dict[str, Any]]:
    for p in labels.curve.points if labels.curve else ():
        if p.worst is not None:
            yield {"images": p.budget, "value": p.worst, "low": p.low, "high": p.high}


def _further(labels: LabelCurve) -> Iterator[dict[str, Any]]:
    for v in labels.extrapolation.worst if labels.extrapolation else ():
        if v.budget is not None:
            yield {"images": v.budget, "value": v.estimate, "low": v.lower, "high": v.upper}


class _Frame:
    """A log axis of images and an axis of accuracy, shared by every mark."""

    def __init__(self, rows: list[dict[str, Any]], lines: list[float]) -> None:
        images = [row["images"] for row in rows]
        lows = [v for row in rows for v in (row["low"], row["value"]) if v is not None]
        self.ends = (min(images) / 1.25, max(images) * 1.25)
        self.low = max(0.0, min([*lows, *lines]) - FLOOR)

    def x(self) -> alt.X:
        axis = alt.Axis(title=None, values=_ticks(*self.ends), format=",d", **_quiet())
        return alt.X("images:Q", scale=alt.Scale(type="log", domain=list(self.ends), nice=False), axis=axis)

    def y(self, field: str = "value") -> alt.Y:
        axis = alt.Axis(title=None, tickCount=5, format=".0%", **_quiet())
        return alt.Y(f"{field}:Q", scale=alt.Scale(domain=[self.low, 1.0], nice=False, zero=False), axis=axis)

    def across(self, at: float, colour: str) -> alt.Chart:
        rule = alt.Chart(data([{"value": at}])).mark_rule(color=colour, strokeWidth=1, strokeDash=[4, 3])
        return rule.encode(y=self.y())


def _quiet() -> dict[str, Any]:
    return {"labelFontSize": 12, "labelColor": MUTED, "gridColor": GRID, "domain": False, "ticks": False,
            "labelPadding": 6, "labelFlush": False}  # fmt: skip


def _ticks(low: float, high: float) -> list[int]:
    """Round numbers of images inside the axis, each about a factor of three from the next."""
    every = [step * 10**power for power in range(8) for step in (1, 3)]
    return [value for value in every if low <= value <= high]


def _measured(rows: list[dict[str, Any]], frame: _Frame) -> list[alt.Chart]:
    spans = [row for row in rows if row["low"] is not None and row["high"] is not None]
    bars = alt.Chart(data(spans)).mark_rule(color=AFTER, strokeWidth=2)
    dots = alt.Chart(data(rows)).mark_point(shape="circle", size=60, fill=AFTER, stroke=AFTER, opacity=1)
    drawn = [bars.encode(x=frame.x(), y=frame.y("low"), y2="high:Q")] if spans else []
    return [*drawn, dots.encode(x=frame.x(), y=frame.y())]


def _taken_on(rows: list[dict[str, Any]], frame: _Frame) -> list[alt.Chart]:
    spans = [row for row in rows if row["high"] is not None]
    bars = alt.Chart(data([{**row, "low": row["low"] or frame.low} for row in spans])).mark_rule(
        color=BEFORE, strokeWidth=1
    )
    known = [row for row in rows if row["value"] is not None]
    line = alt.Chart(data(known)).mark_line(color=BEFORE, strokeWidth=2, strokeDash=[2, 2])
    drawn = [bars.encode(x=frame.x(), y=frame.y("low"), y2="high:Q")] if spans else []
    return [*drawn, line.encode(x=frame.x(), y=frame.y())] if known else drawn
