"""Step: from tables to findings, a decision, and the audit that holds them all."""

from __future__ import annotations

from dataclasses import dataclass, field

from hindmost import __version__
from hindmost.core.anatomy import Anatomy
from hindmost.core.audit import SCHEMA, Audit, DataRecord, Evidence, HeadRecord, ModelRecord
from hindmost.core.ceilings import Ceilings
from hindmost.core.halves import Halves
from hindmost.core.map_trust import MapTrust
from hindmost.core.near_duplicates import NearDuplicates
from hindmost.core.policy import Policy
from hindmost.core.probes import Probe
from hindmost.core.ranking import Ranking
from hindmost.core.runs import Runs
from hindmost.core.tables import MapTable, Reliance, Thumbnail
from hindmost.core.twins import FeatureBlame, PairEffect
from hindmost.io.policy import policy_record
from hindmost.pipeline._heads import Fitted
from hindmost.pipeline._map_evidence import MapEvidence
from hindmost.pipeline._tables import Tables
from hindmost.rules import check_all
from hindmost.rules.costs import cost_sentences, costs
from hindmost.rules.decision import decide
from hindmost.rules.not_checked import not_checked

ONE_RUN = "one dataset, one training run"
RUNS = "one dataset, {n} training runs"
NOT_LINEAR = "the head is not linear, so no map shows its evidence and no file holds its weights"


@dataclass(frozen=True)
class Measured:
    """Everything that was measured, before anything is judged."""

    baseline: str
    fitted: dict[str, Fitted]
    tables: Tables
    reliance: dict[str, Reliance]
    halves: dict[str, Halves]
    maps: dict[str, MapTable] | None
    maps_reason: str | None
    data: DataRecord
    model: ModelRecord
    duplicates: tuple[int, tuple[str, ...]] | None
    thumbnails: tuple[Thumbnail, ...]
    map_evidence: MapEvidence | None = None
    anatomy: Anatomy | None = None
    twins: dict[str, tuple[PairEffect, ...]] = field(default_factory=dict)
    blame: dict[str, tuple[FeatureBlame, ...]] = field(default_factory=dict)
    ranking: dict[str, Ranking] = field(default_factory=dict)
    map_trust: dict[str, MapTrust] | None = None
    probe: Probe | None = None
    ceilings: Ceilings | None = None
    near_duplicates: NearDuplicates | None = None
    runs: Runs | None = None


def judge(measured: Measured, policy: Policy, seed: int) -> Audit:
    """Apply the rules and the ordered decision."""
    heads = {name: _record(name, measured) for name in measured.fitted}
    evidence = Evidence(
        measured.baseline,
        heads,
        measured.tables.changes,
        measured.tables.control_change,
        measured.data,
        measured.duplicates,
        ceilings=measured.ceilings,
        near_duplicates=measured.near_duplicates,
        runs=measured.runs,
    )
    findings = check_all(evidence, policy)
    verdict = decide(findings, evidence, policy)
    priced = costs(findings, verdict, policy)
    return Audit(
        schema=SCHEMA,
        hindmost=__version__,
        seed=seed,
        decision=verdict.decision,
        companions=verdict.companions,
        sentence=verdict.message.text,
        message=verdict.message,
        reasons=verdict.reasons,
        left_open=(*verdict.left_open, *cost_sentences(priced)),
        policy=policy_record(policy),
        data=measured.data,
        model=measured.model,
        baseline=measured.baseline,
        heads=heads,
        changes=measured.tables.changes,
        control_change=measured.tables.control_change,
        findings=findings,
        not_checked=not_checked(evidence),
        conditional_on=ONE_RUN if measured.runs is None else RUNS.format(n=len(measured.runs.rows)),
        thumbnails=measured.thumbnails,
        costs=priced,
        cue_region=None if measured.map_evidence is None else measured.map_evidence.cue_region,
        anatomy=measured.anatomy,
        probe=measured.probe,
        ceilings=measured.ceilings,
        near_duplicates=measured.near_duplicates,
        runs=measured.runs,
    )


def _record(name: str, measured: Measured) -> HeadRecord:
    one, table = measured.fitted[name], measured.tables.heads.get(name)
    maps = None if measured.maps is None or table is None else measured.maps.get(name)
    not_linear = maps is None and table is not None and measured.maps is not None
    return HeadRecord(
        available=one.head is not None,
        reason=one.reason,
        method=one.method,
        selected=one.selected or {},
        groups=table.groups if table else (),
        worst_group=table.worst_group if table else None,
        mean=table.mean if table else None,
        adjusted_mean=table.adjusted_mean if table else None,
        adjusted_mean_reason=table.adjusted_mean_reason if table else None,
        shortcut_gap=table.shortcut_gap if table else None,
        reliance=measured.reliance.get(name),
        halves=measured.halves.get(name),
        weights=measured.tables.weights.get(name),
        support=measured.tables.support.get(name),
        draws=measured.tables.draws.get(name),
        maps=maps,
        maps_reason=NOT_LINEAR if not_linear else measured.maps_reason,
        twins=measured.twins.get(name, ()),
        blame=measured.blame.get(name, ()),
        ranking=measured.ranking.get(name),
        map_measures=() if measured.map_evidence is None else measured.map_evidence.measures.get(name, ()),
        map_trust=(measured.map_trust or {}).get(name),
        worst_noise=measured.tables.noise.get(name),
        detectable=measured.tables.detectable.get(name, ()),
    )
