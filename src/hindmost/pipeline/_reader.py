"""Photographs and core masks of rows, as they lie on disk."""

from __future__ import annotations

import numpy as np

from hindmost.core import fingerprint
from hindmost.core.dataset import Images
from hindmost.datasets.photograph import Unreadable, read_mask, read_photograph
from hindmost.interventions.frame import fit_mask
from hindmost.interventions.swap import Cut


class Reader:
    """Reads one row at a time; keeps nothing."""

    def __init__(self, images: Images) -> None:
        self.images = images

    def image(self, row: int) -> np.ndarray:
        """uint8 (h, w, 3)."""
        return np.asarray(read_photograph((self.images.root / str(self.images.files[row])).read_bytes()))

    def core(self, row: int) -> np.ndarray | None:
        """Where the object lies, bool (h, w); None where the row has no mask that can be read."""
        return self._mask(self.images.core_masks[row])

    def cue(self, row: int) -> np.ndarray | None:
        """Where the cue lies, likewise, brought to the photograph's size."""
        found = self._mask(self.images.cue_masks[row])
        return None if found is None else fit_mask(found, self.image(row).shape[:2])

    def cut(self, row: int) -> Cut:
        """Both, for a row that has a mask."""
        image, core = self.image(row), self.core(row)
        assert core is not None
        return Cut(image, fit_mask(core, (image.shape[0], image.shape[1])))

    def hash_of(self, name: str) -> str:
        """SHA-256 of a mask's file; "" where there is none."""
        return fingerprint.of_file(self.images.root / str(name)) if name else ""

    def _mask(self, name: str) -> np.ndarray | None:
        if not name:
            return None
        try:
            return np.asarray(read_mask((self.images.root / str(name)).read_bytes())) >= 0.5
        except (OSError, Unreadable):
            return None
