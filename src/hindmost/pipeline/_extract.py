"""Step: what one network says of several lists of images, each computed once for its content."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hindmost.core import fingerprint
from hindmost.core.features import Activations, Features
from hindmost.core.progress import Progress
from hindmost.datasets.decode import pixels_within
from hindmost.datasets.photograph import most_pixels
from hindmost.features.addressed import Addressed
from hindmost.features.digests import digests
from hindmost.features.engines import Engine
from hindmost.features.fill import SetAside, fill, refuse
from hindmost.features.gather import chunks, gather
from hindmost.features.made import Made
from hindmost.features.photographs import Photographs
from hindmost.features.recipe import Here
from hindmost.features.shelf import Shelf
from hindmost.features.store import FeatureStore
from hindmost.pipeline._data import Input, images_of, without
from hindmost.pipeline._network import Network
from hindmost.pipeline.options import Talk, cache_folder

if TYPE_CHECKING:
    from hindmost.backbones.backbone import Backbone

NONE = np.empty(0, dtype=np.int64)


class Extractor:
    """One network over several lists of images, through one cache."""

    def __init__(self, network: Network, talk: Talk, engine: Engine) -> None:
        self.network, self.talk, self.engine = network, talk, engine
        self.store = FeatureStore(cache_folder() / "features")

    def fill(self, given: Input, shown: np.ndarray, most_bad: float) -> tuple[Input, np.ndarray]:
        """Compute every row that is not kept yet, and the maps of the shown ones in the same pass.

        Returns
        -------
        Input           without the rows whose file went away, changed or was damaged since it was checked
        int array       the shown rows that are left, as positions among those rows

        Raises
        ------
        InputError
            More of a split are lost than ``most_bad`` allows, those counted that the check set aside.
        """
        images = images_of(given.dataset)
        paths = [images.root / str(name) for name in images.files]
        reasons = [""] * len(paths)

        def set_aside(position: int, reason: str) -> None:
            reasons[position] = reason.replace(f"{images.root.absolute()}{os.sep}", "")

        for stage, here, maps_for in self._networks(shown):
            self._fill(stage, paths, _hashes(given), here, maps_for, set_aside)
        if not any(reasons):
            return given, shown
        kept = np.array([not reason for reason in reasons], dtype=np.bool_)
        return without(given, reasons, most_bad, self.talk), (np.cumsum(kept) - 1)[shown[kept[shown]]]

    def _networks(self, shown: np.ndarray) -> list[tuple[str, Here[Backbone], np.ndarray]]:
        """Each network with the name of its stage and the rows whose maps are wanted."""
        network = self.network
        own = ("features", Here(network.backbone, network.recipe), shown)
        if network.early is None or network.early_recipe is None:
            return [own]
        return [own, ("features of the early network", Here(network.early, network.early_recipe), NONE)]

    def rows(self, given: Input, shown: np.ndarray) -> tuple[Features, Activations | None]:
        """Features of every row and the maps of the shown ones, which ``fill`` has made."""
        backbone, early, contents = self.network.backbone, self.network.early, digests(_hashes(given))
        X, logits, activations = gather(self._shelf(backbone), contents, maps_for=shown.tolist())
        said = None if early is None else gather(self._shelf(early), contents)[1]
        return Features(given.dataset.rows, X, logits, backbone.describe(), said), activations

    def chunks(self, given: Input) -> Iterator[Features]:
        """The same features some rows at a time, in order."""
        backbone, early, contents = self.network.backbone, self.network.early, digests(_hashes(given))
        said = repeat(None) if early is None else (one[2] for one in chunks(self._shelf(early), contents))
        for (part, X, logits), outputs in zip(chunks(self._shelf(backbone), contents), said):
            rows = given.dataset.rows.take(np.arange(part.start, part.stop))
            yield Features(rows, X, logits, backbone.describe(), outputs)

    def named(self, stage: str, root: Path, names: np.ndarray) -> np.ndarray:
        """Features of image files by name."""
        paths = [root / str(name) for name in names]
        hashes, backbone = [fingerprint.of_file(path) for path in paths], self.network.backbone
        self._fill(stage, paths, hashes, Here(backbone, self.network.recipe))
        return gather(self._shelf(backbone), digests(hashes))[0]

    def activations(self, stage: str, given: Input, positions: np.ndarray) -> np.ndarray:
        """Activations before pooling of a few rows, which ``fill`` need not have been asked for."""
        images, hashes, backbone = images_of(given.dataset), _hashes(given), self.network.backbone
        paths = [images.root / str(name) for name in images.files[positions]]
        contents = [hashes[position] for position in positions.tolist()]
        everything = np.arange(len(paths))
        self._fill(stage, paths, contents, Here(backbone, self.network.recipe), everything)
        activations = gather(self._shelf(backbone), digests(contents), maps_for=everything.tolist())[2]
        assert activations is not None
        return np.asarray(activations.maps)

    def made(self, stage: str, photographs: Photographs) -> np.ndarray:
        """Features of photographs that exist in memory only, so in this process; one that fails stops the run."""
        backbone = self.network.backbone
        shelf = self._shelf(backbone)
        fill(photographs, backbone.embed, shelf, progress=self._progress(stage))
        return gather(shelf, photographs.contents)[0]

    def made_maps(self, stage: str, photographs: Photographs, backbone: Backbone) -> np.ndarray:
        """Activations before pooling of such photographs, by another network than the one that is audited."""
        shelf, everything = self._shelf(backbone), range(len(photographs))
        fill(photographs, backbone.embed, shelf, maps_for=everything, progress=self._progress(stage))
        activations = gather(shelf, photographs.contents, maps_for=everything)[2]
        assert activations is not None
        return np.asarray(activations.maps)

    def _fill(
        self,
        stage: str,
        paths: list[Path],
        hashes: list[str],
        here: Here[Backbone],
        shown: np.ndarray = NONE,
        set_aside: SetAside = refuse,
    ) -> None:
        """Files, wherever the engine computes: any machine that sees them under the same path can read them."""
        backbone = here()
        decode = partial(pixels_within, preprocessing=backbone.preprocessing, most=most_pixels())
        self.engine.fill(
            Addressed([str(path.absolute()) for path in paths], digests(hashes), decode),
            here,
            self._shelf(backbone),
            maps_for=shown.tolist(),
            progress=self._progress(stage),
            set_aside=set_aside,
        )

    def _progress(self, stage: str) -> Progress:
        return lambda _, done, total: self.talk.progress(stage, done, total)

    def _shelf(self, backbone: Backbone) -> Shelf:
        return self.store.shelf(how_made(backbone))


def how_made(backbone: Backbone) -> Made:
    """How this network's rows are made: the name of their shelf."""
    return Made(backbone.weights_hash, backbone.preprocessing, backbone.describe(), backbone.batch)


def _hashes(given: Input) -> list[str]:
    assert given.hashes is not None
    return [str(one) for one in given.hashes]
