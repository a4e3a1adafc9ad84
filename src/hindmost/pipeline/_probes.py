"""Step: the network once more, on single images, on changed ones and with layers made meaningless; each only once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hindmost.core import fingerprint
from hindmost.features.digests import digests
from hindmost.features.photographs import Photographs
from hindmost.pipeline._data import Input
from hindmost.pipeline._extract import Extractor

STAGE = "features of changed images"
RANDOM = "maps of shuffled layers"
EXCITED = "maps of exciting images"


@dataclass(frozen=True)
class Probes:
    """The network, for checks of its maps; what it says is kept in the feature cache by the pixels themselves."""

    extractor: Extractor

    def embed(self, pixels: np.ndarray) -> np.ndarray:
        """Features (n, d) of pixels as the network reads them, uint8 (n, side, side, 3)."""
        return self.extractor.made(STAGE, _named(pixels))

    def activations(self, given: Input, positions: np.ndarray) -> np.ndarray:
        """Activations (n, d, h, w) of a few rows of the data."""
        return self.extractor.activations(EXCITED, given, positions)

    def random_maps(self, pixels: np.ndarray, seed: int) -> np.ndarray:
        """Activations (n, d, h, w) with the latest layers shuffled."""
        from hindmost.backbones.randomised import SHARE, with_random_layers

        shuffled = with_random_layers(self.extractor.network.backbone, seed=seed)
        named = fingerprint.of_json(["shuffled layers", shuffled.weights_hash, seed, SHARE])
        return self.extractor.made_maps(RANDOM, _named(pixels), replace(shuffled, weights_hash=named))


def _named(pixels: np.ndarray) -> Photographs:
    return Photographs(lambda position: pixels[position], digests([fingerprint.of_array(one) for one in pixels]))
