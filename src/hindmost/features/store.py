"""Features kept on disk by content: one shelf for each way of making them."""

from __future__ import annotations

from pathlib import Path

from hindmost.features.made import Made
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
