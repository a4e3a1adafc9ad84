"""Cells at the level of features: heads are really fitted, and truth is that of the heads that came out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from _verdict_evidence import held, record
from _verdict_gaussian import NAMING, Gaussian
from _verdict_runs import Held, One, Run
from hindmost import heads as registry
from hindmost.core.audit import DataRecord, Evidence
from hindmost.core.ceilings import Ceilings
from hindmost.core.features import Features
from hindmost.core.findings import Finding
from hindmost.core.fitting import FitContext
from hindmost.core.head import Head, Predictor
from hindmost.core.policy import Policy
from hindmost.heads.to_head import to_predictor
from hindmost.pipeline._heads import Fitted
from hindmost.pipeline._reliance import Twins, measure_reliance
from hindmost.pipeline._tables import tabulate
from hindmost.rules import check_all
from hindmost.rules.decision import decide

BASELINE = "refit"
LOOSE = Policy(harm_margin=0.25, reliance_margin=0.15)  # leaves the target to decide


@dataclass(frozen=True)
class Cell:
    """A population under a name, with its policy and its runs."""

    name: str
    population: Gaussian
    runs: int = 1_000
    policy: Policy = field(default_factory=Policy)


def cells() -> Iterator[Cell]:
    """Edges first: cells in which one criterion of the fitted head scatters about its threshold."""
    easy = Gaussian(core=1.9, cue=1.0)
    large = replace(easy, test=(1000,) * 4)
    yield Cell("target scatters", replace(easy, core=0.94, cue=0.8), 2_000, LOOSE)
    yield Cell("target scatters, 30 labels a group", replace(easy, core=1.1, val=(30,) * 4), 2_000, LOOSE)
    yield Cell("loss scatters", replace(large, core=1.5, cue=1.1, val=(40,) * 4), 2_000)
    yield Cell("reliance scatters", replace(easy, cue=1.2, entangled=0.5), 2_000)
    yield Cell("easy, 60 test rows a group", replace(easy, test=(60,) * 4, cue=1.2))
    yield Cell("easy, 300 test rows a group", replace(easy, cue=1.2))
    yield Cell("easy, 1000 test rows a group", replace(large, cue=1.2))
    yield Cell("entangled", replace(easy, core=1.2, cue=1.4, entangled=0.75))
    yield Cell("few labels", replace(easy, core=1.3, val=(8,) * 4))
    yield Cell("no shortcut", Gaussian(2.0, 0.3, train=(250,) * 4, test=(2000,) * 4))


def once(cell: Cell) -> One:
    """One data set of a cell: drawn, fitted, measured, judged."""
    policy = cell.policy

    def run(rng: np.random.Generator, seed: int) -> Run:
        features, twins = cell.population.draw(rng)
        before, after = fit(features, policy, seed)
        truth = cell.population.truth(before, after)
        found, findings = decided(features, twins, (before, after), policy, seed)
        return Run(truth.category(policy), truth.sufficient(policy), found, findings, truth.untrue(policy))

    return run


def fit(features: Features, policy: Policy, seed: int) -> tuple[Head, Head]:
    """The baseline on the train rows and the deciding head on the validation rows, as an audit builds them."""
    context = FitContext(features.of("train"), features.of("val"), None, seed, NAMING.n_groups)
    return fit_one(BASELINE, context), fit_one(policy.deciding_head, context)


def fit_one(name: str, context: FitContext) -> Head:
    """A linear head of the registry."""
    rows = context.fitted_on(registry.load(name).rows)
    X = np.asarray(rows.X, dtype=np.float64)
    head = to_predictor(registry.build(name, context).fit(X, rows.rows.y, strata=rows.rows.strata))
    assert isinstance(head, Head)
    return head


def decided(
    features: Features,
    twins: Twins,
    fits: tuple[Head, Head],
    policy: Policy,
    seed: int,
    ceilings: Ceilings | None = None,
) -> tuple[Held, tuple[Finding, ...]]:
    """Tables, rules and decision."""
    heads: dict[str, Predictor] = dict(zip((BASELINE, policy.deciding_head), fits))
    fitted = {name: Fitted(head, "drawn") for name, head in heads.items()}
    tables = tabulate(features, fitted, BASELINE, policy, seed)
    reliance = measure_reliance(features, heads, BASELINE, twins, policy.level)
    records = {name: record(tables.heads[name], reliance[name]) for name in heads}
    evidence = Evidence(BASELINE, records, tables.changes, tables.control_change, _data(features), None, ceilings)
    findings = check_all(evidence, policy)
    return held(decide(findings, evidence, policy)), findings


def _data(features: Features) -> DataRecord:
    counts = {split: tuple(features.rows.counts(split).tolist()) for split in ("train", "val", "test")}
    return DataRecord(
        "drawn", "embeddings", "0" * 8, NAMING.classes, NAMING.cues, NAMING.columns, NAMING.groups, counts, None,
        {}, (), (),
    )  # fmt: skip
