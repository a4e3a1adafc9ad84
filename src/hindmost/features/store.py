"""Features kept on disk by content: one shelf for each way of making them."""

from __future__ import annotations

from pathlib import Path

from hindmost.core.fingerprint import of_json
from hindmost.features.made import BATCH, Made
from hindmost.features.shelf import Shelf


class FeatureStore:
    """Shelves under one folder.

    Parameters
    ----------
    root : Path     made when the first shard is written

    Attributes
    ----------
    notes : list of str     what was found damaged and is computed again, for the report
    """

    def __init__(self, root: Path) -> None:
        self.root = Path(root)
        self.notes: list[str] = []
        self._shelves: dict[str, Shelf] = {}

    def shelf(self, made: Made) -> Shelf:
        """The rows that were made in this way, whichever images they are of; always the same object."""
        if made.key not in self._shelves:
            self._shelves[made.key] = Shelf(
                self.root / made.key, made.plain(), self.notes, batch=made.batch, precision=made.precision
            )
        return self._shelves[made.key]

    def shelf_of_positions(self, key: str, batch: int = BATCH) -> Shelf:
        """The rows of one list that is known as a whole, by ``key``; each row by its position."""
        return Shelf(self.root / of_json([key, batch]), {"key": key, "batch": batch}, self.notes, batch=batch)
