"""Audits built by hand: a full one, a minimal one, a 3 x 3 one and a wide one."""

from __future__ import annotations

import base64
import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from hindmost.core.anatomy import ROLES, Anatomy, FeatureRow, HeadRoles, Part, RoleShare, Told
from hindmost.core.audit import SCHEMA, Audit, DataRecord, HeadRecord, ModelRecord, PolicyRecord
from hindmost.core.ceilings import Ceilings, CurveValue, Extrapolation, GroupCurve, LabelCurve, Rung
from hindmost.core.costs import CostRow, Costs
from hindmost.core.dataset import SetAside
from hindmost.core.excited import ExcitedRow, FeaturePlace, UsualLift
from hindmost.core.findings import Finding, Sentence
from hindmost.core.map_measures import MapMeasure, MapMeasureRow
from hindmost.core.map_trust import MapTrust, TrustPart
from hindmost.core.near_duplicates import NearDuplicates, NearPair
from hindmost.core.probes import CueProbe, MarginProbe, Probe
from hindmost.core.ranking import Ranking, RankRow, Span
from hindmost.core.retrains import BudgetPoint, LabelBudget
from hindmost.core.runs import Pooled, RunRow, Runs
from hindmost.core.tables import (
    ChangeRow,
    ChangeTable,
    GroupRow,
    HeadAnatomy,
    MapRow,
    MapTable,
    Reliance,
    RelianceRow,
    ShortcutGap,
    Thumbnail,
    WorstGroup,
)
from hindmost.core.twins import BlamedFeature, Estimate, FeatureBlame, Flips, PairEffect, Shift
from hindmost.core.worst_noise import DetectableChange, LowestShare, WorstNoise
from hindmost.evals.extrapolate import NO_SHAPE
from hindmost.pipeline import _ladder
from hindmost.pipeline._ceilings import NOT_FITTED
from hindmost.rules import (
    _curve,
    _decision_words,
    _maps,
    hm001_shortcut_gap,
    hm003_worst_group_target,
    hm004_groups_pay,
    hm007_worst_group_fell,
    hm009_duplicates,
    hm010_map_did_not_move,
    not_checked,
)

GROUPS = ("landbird, on land", "landbird, on water", "waterbird, on land", "waterbird, on water")
COUNTS = (2255, 2255, 642, 642)
RATES = {
    "erm": (0.991, 0.742, 0.381, 0.924),
    "threshold": (0.953, 0.611, 0.648, 0.961),
    "dfr": (0.926, 0.838, 0.793, 0.911),
}
NO_MIX = f"no test rows of a group of the training mix: {GROUPS[3]}"
METHODS = {
    "erm": "the network's own last layer, nothing is fitted",
    "threshold": "the baseline's weights with class offsets that maximise worst-group accuracy",
    "dfr": "mean of L1 logistic regressions on group-balanced subsets of the validation rows",
}
PLANE = ((0.31, -0.22, 0.0), (0.08, 2.5, 1.25), (0.0, 0.4, 0.0))
OUTCOMES = ("harmed", "helped", "helped", "open")


def group_row(name: str, n: int, rate: float | None) -> GroupRow:
    if not n or rate is None:
        return GroupRow(name, 0, None, None, None, None, None, None)
    half = 1.96 * (rate * (1 - rate) / n) ** 0.5
    low, high = max(rate - half, 0.0), min(rate + half, 1.0)
    return GroupRow(name, n, round(rate * n), rate, low, high, max(low - 0.001, 0.0), min(high + 0.002, 1.0))


def worst_group(rows: tuple[GroupRow, ...]) -> WorstGroup:
    scored = [row for row in rows if row.accuracy is not None]
    worst = min(scored, key=lambda row: row.accuracy or 0)
    empty = len(scored) < len(rows)
    return WorstGroup(
        worst.name, worst.n, worst.accuracy, worst.low, worst.high, "validation, out of fold",
        worst.accuracy, worst.name, None if empty else worst.lower_bound,
        f"no test rows of: {GROUPS[3]}" if empty else None, worst.upper_bound,
    )  # fmt: skip


