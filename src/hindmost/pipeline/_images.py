"""Step: from photographs to features, maps and twins, with one network."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hindmost.backbones import check_classes
from hindmost.core import fingerprint
from hindmost.core.audit import ModelRecord
from hindmost.core.dataset import Dataset, Images
from hindmost.core.errors import InputError
from hindmost.core.features import Activations, Features
from hindmost.datasets.decode import load_pixels
from hindmost.features.extract import extract
from hindmost.features.key import feature_key
from hindmost.features.store import FeatureStore
from hindmost.pipeline._data import Input
from hindmost.pipeline._heads import own_head
from hindmost.pipeline._network import Network, network_for
from hindmost.pipeline._reliance import SAMPLE_PER_GROUP, Twins, sample_per_group
from hindmost.pipeline._seen import Pictures, Seen
from hindmost.pipeline.options import AuditOptions, Talk, cache_folder

if TYPE_CHECKING:
    from hindmost.backbones.backbone import Backbone

MAPS_PER_GROUP = 150
NONE = np.empty(0, dtype=np.int64)


def look(given: Input, options: AuditOptions, talk: Talk) -> Seen:
    """Load or train the network, then extract everything that the audit needs of the images."""
    network = network_for(given, options.model, options.training, options.seed, talk)
    check_classes(network.backbone, len(given.dataset.rows.naming.classes))
    extractor = Extractor(network, talk)
    test = given.dataset.rows.mask("test")
    shown = sample_per_group(given.dataset.rows.group, test, MAPS_PER_GROUP, options.seed)
    if network.backbone.maps_reason is not None:
        shown = shown[:0]
    features, activations = extractor.rows(given, shown)
    twins = extractor.twins(given.dataset, options.seed)
    for note in extractor.store.notes:
        talk.notice(note)
    return Seen(
        features=features,
        held_out=held_out_rows(given, network),
        baseline=("erm", own_head(network.backbone.head, features.of("val"), network.how)),
        model=model_record(network),
        maps_reason=network.backbone.maps_reason,
        twins=twins,
        activations=activations,
        pictures=Pictures(_images(given.dataset), network.backbone.preprocessing),
    )


class Extractor:
    """One network over several lists of images, through one cache."""

    def __init__(self, network: Network, talk: Talk) -> None:
        self.network, self.talk = network, talk
        self.store = FeatureStore(cache_folder() / "features")

    def rows(self, given: Input, shown: np.ndarray) -> tuple[Features, Activations | None]:
        """Features of every row, and the maps of the shown ones, in one pass."""
        images = _images(given.dataset)
        assert given.hashes is not None
        paths = _paths(images.root, images.files)
        X, logits, activations = self._extract("features", paths, list(given.hashes), shown, self.network.backbone)
        early = self._early(paths, list(given.hashes))
        return Features(given.dataset.rows, X, logits, self.network.backbone.describe(), early), activations

    def _early(self, paths: list[Path], hashes: list[str]) -> np.ndarray | None:
        """Logits of the network early in its training; None where those weights were not kept."""
        if self.network.early is None:
            return None
        return self._extract("features of the early network", paths, hashes, NONE, self.network.early)[1]

    def twins(self, dataset: Dataset, seed: int) -> Twins | None:
        """Features of swapped twins and controls, for a sample of the test rows of each group."""
        images, rows = _images(dataset), dataset.rows
        if len(rows.naming.cues) != 2:
            return None
        has = rows.mask("test") & (images.twins != "")
        complete = has & (images.controls != "")
        chosen = sample_per_group(rows.group, complete if complete.any() else has, SAMPLE_PER_GROUP, seed)
        if not len(chosen):
            return None
        names = [images.twins[chosen]] + ([images.controls[chosen]] if complete.any() else [])
        X = self._named(images.root, np.concatenate(names))
        return Twins(chosen, 1 - rows.cue[chosen], X[: len(chosen)], X[len(chosen) :] if complete.any() else None)

    def _named(self, root: Path, names: np.ndarray) -> np.ndarray:
        paths = _paths(root, names)
        hashes = [fingerprint.of_file(path) for path in paths]
        return self._extract("features of twins", paths, hashes, NONE, self.network.backbone)[0]

    def _extract(
        self, stage: str, paths: list[Path], hashes: list[str], shown: np.ndarray, backbone: Backbone
    ) -> tuple[np.ndarray, np.ndarray | None, Activations | None]:
        key = feature_key(
            hashes, backbone.weights_hash, backbone.preprocessing, backbone.describe(), [int(i) for i in shown]
        )
        return extract(
            len(paths),
            lambda i: load_pixels(paths[i], backbone.preprocessing),
            backbone.embed,
            store=self.store,
            key=key,
            maps_for=[int(i) for i in shown],
            progress=lambda _, done, total: self.talk.progress(stage, done, total),
        )


def held_out_rows(given: Input, network: Network) -> np.ndarray | None:
    """True for train rows that the network's training did not see; None where that is not known."""
    if network.held_out is None:
        return given.dataset.held_out
    return np.isin(given.dataset.rows.ids, network.held_out)


def model_record(network: Network) -> ModelRecord:
    """What the audit keeps of the network."""
    backbone = network.backbone
    return ModelRecord(
        backbone=backbone.name,
        weights=network.weights,
        weights_hash=backbone.weights_hash,
        n_features=backbone.n_features,
        baseline_source=network.how,
        preprocessing=asdict(backbone.preprocessing),
        extraction=backbone.describe(),
        training=network.training,
    )


def _paths(root: Path, names: np.ndarray) -> list[Path]:
    return [root / str(name) for name in names]


def _images(dataset: Dataset) -> Images:
    if dataset.images is None:
        raise InputError("The input holds embeddings; images were expected.")
    return dataset.images
