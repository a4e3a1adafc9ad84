"""The audit: everything that a report may show, as one frozen tree of plain values.

``schema`` counts breaking changes of this shape. Times, dates, host and paths are not here: they
belong to ``run.json``. Two runs with the same seed give the same audit byte for byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hindmost.core.anatomy import Anatomy
from hindmost.core.ceilings import Ceilings
from hindmost.core.costs import Costs
from hindmost.core.dataset import SetAside
from hindmost.core.findings import Finding, Sentence
from hindmost.core.halves import Halves
from hindmost.core.map_measures import MapMeasure
from hindmost.core.map_trust import MapTrust
from hindmost.core.near_duplicates import NearDuplicates
from hindmost.core.probes import Probe
from hindmost.core.ranking import Ranking
from hindmost.core.retrains import DrawSpread, SupportStability
from hindmost.core.runs import Runs
from hindmost.core.tables import (
    ChangeTable,
    GroupRow,
    HeadAnatomy,
    MapTable,
    Reliance,
    ShortcutGap,
    Thumbnail,
    WorstGroup,
)
from hindmost.core.twins import FeatureBlame, PairEffect
from hindmost.core.worst_noise import DetectableChange, WorstNoise

SCHEMA = 1


@dataclass(frozen=True)
class PolicyRecord:
    """The policy that was declared before looking, with the hash of its values."""

    values: dict[str, Any]
    yours: tuple[str, ...]  # fields that came from a policy file; the others are "default, not yours"
    hash: str


@dataclass(frozen=True)
class DataRecord:
    """What was read."""

    name: str
    kind: str  # "images" or "embeddings"
    fingerprint: str
    classes: tuple[str, ...]
    cues: tuple[str, ...]
    cue_columns: tuple[str, ...]
    groups: tuple[str, ...]
    counts: dict[str, tuple[int, ...]]  # split -> rows per group
    clusters: dict[str, int] | None  # split -> number of clusters; None: rows are independent
    recognised: dict[str, str]
    set_aside: tuple[SetAside, ...]
    known_faults: tuple[str, ...]


@dataclass(frozen=True)
class ModelRecord:
    """The network whose last layer is examined."""

    backbone: str
    weights: str  # "trained here", "checkpoint" or "stored embeddings"
    weights_hash: str | None
    n_features: int
    baseline_source: str  # where the erm head came from
    preprocessing: dict[str, Any]
    extraction: dict[str, Any]  # runtime, dtype, batch shape, threads, recipe
    training: dict[str, Any] | None  # recipe and validation history, when trained here


@dataclass(frozen=True)
class HeadRecord:
    """One head: how it was made and its table. available = False: ``reason`` says why, tables are empty."""

    available: bool
    reason: str | None
    method: str  # one line: what is fitted, on which rows, with which labels
    selected: dict[str, Any]  # hyper-parameters that were chosen, and on what
    groups: tuple[GroupRow, ...]
    worst_group: WorstGroup | None
    mean: float | None
    adjusted_mean: float | None
    adjusted_mean_reason: str | None
    shortcut_gap: ShortcutGap | None
    reliance: Reliance | None
    weights: HeadAnatomy | None
    maps: MapTable | None
    maps_reason: str | None  # why there are no maps
    support: SupportStability | None = None  # which features the single fits keep; None: one fit, or no weights
    draws: DrawSpread | None = None  # their worst groups, beside the average that is used
    halves: Halves | None = None  # the object alone, the ground alone; None: no usable core mask
    map_measures: tuple[MapMeasure, ...] = ()  # where its evidence lies; empty where ``maps`` is None
    twins: tuple[PairEffect, ...] = ()  # what the swap does, by group and over all rows; empty: no twins
    blame: tuple[FeatureBlame, ...] = ()  # the margin shift by feature; empty: no twins, not linear, or the baseline
    ranking: Ranking | None = None  # order of pairs against the baseline; None: the baseline
    map_trust: MapTrust | None = None  # how far its maps can be trusted; None: there are no maps
    worst_noise: WorstNoise | None = None  # what noise does to the plain test minimum
    detectable: tuple[DetectableChange, ...] = ()  # what the rows of each group could show; empty: the baseline


@dataclass(frozen=True)
class Evidence:
    """What the rules look at: the measured part of an audit.

    ``heads[baseline]`` always exists and is available. ``changes`` and ``control_change`` hold only
    pairs of available heads. ``duplicates`` counts groups of images with the same bytes in more than
    one split, with up to ten examples of their ids; None where there are no image files.
    """

    baseline: str
    heads: dict[str, HeadRecord]
    changes: dict[str, ChangeTable]
    control_change: ChangeTable | None
    data: DataRecord
    duplicates: tuple[int, tuple[str, ...]] | None
    ceilings: Ceilings | None = None  # None: not measured
    near_duplicates: NearDuplicates | None = None  # None: not searched
    runs: Runs | None = None  # None: one training run


@dataclass(frozen=True)
class Audit:
    """One question, answered: the content of ``audit.json``."""

    schema: int
    hindmost: str
    seed: int
    decision: str
    companions: tuple[str, ...]
    sentence: str
    message: Sentence
    reasons: tuple[Sentence, ...]
    left_open: tuple[Sentence, ...]
    policy: PolicyRecord
    data: DataRecord
    model: ModelRecord
    baseline: str
    heads: dict[str, HeadRecord]
    changes: dict[str, ChangeTable]  # each head against the baseline
    control_change: ChangeTable | None  # the deciding head against the threshold control
    findings: tuple[Finding, ...]
    not_checked: tuple[Sentence, ...]
    conditional_on: str  # e.g. "one dataset, one training run"
    thumbnails: tuple[Thumbnail, ...]
    costs: Costs | None = None  # None: the policy declares no prices
    cue_region: str | None = None  # how the region of the cue is known, or why it is not; None: no maps
    anatomy: Anatomy | None = None  # what single features tell, and what the heads did with them
    probe: Probe | None = None  # whether the cue can be read within class, from the features and from the margins
    ceilings: Ceilings | None = None
    near_duplicates: NearDuplicates | None = None  # across splits; None: not searched
    runs: Runs | None = None  # several networks of the same training; None: one
