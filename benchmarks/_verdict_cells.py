"""The cells of the grid: worlds at the edge of each criterion, away from it on either side, and null worlds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from _verdict_world import Flips, World
from hindmost.core.policy import Policy

EQUAL = {n: (n,) * 4 for n in (15, 60, 100, 300, 600)}
WATERBIRDS = (2255, 2255, 642, 642)
SKEWED = {60: (600, 60, 60, 600), 15: (600, 15, 15, 600)}
WIDE = Policy(harm_margin=0.25, reliance_margin=0.25, gap_margin=0.25)  # so that few rows leave one criterion to decide
BEFORE = (0.97, 0.60, 0.50, 0.97)  # of the baseline: the cue helps where it goes with the class
GOOD = (0.97, 0.97, 0.97, 0.97)
EIGHT = (0.97, 0.97, 0.55, 0.50, 0.50, 0.55, 0.97, 0.97)
STILL = (0.0,) * 4
AT = Flips(swap=0.05)  # reliance exactly at its margin, no fragility
FRAGILE_AT = Flips(swap=0.10, control=0.05, both=0.05)  # the same under fragility


def boundary() -> Iterator[World]:
    """At least one criterion exactly on its threshold, which counts as failing; the others far inside."""
    for name, sizes in (("100 each", EQUAL[100]), ("600 each", EQUAL[600]), ("waterbirds", WATERBIRDS)):
        yield World(f"target, {name}", sizes, BEFORE, _third(GOOD, 0.80), STILL)
        yield World(f"loss, {name}", sizes, BEFORE, _first(GOOD, 0.92), (0.05, 0, 0, 0))
    for n in (100, 600):
        sizes = EQUAL[n]
        yield World(f"just under target, {n} each", sizes, BEFORE, _third(GOOD, 0.79), STILL)
        yield World(f"loss, both ways, {n} each", sizes, BEFORE, _first(GOOD, 0.92), (0.08, 0, 0, 0))
        yield World(f"reliance, {n} each", sizes, BEFORE, GOOD, STILL, flips=AT)
        yield World(f"reliance, fragile, {n} each", sizes, BEFORE, GOOD, STILL, flips=FRAGILE_AT)
    for n, sizes in SKEWED.items():
        yield World(f"target, small groups of {n}", sizes, BEFORE, _third(GOOD, 0.80), STILL)
        yield World(f"target in both small groups of {n}", sizes, BEFORE, (0.97, 0.8, 0.8, 0.97), STILL)
        yield World(f"reliance, small groups of {n}", sizes, BEFORE, GOOD, STILL, flips=AT)
    for n in (15, 60):
        yield World(f"target, {n} each", EQUAL[n], BEFORE, _third(GOOD, 0.80), STILL)
        wide = World(f"target, {n} each, wide margins", EQUAL[n], BEFORE, _third(GOOD, 0.80), STILL, policy=WIDE)
        low, loss = replace(WIDE, target=0.50), (0.25, 0.0, 0.0, 0.0)
        yield wide
        yield replace(wide, name=f"loss, {n} each, wide margins", after=_first(GOOD, 0.72), broken=loss, policy=low)
        yield replace(wide, name=f"reliance, {n} each, wide margins", after=GOOD, flips=Flips(swap=0.25))
    for n in (70, 93):  # sizes at which the bound of an unchanged group just passes, and one of one broken row
        yield World(f"loss, {n} in one group", (n, 600, 600, 600), BEFORE, _first(GOOD, 0.92), (0.05, 0, 0, 0))
    yield World("target, 8 groups of 60", (60,) * 8, EIGHT, _third(GOOD * 2, 0.80), (0.0,) * 8)
    yield World("loss, 8 groups of 300", (300,) * 8, EIGHT, (0.92, *(GOOD * 2)[1:]), (0.05,) + (0.0,) * 7)
    all_at = World("all groups at the target, 600 each", EQUAL[600], (0.8, 0.5, 0.5, 0.8), (0.8,) * 4, STILL)
    yield all_at
    yield replace(
        all_at,
        name="target, loss and reliance together, 600 each",
        before=BEFORE,
        after=(0.92, 0.97, 0.80, 0.97),
        broken=(0.05, 0, 0, 0),
        flips=AT,
    )


def alternative() -> Iterator[World]:
    """Sufficient in truth, easily and with less room: power by size."""
    sizes_of = {f"{n} each": sizes for n, sizes in EQUAL.items()} | {"waterbirds": WATERBIRDS}
    for name, sizes in sizes_of.items():
        easy = World(f"sufficient, 97 %, {name}", sizes, BEFORE, GOOD, STILL)
        yield easy
        yield replace(
            easy,
            name=f"sufficient, 90 %, {name}",
            before=(0.92, 0.6, 0.5, 0.92),
            after=(0.91, 0.9, 0.9, 0.91),
            broken=(0.02,) * 4,
            flips=Flips(0.01, 0.005),
        )
        yield replace(
            easy,
            name=f"sufficient, 86 %, {name}",
            before=(0.88, 0.6, 0.5, 0.88),
            after=(0.86,) * 4,
            broken=(0.04,) * 4,
            flips=Flips(0.02, 0.005),
        )
    for n, sizes in SKEWED.items():
        yield World(f"sufficient, 97 %, small groups of {n}", sizes, BEFORE, GOOD, STILL)


def others() -> Iterator[World]:
    """One world for each other row of the decision's table, at three sizes."""
    calm, level = Flips(), (0.95,) * 4
    for n in (60, 600, 2000):  # 2,000: what it takes to find no shortcut
        sizes = (n,) * 4
        none = World(f"no shortcut, {n} each", sizes, level, level, (0.02,) * 4, calm, calm)
        usual = World(f"no effect, {n} each", sizes, BEFORE, BEFORE, (0.02,) * 4, Flips(0.30))
        yield none
        at_gap = replace(none, name=f"gap at its margin, {n} each", before=(0.97, 0.92, 0.95, 0.95))
        yield replace(at_gap, broken=(0.03, 0, 0.02, 0.02))
        yield replace(none, name=f"baseline's reliance at its margin, {n} each", flips_before=AT)
        if n == 2000:
            break
        yield usual
        worse = (0.86, 0.50, 0.40, 0.86)
        yield replace(usual, name=f"harms, {n} each", after=worse, broken=(0.12,) * 4, flips=Flips(0.02))
        better = (0.95, 0.85, 0.85, 0.95)
        yield replace(usual, name=f"surgery, {n} each", after=better, flips=Flips(0.15, 0.02))
        paid = (0.85, 0.75, 0.72, 0.85)
        yield replace(usual, name=f"helps, {n} each", after=paid, broken=(0.13, 0.05, 0.05, 0.13), flips=Flips(0.02))


def null() -> Iterator[World]:
    """Nothing there: one accuracy in every group, two equally good heads, no flips beyond the control."""
    calm = Flips(0.02, 0.02, 0.02)
    for n in (400, 2000):
        for share in (50, 90, 99):
            few = n * (100 - share) // 200
            sizes = (n // 4,) * 4 if share == 50 else (n // 2 - few, few, few, n // 2 - few)
            for name, rate in (("null", 0.9), ("null at the target", 0.8)):
                full = f"{name}, {n} rows at {share}/{100 - share}"
                yield World(full, sizes, (rate,) * 4, (rate,) * 4, (0.05,) * 4, calm, calm, control=True)


def _first(rates: tuple[float, ...], rate: float) -> tuple[float, ...]:
    return (rate, *rates[1:])


def _third(rates: tuple[float, ...], rate: float) -> tuple[float, ...]:
    return (*rates[:2], rate, *rates[3:])


GRIDS = {"boundary": boundary, "alternative": alternative, "others": others, "null": null}