def anatomy(seed: int, zeros: tuple[float, ...]) -> HeadAnatomy:
    counts, edges = np.histogram(np.random.default_rng(seed).laplace(0, 0.05, 1280), bins=40, range=(-0.4, 0.4))
    return HeadAnatomy(
        1280, 0.031 if zeros else 0.0, zeros, 0.006 if zeros else None, 611.4 - seed,
        0.217 if zeros else 1.0, 0.194 if zeros else 1.0, tuple(edges.tolist()), tuple(counts.tolist()),
    )  # fmt: skip


def reliance(number: float, groups: tuple[str, ...]) -> Reliance:
    rows = tuple(
        RelianceRow(name, 300, number + 0.031, 0.031, number, number - 0.027, number + 0.028) for name in groups
    )
    return Reliance(
        "swap", None, 1200, number + 0.031, 0.031, number, number - 0.014, number + 0.015, number - 0.012,
        number + 0.013, "with the training association", rows,
    )  # fmt: skip


def map_table(lift: float, groups: tuple[str, ...], change: float | None) -> MapTable:
    rows = tuple(
        MapRow(name, 60, i, 0.187 * lift, 0.187, lift + 0.1 * i, lift + 0.1 * i - 0.17, lift + 0.1 * i + 0.19)
        for i, name in enumerate(groups)
    )
    bounds = (None, None) if change is None else (change - 0.08, change + 0.09)
    return MapTable(rows, rows[:-1], bounds[0], change, bounds[1], 238)


def map_measures(groups: tuple[str, ...], change: float | None) -> tuple[MapMeasure, ...]:
    ends = (None, None, None) if change is None else (change, change - 0.03, change + 0.04)
    rows = tuple(
        MapMeasureRow(name, 60, i, 0.3 + 0.1 * i, 0.27 + 0.1 * i, 0.34 + 0.1 * i, 0 if change is None else 59, *ends,
                      None if change is None else 0.004 + 0.2 * i)
        for i, name in enumerate(groups)
    )  # fmt: skip
    empty = MapMeasureRow(groups[-1], 0, 0, *[None] * 3, 0, *[None] * 4)
    return tuple(
        MapMeasure(measure, region, side, (*rows[:-1], empty) if side == "against" else rows)
        for region in ("core", "cue")
        for side in ("for", "against")
        for measure in ("mass", "lift", "rank", "auc", "pointing", "density")
    )


def trust(name: str) -> MapTrust:
    likeness = 0.66 if name == "erm" else 0.21
    reason = "measured for the baseline and the deciding head only"
    outcome = "failed" if name == "erm" else "passed"
    return MapTrust((
        TrustPart("random_head", outcome, "below", 0.5, 238, likeness, 0.18, 0.69, None),
        TrustPart("other_masks", "passed", "off", 0.0, 230, 0.49, 0.42, 0.57, None),
        TrustPart("deletion", "not_applicable", "above", 0.0, 0, None, None, None, reason),
    ))  # fmt: skip


