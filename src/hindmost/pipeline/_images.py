"""Step: from photographs to features, maps and twins, with one network."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from hindmost.backbones import check_classes
from hindmost.core.audit import ModelRecord
from hindmost.core.policy import Policy
from hindmost.core.sample import sample_per_group
from hindmost.features.engines import Engine
from hindmost.pipeline._data import Input, images_of
from hindmost.pipeline._extract import Extractor
from hindmost.pipeline._halves import halved
from hindmost.pipeline._heads import own_head
from hindmost.pipeline._network import Network, network_for
from hindmost.pipeline._runtime import check_fidelity, measure_fidelity, running
from hindmost.pipeline._seen import Pictures, Probes, Seen
from hindmost.pipeline._swap import swapped
from hindmost.pipeline.options import AuditOptions, Talk

MAPS_PER_GROUP = 150
NONE = np.empty(0, dtype=np.int64)


def look(given: Input, options: AuditOptions, policy: Policy, talk: Talk, engine: Engine) -> Seen:
    """Load or train the network, then extract everything that the audit needs of the images."""
    network = network_for(given, options.model, options.training, options.seed, talk)
    check_classes(network.backbone, len(given.dataset.rows.naming.classes))
    network = running(network, options.model, talk)
    loss = measure_fidelity(given, network.backbone, options.seed)
    check_fidelity(loss, policy)
    extractor = Extractor(network, talk, engine)
    test = given.dataset.rows.mask("test")
    shown = sample_per_group(given.dataset.rows.group, test, MAPS_PER_GROUP, np.random.default_rng(options.seed))
    if network.backbone.maps_reason is not None:
        shown = shown[:0]
    given, shown = extractor.fill(given, shown, options.data.most_bad)
    features, activations = extractor.rows(given, shown)
    twins, twins_reason = swapped(given, extractor, options.data.cue_colour, options.seed)
    halves = halved(given, extractor, options.seed)
    for note in extractor.store.notes:
        talk.notice(note)
    return Seen(
        given=given,
        features=features,
        held_out=held_out_rows(given, network),
        baseline=("erm", own_head(network.backbone.head, features.of("val"), network.how)),
        model=model_record(network, loss),
        maps_reason=network.backbone.maps_reason,
        twins=twins,
        twins_reason=twins_reason,
        halves=halves,
        activations=activations,
        pictures=Pictures(images_of(given.dataset), network.backbone.preprocessing),
        probes=Probes(extractor),
        partial_maps=network.backbone.partial_maps,
    )


def held_out_rows(given: Input, network: Network) -> np.ndarray | None:
    """True for train rows that the network's training did not see; None where that is not known."""
    if network.held_out is None:
        return given.dataset.held_out
    return np.isin(given.dataset.rows.ids, network.held_out)


def model_record(network: Network, loss: dict[str, Any] | None) -> ModelRecord:
    """What the audit keeps of the network."""
    backbone = network.backbone
    return ModelRecord(
        backbone=backbone.name,
        weights=network.weights,
        weights_hash=backbone.weights_hash,
        n_features=backbone.n_features,
        baseline_source=network.how,
        preprocessing=asdict(backbone.preprocessing),
        extraction=backbone.describe() if loss is None else {**backbone.describe(), "against_float32": loss},
        training=network.training,
    )
