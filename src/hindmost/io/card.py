"""The data card: names of classes and cues, and what is known to be wrong with the data."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from hindmost.core.dataset import Card
from hindmost.io.yaml_file import read_yaml

CARD = "card.yaml"


class _CardFile(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    name: str = ""
    classes: dict[int, str] = {}
    cues: dict[str, dict[int, str]] = {}
    known_faults: list[str] = []
    cue_region: Literal["outside_core"] | None = None


def read_card(path: Path) -> Card:
    """A card from YAML: ``name``, ``classes`` (id: name), ``cues`` (column: {value: name}), ``known_faults``.

    ``cue_region: outside_core`` says that the cue is everything outside the core mask.

    Raises
    ------
    InputError
        The file is missing or not YAML, or a field is unknown or mistyped.
    """
    card = read_yaml(Path(path), _CardFile)
    return Card(card.name, card.classes, card.cues, tuple(card.known_faults), card.cue_region == "outside_core")


def write_card(path: Path, card: Card) -> None:
    """Write a card so that ``read_card`` gives it back."""
    content = _CardFile(name=card.name, classes=card.classes, cues=card.cues, known_faults=list(card.known_faults))
    plain = content.model_dump(exclude_defaults=True)
    path.write_text(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False), encoding="utf-8")


def write_fault(path: Path, fault: str, *, card: Path | None) -> None:
    """Write a card like ``card`` (None: an empty one) with one more known fault."""
    content = _CardFile() if card is None else read_yaml(card, _CardFile)
    content.known_faults.append(fault)
    plain = content.model_dump(exclude_defaults=True)
    path.write_text(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False), encoding="utf-8")


def find_card(path: Path) -> Path | None:
    """``card.yaml`` in an input folder, or beside an input file; None where there is none."""
    folder = path if path.is_dir() else path.parent
    return folder / CARD if (folder / CARD).is_file() else None
