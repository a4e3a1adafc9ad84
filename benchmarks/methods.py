"""Every registered head on stored features: groups, worst group with its bounds, change, labels, seconds.

One fit a head and seed; the seconds are those of the fits. The test rows choose nothing. Writes a Markdown table.

    python benchmarks/methods.py FEATURES.npz [--cue NAME] [--card CARD] [--seeds 5] [--heads a,b] [-o TABLE.md]
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hindmost import heads as registry
from hindmost.core.errors import EmptyStratum
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.core.rows import IntArray
from hindmost.core.tables import HeadTable
from hindmost.datasets.open import open_input
from hindmost.evals.head_table import head_table
from hindmost.evals.worst_difference import worst_difference
from hindmost.heads.recover import recover
from hindmost.heads.to_head import to_predictor
from hindmost.io.card import find_card, read_card

LEVEL = 0.05
Numbers = tuple[float | None, float | None, float | None]


@dataclass(frozen=True)
class Run:
    """One fit: its table on the test rows, the change of the worst group against the baseline, and its cost."""

    table: HeadTable
    change: Numbers
    seconds: float
    departs: str | None


def main() -> None:
    """Fit, print and write."""
    options = _options()
    features, held_out = read(options.source, options.cue, options.card)
    names = options.heads.split(",") if options.heads else list(registry.HEADS)
    context = context_of(features, held_out)
    lines = [_counts(features), "", *_title(features)]
    for name in names:
        try:
            runs = [run(name, features, replace(context, seed=seed)) for seed in range(options.seeds)]
        except EmptyStratum as empty:
            lines.append(f"| `{name}` | not available: {empty} |")
            continue
        lines.append(row(name, runs))
        print(lines[-1], flush=True)
    if options.out:
        options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("--cue", action="append", default=[])
    parser.add_argument("--card", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--heads", default="")
    parser.add_argument("-o", "--out", type=Path)
    return parser.parse_args()


def read(source: Path, cues: list[str], card: Path | None) -> tuple[Features, Features | None]:
    """The stored features, and the train rows that were held out of the network's training, if any."""
    found = card or find_card(source)
    dataset = open_input(source, cues=tuple(cues), card=None if found is None else read_card(found))
    assert dataset.X is not None
    features = Features(dataset.rows, dataset.X, dataset.logits, {}, dataset.early)
    own = dataset.held_out
    return features, None if own is None else features.take(own & dataset.rows.mask("train"))


def context_of(features: Features, held_out: Features | None) -> FitContext:
    """What an audit would hand to a head, for seed 0."""
    assert features.logits is not None, "the features need the network's logits beside them"
    baseline = recover(features.X, features.logits)
    return FitContext(features.of("train"), features.of("val"), baseline, 0, features.rows.n_groups, held_out)


def run(name: str, features: Features, context: FitContext) -> Run:
    """Fit one head and score it on the test rows."""
    estimator, test = registry.build(name, context), features.of("test")
    fitted_on = context.fitted_on(estimator.rows)
    started = time.perf_counter()
    estimator.fit(
        fitted_on.X.astype(np.float64),
        fitted_on.rows.y,
        strata=fitted_on.rows.strata,
        cluster=fitted_on.rows.cluster,
    )
    seconds = time.perf_counter() - started
    assert context.baseline is not None
    before, after = context.baseline.predict(test.X), to_predictor(estimator).predict(test.X)
    change = worst_difference(test.rows, before == test.rows.y, after == test.rows.y)
    return Run(_table(features, after), change, seconds, estimator.selected_.get("departs"))


def _table(features: Features, predicted: IntArray) -> HeadTable:
    return head_table(
        features.rows.of("test"),
        predicted,
        train_counts=features.rows.counts("train"),
        level=LEVEL,
        val_rows=features.rows.of("val"),
        val_predicted=None,
        val_reason="not asked here",
    )


def _counts(features: Features) -> str:
    """How many rows each group has, a line a split."""
    names = ", ".join(f"{g} = {name}" for g, name in enumerate(features.rows.naming.groups))
    counts = "; ".join(f"{s} {'/'.join(map(str, features.rows.counts(s)))}" for s in ("train", "val", "test"))
    return f"Groups {names}. Rows: {counts}; {features.X.shape[1]} features."


def _title(features: Features) -> list[str]:
    groups = " | ".join(str(g) for g in range(features.rows.n_groups))
    heading = f"| head | labels | {groups} | worst [bounds] | worst, all seeds | mean | change of the worst | seconds |"
    return [heading, "|---|---|" + "--:|" * (features.rows.n_groups + 5)]


def row(name: str, runs: list[Run]) -> str:
    """One line: seed 0 with its bounds, and mean and range over the seeds."""
    first = runs[0].table
    groups = " | ".join(_share(g.accuracy) for g in first.groups)
    minima = [one.table.worst_group.test_minimum for one in runs]
    shown = [value for value in minima if value is not None]
    spread = f"{np.mean(shown):.3f} ({min(shown):.3f} to {max(shown):.3f})"
    worst = first.worst_group
    bounds = f"{_share(worst.test_minimum)} [{_share(worst.lower_bound)}, {_share(worst.upper_bound)}]"
    means = np.mean([one.table.mean for one in runs if one.table.mean is not None])
    moved, low, high = runs[0].change
    change = f"{_signed(moved)} [{_signed(low)}, {_signed(high)}]"
    seconds = np.mean([one.seconds for one in runs])
    star = " *" if runs[0].departs else ""
    labels = registry.load(name).labels
    return f"| `{name}`{star} | {labels} | {groups} | {bounds} | {spread} | {means:.3f} | {change} | {seconds:.2g} |"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+.3f}"


if __name__ == "__main__":
    main()
