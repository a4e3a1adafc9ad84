"""What one head changed in each group, against the margin of harm."""

from __future__ import annotations

import altair as alt
from markupsafe import Markup

from hindmost.core.tables import ChangeRow, ChangeTable
from hindmost.report import numbers
from hindmost.report.figures.chart import BAD, INK, PAPER, ROW, TONES, Frame, data, svg
from hindmost.report.translate import Translator
from hindmost.report.words import CHANGES, word

SHAPES = {"up": "triangle-up", "down": "triangle-down", "dot": "circle", "ring": "circle"}
TICKS = "datum.value == 0 ? '0' : format(100 * datum.value, '+.0f')"


def figure(table: ChangeTable, margin: float | None, t: Translator) -> Markup | None:
    """Differences with intervals; the solid line is no change, the dashed line the margin of harm."""
    if not table.groups:
        return None
    frame = Frame(*_domain(table, margin), len(table.groups), TICKS)
    layers = [frame.empty(), frame.line(0, INK, dashed=False)]
    if margin is not None:
        layers.append(frame.line(-margin, BAD, dashed=True))
    layers += frame.labels([(row.name, _numbers(row, t)) for row in table.groups])
    layers += [mark for i, row in enumerate(table.groups) for mark in _marks(row, i, frame)]
    text = t.text("Change of accuracy in each group with its interval; the numbers are in its table.")
    return svg(layers, height=ROW * frame.rows, label=text)


def _domain(table: ChangeTable, margin: float | None) -> tuple[float, float]:
    ends = [v for row in table.groups for v in (row.low, row.high, row.difference) if v is not None]
    low, high = min([-(margin or 0.05), *ends]), max([0.05, *ends])
    pad = 0.06 * (high - low)
    return low - pad, high + pad


def _numbers(row: ChangeRow, t: Translator) -> str:
    outcome = word(CHANGES, row.outcome)
    words = f"{outcome.mark} {t.text(outcome.label)}"
    return words if row.difference is None else f"{numbers.points(row.difference)}  {words}"


def _marks(row: ChangeRow, i: int, frame: Frame) -> list[alt.Chart]:
    if row.difference is None:
        return []
    outcome = word(CHANGES, row.outcome)
    colour = TONES[outcome.tone]
    values = {"difference": row.difference, "low": row.low, "high": row.high, "y": i + 0.68}
    line = alt.Chart(data([values])).mark_rule(color=colour, strokeWidth=2)
    point = alt.Chart(data([values])).mark_point(
        shape=SHAPES.get(outcome.sign, "diamond"), size=80, fill=PAPER if outcome.sign == "ring" else colour,
        stroke=colour, strokeWidth=2, opacity=1,
    )  # fmt: skip
    drawn = [] if row.low is None or row.high is None else [line.encode(x=frame.x("low"), x2="high:Q", y=frame.y())]
    return [*drawn, point.encode(x=frame.x("difference"), y=frame.y())]
