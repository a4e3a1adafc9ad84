"""Fake evidence: a small world of birds whose numbers a test can set, one table at a time."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from scipy.stats import beta

from hindmost.core.audit import DataRecord, Evidence, HeadRecord
from hindmost.core.ceilings import Ceilings, CurveValue, Extrapolation, GroupCurve, LabelCurve
from hindmost.core.tables import ChangeRow, ChangeTable, GroupRow, MapTable, Reliance, ShortcutGap, WorstGroup

CLASSES, CUES = ("landbird", "waterbird"), ("on land", "on water")
GROUPS = tuple(f"{y}, {a}" for y in CLASSES for a in CUES)
LEVEL = 0.05


def group_row(name: str, n: int, rate: float) -> GroupRow:
    """One group with its true Clopper-Pearson bounds; n = 0 gives a row without numbers."""
    if n == 0:
        return GroupRow(name, 0, None, None, None, None, None, None)
    k = round(rate * n)
    lower = 0.0 if k == 0 else float(beta.ppf(LEVEL, k, n - k + 1))
    upper = 1.0 if k == n else float(beta.ppf(1 - LEVEL, k + 1, n - k))
    return GroupRow(name, n, k, k / n, lower, upper, lower, upper)


def worst_group(rows: tuple[GroupRow, ...]) -> WorstGroup:
    full = [row for row in rows if row.accuracy is not None]
    lowest = min(full, key=lambda row: row.accuracy, default=None)
    lower = min((row.lower_bound for row in full), default=None) if len(full) == len(rows) else None
    uppers = [
        1.0 if r.correct == r.n else float(beta.ppf(1 - LEVEL / len(rows), r.correct + 1, r.n - r.correct))
        for r in full
    ]
    seen = (None,) * 5 if lowest is None else (lowest.name, lowest.n, lowest.accuracy, lowest.low, lowest.high)
    minimum = (None, None) if lowest is None else (lowest.accuracy, lowest.name)
    reason = None if lower is not None else "a test group is empty"
    return WorstGroup(*seen, "validation, out of fold", *minimum, lower, reason, min(uppers, default=None))


def gap(
    number: float | None = 0.01, lower: float | None = 0.0, upper: float | None = 0.03, **other: Any
) -> ShortcutGap:
    names = (None,) * 3 if number is None else ("waterbird", "on water", "on land")
    return replace(ShortcutGap(number, *names, lower, upper, True, None), **other)


def reliance(kind: Any = "swap", number: float | None = 0.01, half: float = 0.02, **other: Any) -> Reliance:
    if kind == "none":
        return replace(Reliance("none", "there are no twins", 0, *(None,) * 8, ()), **other)
    ends = (None, None) if number is None else (number - half, number + half)
    control = 0.04 if kind == "swap" else None
    swap = None if kind == "dependence" or number is None else number + (control or 0.0)
    return replace(
        Reliance(kind, None, 400, swap, control, number, *ends, *ends, "with the training association", ()), **other
    )


def head(rates: tuple[float, ...] = (0.95,) * 4, n: tuple[int, ...] = (500,) * 4, **other: Any) -> HeadRecord:
    rows = tuple(group_row(*row) for row in zip(GROUPS, n, rates))
    record = HeadRecord(
        True, None, "a head", {}, rows, worst_group(rows), 0.9, 0.9, None, gap(), reliance(), None, maps(), None
    )  # fmt: skip
    return replace(record, **other)


def missing_head(reason: str | None = "a stratum is empty") -> HeadRecord:
    return HeadRecord(False, reason, "a head", {}, (), None, None, None, None, None, None, None, None, None)


def change_row(
    name: str, outcome: Any, n: int = 500, difference: float | None = 0.0, close: int | None = None
) -> ChangeRow:
    if n == 0:
        return ChangeRow(name, 0, *(None,) * 8, "no_data", None)
    ends = (None, None) if difference is None else (difference - 0.02, difference + 0.02)
    return ChangeRow(name, n, 10, 10, difference, *ends, ends[0], 1.0, 1.0, outcome, close)


def change(
    outcomes: tuple[Any, ...] = ("unharmed",) * 4,
    worst: tuple[float | None, float | None, float | None] = (0.5, 0.45, 0.55),
    rows: tuple[ChangeRow, ...] | None = None,
) -> ChangeTable:
    if rows is None:
        rows = tuple(change_row(name, outcome) for name, outcome in zip(GROUPS, outcomes))
    return ChangeTable("erm", rows, *worst, "Newcombe paired interval, exact McNemar, Holm over groups")


def maps(number: float | None = 0.2, half: float = 0.05, n: int = 200) -> MapTable:
    ends = (None, None) if number is None else (number - half, number + half)
    return MapTable((), (), ends[0], number, ends[1], n)


def data(counts: dict[str, tuple[int, ...]] | None = None, **other: Any) -> DataRecord:
    counts = counts or {"train": (900, 50, 20, 300), "val": (100,) * 4, "test": (500,) * 4}
    record = DataRecord(
        "birds", "images", "f" * 8, CLASSES, CUES, ("place",), GROUPS, counts, None, {}, (), ()
    )  # fmt: skip
    return replace(record, **other)


def ceilings(
    now: float = 0.7,
    at_budget: tuple[float | None, float | None, float | None] = (0.85, 0.6, 0.97),
    end: tuple[float | None, float | None, float | None] = (0.88, 0.6, 1.0),
    *,
    rise_lower: float = 0.02,
    needed: int | None = 300,
    **other: Any,
) -> Ceilings:
    """A curve from 4 to 40 images a group, one group under the target; ``end`` is its value at the horizon."""
    values = (
        CurveValue(40, now, now - 0.1, now + 0.1),
        CurveValue(500, *at_budget),
        CurveValue(4000, *end),
        CurveValue(None, 0.9, 0.5, 1.0),
    )
    high = tuple(replace(value, estimate=0.95, lower=0.9, upper=1.0) for value in values)
    groups = tuple(
        GroupCurve(name, 500, 40 + 60 * (g > 0), 0.1, rise_lower if g == 0 else -0.1, high if g else values, None)
        for g, name in enumerate(GROUPS)
    )
    further = Extrapolation(10, 4000, groups, values, 0.8, needed, 45, None, 4000, None)
    return Ceilings(replace(LabelCurve("dfr", 500, None, further, None), **other))


def evidence(**other: Any) -> Evidence:
    """A world in which the treatment is sufficient: every rule about it is clear, the baseline has a shortcut."""
    erm = head((0.99, 0.75, 0.40, 0.95), shortcut_gap=gap(0.55, 0.48, 0.62), reliance=reliance("swap", 0.30))
    threshold = head((0.9, 0.8, 0.6, 0.9))
    heads = {"erm": erm, "threshold": threshold, "dfr": head()}
    changes = {"threshold": change(worst=(0.2, 0.1, 0.3)), "dfr": change()}
    control = change(worst=(0.3, 0.2, 0.4))
    return replace(Evidence("erm", heads, changes, control, data(), (0, ())), **other)


def with_head(world: Evidence, name: str, **other: Any) -> Evidence:
    """The same world with some fields of one head replaced."""
    return replace(world, heads=world.heads | {name: replace(world.heads[name], **other)})


def with_change(world: Evidence, table: ChangeTable | None, name: str = "dfr") -> Evidence:
    """The same world with another change table of one head; None takes it out."""
    kept = {key: value for key, value in world.changes.items() if key != name}
    return replace(world, changes=kept if table is None else kept | {name: table})


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """The builders of this file, under their names."""
    return SimpleNamespace(
        groups=GROUPS, group_row=group_row, worst_group=worst_group, gap=gap, reliance=reliance, head=head,
        missing_head=missing_head, change_row=change_row, change=change, maps=maps, data=data, evidence=evidence,
        with_head=with_head, with_change=with_change, ceilings=ceilings,
    )  # fmt: skip
