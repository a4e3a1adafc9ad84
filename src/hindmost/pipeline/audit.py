"""Verb: from photographs or embeddings to a decision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hindmost import heads as registry
from hindmost.core.anatomy import FeatureTable
from hindmost.core.audit import Audit
from hindmost.core.ceilings import Ceilings
from hindmost.core.errors import InputError
from hindmost.core.excited import ExcitedRow
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.core.head import Head, Predictor
from hindmost.core.map_trust import MapTrust
from hindmost.core.near_duplicates import NearDuplicates
from hindmost.core.policy import Policy
from hindmost.core.tables import Thumbnail
from hindmost.datasets.photograph import pixel_limit
from hindmost.features.engines import Engine
from hindmost.io.output import staging
from hindmost.io.policy import read_policy
from hindmost.pipeline import _embeddings, _images
from hindmost.pipeline._anatomy import dissect
from hindmost.pipeline._ceilings import label_curve
from hindmost.pipeline._clock import Clock
from hindmost.pipeline._data import Input, data_record, read_input
from hindmost.pipeline._engine import check_engine, engine_for
from hindmost.pipeline._excited import lift_of_all, look_at_excited
from hindmost.pipeline._halves import measure_halves
from hindmost.pipeline._heads import Fitted, fit_heads
from hindmost.pipeline._judge import Measured, judge
from hindmost.pipeline._ladder import measure_ladder
from hindmost.pipeline._map_evidence import MapEvidence, measure_maps
from hindmost.pipeline._map_trust import measure_trust
from hindmost.pipeline._maps import Maps, draw_maps, locate
from hindmost.pipeline._near_duplicates import search_near_duplicates
from hindmost.pipeline._probe import measure_probe
from hindmost.pipeline._publish import folder_of_run, remove_stale, write_fitted, write_results, write_run_record
from hindmost.pipeline._ranking import rankings
from hindmost.pipeline._reliance import measure_reliance, twins_among_rows
from hindmost.pipeline._runs import as_run, options_of_runs, together
from hindmost.pipeline._seen import Seen
from hindmost.pipeline._tables import available, linear, tabulate
from hindmost.pipeline._thumbnails import BESIDE_FEATURES, MOST, choose, thumbnails
from hindmost.pipeline._twins import blames, twin_effects
from hindmost.pipeline.options import AUDIT, SILENT, AuditOptions, Talk

Heads = dict[str, Predictor]


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
        fitted = fit_heads(names, _context(seen, policy, own.seed), seen.baseline, talk, engine)
        measured, heads, table = _measure(seen, fitted, policy, replace(own, images=own.images and not found), talk)
        measured = replace(measured, near_duplicates=_near(found, seen, own, talk))
        if not found:
            measured = _with_ladder(measured, seen, policy, own.seed, talk)
        found.append(_Run(name, seen, measured, heads, table))
    return found


def _with_ladder(measured: Measured, seen: Seen, policy: Policy, seed: int, talk: Talk) -> Measured:
    """With the ladder, which is shown for the first network only, and which no rule reads."""
    assert measured.ceilings is not None
    context = _context(seen, policy, seed)
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


def _measure(
    seen: Seen, fitted: dict[str, Fitted], policy: Policy, options: AuditOptions, talk: Talk
) -> tuple[Measured, Heads, FeatureTable | None]:
    given, baseline, seed = seen.given, seen.baseline[0], options.seed
    context = _context(seen, policy, seed)
    heads = available(fitted)
    maps = _maps(seen, linear(heads), baseline)
    twins = seen.twins or twins_among_rows(seen.features, given.dataset.twin_of)
    located = None if maps is None else locate(seen.features, maps, baseline, seed)
    anatomy, table = dissect(seen.features, fitted, baseline, policy, seed)
    pictured = _thumbnails(seen, heads, maps, policy, beside=anatomy.excited) if options.images else ()
    excited, pictured = look_at_excited(seen, anatomy.excited, maps, pictured, seed, show=options.images)
    measured = Measured(
        baseline=baseline,
        fitted=fitted,
        tables=tabulate(seen.features, fitted, baseline, policy, seed),
        reliance=measure_reliance(seen.features, heads, baseline, twins, policy.level, seen.twins_reason),
        halves=measure_halves(seen.features, heads, seen.halves, policy.level),
        maps=located,
        maps_reason=seen.maps_reason or ("no row has a core mask" if located is None else None),
        data=data_record(given),
        model=seen.model,
        duplicates=given.duplicates,
        thumbnails=pictured,
        map_evidence=_map_evidence(seen, maps, baseline, seed),
        anatomy=replace(anatomy, excited=excited, usual_lift=lift_of_all(seen, maps) if excited else None),
        probe=measure_probe(seen.features, heads, baseline, seed),
        twins=twin_effects(seen.features, heads, baseline, twins, seed),
        blame=blames(seen.features, heads, baseline, twins),
        ranking=rankings(seen.features, heads, baseline),
        map_trust=_map_trust(seen, fitted, linear(heads), maps, (baseline, policy.deciding_head), seed),
        ceilings=Ceilings(label_curve(seen.features, fitted, context, baseline, policy, talk)),
    )
    return measured, heads, table


def _heads(options: AuditOptions, policy: Policy) -> tuple[str, ...]:
    for name in options.heads:
        registry.load(name)
    if policy.deciding_head not in options.heads:
        raise InputError(
            f"The policy's deciding head is {policy.deciding_head!r}, but --heads names {', '.join(options.heads)}. "
            f"Add it to --heads, or name another deciding_head in the policy."
        )
    return options.heads


def _context(seen: Seen, policy: Policy, seed: int) -> FitContext:
    features = seen.features
    needed = None if policy.on_empty_stratum == "fit_existing" else features.rows.n_groups
    train, head = features.of("train"), seen.baseline[1].head
    baseline = head if isinstance(head, Head) else None
    return FitContext(train, features.of("val"), baseline, seed, needed, _held_out(seen))


def _held_out(seen: Seen) -> Features | None:
    """The train rows that the network did not learn; None where it learned all, or none are known."""
    if seen.held_out is None:
        return None
    where = seen.held_out & seen.features.rows.mask("train")
    return seen.features.take(where) if where.any() else None


def _maps(seen: Seen, heads: dict[str, Head], baseline: str) -> Maps | None:
    if seen.activations is None or seen.pictures is None or not len(seen.activations.positions):
        return None
    images = seen.pictures.images
    poor = np.asarray(images.poor_mask)
    return draw_maps(seen.features, seen.activations, heads, baseline, seen.pictures.mask, poor)


def _map_evidence(seen: Seen, maps: Maps | None, baseline: str, seed: int) -> MapEvidence | None:
    if maps is None or seen.pictures is None:
        return None
    return measure_maps(seen.features, maps, seen.pictures, baseline, seed)


def _map_trust(
    seen: Seen, fitted: dict[str, Fitted], heads: dict[str, Head], maps: Maps | None, names: tuple[str, str], seed: int
) -> dict[str, MapTrust] | None:
    return None if maps is None else measure_trust(seen, fitted, heads, maps, names, seed)


def _thumbnails(
    seen: Seen, heads: Heads, maps: Maps | None, policy: Policy, beside: tuple[ExcitedRow, ...]
) -> tuple[Thumbnail, ...]:
    """The images of the groups; fewer beside images that excite features."""
    if maps is None or seen.pictures is None:
        return ()
    baseline = seen.baseline[0]
    after = policy.deciding_head if policy.deciding_head in heads else baseline
    most = BESIDE_FEATURES if beside else MOST
    chosen = choose(seen.features, heads, maps, (baseline, after), most=most)
    return thumbnails(seen.features, heads, maps, chosen, baseline, seen.pictures.jpeg)
