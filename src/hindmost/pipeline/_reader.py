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
        """bool (h, w); None where the row has no mask that can be read."""
        name = str(self.images.core_masks[row])
        if not name:
            return None
        try:
            return np.asarray(read_mask((self.images.root / name).read_bytes())) >= 0.5
        except (OSError, Unreadable):
            return None

    def cut(self, row: int) -> Cut:
        """Both, for a row that has a mask."""
        image, core = self.image(row), self.core(row)
        assert core is not None
        return Cut(image, fit_mask(core, (image.shape[0], image.shape[1])))

    def mask_hash(self, row: int) -> str:
        """SHA-256 of the mask's file."""
        return fingerprint.of_file(self.images.root / str(self.images.core_masks[row]))
