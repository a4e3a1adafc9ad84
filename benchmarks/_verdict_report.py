"""Markdown tables of what was counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from _verdict_cells import GRIDS
from _verdict_coverage import SIZES, exact, worst_change
from _verdict_curve_report import DECISIONS, SHORT, curve_report, upper
from _verdict_exact import at_most
from _verdict_features import cells as feature_cells
from _verdict_fitted import cells as fitted_cells
from _verdict_runs import EFFECTS, Counts, path_of, read


def report(folder: Path) -> str:
    """Every table for which there are counts."""
    parts = [_false(folder), _power(folder), _confusion(folder), curve_report(folder), _null(folder)]
    return "\n\n".join(part for part in parts if part)


def coverage(runs: int) -> str:
    """Exact coverage of every interval, and simulated misses of the bootstrap."""
    lines = ["| interval | nominal | n | mean | least | least at |", "|---|--:|--:|--:|--:|---|"]
    for one in (each for n in SIZES for each in exact(n)):
        lines.append(f"| {one.interval} | {one.nominal:.0%} | {one.n} | {one.mean:.1%} | {one.least:.1%} | {one.at} |")
    lines += ["", "| worst group's change | n a group | runs | all below the truth | all above |"]
    lines.append("|---|--:|--:|--:|--:|")
    for miss in (each for n in SIZES for each in worst_change(n, runs)):
        lines.append(f"| {miss.name} | {miss.n} | {miss.runs:,} | {miss.below:.1%} | {miss.above:.1%} |")
    return "\n".join(lines)


def _kept(folder: Path, grid: str, names: Iterable[str]) -> list[Counts]:
    found = [read(path_of(folder, grid, name), name, grid) for name in names]
    return [counts for counts in found if counts.runs]


def _false(folder: Path) -> str:
    most = {world.name: at_most(world) for world in GRIDS["boundary"]()}
    boundary = _kept(folder, "boundary", most)
    features = _kept(folder, "features", (cell.name for cell in feature_cells()))
    lines = ["| cell | runs | falsely sufficient | upper 95 % | exactly at most |", "|---|--:|--:|--:|--:|"]
    for counts in [*boundary, *features]:
        rate, bound = counts.false / counts.runs, upper(counts.false, counts.runs)
        known = f"{most[counts.name]:.2%}" if counts.name in most else ""
        lines.append(f"| {counts.name} | {counts.runs:,} | {rate:.2%} | {bound:.2%} | {known} |")
    return "\n".join(lines) if boundary or features else ""


def _power(folder: Path) -> str:
    lines = ["| cell | runs | sufficient | helps | cannot tell | other |", "|---|--:|--:|--:|--:|--:|"]
    kept = _kept(folder, "alternative", (world.name for world in GRIDS["alternative"]()))
    for counts in kept:
        said = _decisions([counts])
        shown = [said[name] / counts.runs for name in ("treatment_sufficient", "treatment_helps", "cannot_tell")]
        cells = " | ".join(f"{share:.1%}" for share in (*shown, max(0.0, 1 - sum(shown))))
        lines.append(f"| {counts.name} | {counts.runs:,} | {cells} |")
    return "\n".join(lines) if kept else ""


def _confusion(folder: Path) -> str:
    head = " | ".join(SHORT[decision] for decision in DECISIONS)
    lines = [f"| cell | true | runs | {head} |", "|---|---|--:|" + "--:|" * len(DECISIONS)]
    names = {"others": [w.name for w in GRIDS["others"]()], "features": [c.name for c in feature_cells()]}
    names["fitted"] = [cell.name for cell in fitted_cells()]
    kept = [counts for grid, cells in names.items() for counts in _kept(folder, grid, cells)]
    for counts in kept:
        for truth, said in sorted(counts.decided.items()):
            runs = sum(said.values())
            cells = " | ".join(f"{said[d] / runs:.1%}" if d in said else "" for d in DECISIONS)
            lines.append(f"| {counts.name} | {SHORT.get(truth, truth)} | {runs:,} | {cells} |")
    return "\n".join(lines) if kept else ""


def _null(folder: Path) -> str:
    lines = [f"| cell | runs | any | upper 95 % | {' | '.join(EFFECTS)} |", "|---|--:|--:|--:|" + "--:|" * len(EFFECTS)]
    kept = _kept(folder, "null", (world.name for world in GRIDS["null"]()))
    for counts in kept:
        share, bound = counts.any_found / counts.runs, upper(counts.any_found, counts.runs)
        rates = " | ".join(f"{counts.found.get(code, 0) / counts.runs:.2%}" for code in EFFECTS)
        lines.append(f"| {counts.name} | {counts.runs:,} | {share:.2%} | {bound:.2%} | {rates} |")
    return "\n".join(lines) if kept else ""


def _decisions(kept: list[Counts]) -> Counter[str]:
    return sum((Counter(said) for counts in kept for said in counts.decided.values()), Counter())
