"""How often the maps are said to have moved where nothing moved: the family-wise rate over null data sets.

Every measure x region x side x group of a head is one family; a data set counts where any adjusted p is at
most 5 %. Beside it the rate at which HM010 would call a rise of the lift. Two nulls: "refits", the same
evidence with fresh noise before and after; "no place", evidence that ignores the mask, of another shape after
than before (normal, then exponential), so that changes are neither alike nor symmetric.

    python benchmarks/map_nulls.py [--sets 1000] [--images 200] [--nulls NULL ...] [--mixes MIX ...] [-o TABLE.md]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from hindmost.core.intervals import clopper_pearson_upper
from hindmost.core.rows import FloatArray, Naming, Rows
from hindmost.evals.localisation import localisation
from hindmost.evals.map_groups import RegionMasks, map_measures

MIXES = {"50 / 50": 0.5, "90 / 10": 0.1, "99 / 1": 0.01}
NULLS = ("refits", "no place")
SIDE, LEVEL = 4, 0.05


def main() -> None:
    """Run every mix and null, print and write."""
    options = _options()
    lines = [
        "| null | mix | sets | any measure moved | upper bound | HM010 calls a rise | upper bound |",
        "|---" * 7 + "|",
    ]
    for null in options.nulls:
        for mix in options.mixes:
            rare = MIXES[mix]
            rates = np.array([_one(null, rare, options.images, at) for at in range(options.sets)])
            family, rise = (_rate(column) for column in rates.T)
            lines.append(f"| {null} | {mix} | {options.sets} | {family} | {rise} |")
            print(lines[-1], flush=True)
    table = "\n".join(lines) + "\n"
    sys.stdout.write(table)
    if options.out is not None:
        options.out.write_text(table, encoding="utf-8")


def _one(null: str, rare: float, n: int, seed: int) -> tuple[bool, bool]:
    """Is anything found in one null data set, by the family of measures and by the lift over all images?"""
    rng = np.random.default_rng([seed, round(1000 * rare), NULLS.index(null)])
    rows = _rows(rare, n)
    masks = (rng.random((n, SIDE, SIDE)) < 0.3).astype(np.float64)
    before, after = _evidence(null, masks, rng)
    known = np.ones(n, dtype=bool)
    regions = {"core": RegionMasks(masks, known), "cue": RegionMasks(1 - masks, known)}
    maps = {"erm": before, "dfr": after}
    found = map_measures(rows, maps, regions, "erm", seed=seed)["dfr"]
    p = [row.p_adjusted for table in found for row in table.groups if row.p_adjusted is not None]
    lift = localisation(rows, maps, masks, known, ~known, "erm", seed=seed)["dfr"]
    return min(p) <= LEVEL, lift.change_low is not None and lift.change_low > 0


def _rows(rare: float, n: int) -> Rows:
    """Two classes and two cues; ``rare`` of each class shows the cue of the other."""
    y = np.arange(n) % 2
    few = np.arange(n) // 2 < max(1, round(rare * n / 2))
    naming = Naming(("y=0", "y=1"), ("a=0", "a=1"), ("a",))
    return Rows(np.array([f"row{i}" for i in range(n)]), y, np.where(few, 1 - y, y), np.full(n, 2), naming)


def _evidence(null: str, masks: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    if null == "refits":
        true = rng.normal(size=masks.shape) + masks
        return true + 0.5 * rng.normal(size=masks.shape), true + 0.5 * rng.normal(size=masks.shape)
    return rng.normal(size=masks.shape), rng.exponential(size=masks.shape) - 0.7


def _rate(found: FloatArray) -> str:
    upper = float(clopper_pearson_upper(found.sum(), len(found), level=0.05))
    return f"{found.mean():.1%} | {upper:.1%}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=int, default=1000)
    parser.add_argument("--images", type=int, default=200)
    parser.add_argument("--nulls", nargs="+", choices=NULLS, default=NULLS)
    parser.add_argument("--mixes", nargs="+", choices=MIXES, default=list(MIXES))
    parser.add_argument("-o", "--out", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
