"""Step: everything that is measured of one network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hindmost.core.anatomy import FeatureTable
from hindmost.core.ceilings import Ceilings
from hindmost.core.excited import ExcitedRow
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.core.head import Head, Predictor
from hindmost.core.map_trust import MapTrust
from hindmost.core.policy import Policy
from hindmost.core.tables import Thumbnail
from hindmost.pipeline._anatomy import dissect
from hindmost.pipeline._ceilings import label_curve
from hindmost.pipeline._data import data_record
from hindmost.pipeline._excited import lift_of_all, look_at_excited
from hindmost.pipeline._halves import measure_halves
from hindmost.pipeline._heads import Fitted
from hindmost.pipeline._judge import Measured
from hindmost.pipeline._map_evidence import MapEvidence, measure_maps
from hindmost.pipeline._map_trust import measure_trust
from hindmost.pipeline._maps import Maps, draw_maps, locate
from hindmost.pipeline._probe import measure_probe
from hindmost.pipeline._ranking import rankings
from hindmost.pipeline._reliance import measure_reliance, twins_among_rows
from hindmost.pipeline._seen import Seen
from hindmost.pipeline._tables import available, linear, tabulate
from hindmost.pipeline._thumbnails import BESIDE_FEATURES, MOST, choose, thumbnails
from hindmost.pipeline._twins import blames, twin_effects
from hindmost.pipeline.options import AuditOptions, Talk

Heads = dict[str, Predictor]


def measure(
    seen: Seen, fitted: dict[str, Fitted], policy: Policy, options: AuditOptions, talk: Talk
) -> tuple[Measured, Heads, FeatureTable | None]:
    """Every table of one network but its ladder and near duplicates; its heads that are available; all its features."""
    given, baseline, seed = seen.given, seen.baseline[0], options.seed
    context = context_of(seen, policy, seed)
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


def context_of(seen: Seen, policy: Policy, seed: int) -> FitContext:
    """What heads of this network may see when they are fitted."""
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
