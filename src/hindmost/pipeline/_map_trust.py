"""Step: how far the maps of each head can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hindmost.core.features import Features
from hindmost.core.head import Head, margins, runner_up
from hindmost.core.map_trust import MapTrust, TrustPart
from hindmost.core.rows import Rows
from hindmost.core.sample import sample_per_group
from hindmost.evals.cam import margin_maps
from hindmost.evals.map_groups import RegionMasks
from hindmost.evals.map_trust import mean_check, not_applicable
from hindmost.evals.map_trust_deletion import insertion_minus_deletion
from hindmost.evals.map_trust_masks import own_mask_gain
from hindmost.evals.map_trust_places import places_share
from hindmost.evals.map_trust_random import evidence_likeness, random_head_likeness
from hindmost.evals.map_trust_refits import refit_likeness
from hindmost.evals.map_trust_swap import cue_evidence, swap_agreement
from hindmost.pipeline._heads import Fitted
from hindmost.pipeline._map_evidence import region_of_cue
from hindmost.pipeline._maps import Maps
from hindmost.pipeline._reliance import Twins
from hindmost.pipeline._seen import Seen
from hindmost.pipeline._swap import COMPOSED

PER_GROUP = 8  # images of each group that are passed through the network again
DRAWS = 3  # of random layers

ONE_FIT = "the head is one fit, so there are no retrains to compare"
NO_MASKS = "no row has a core mask"
NO_TWINS = "there are no twins with the cue swapped"
NO_REGION = "the region of the cue is not known"
NO_NETWORK = "the network is not there to read changed images"
TWO_HEADS = "measured for the baseline and the deciding head only"


@dataclass(frozen=True)
class _Ground:
    """What the checks of all heads share."""

    features: Features
    rows: Rows  # of the maps
    X: np.ndarray
    y: np.ndarray
    rival: np.ndarray
    activations: np.ndarray
    sample: np.ndarray  # entries of the maps that are passed through the network again
    pixels: np.ndarray | None  # of the sample
    random_layers: list[np.ndarray]  # activations of the sample under each draw
    cue: RegionMasks | None  # region that the swap changes
    seed: int


def measure_trust(
    seen: Seen, fitted: dict[str, Fitted], heads: dict[str, Head], maps: Maps, names: tuple[str, str], seed: int
) -> dict[str, MapTrust]:
    """The checks of every head; ``names`` are the baseline and the deciding head."""
    ground = _ground(seen, heads[names[0]], maps, seed)
    return {
        name: MapTrust(
            (
                _random_head(ground, maps.by_head[name], head),
                _random_layers(ground, maps.by_head[name], head),
                _other_masks(ground, maps, name),
                _refits(ground, fitted[name]),
                _deletion(ground, seen, maps.by_head[name], head, name in names),
                _swap(ground, seen.twins, maps, maps.by_head[name], head),
                *([_places(ground, maps.by_head[name], head)] if seen.partial_maps else []),
            )
        )
        for name, head in heads.items()
    }


def _ground(seen: Seen, baseline: Head, maps: Maps, seed: int) -> _Ground:
    assert seen.activations is not None
    rows, X = seen.features.rows.take(maps.positions), seen.features.X[maps.positions]
    sample = sample_per_group(rows.group, np.ones(len(rows), dtype=bool), PER_GROUP, np.random.default_rng(seed))
    pixels, random = None, []
    if seen.probes is not None and seen.pictures is not None and len(sample):
        pixels = np.stack([seen.pictures.pixels(int(maps.positions[i])) for i in sample])
        random = [seen.probes.random_maps(pixels, seed + draw) for draw in range(DRAWS)]
    rival = runner_up(baseline.logits(X), rows.y)
    return _Ground(
        seen.features, rows, X, rows.y, rival, seen.activations.maps, sample, pixels, random, _cue(seen, maps), seed
    )


def _cue(seen: Seen, maps: Maps) -> RegionMasks | None:
    """The region that the swap changes: files, else outside the core where the swap was made from core masks."""
    if seen.twins is None or seen.pictures is None:
        return None
    cue, _ = region_of_cue(maps, seen.pictures)
    if not cue.known.any() and seen.twins.how == COMPOSED:
        return RegionMasks(1.0 - maps.masks, maps.has_mask & ~maps.poor)
    return cue if cue.known.any() else None


def _random_head(ground: _Ground, drawn: np.ndarray, head: Head) -> TrustPart:
    likeness = random_head_likeness(ground.activations, drawn, head, ground.y, ground.rival, seed=ground.seed)
    return mean_check("random_head", ground.rows, likeness, seed=ground.seed)


def _random_layers(ground: _Ground, drawn: np.ndarray, head: Head) -> TrustPart:
    if not ground.random_layers:
        return not_applicable("random_layers", NO_NETWORK)
    at = ground.sample
    maps = [margin_maps(each, [head], ground.y[at], ground.rival[at])[0] for each in ground.random_layers]
    likeness = evidence_likeness(drawn[at], np.stack(maps)).mean(axis=0)
    return mean_check("random_layers", ground.rows.take(at), likeness, seed=ground.seed)


def _other_masks(ground: _Ground, maps: Maps, name: str) -> TrustPart:
    if not maps.has_mask.any():
        return not_applicable("other_masks", NO_MASKS)
    gain = own_mask_gain(maps.by_head[name], maps.masks, maps.has_mask & ~maps.poor, ground.rows.group)
    return mean_check("other_masks", ground.rows, gain, seed=ground.seed)


def _refits(ground: _Ground, fitted: Fitted) -> TrustPart:
    if fitted.singles is None or len(fitted.singles) < 2:
        return not_applicable("refits", ONE_FIT)
    likeness = refit_likeness(ground.activations, fitted.singles.coef, ground.y, ground.rival, seed=ground.seed)
    return mean_check("refits", ground.rows, likeness, seed=ground.seed)


def _deletion(ground: _Ground, seen: Seen, drawn: np.ndarray, head: Head, wanted: bool) -> TrustPart:
    if not wanted:
        return not_applicable("deletion", TWO_HEADS)
    if seen.probes is None or ground.pixels is None:
        return not_applicable("deletion", NO_NETWORK)
    at, embed = ground.sample, seen.probes.embed
    values = insertion_minus_deletion(ground.pixels, drawn[at], head, ground.y[at], ground.rival[at], embed)
    return mean_check("deletion", ground.rows.take(at), values, seed=ground.seed)


def _swap(ground: _Ground, twins: Twins | None, maps: Maps, drawn: np.ndarray, head: Head) -> TrustPart:
    if twins is None:
        return not_applicable("swap", NO_TWINS)
    if ground.cue is None:
        return not_applicable("swap", NO_REGION)
    _, entry, twin = np.intersect1d(maps.positions, twins.positions, return_indices=True)
    y, rival = ground.y[entry], ground.rival[entry]
    still = ground.X[entry] if twins.control is None else twins.control[twin]
    shift = margins(head.logits(twins.X[twin]), y, rival) - margins(head.logits(still), y, rival)
    evidence = np.where(ground.cue.known[entry], cue_evidence(drawn[entry], ground.cue.masks[entry]), np.nan)
    return swap_agreement(ground.rows.take(entry), evidence, shift, seed=ground.seed)


def _places(ground: _Ground, drawn: np.ndarray, head: Head) -> TrustPart:
    margin = margins(head.logits(ground.X), ground.y, ground.rival)
    return places_share(ground.rows, drawn.mean(axis=(1, 2)), margin, ground.y, ground.rival, seed=ground.seed)
