"""Worst group against labelled images per group: where a head starts to be worth having.

Nested random subsets of the validation rows, the same number of every group; one refit of the head a budget and
draw. Writes a Markdown table.

    python benchmarks/label_budget.py FEATURES.npz [--cue NAME] [--card CARD] [--head dfr] [--draws 20] [-o TABLE.md]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from hindmost import heads as registry
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.core.retrains import BudgetPoint, LabelBudget
from hindmost.core.rows import IntArray
from hindmost.evals.budget_fits import Predict, Refit, budgets_of
from hindmost.evals.label_budget import label_budget
from hindmost.heads.to_head import to_predictor
from methods import context_of, read


def main() -> None:
    """Measure, print and write."""
    options = _options()
    features, held_out = read(options.source, options.cue, options.card)
    context = context_of(features, held_out)
    assert context.baseline is not None
    val, test = features.of("val"), features.of("test")
    curve = label_budget(
        val.rows,
        test.rows,
        test.X,
        refit_of(options.head, context),
        context.baseline.predict(test.X),
        budgets=budgets_of(val.rows),
        draws=options.draws,
        progress=_progress,
    )
    text = "\n".join(table(options.head, curve)) + "\n"
    print("\n" + text)
    if options.out:
        options.out.write_text(text, encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("--cue", action="append", default=[])
    parser.add_argument("--card", type=Path)
    parser.add_argument("--head", default="dfr")
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("-o", "--out", type=Path)
    return parser.parse_args()


def refit_of(name: str, context: FitContext) -> Refit:
    """Fits the head on some of the validation rows; everything else of the context stays."""
    val: Features = context.val
    X = val.X.astype(np.float64)

    def refit(positions: IntArray, seed: int) -> Predict:
        estimator = registry.build(name, context).set_params(random_state=seed)
        rows = val.rows.take(positions)
        estimator.fit(X[positions], rows.y, strata=rows.strata, cluster=rows.cluster)
        return to_predictor(estimator).predict

    return refit


def table(name: str, curve: LabelBudget) -> list[str]:
    """The curve as Markdown, and the sentence on where it passes the baseline."""
    lines = [
        f"`{name}`, {curve.draws} draws a budget; the baseline's worst group is {curve.baseline_worst:.3f}.",
        "",
        "| images per group | worst group, mean [95 %] | sd over draws | draws below the baseline | groups, mean |",
        "|--:|---|--:|--:|---|",
    ]
    return [*lines, *map(_line, curve.points), "", crossing(curve)]


def _line(point: BudgetPoint) -> str:
    if point.worst is None or point.below_baseline is None:
        return f"| {point.budget} | no draw could be fitted | | | |"
    bounds = "" if point.low is None or point.high is None else f" [{point.low:.3f}, {point.high:.3f}]"
    spread = "–" if point.sd is None else f"{point.sd:.3f}"
    groups = ", ".join("–" if value is None else f"{value:.3f}" for value in point.accuracy)
    return f"| {point.budget} | {point.worst:.3f}{bounds} | {spread} | {point.below_baseline:.0%} | {groups} |"


def crossing(curve: LabelBudget) -> str:
    """In words."""
    found = curve.crossing
    if found is None:
        return f"Crossing: not told, because {curve.crossing_reason}."
    where = "" if found.budget is None else f" at {found.budget:.1f} images per group"
    low = "at or below the smallest budget" if found.low is None else f"{found.low:.1f}"
    high = "above the largest budget" if found.high is None else f"{found.high:.1f}"
    return (
        f"Crossing: {found.outcome.replace('_', ' ')}{where}, 95 % interval {low} to {high}; over the bootstrap draws "
        f"it crosses in {found.crosses:.0%}, never in {found.never_crosses:.0%}, is always above in "
        f"{found.always_above:.0%}."
    )


def _progress(stage: str, done: int, total: int) -> None:
    if done % 20 == 0:
        print(f"\r{stage} {done}/{total}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
