"""Step: what single features tell, and what each head did with them."""

from __future__ import annotations

import numpy as np

from hindmost.core.anatomy import ROLES, Anatomy, FeatureRow, FeatureTable, HeadRoles, Part, Told
from hindmost.core.blocks import deviations
from hindmost.core.excited import ExcitedRow
from hindmost.core.features import Features
from hindmost.core.head import Head
from hindmost.core.policy import Policy
from hindmost.core.rows import FloatArray
from hindmost.core.sample import sample_per_group
from hindmost.evals.entanglement import effective_number, entanglement
from hindmost.evals.excited import excited
from hindmost.evals.feature_roles import MARGIN, FeatureRoles, feature_roles, why_not
from hindmost.evals.role_shares import as_coefs, has_weight, margin_weight, role_shares
from hindmost.pipeline._heads import Fitted
from hindmost.pipeline._tables import available, linear

FILE = "features.parquet"
TOP = 20
MOST_ROWS = 8_000
MOST_PER_GROUP = 1_000
NOT_LINEAR = "the baseline is not linear, so its features have no weights"


def dissect(
    features: Features, fitted: dict[str, Fitted], baseline: str, policy: Policy, seed: int
) -> tuple[Anatomy, FeatureTable | None]:
    """Judge every feature on test rows, which fitted no head; share out the margin weight of every linear head.

    The rows are all test rows, up to 1,000 a group and about 8,000 in all.
    """
    test = features.of("test")
    most = min(MOST_PER_GROUP, MOST_ROWS // test.rows.n_groups)
    everything = np.ones(len(test.rows), dtype=bool)
    judged = test.take(sample_per_group(test.rows.group, everything, most, np.random.default_rng(seed)))
    heads = linear(available(fitted))
    reason = why_not(judged.rows) if baseline in heads else NOT_LINEAR
    if reason is not None:
        return _anatomy(judged, None, reason, {}, (), (), policy), None
    found = feature_roles(judged.rows, judged.X, level=policy.level, seed=seed)
    train = features.of("train") if features.rows.mask("train").any() else features
    sd = deviations(train.X)
    singles = {name: as_coefs(fitted[name].single_coefs, head.n_classes) for name, head in heads.items()}
    shares = {
        name: role_shares(head, heads[baseline], singles[name], sd, found.roles, found.drawn)
        for name, head in heads.items()
        if name != baseline
    }
    rows = _rows(found, heads, singles, sd)
    shown = [baseline, *([policy.deciding_head] if policy.deciding_head in heads else [])]
    size = [-max(row.share[name] for name in shown) for row in rows]
    top = tuple(rows[k] for k in np.argsort(size, kind="stable")[:TOP].tolist())
    images: tuple[ExcitedRow, ...] = ()
    if policy.deciding_head in shares:
        images = excited(judged.rows, judged.X, heads[policy.deciding_head], heads[baseline], sd, found.roles)
    return _anatomy(judged, found, None, shares, top, images, policy), _table(rows, heads, sd)


def _anatomy(
    judged: Features,
    found: FeatureRoles | None,
    reason: str | None,
    shares: dict[str, HeadRoles],
    top: tuple[FeatureRow, ...],
    images: tuple[ExcitedRow, ...],
    policy: Policy,
) -> Anatomy:
    rows = judged.rows
    counts = [] if found is None else np.bincount(found.roles, minlength=len(ROLES)).tolist()
    return Anatomy(
        reason=reason,
        split="test",
        n=len(rows),
        groups=tuple(np.bincount(rows.group, minlength=rows.n_groups).tolist()),
        strata=(0, 0) if found is None else (found.of_class.strata, found.of_cue.strata),
        n_features=judged.X.shape[1],
        margin=MARGIN,
        level=policy.level,
        counts=dict(zip(ROLES, counts)),
        entanglement=Part(None, None, None) if found is None else entanglement(found),
        effective_number=effective_number(judged.X),
        heads=shares,
        top=top,
        file=FILE,
        excited=images,
    )


def _rows(
    found: FeatureRoles, heads: dict[str, Head], singles: dict[str, FloatArray | None], sd: FloatArray
) -> list[FeatureRow]:
    share, kept = {}, {}
    for name, head in heads.items():
        weight, fits = margin_weight(head.coef, sd), singles[name]
        share[name] = (weight / weight.sum() if weight.any() else weight).tolist()
        kept[name] = has_weight(head.coef[None] if fits is None else fits).mean(axis=0).tolist()
    return [
        FeatureRow(
            feature=k,
            role=ROLES[role],
            tells_class=found.of_class.told(k),
            tells_cue=found.of_cue.told(k),
            share={name: column[k] for name, column in share.items()},
            kept={name: column[k] for name, column in kept.items()},
        )
        for k, role in enumerate(found.roles.tolist())
    ]


def _table(rows: list[FeatureRow], heads: dict[str, Head], sd: FloatArray) -> FeatureTable:
    columns: dict[str, tuple[float | int | str | None, ...]] = {
        "feature": tuple(row.feature for row in rows),
        "role": tuple(row.role for row in rows),
        "sd": tuple(sd.tolist()),
        **_told("class", [row.tells_class for row in rows]),
        **_told("cue", [row.tells_cue for row in rows]),
    }
    for name, head in heads.items():
        for c, weights in enumerate((head.coef[1:] - head.coef[:1] if head.n_classes == 2 else head.coef).tolist()):
            columns[f"weight_{name}" if head.n_classes == 2 else f"weight_{name}_{c}"] = tuple(weights)
        columns[f"share_{name}"] = tuple(row.share[name] for row in rows)
        columns[f"kept_{name}"] = tuple(row.kept[name] for row in rows)
    return FeatureTable(columns)


def _told(question: str, told: list[Told]) -> dict[str, tuple[float | int | str | None, ...]]:
    fields = ("what", "auc", "low", "high", "p_adjusted")
    return {f"{question}_{field}": tuple(getattr(one, field) for one in told) for field in fields}
