"""Markdown tables of what was counted in worlds with a set curve over labelled images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

from _verdict_curve_cells import TARGET, cells, on_an_edge
from _verdict_curves import CurveWorld
from _verdict_runs import Counts, path_of, read
from hindmost.core.findings import Decision
from hindmost.core.intervals import clopper_pearson_upper

DECISIONS = get_args(Decision)
SHORT = dict(zip(DECISIONS, ("no shortcut", "sufficient", "harms", "surgery", "collect", "helps", "cannot tell")))
ENOUGH = 50  # runs from which a bound says more than that there were few
Pair = tuple[CurveWorld, Counts]


def curve_report(folder: Path) -> str:
    """How often each rule errs, how often it finds what is there, and every decision against what is true."""
    kept = [(world, read(path_of(folder, "curves", world.name), world.name, "curves")) for world in cells()]
    kept = [(world, counts) for world, counts in kept if counts.runs]
    if not kept:
        return ""
    allowed = [pair for pair in kept if reaches(pair[0])]
    beside = [pair for pair in kept if not on_an_edge(pair[0])]
    return "\n\n".join([_falsely(allowed), _power(kept), _labels(kept), _confusion(beside)])


def reaches(world: CurveWorld) -> bool:
    """Does the true curve meet the target by the horizon? Then HM013 must not be found."""
    return world.worst_at(world.horizon) >= TARGET - 1e-9


def upper(count: int, runs: int) -> float:
    """One-sided 95 % Clopper-Pearson bound of a simulated rate."""
    return float(clopper_pearson_upper(count, runs, level=0.05))


def _falsely(kept: list[Pair]) -> str:
    lines = ["| cell | at the horizon | runs | HM013 falsely found | upper 95 % |", "|---|--:|--:|--:|--:|"]
    for world, counts in kept:
        count = counts.falsely.get("HM013", 0)
        there = f"{world.worst_at(world.horizon):.1%}"
        rate, bound = count / counts.runs, upper(count, counts.runs)
        lines.append(f"| {counts.name} | {there} | {counts.runs:,} | {rate:.2%} | {bound:.2%} |")
    return "\n".join(lines)


def _power(kept: list[Pair]) -> str:
    lines = ["| cell | at the horizon | runs | HM013 found |", "|---|--:|--:|--:|"]
    for world, counts in kept:
        if not reaches(world):
            share = counts.found.get("HM013", 0) / counts.runs
            lines.append(f"| {counts.name} | {world.worst_at(world.horizon):.1%} | {counts.runs:,} | {share:.1%} |")
    return "\n".join(lines)


def _labels(kept: list[Pair]) -> str:
    """Where HM014 is true in any run, and where it was falsely found in any."""
    lines = [
        "| cell | now | at the budget | HM014 true in | found there | false in | found there | upper 95 % |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for world, counts in kept:
        false, wrong = counts.untrue.get("HM014", 0), counts.falsely.get("HM014", 0)
        true, right = counts.runs - false, counts.found.get("HM014", 0) - wrong
        if not true and not wrong:
            continue
        now, budget = (world.worst_at(n) for n in (world.images, max(world.policy.label_budget, world.images)))
        found = f"{true:,} | {right / true:.1%}" if true else "0 |"
        bound = f"{upper(wrong, false):.1%}" if false >= ENOUGH else ""
        falsely = f"{false:,} | {wrong / false:.1%} | {bound}" if false else "0 | |"
        lines.append(f"| {counts.name} | {now:.1%} | {budget:.1%} | {found} | {falsely} |")
    return "\n".join(lines)


def _confusion(kept: list[Pair]) -> str:
    """Cells of one size together, those on an edge left out: they would be most of it."""
    head = " | ".join(SHORT[decision] for decision in DECISIONS)
    lines = [f"| images, test rows a group | true | runs | {head} |", "|---|---|--:|" + "--:|" * len(DECISIONS)]
    for images, test in sorted({(world.images, world.test) for world, _ in kept}):
        decided = _together(counts for world, counts in kept if (world.images, world.test) == (images, test))
        for truth in sorted(decided, key=[*SHORT, "no effect"].index):
            said, runs = decided[truth], sum(decided[truth].values())
            shares = " | ".join(f"{said[d] / runs:.1%}" if d in said else "" for d in DECISIONS)
            lines.append(f"| {images}, {test:,} | {SHORT.get(truth, truth)} | {runs:,} | {shares} |")
    return "\n".join(lines)


def _together(kept: Iterable[Counts]) -> dict[str, Counter[str]]:
    decided: dict[str, Counter[str]] = {}
    for counts in kept:
        for truth, said in counts.decided.items():
            decided.setdefault(truth, Counter()).update(said)
    return decided
