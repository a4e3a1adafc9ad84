"""Step: from fitted heads to the tables of the test rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hindmost.core.blocks import by_blocks, deviations
from hindmost.core.features import Features
from hindmost.core.head import Head, Predictor
from hindmost.core.policy import Policy
from hindmost.core.retrains import DrawSpread, SupportStability
from hindmost.core.rows import IntArray
from hindmost.core.tables import ChangeTable, HeadAnatomy, HeadTable
from hindmost.core.worst_noise import DetectableChange, WorstNoise
from hindmost.evals.detectable_change import detectable_changes
from hindmost.evals.head_anatomy import head_anatomy
from hindmost.evals.head_table import head_table
from hindmost.evals.paired_change import paired_change
from hindmost.evals.stability import draw_spread, support_stability
from hindmost.evals.worst_noise import worst_noise
from hindmost.pipeline._heads import Fitted


@dataclass(frozen=True)
class Tables:
    """The tables of every available head, and the changes between them."""

    heads: dict[str, HeadTable]
    changes: dict[str, ChangeTable]
    control_change: ChangeTable | None
    weights: dict[str, HeadAnatomy]
    support: dict[str, SupportStability]
    draws: dict[str, DrawSpread]
    noise: dict[str, WorstNoise]
    detectable: dict[str, tuple[DetectableChange, ...]]


def tabulate(features: Features, fitted: dict[str, Fitted], baseline: str, policy: Policy, seed: int) -> Tables:
    """Score every head on the test rows and compare it with the baseline."""
    test, val = features.of("test"), features.of("val")
    heads = available(fitted)
    predicted = {name: head.predict(test.X) for name, head in heads.items()}
    tables = {
        name: head_table(
            test.rows,
            predicted[name],
            train_counts=features.rows.counts("train"),
            level=policy.level,
            val_rows=val.rows,
            val_predicted=fitted[name].val_predicted,
            val_reason=fitted[name].val_reason,
        )
        for name in heads
    }
    changes = {name: _change(features, predicted, (baseline, name), policy, seed) for name in heads if name != baseline}
    control = None
    if "threshold" in heads and policy.deciding_head in heads and policy.deciding_head != "threshold":
        control = _change(features, predicted, ("threshold", policy.deciding_head), policy, seed)
    support = {name: support_stability(one) for name in heads if (one := fitted[name].single_coefs) is not None}
    draws = {name: _spread(test, fitted[name], said, seed) for name, said in predicted.items() if name in support}
    right = {name: said == test.rows.y for name, said in predicted.items()}
    noise = {name: w for name in heads if (w := worst_noise(test.rows, right[name], seed=seed)) is not None}
    detectable = {
        name: detectable_changes(test.rows, right[baseline], right[name], level=policy.level) for name in changes
    }
    weights = _anatomy(features, fitted, baseline)
    return Tables(tables, changes, control, weights, support, draws, noise, detectable)


def available(fitted: dict[str, Fitted]) -> dict[str, Predictor]:
    """The heads that could be fitted."""
    return {name: one.head for name, one in fitted.items() if one.head is not None}


def linear(heads: dict[str, Predictor]) -> dict[str, Head]:
    """Those with weights: only they have anatomy, maps and a file."""
    return {name: head for name, head in heads.items() if isinstance(head, Head)}


def _change(
    features: Features, predicted: dict[str, IntArray], pair: tuple[str, str], policy: Policy, seed: int
) -> ChangeTable:
    before, after = pair
    return paired_change(
        features.rows.of("test"),
        predicted[before],
        predicted[after],
        baseline=before,
        level=policy.level,
        harm_margin=policy.harm_margin,
        seed=seed,
    )


def _spread(test: Features, one: Fitted, said: IntArray, seed: int) -> DrawSpread:
    """Worst group of every single fit, beside the average that is used."""
    predict = one.single_predict
    assert predict is not None
    each = by_blocks(lambda part: predict(part.astype(np.float64)), test.X, axis=1)
    return draw_spread(test.rows, each, said, seed=seed)


def _anatomy(features: Features, fitted: dict[str, Fitted], baseline: str) -> dict[str, HeadAnatomy]:
    rows = features.of("train") if features.rows.mask("train").any() else features
    heads = linear(available(fitted))
    singles = {name: fitted[name].single_coefs for name in heads}
    return head_anatomy(heads, singles, baseline, deviations(rows.X))
