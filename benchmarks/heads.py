"""The solver against liblinear, as time to a certified relative gap of 1e-4 with the same penalised intercept.

(a) a v1 tune-and-fit on 11,788 x 2,048 generated features with Waterbirds group counts; (b) the full plan: 10 x 5
cross-fitting over the grid of C, the same within 5 outer folds, 20 retrains, 8 label budgets of 20 draws. Ours runs
every distinct fit. liblinear runs every fit of (a) and a random sample of (b), scaled up; the interval is a bootstrap
over the sample. Then growth with rows, features and problems, drawn into docs/figures with --figures.

    python benchmarks/heads.py [--quick] [--sample N] [--figures FOLDER] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import scipy
import sklearn
from threadpoolctl import threadpool_info

from _heads_data import Split, features
from _heads_fits import Kind, Timing, fresh_warnings, measure, ours, ratio
from _heads_growth import drawn, measured
from _heads_plan import full_plan, tune_and_fit
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.core.rows import Naming, Rows
from hindmost.heads import HEADS, load


def machine() -> dict[str, str | int]:
    """What the numbers depend on, without the machine's name."""
    blas = next((found for found in threadpool_info() if found["user_api"] == "blas"), {})
    return {
        "cores": os.cpu_count() or 0,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
        "blas": f"{blas.get('internal_api')} {blas.get('version')} {blas.get('architecture')}",
        "blas threads": int(blas.get("num_threads", 0)),
    }


def run(name: str, kinds: list[Kind], sample: int, rng: np.random.Generator) -> dict[str, object]:
    """Time the kinds of one run, print a line each and the ratios."""
    ours(kinds[0])  # warm caches and lazy imports
    print(f"\n{name}\n{'kind':38} {'fits':>6} {'ours s':>9} {'liblinear s':>12} {'ratio':>6}  certified, largest gap")
    timings = []
    for kind in kinds:
        timing = measure(kind, sample, rng)
        timings.append(timing)
        print(_line(timing), flush=True)
    found = ratio(timings, rng)
    once = ratio([_once(t) for t in timings], rng)
    print(
        f"all fits: {found[0]:.1f} x, 95 % [{found[1]:.1f}, {found[2]:.1f}]; "
        f"equal problems counted once: {once[0]:.1f} x"
    )
    return {"name": name, "ratio": found, "ratio_distinct": once, "kinds": [asdict(t) for t in timings]}


def _line(t: Timing) -> str:
    return (
        f"{t.kind:38} {t.fits:6d} {t.ours:9.3f} {t.theirs:12.3f} {t.theirs / t.ours:6.1f}  "
        f"{t.certified}/{t.distinct}, {t.largest_gap:.0e}; "
        f"liblinear: {t.sampled_fits} fits run, {t.missed} missed the gap"
    )


def _once(t: Timing) -> Timing:
    """The same kind if the protocol did not fit equal problems again."""
    return Timing(**{**asdict(t), "scale": t.scale * t.distinct / t.fits})


def time_methods(splits: dict[str, Split], keys: list[str]) -> dict[str, float | str]:
    """Seconds of each registered head's whole fit on the same features; the reason where it cannot be set up."""
    context = _context(splits)
    seconds: dict[str, float | str] = {}
    for key in keys:
        try:
            head = load(key).from_context(context)
        except (ImportError, ValueError) as error:
            seconds[key] = f"left out: {error}"
            continue
        rows = {"train": context.train, "val": context.val}.get(head.rows)
        if rows is None:
            seconds[key] = "fits nothing"
            continue
        started = time.perf_counter()
        head.fit(rows.X, rows.rows.y, strata=rows.rows.strata)
        seconds[key] = time.perf_counter() - started
        print(f"{key:16} {seconds[key]:9.2f} s", flush=True)
    return seconds


def _context(splits: dict[str, Split]) -> FitContext:
    """The generated splits as the audit would hand them to a head."""
    naming = Naming(("landbird", "waterbird"), ("land", "water"), ("place",))
    X, g = (np.concatenate([getattr(s, name) for s in splits.values()]) for name in ("X", "g"))
    split = np.repeat(np.arange(3), [len(s.y) for s in splits.values()])
    rows = Rows(np.arange(len(g)).astype(str), g // 2, g % 2, split, naming)
    found = Features(rows, X.astype(np.float32))
    return FitContext(found.of("train"), found.of("val"), None, 0, 4)


def main() -> None:
    """Run everything, or a small version with --quick."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="512 features and a short plan: a check, not a result")
    parser.add_argument("--sample", type=int, default=3, help="subsets a kind that liblinear runs in (b)")
    parser.add_argument("--parts", default="a,b,growth", help="which of a, b, growth, methods to run")
    parser.add_argument("--figures", type=Path, help="folder for the figures of growth")
    parser.add_argument("--json", type=Path, help="file for all numbers")
    args = parser.parse_args()
    fresh_warnings()
    rng, parts = np.random.default_rng(0), args.parts.split(",")
    splits = features(512 if args.quick else 2048)
    results: dict[str, object] = {"machine": machine(), "quick": args.quick}
    print(json.dumps(results["machine"]))
    if "a" in parts:
        results["a"] = run("(a) v1 tune-and-fit", tune_and_fit(splits, rng), 20, rng)
    if "b" in parts:
        short = {"repeats": 1, "draws": 2} if args.quick else {}
        results["b"] = run("(b) full plan", full_plan(splits, rng, **short), 1 if args.quick else args.sample, rng)
    if "growth" in parts:
        results["growth"] = measured(quick=args.quick, rng=rng)
        print(json.dumps(results["growth"]))
        if args.figures:
            drawn(results["growth"], args.figures)
    if "methods" in parts:
        results["methods"] = time_methods(splits, list(HEADS))
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
