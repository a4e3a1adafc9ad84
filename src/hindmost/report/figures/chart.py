"""From an Altair chart to SVG that lives inside the page.

Layout never depends on measured text, so that the same audit gives the same bytes on a machine with
other fonts: sizes and margins are fixed, labels stand on a line of their own above the marks.
Colours are names of roles; the style sheet maps them to the light and the dark page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import altair as alt
import vl_convert
from markupsafe import Markup, escape

from hindmost.report.columns import columns, fit

WIDTH = 380  # of the picture, in its own units: about the width of a phone
PAD = 10
PLOT = WIDTH - 2 * PAD
ROW = 46

# Roles; .chart [fill="..."] in style.css gives each its colour in both schemes.
INK = "#1c2430"
MUTED = "#596474"
GRID = "#dfe3e8"
BEFORE = "#6b7684"
AFTER = "#1f5fa8"
GOOD = "#1a7046"
BAD = "#b3261e"
WARN = "#8a5a00"
PAPER = "#ffffff"

TONES = {"good": GOOD, "bad": BAD, "warn": WARN, "calm": MUTED}


def _room(numbers: str) -> int:
    """Columns of bold text that are left beside the numbers of a row, for wide fonts."""
    return int((PLOT - 12 - 7 * columns(numbers)) / 7.9)


def data(rows: list[dict[str, Any]]) -> alt.Data:
    """Rows as inline data."""
    return alt.Data(values=rows)


@dataclass(frozen=True)
class Frame:
    """The two axes that every mark of a figure shares.

    Parameters
    ----------
    low, high : float    ends of the horizontal axis
    rows : int           number of rows, row 0 on top
    ticks : str          Vega expression for the text of a tick
    """

    low: float
    high: float
    rows: int
    ticks: str

    def x(self, field: str) -> alt.X:
        """Horizontal position, with a quiet axis below."""
        axis = alt.Axis(
            title=None, tickCount=5, labelExpr=self.ticks, labelFontSize=12, labelColor=MUTED, gridColor=GRID,
            domain=False, ticks=False, labelPadding=6, labelFlush=False, labelOverlap=False,
        )  # fmt: skip
        return alt.X(f"{field}:Q", scale=alt.Scale(domain=[self.low, self.high], nice=False, zero=False), axis=axis)

    def y(self, field: str = "y") -> alt.Y:
        """Vertical position in rows."""
        return alt.Y(f"{field}:Q", scale=alt.Scale(domain=[self.rows, 0], nice=False, zero=False), axis=None)

    def empty(self) -> alt.Chart:
        """An invisible mark that carries the axes, so that a figure without numbers keeps its shape."""
        mark = alt.Chart(data([{"x": self.low, "y": self.rows}])).mark_point(opacity=0, color=GRID)
        return mark.encode(x=self.x("x"), y=self.y())

    def line(self, at: float, colour: str, *, dashed: bool) -> alt.Chart:
        """A vertical line over all rows."""
        mark = alt.Chart(data([{"x": at}])).mark_rule(
            color=colour, strokeWidth=1, strokeDash=[4, 3] if dashed else [1, 0]
        )
        return mark.encode(x=self.x("x"))

    def labels(self, labels: list[tuple[str, str]]) -> list[alt.Chart]:
        """A name on the left and its numbers on the right, on the line above the marks of each row."""
        rows = [
            {"left": fit(name, _room(numbers)), "right": numbers, "y": i} for i, (name, numbers) in enumerate(labels)
        ]
        left = alt.Chart(data(rows)).mark_text(
            align="left", baseline="top", dy=5, x=0, fontSize=13, fontWeight=600, color=INK
        )
        right = alt.Chart(data(rows)).mark_text(align="right", baseline="top", dy=5, x=PLOT, fontSize=12, color=MUTED)
        return [left.encode(text="left:N", y=self.y()), right.encode(text="right:N", y=self.y())]


def svg(
    layers: list[alt.Chart], *, height: float, label: str, bottom: int = 26, top: int = 2, left: int = PAD
) -> Markup:
    """Draw the layers; the result scales with its box and carries ``label`` for screen readers."""
    chart = alt.layer(*layers).properties(
        width=WIDTH - left - PAD,
        height=height,
        padding={"left": left, "right": PAD, "top": top, "bottom": bottom},
        autosize=alt.AutoSizeParams(type="none"),
    )
    chart = chart.configure(background="transparent", font="sans-serif", aria=False).configure_view(stroke=None)
    drawn = vl_convert.vegalite_to_svg(chart.to_json(validate=False))
    body = drawn[drawn.index(">") + 1 :]
    body = re.sub(r'<path class="background"[^>]*/>|<path class="foreground"[^>]*/>', "", body)
    body = re.sub(r' (class="[^"]*"|pointer-events="none"|font-family="[^"]*"|role="[^"]*"|opacity="1")', "", body)
    box = f"0 0 {WIDTH} {height + top + bottom:g}"
    return Markup(f'<svg class="chart" viewBox="{box}" role="img" aria-label="{escape(label)}">{body}')
