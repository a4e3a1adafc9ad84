"""Verb: from photographs or embeddings to a decision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from hindmost import heads as registry
from hindmost.core.anatomy import FeatureTable
from hindmost.core.audit import Audit
from hindmost.core.errors import InputError
from hindmost.core.near_duplicates import NearDuplicates
from hindmost.core.policy import Policy
from hindmost.datasets.photograph import pixel_limit
from hindmost.features.engines import Engine
from hindmost.io.output import staging
from hindmost.io.policy import read_policy
from hindmost.pipeline import _embeddings, _images
from hindmost.pipeline._clock import Clock
from hindmost.pipeline._data import Input, read_input
from hindmost.pipeline._engine import check_engine, engine_for
from hindmost.pipeline._heads import fit_heads
from hindmost.pipeline._judge import Measured, judge
from hindmost.pipeline._ladder import measure_ladder
from hindmost.pipeline._measure import Heads, context_of, measure
from hindmost.pipeline._near_duplicates import search_near_duplicates
from hindmost.pipeline._publish import folder_of_run, remove_stale, write_fitted, write_results, write_run_record
from hindmost.pipeline._runs import as_run, options_of_runs, together
from hindmost.pipeline._seen import Seen
from hindmost.pipeline._tables import linear
from hindmost.pipeline.options import AUDIT, SILENT, AuditOptions, Talk


def audit(source: Path, out: Path, options: AuditOptions = AUDIT, *, talk: Talk = SILENT) -> Audit:
    """Measure every group before and after, decide, and write the results.

    Parameters
    ----------
    source : Path       a folder of images or an embeddings file
    out : Path          folder for ``audit.json``, ``report.html``, ``heads/``, the ``.parquet`` tables, ``run.json``,
                        and ``runs/2/`` and so on with heads and predictions of later runs
    options : AuditOptions
    talk : Talk         hears progress and notices

    Returns
    -------
    Audit

    Raises
    ------
    InputError
        The input, the options or the output folder cannot be used; nothing is written.
    NothingToCompare
        No row lies in the test split.
    """
    clock = Clock(talk)
    policy = read_policy(options.policy)
    names = _heads(options, policy)
    check_engine(options.engine)
    with staging(out) as folder, pixel_limit(options.data.most_pixels):
        given = read_input(source, options.data, clock.talk)
        policy.check_groups(given.dataset.rows.naming.groups)
        with engine_for(options.engine, clock.talk) as engine:
            found = _runs(given, names, policy, options, clock.talk, engine)
        seen, heads, table = found[0].seen, found[0].heads, found[0].table
        result = _judged(found, policy, options.seed)
        write_results(result, folder, seen.features, heads, table)
        for number, run in enumerate(found[1:], 2):
            place, weights_hash = folder_of_run(folder, number), run.seen.model.weights_hash
            write_fitted(place, run.seen.features, run.heads, run.measured.baseline, weights_hash)
        write_run_record(folder, source, out, options, clock)
    remove_stale(out, [linear(run.heads) for run in found], policy.languages[1:], features=table is not None)
    return result


def _look(given: Input, options: AuditOptions, policy: Policy, talk: Talk, engine: Engine) -> Seen:
    if given.dataset.images is None:
        return _embeddings.look(given, options, policy, talk)
    return _images.look(given, options, policy, talk, engine)


@dataclass(frozen=True)
class _Run:
    """One network, measured."""

    name: str
    seen: Seen
    measured: Measured
    heads: Heads
    table: FeatureTable | None


def _runs(
    given: Input, names: tuple[str, ...], policy: Policy, options: AuditOptions, talk: Talk, engine: Engine
) -> list[_Run]:
    """Look and measure with every network; one, unless several were asked for."""
    found: list[_Run] = []
    chosen = options_of_runs(options, given.dataset)
    for name, own in chosen:
        if len(chosen) > 1:
            talk.notice(f"Run {len(found) + 1} of {len(chosen)}: {name}")
        seen = _look(given, own, policy, talk, engine)
        fitted = fit_heads(names, context_of(seen, policy, own.seed), seen.baseline, talk, engine)
        measured, heads, table = measure(seen, fitted, policy, replace(own, images=own.images and not found), talk)
        measured = replace(measured, near_duplicates=_near(found, seen, own, talk))
        if not found:
            measured = _with_ladder(measured, seen, policy, own.seed, talk)
        found.append(_Run(name, seen, measured, heads, table))
    return found


def _with_ladder(measured: Measured, seen: Seen, policy: Policy, seed: int, talk: Talk) -> Measured:
    """With the ladder, which is shown for the first network only, and which no rule reads."""
    assert measured.ceilings is not None
    context = context_of(seen, policy, seed)
    ladder = measure_ladder(seen.features, measured.fitted, context, measured.baseline, policy, talk)
    return replace(measured, ceilings=replace(measured.ceilings, ladder=ladder))


def _near(found: list[_Run], seen: Seen, options: AuditOptions, talk: Talk) -> NearDuplicates | None:
    """Images that are nearly the same: a fault of the data, so searched once, with the first network's features."""
    if found:
        return found[0].measured.near_duplicates
    return search_near_duplicates(seen.given, seen.features, options.seed, talk)


def _judged(found: list[_Run], policy: Policy, seed: int) -> Audit:
    """The audit of the first run, which several runs are set beside."""
    first = judge(found[0].measured, policy, seed)
    if len(found) == 1:
        return first
    deciding = policy.deciding_head
    audits = [first, *(judge(run.measured, policy, seed) for run in found[1:])]
    runs = [as_run(run.name, audit, run.seen, run.heads, deciding) for run, audit in zip(found, audits)]
    return judge(replace(found[0].measured, runs=together(runs, deciding, seed)), policy, seed)


def _heads(options: AuditOptions, policy: Policy) -> tuple[str, ...]:
    for name in options.heads:
        registry.load(name)
    if policy.deciding_head not in options.heads:
        raise InputError(
            f"The policy's deciding head is {policy.deciding_head!r}, but --heads names {', '.join(options.heads)}. "
            f"Add it to --heads, or name another deciding_head in the policy."
        )
    return options.heads
