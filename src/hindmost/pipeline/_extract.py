"""Step: what one network says of several lists of images, each computed once for its content."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hindmost.core import fingerprint
from hindmost.core.features import Activations, Features
from hindmost.datasets.decode import pixels_of
from hindmost.features.fill import fill
from hindmost.features.gather import Extracted, gather
from hindmost.features.made import Made
from hindmost.features.photographs import Photographs, files
from hindmost.features.store import FeatureStore
from hindmost.pipeline._data import Input, images_of
from hindmost.pipeline._network import Network
from hindmost.pipeline.options import Talk, cache_folder

if TYPE_CHECKING:
    from hindmost.backbones.backbone import Backbone

NONE = np.empty(0, dtype=np.int64)


class Extractor:
    """One network over several lists of images, through one cache."""

    def __init__(self, network: Network, talk: Talk) -> None:
        self.network, self.talk = network, talk
        self.store = FeatureStore(cache_folder() / "features")

    def rows(self, given: Input, shown: np.ndarray) -> tuple[Features, Activations | None]:
        """Features of every row, and the maps of the shown ones, in one pass."""
        images, backbone = images_of(given.dataset), self.network.backbone
        assert given.hashes is not None
        paths, hashes = [images.root / str(name) for name in images.files], [str(one) for one in given.hashes]
        X, logits, activations = self._files("features", paths, hashes, backbone, shown)
        early = self.network.early
        said = None if early is None else self._files("features of the early network", paths, hashes, early)[1]
        return Features(given.dataset.rows, X, logits, backbone.describe(), said), activations

    def named(self, stage: str, root: Path, names: np.ndarray) -> np.ndarray:
        """Features of image files by name."""
        paths = [root / str(name) for name in names]
        hashes = [fingerprint.of_file(path) for path in paths]
        return self._files(stage, paths, hashes, self.network.backbone)[0]

    def made(self, stage: str, photographs: Photographs) -> np.ndarray:
        """Features of images that exist in memory only."""
        return self._extract(stage, photographs, self.network.backbone, NONE)[0]

    def _files(
        self, stage: str, paths: list[Path], hashes: list[str], backbone: Backbone, shown: np.ndarray = NONE
    ) -> Extracted:
        return self._extract(
            stage,
            files(paths, hashes, lambda content, path: pixels_of(content, path, backbone.preprocessing)),
            backbone,
            shown,
        )

    def _extract(self, stage: str, photographs: Photographs, backbone: Backbone, shown: np.ndarray) -> Extracted:
        shelf = self.store.shelf(
            Made(backbone.weights_hash, backbone.preprocessing, backbone.describe(), backbone.batch)
        )
        positions = [int(position) for position in shown]
        fill(
            photographs,
            backbone.embed,
            shelf,
            maps_for=positions,
            progress=lambda _, done, total: self.talk.progress(stage, done, total),
        )
        return gather(shelf, photographs.contents, maps_for=positions)