def jpeg(kind: int) -> str:
    image = Image.new("RGB", (160, 160), ((118, 148, 96), (88, 128, 168))[kind % 2])
    draw = ImageDraw.Draw(image)
    for i in range(0, 160, 11):
        draw.line((0, i, 160, i + 25 * (kind % 3)), fill=(100 + i // 3, 130, 120 + 20 * kind), width=3)
    draw.ellipse((48, 58, 112, 108), fill=(235 - 40 * kind, 220, 190))
    draw.polygon([(108, 74), (136, 82), (108, 92)], fill=(230, 150, 40))
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=80)
    return base64.b64encode(stream.getvalue()).decode()


def thumbnail(kind: int, group: str) -> Thumbnail:
    rng = np.random.default_rng(kind)
    y, x = np.mgrid[:7, :7] / 6
    bird = np.exp(-((x - 0.5) ** 2 + (y - 0.52) ** 2) / 0.04)
    around = 0.9 * (y - 0.55) + 0.15 * rng.normal(size=(7, 7))
    maps = {
        "erm": 3 * around - 0.4 * bird,
        "threshold": 3 * around - 0.4 * bird + 0.2,
        "dfr": 2.6 * bird + 0.5 * around,
    }
    mask = np.clip(1.6 * bird - 0.2, 0, 1)
    cells = {name: tuple(tuple(row) for row in values.round(4).tolist()) for name, values in maps.items()}
    margins = {"erm": -0.83 + kind, "threshold": 0.12 + kind, "dfr": 2.31 + kind}
    return Thumbnail(
        f"{kind:03d}.jpg", group, jpeg(kind), tuple(tuple(row) for row in mask.round(3).tolist()), cells, margins
    )


def twins(groups: tuple[str, ...], harm: float) -> tuple[PairEffect, ...]:
    def estimate(value: float) -> Estimate:
        return Estimate(value, value - 0.021, value + 0.024)

    def flips(value: float) -> Flips:
        return Flips(estimate(value + 0.031), estimate(0.031), estimate(value))

    shift = Shift(estimate(-1.13), estimate(-0.12), estimate(-1.01), estimate(2.31), estimate(0.87))
    return tuple(PairEffect(name, 197, flips(harm), flips(0.012), shift) for name in (*groups, "all rows"))


def blame(groups: tuple[str, ...], zeroed: bool) -> tuple[FeatureBlame, ...]:
    top = tuple(BlamedFeature(31 * k + 2, -0.21, 0.03, not zeroed or k % 2 == 0) for k in range(5))
    rest = (-0.41, -0.61, 0.653) if zeroed else (-1.02, 0.0, 0.0)
    return tuple(FeatureBlame(name, 197, -1.02, *rest, -0.07, 511, top) for name in (*groups, "all rows"))


def ranking(change: float) -> Ranking:
    kinds = (("all", 1.0), ("easy", 0.268), ("hard", 0.231), ("same", 0.501))
    spans = [Span(value, value - 0.017, value + 0.016) for value in (0.871, 0.871 + change, change)]
    return Ranking(None, "waterbird", tuple(RankRow(kind, 1284, 4510, share, *spans) for kind, share in kinds))


def head(name: str, groups: tuple[str, ...], counts: tuple[int, ...], rates: tuple[float, ...]) -> HeadRecord:
    rows = tuple(group_row(*row) for row in zip(groups, counts, rates, strict=True))
    erm = name == "erm"
    gap = ShortcutGap(0.543 if erm else 0.118, "waterbird", "on water", "on land", 0.497, 0.588, True, None)
    return HeadRecord(
        True, None,
        METHODS[name],
        {} if erm else {"C": 0.1, "penalty": "l1", "chosen_on": "validation worst group", "scaler": "train rows"},
        rows, worst_group(rows), 0.829 if erm else 0.873, 0.964 if erm else 0.931, None, gap,
        reliance(0.281 if erm else 0.113, groups),
        anatomy(1 if erm else 2, () if name != "dfr" else (0.712, 0.744, 0.731)),
        map_table(0.9 if erm else 1.7, groups, None if erm else 0.81), None,
        map_measures=map_measures(groups, None if erm else 0.081),
        twins=twins(groups, 0.21 if erm else 0.034), blame=() if erm else blame(groups, name == "dfr"),
        ranking=None if erm else ranking(0.0 if name == "threshold" else -0.027),
        map_trust=trust(name),
        worst_noise=WorstNoise(
            groups[0], 642, 0.793, 1 / 642, -0.0041, -0.0183, 0.0157, 10_000,
            (LowestShare(groups[0], 0.712), LowestShare(groups[-1], 0.288)),
        ),
        detectable=() if erm else tuple(
            DetectableChange(group, n, 0.214 if n else None, 0.037 if n else None, 0.044 if n else None, 0.8)
            for group, n in zip(groups, counts, strict=True)
        ),
    )  # fmt: skip


def changes(baseline: HeadRecord, treated: HeadRecord, outcomes: tuple[str, ...], name: str = "erm") -> ChangeTable:
    rows = []
    for before, after, outcome in zip(baseline.groups, treated.groups, outcomes, strict=True):
        if before.accuracy is None or after.accuracy is None:
            rows.append(ChangeRow(before.name, 0, None, None, None, None, None, None, None, None, "no_data", None))
            continue
        gain = after.accuracy - before.accuracy
        p = 0.0000002 if outcome in ("helped", "harmed") else 0.2419
        rows.append(
            ChangeRow(
                before.name,
                before.n,
                31,
                44,
                gain,
                gain - 0.018,
                gain + 0.017,
                gain - 0.015,
                p,
                min(4 * p, 1.0),
                outcome,
                1480 if outcome == "open" else None,
            )
        )
    return ChangeTable(
        name, tuple(rows), 0.412, 0.371, 0.452, "Tango paired score interval, exact McNemar, Holm over groups"
    )


HARMED = "landbird, on land: 99.1% → 92.6% (n = 2255)"
MESSAGE = Sentence(
    _decision_words.HELPS_AND_COSTS,
    {
        "head": "dfr",
        "before": 0.381,
        "after": 0.793,
        "low": 0.7617,
        "high": 0.8243,
        "after_group": GROUPS[2],
        "n": 642,
        "points": 41.2,
        "points_low": 37.1,
        "points_high": 45.2,
        "count": 1,
        "total": 4,
        "harmed": HARMED,
    },
)
FINDINGS = (
    Finding(
        "HM001", hm001_shortcut_gap.TITLE, "found",
        Sentence(
            hm001_shortcut_gap.FOUND,
            {"class_name": "waterbird", "head": "erm", "gap": 54.3, "better": "on water", "worse": "on land",
             "lower": 49.7, "margin": 5.0},
        ), 0.543, 0.497, 0.588, 0.05, Sentence(hm001_shortcut_gap.WOULD_CHANGE, {"margin": 5.0}),
    ),
    Finding(
        "HM003", hm003_worst_group_target.TITLE, "not_enough_data",
        Sentence(
            hm003_worst_group_target.OPEN_BRIEF, {"head": "dfr", "target": 0.8}
        ), 0.793, 0.7607, 0.8263, 0.8, Sentence(hm003_worst_group_target.WOULD_CHANGE, {"target": 0.8}),
    ),
    Finding(
        "HM004", hm004_groups_pay.TITLE, "found",
        Sentence(
            hm004_groups_pay.FOUND,
            {"head": "dfr", "baseline": "erm", "margin": 5.0, "count": 1, "total": 4, "harmed": HARMED},
        ), 0.065, 0.0483, 0.083, 0.05,
    ),
    Finding("HM009", hm009_duplicates.TITLE, "clear", Sentence(hm009_duplicates.CLEAR), 0.0, None, None, 0.0),
    Finding(
        "HM010", hm010_map_did_not_move.TITLE, "not_applicable",
        Sentence(_maps.NO_MAPS, {"head": "dfr", "reason": "no row has a core mask"}),
    ),
)  # fmt: skip


def part(value: float) -> Part:
    return Part(value, value - 0.031, value + 0.029)


def head_roles(zeroed: bool) -> HeadRoles:
    empty = Part(None, None, None)
    shares = zip(ROLES, (104, 454, 72, 650), (0.12, 0.41, 0.12, 0.35), (0.3, 0.18, 0.15, 0.37), strict=True)
    return HeadRoles(
        784 if zeroed else 0, 0.595 if zeroed else 0.0, 0.779,
        tuple(
            RoleShare(
                role, n, part(before), part(after), part(before) if zeroed else empty, part(0.35) if zeroed else empty,
                part(before), part(0.48), (0.11, 0.14) if zeroed else (),
            )
            for role, n, before, after in shares
        ),
    )  # fmt: skip


def some_anatomy() -> Anatomy:
    rows = tuple(
        FeatureRow(
            17 * i + 3, role,
            Told(0.612, 0.571, 0.653, 0.0004, "waterbird"), Told(0.418, 0.372, 0.464, 1.0, "on water"),
            {"erm": 0.0121, "threshold": 0.0121, "dfr": 0.0312}, {"erm": 1.0, "threshold": 1.0, "dfr": 0.35},
        )
        for i, role in enumerate(ROLES)
    )  # fmt: skip
    return Anatomy(
        None, "test", 3284, (1000, 1000, 642, 642), (2, 2), 1280, 0.05, 0.05,
        dict(zip(ROLES, (104, 454, 72, 650), strict=True)), Part(0.325, 0.299, 0.352), 163.4,
        {"threshold": head_roles(False), "dfr": head_roles(True)}, rows, "features.parquet",
        (
            ExcitedRow("dropped core", 88, 0.0113, True, ("0412.jpg", "0007.jpg"), GROUPS[:2], (6.31, 5.82)),
            ExcitedRow("dropped cue", 30, 0.0214, False, ("003.jpg", "0555.jpg"), GROUPS[2:], (5.02, 4.93),
                       (0.113, None), (0.206, None), (PLANE, None), FeaturePlace(44, 0.165, 0.159, 1.02, 0.87, 1.18)),
            ExcitedRow("kept core", 713, 0.0382, False, ("1210.jpg",), GROUPS[2:3], (4.47,), (0.627,), (0.271,),
                       (PLANE,), FeaturePlace(34, 0.442, 0.196, 2.63, 2.37, 2.9)),
        ),
        UsualLift(1280, 2.34, 1.82, 2.74),
    )  # fmt: skip


def no_anatomy(reason: str) -> Anatomy:
    empty = Part(None, None, None)
    return Anatomy(
        reason, "test", 9, (9, 0, 0, 0), (0, 0), 1280, 0.05, 0.05, {}, empty, None, {}, (), "features.parquet"
    )


def some_probe() -> Probe:
    def span(value: float) -> Span:
        return Span(value, value - 0.013, value + 0.014)

    empty = Span(None, None, None)
    margins = {"erm": MarginProbe(span(0.959), empty), "dfr": MarginProbe(span(0.512), span(-0.447))}
    row = CueProbe("on water", 1185, 2, span(0.973), span(0.482), margins)
    method = "L2 logistic regression on standardised features, C = 0.01"
    return Probe(None, method, 282, (400, 400, 173, 212), (row,), None)


def some_ceilings(counts: tuple[int, ...] = COUNTS) -> Ceilings:
    """A curve that rises over three budgets, its groups taken on (one cannot be), and the ladder."""
    rates = {4: 0.512, 20: 0.644, 97: 0.781}
    points = tuple(
        BudgetPoint(n, 10, rate, 0.021, rate - 0.03, rate + 0.03, 0.1, (rate,) * 4, (0.02,) * 4)
        for n, rate in rates.items()
    )
    curve = LabelBudget(GROUPS, tuple(rates), 10, RATES["erm"], 0.381, points, None, "every draw is above it", ())
    values = (
        CurveValue(97, 0.779, 0.742, 0.812), CurveValue(500, 0.823, 0.688, 0.941),
        CurveValue(970, 0.834, None, 0.967), CurveValue(None, None, 0.65, 1.0),
    )  # fmt: skip
    groups = tuple(
        GroupCurve(name, n, 97, 0.11, 0.034, () if i == 2 else values, NO_SHAPE if i == 2 else None)
        for i, (name, n) in enumerate(zip(GROUPS, counts))
    )
    further = Extrapolation(24, 970, groups, values, 0.8, 230, 110, None, 9700, None)
    worst = worst_group(tuple(group_row(*row) for row in zip(GROUPS, counts, RATES["dfr"])))
    ladder = (
        Rung(_ladder.OWN, "erm", sum(counts), worst, None, None, None, None),
        Rung(_ladder.DECIDING, "dfr", sum(counts), worst, 0.412, 0.371, 0.452, None),
        Rung(_ladder.END_TO_END, None, sum(counts), None, None, None, None, _ladder.NOT_RUN),
    )
    return Ceilings(LabelCurve("dfr", 500, curve, further, None), ladder)


def full_audit() -> Audit:
    heads = {name: head(name, GROUPS, COUNTS, rates) for name, rates in RATES.items()}
    reason = "it is fitted on held_out rows, and there are none."
    empty = HeadRecord(
        False, reason, "dfr on held-out training rows", {}, (), None, None, None, None, None, None, None, None, None
    )
    return Audit(
        schema=SCHEMA, hindmost="0.1.0", seed=0, decision="treatment_helps", companions=("collect_data",),
        sentence=MESSAGE.text, message=MESSAGE,
        reasons=(
            Sentence(
                hm007_worst_group_fell.CLEAR_GAIN,
                {"baseline": "erm", "head": "dfr", "difference": 41.2, "low": 37.1, "high": 45.2},
            ),
            FINDINGS[2].message,
        ),
        left_open=(FINDINGS[1].message, Sentence(_curve.NOT_MEASURED, {"head": "dfr"})),
        policy=PolicyRecord(
            {"target": 0.8, "harm_margin": 0.05, "gap_margin": 0.05, "reliance_margin": 0.05, "level": 0.05,
             "deciding_head": "dfr", "on_empty_stratum": "unavailable", "languages": ["en", "ja"]},
            ("target",), "9f2c" * 16,
        ),
        data=DataRecord(
            "Waterbirds-50", "images", "ab12" * 16, ("landbird", "waterbird"), ("on land", "on water"), ("place",),
            GROUPS,
            {"train": (3498, 184, 56, 1057), "val": (467, 466, 133, 133), "test": COUNTS}, None,
            {"class": "y", "cue": "place", "split": "split", "file": "img_filename"},
            (SetAside("017/bird.jpg", "train", "truncated image"),), ("Some masks are poor.",),
        ),
        model=ModelRecord(
            "tf_efficientnet_lite0", "trained here", "cd34" * 16, 1280, "checkpoint",
            {"resize": 256, "crop": 224, "squash": True, "mean": [0.5, 0.5, 0.5]},
            {"runtime": "torch", "dtype": "float32", "threads": 2, "recipe": 1},
            {"epochs": 2, "learning_rate": 0.0003,
             "history": [{"epoch": 1, "mean": 0.861}, {"epoch": 2, "mean": 0.884}]},
        ),
        baseline="erm", heads={**heads, "dfr_held_out": empty},
        changes={
            "threshold": changes(heads["erm"], heads["threshold"], ("unharmed", "harmed", "helped", "unharmed")),
            "dfr": changes(heads["erm"], heads["dfr"], OUTCOMES),
        },
        control_change=changes(heads["threshold"], heads["dfr"], ("unharmed", "helped", "helped", "open"), "threshold"),
        findings=FINDINGS,
        not_checked=(
            Sentence(not_checked.ONE_RUN),
            Sentence(not_checked.OTHER_CUES, {"cues": "place"}),
            Sentence(not_checked.NEAR_DUPLICATES),
        ),
        conditional_on="one dataset, one training run",
        thumbnails=(
            *(thumbnail(i, group) for i, group in enumerate(GROUPS)),
            replace(thumbnail(4, GROUPS[2]), id="1210.jpg", maps={}, margins={}),
        ),
        near_duplicates=NearDuplicates(
            "pictures", 1, {"train": 1, "val": 0, "test": 1}, 2889, 1428, 0.384, 0.95, 0.551, 600,
            (NearPair("0227.jpg", "test", "15034.jpg", "train", 0.759, 0.979),),
        ),
        runs=Runs(
            "dfr",
            (RunRow("seed 0", "cd34" * 16, "treatment_helps", ("treatment_helps",), 0.381, 0.793, 0.412, 0.371, 0.452,
                    {"HM013": "found", "HM014": "clear"}),
             RunRow("seed 1", "ef56" * 16, "surgery_needed", ("surgery_needed",), 0.402, None, None, None, None,
                    {"HM013": "not_applicable"})),
            Pooled(0.3915, 0.2511, 0.5319, 0.0148), None, None, "dfr is not available in: seed 1",
            "t interval; runs and test rows drawn again, rows within groups and the same for all runs; n - 1 of n runs",
        ),
        costs=Costs(
            "EUR", (CostRow("HM003", GROUPS[2], 1240, 12.0, 14880.0), CostRow("decision", GROUPS[2], None, 12.0, None),
                    CostRow("HM003", GROUPS[3], 40, None, None), CostRow("HM014", GROUPS[2], 258, 12.0, 3096.0, "val")),
            None, f"no price is declared for: {GROUPS[3]}", 10.8, 3096.0,
        ),
        cue_region="the cue is everything outside the core mask, as the data card says",
        anatomy=some_anatomy(), probe=some_probe(), ceilings=some_ceilings(),
    )  # fmt: skip


def minimal_audit() -> Audit:
    """Embeddings only: one head, one empty group, no maps, no weights, no reliance, no target."""
    audit = full_audit()
    rows = (
        *(group_row(*row) for row in zip(GROUPS[:3], COUNTS[:3], RATES["erm"][:3], strict=True)),
        group_row(GROUPS[3], 0, None),
    )
    unknown = WorstGroup(
        None,
        None,
        None,
        None,
        None,
        "there are no validation rows",
        0.381,
        GROUPS[2],
        None,
        f"no test rows of: {GROUPS[3]}",
        None,
    )
    gap = ShortcutGap(None, None, None, None, None, None, False, f"no test rows of: {GROUPS[3]}")
    record = HeadRecord(
        True, None, METHODS["erm"], {}, rows, unknown, 0.829, None, NO_MIX,
        gap, None, None, None, "stored embeddings hold no images, so there are no maps",
    )  # fmt: skip
    return replace(
        audit, decision="cannot_tell", companions=(), reasons=(), left_open=(), findings=(), not_checked=(),
        message=Sentence(_decision_words.NOTHING_TO_COMPARE, {"baseline": "erm"}), sentence="",
        policy=replace(audit.policy, values={**audit.policy.values, "target": None}, yours=()),
        data=replace(
            audit.data, kind="embeddings", set_aside=(), known_faults=(), recognised={}, clusters={"test": 120}
        ),
        model=replace(
            audit.model, weights="stored embeddings", weights_hash=None, training=None, preprocessing={}, extraction={}
        ),
        heads={"erm": record}, changes={}, control_change=None, thumbnails=(),
        ceilings=Ceilings(LabelCurve("dfr", 500, None, None, NOT_FITTED.format(head="dfr"))),
        anatomy=no_anatomy("no cue value has 10 rows of two classes, so no feature can be seen to tell the class"),
    )  # fmt: skip


def empty_group_audit() -> Audit:
    """A full audit whose last group has no test rows."""
    audit = full_audit()
    counts = (*COUNTS[:3], 0)
    heads = {name: head(name, GROUPS, counts, rates) for name, rates in RATES.items()}
    heads["dfr"] = replace(
        heads["dfr"], adjusted_mean=None, adjusted_mean_reason="waterbird, on water has no test rows"
    )
    association = Reliance("dependence", None, 5152, None, None, 0.412, 0.37, 0.451, 0.377, 0.448, None, ())
    heads["threshold"] = replace(heads["threshold"], reliance=Reliance("none", "no masks", 0, *[None] * 8, ()))
    heads["dfr"] = replace(heads["dfr"], reliance=association, weights=None)
    return replace(
        audit, heads=heads, changes={"dfr": changes(heads["erm"], heads["dfr"], OUTCOMES)}, control_change=None,
        ceilings=some_ceilings(counts),
    )  # fmt: skip


def wide_audit(n_classes: int, n_cues: int) -> Audit:
    """Many groups with long names, some of them hostile."""
    classes = tuple(
        f"class {i} <script>alert({i})</script>" if i == 1 else f"component family {i}" for i in range(n_classes)
    )
    cues = tuple(f"blue box and ruler on bench {i}" for i in range(n_cues))
    groups = tuple(f"{y}, {a}" for y in classes for a in cues)
    counts = tuple(100 + 17 * i for i in range(len(groups)))
    erm = head("erm", groups, counts, tuple(0.5 + 0.4 * i / len(groups) for i in range(len(groups))))
    dfr = head("dfr", groups, counts, tuple(0.7 + 0.2 * i / len(groups) for i in range(len(groups))))
    outcomes = tuple(("helped", "unharmed", "open", "harmed")[i % 4] for i in range(len(groups)))
    audit = full_audit()
    return replace(
        audit, heads={"erm": erm, "dfr": dfr}, changes={"dfr": changes(erm, dfr, outcomes)}, control_change=None,
        data=replace(
            audit.data, name="<script>alert('data')</script>", classes=classes, cues=cues, groups=groups,
            counts={"train": counts, "test": counts},
        ),
        thumbnails=tuple(replace(thumbnail(i, groups[i]), id=f"<img src=x{i}>") for i in range(3)), ceilings=None,
    )  # fmt: skip


AUDITS = {
    "full": full_audit,
    "minimal": minimal_audit,
    "empty_group": empty_group_audit,
    "three_by_three": lambda: wide_audit(3, 3),
    "many_groups": lambda: wide_audit(4, 4),
}


@pytest.fixture(scope="session")
def audit() -> Audit:
    return full_audit()


@pytest.fixture(scope="session")
def audits() -> dict[str, Audit]:
    return {name: build() for name, build in AUDITS.items()}
