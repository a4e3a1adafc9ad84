"""What the steps before fitting hand over, whether they started from images or from embeddings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hindmost.core.audit import ModelRecord
from hindmost.core.dataset import Images, Preprocessing
from hindmost.core.features import Activations, Features
from hindmost.datasets.decode import load_pixels, mask_cells, thumbnail_jpeg
from hindmost.pipeline._data import Input
from hindmost.pipeline._halves import HalfImages
from hindmost.pipeline._heads import Fitted
from hindmost.pipeline._probes import Probes
from hindmost.pipeline._reliance import Twins

THUMBNAIL_SIDE = 160


@dataclass(frozen=True)
class Pictures:
    """The images of the rows, read as the network reads them."""

    images: Images
    preprocessing: Preprocessing

    def mask(self, position: int, cells: tuple[int, int]) -> np.ndarray | None:
        """Share of each map cell inside the core mask of one row; None where it has no mask."""
        name = self.images.core_masks[position]
        return mask_cells(self._path(name), self.preprocessing, cells) if name else None

    def cue_mask(self, position: int, cells: tuple[int, int]) -> np.ndarray | None:
        """The same for the mask of the cue."""
        name = self.images.cue_masks[position]
        return mask_cells(self._path(name), self.preprocessing, cells) if name else None

    def pixels(self, position: int) -> np.ndarray:
        """What the network reads of one row, uint8 (side, side, 3)."""
        return load_pixels(self._path(self.images.files[position]), self.preprocessing)

    def jpeg(self, position: int) -> bytes:
        """A small picture of one row."""
        return thumbnail_jpeg(self._path(self.images.files[position]), self.preprocessing, THUMBNAIL_SIDE)

    def _path(self, name: str) -> Path:
        return self.images.root / str(name)


@dataclass(frozen=True)
class Seen:
    """Features of all rows, the baseline, and what only images can give.

    Parameters
    ----------
    given : Input                         without the rows whose image could not be read again
    features : Features
    baseline : (name, Fitted)
    model : ModelRecord
    held_out : bool array (n,) or None    train rows that the network's training did not see; None: not known
    twins : Twins or None
    twins_reason : str or None            why there are none
    halves : HalfImages or None           objects alone and grounds alone
    activations : Activations or None     None: no maps, ``maps_reason`` says why
    pictures : Pictures or None
    probes : Probes or None               the network itself, for checks of its maps
    partial_maps : bool                   True: the places carry a part of the feature, so the rest has no place
    """

    given: Input
    features: Features
    baseline: tuple[str, Fitted]
    model: ModelRecord
    maps_reason: str | None
    held_out: np.ndarray | None = None
    twins: Twins | None = None
    twins_reason: str | None = None
    halves: HalfImages | None = None
    activations: Activations | None = None
    pictures: Pictures | None = None
    probes: Probes | None = None
    partial_maps: bool = False
