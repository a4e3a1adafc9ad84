"""How often the decision is wrong: simulation with known truth. Counts are kept, so a later call goes on.

    python benchmarks/verdict.py GRID [--cells PART] [--runs N] [--most N] -o FOLDER
    python benchmarks/verdict.py table -o FOLDER
    python benchmarks/verdict.py coverage --runs 1000

Tables are drawn, or curves over labelled images, or features, or photographs; everything from there on is the code of
the product. Without ``--runs`` a boundary cell gets as many as its exact rate asks for, never fewer than 2,000.
"""

from __future__ import annotations

import argparse
import sys
from math import ceil
from pathlib import Path
from time import process_time

import numpy as np

import _verdict_bluebox as bluebox
import _verdict_curve_cells as curve_cells
import _verdict_curves as curves
import _verdict_features as features
import _verdict_fitted as fitted
from _verdict_cells import GRIDS
from _verdict_evidence import Judge
from _verdict_exact import at_most
from _verdict_memo import remember_bounds
from _verdict_report import coverage, report
from _verdict_runs import Counts, One, Run, generator, path_of, read, write
from _verdict_truth import truth_of
from _verdict_world import World, draw

LEAST = 2_000
SOME = 200  # of a curve that is not on the edge of a bound
CHUNK = 500
SUFFICIENT = ("boundary", "alternative")  # grids that look at "sufficient", which rests on the deciding head alone


def main() -> None:
    """Run cells, or print what was run."""
    options = _options()
    if options.grid in ("table", "coverage"):
        print(report(options.out) if options.grid == "table" else coverage(options.runs or LEAST))
        return
    if options.grid == "bluebox":
        for setting, seed, audit in bluebox.run_all(options.out, options.runs or bluebox.SEEDS):
            print(
                f"{setting.name}, seed {seed}: {audit.decision}, with {', '.join(audit.companions) or 'none'}",
                flush=True,
            )
        return
    remember_bounds()
    for name, (one, runs) in _cells(options.grid).items():
        if options.cells in name:
            counts = simulate(
                name, options.grid, one, min(options.runs or runs, options.most), options.out, seed=options.seed
            )
            print(f"{name}: {counts.runs} runs, {counts.false} falsely sufficient, {counts.seconds:.0f} s", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("grid", choices=[*GRIDS, "curves", "features", "fitted", "bluebox", "table", "coverage"])
    parser.add_argument("--cells", default="", help="run cells whose name holds this")
    parser.add_argument("--runs", type=int, help="runs in all, those that are kept counted in")
    parser.add_argument("--most", type=int, default=10**9, help="no cell gets more runs than this")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-o", "--out", type=Path, default=Path("verdict"), help="folder of the counts")
    return parser.parse_args()


def _cells(grid: str) -> dict[str, tuple[One, int]]:
    """Each cell's single run, and how many runs it gets."""
    if grid in ("features", "fitted"):
        made = {"features": features, "fitted": fitted}[grid]
        return {cell.name: (made.once(cell), cell.runs) for cell in made.cells()}
    if grid == "curves":
        return {
            world.name: (curves.once(world), LEAST if curve_cells.on_the_bound(world) else SOME)
            for world in curve_cells.cells()
        }
    most = runs_for if grid == "boundary" else lambda rate: LEAST
    return {
        world.name: (once(world, keep_baseline=grid in SUFFICIENT), most(at_most(world))) for world in GRIDS[grid]()
    }


def once(world: World, *, keep_baseline: bool = False) -> One:
    """One drawn data set of a world, judged."""
    judge, truth = Judge(world, keep_baseline), truth_of(world)
    category, enough = truth.category(world.policy), truth.sufficient(world.policy)

    def run(rng: np.random.Generator, seed: int) -> Run:
        return Run(category, enough, *judge(draw(world, rng), seed))

    return run


def runs_for(rate: float) -> int:
    """Runs at which the upper 95 % bound of a cell with this rate is expected two standard errors under 5 %.

    Fixed before the first run, by the exact rate: a run that is drawn out until its bound pleases would prove nothing.
    """
    if not 0 < rate < 0.05:
        return LEAST
    return max(LEAST, ceil((1.645 + 2) ** 2 * rate * (1 - rate) / (0.05 - rate) ** 2 / CHUNK) * CHUNK)


def simulate(name: str, grid: str, one: One, runs: int, folder: Path, *, seed: int = 0) -> Counts:
    """Go on from the runs that are kept up to ``runs``, writing every ``CHUNK``."""
    path = path_of(folder, grid, name)
    counts = read(path, name, grid)
    while counts.runs < runs:
        start = process_time()
        for run in range(counts.runs, min(counts.runs + CHUNK, runs)):
            counts.add(one(generator(name, run, seed), run))
        counts.seconds += process_time() - start
        write(path, counts)
        print(f"\r{name} {counts.runs}/{runs}", end="", file=sys.stderr, flush=True)
    return counts


if __name__ == "__main__":
    main()
