"""Histogram of the margin weights, before and after."""

from __future__ import annotations

import altair as alt
from markupsafe import Markup

from hindmost.core.tables import HeadAnatomy
from hindmost.report.figures.chart import AFTER, INK, Frame, data, svg
from hindmost.report.translate import Translator

HEIGHT = 170


def figure(before: HeadAnatomy, after: HeadAnatomy | None, t: Translator) -> Markup | None:
    """Filled bars after, an outline before; heights are square roots of counts, so that rare weights show."""
    edges = before.histogram_edges
    if len(edges) < 2:
        return None
    x = Frame(edges[0], edges[-1], 1, "format(datum.value, '~g')").x("left")
    top = max([1, *before.histogram_counts, *(after.histogram_counts if after else ())])
    y = alt.Y("count:Q", scale=alt.Scale(type="sqrt", domain=[0, top], nice=False), axis=None)
    layers = []
    if after and after.histogram_edges == edges:
        bars = alt.Chart(data(_bins(after))).mark_bar(fill=AFTER, stroke=None, opacity=0.8, binSpacing=0)
        layers.append(bars.encode(x=x, x2="right:Q", y=y, y2=alt.value(HEIGHT)))
    line = alt.Chart(data(_steps(before))).mark_line(color=INK, strokeWidth=1.5, interpolate="step-after")
    layers.append(line.encode(x=x, y=y, order="i:Q"))
    return svg(
        layers, height=HEIGHT, label=t.text("Histogram of the margin weights; the numbers are in its table."), top=8
    )


def _bins(anatomy: HeadAnatomy) -> list[dict[str, float]]:
    edges = anatomy.histogram_edges
    return [
        {"left": left, "right": right, "count": count}
        for left, right, count in zip(edges[:-1], edges[1:], anatomy.histogram_counts, strict=True)
    ]


def _steps(anatomy: HeadAnatomy) -> list[dict[str, float]]:
    edges, counts = anatomy.histogram_edges, anatomy.histogram_counts
    heights = [0, *counts, 0]
    places = [edges[0], *edges]
    return [{"left": left, "count": count, "i": i} for i, (left, count) in enumerate(zip(places, heights, strict=True))]
