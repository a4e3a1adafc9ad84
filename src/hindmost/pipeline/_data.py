"""Step: read the input, set aside what cannot be used, echo what was recognised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hindmost.core import fingerprint
from hindmost.core.audit import DataRecord
from hindmost.core.dataset import Card, Dataset, Images, SetAside
from hindmost.core.errors import InputError, NothingToCompare
from hindmost.core.rows import SPLITS
from hindmost.datasets.check_images import check_images
from hindmost.datasets.duplicates import exact_duplicates
from hindmost.datasets.open import open_input
from hindmost.datasets.set_aside import without as set_aside
from hindmost.io.card import find_card, read_card
from hindmost.pipeline.options import MOST_BAD, MOST_PIXELS, DataOptions, Talk


@dataclass(frozen=True)
class Input:
    """A checked data set with a name for its content.

    ``hashes`` names the bytes of each row's image, ``longest_side`` is the largest side of any image in
    pixels; both are None for embeddings.
    """

    dataset: Dataset
    hashes: np.ndarray | None
    duplicates: tuple[int, tuple[str, ...]] | None
    fingerprint: str
    longest_side: int | None = None


def read_input(source: Path, options: DataOptions, talk: Talk) -> Input:
    """Open, check and echo one input."""
    dataset = open_input(
        source,
        metadata=options.metadata,
        card=_card(source, options.card),
        cues=options.cues,
        progress=talk.progress,
    )
    hashes, longest_side = None, None
    if dataset.images is None and options.most_bad != MOST_BAD:
        raise InputError("--most-bad speaks of images, but the input holds embeddings. Leave it out.")
    if dataset.images is None and options.most_pixels != MOST_PIXELS:
        raise InputError("--most-pixels speaks of images, but the input holds embeddings. Leave it out.")
    if dataset.images is None and options.cue_colour is not None:
        raise InputError("--cue-colour speaks of images, but the input holds embeddings. Leave it out.")
    if dataset.images is not None:
        checked = check_images(dataset, most_bad=options.most_bad, progress=talk.progress)
        dataset, hashes, longest_side = checked.dataset, checked.hashes, checked.longest_side
    for line in echo(dataset):
        talk.notice(line)
    return _named(dataset, hashes, longest_side)


def without(given: Input, reasons: Sequence[str], most_bad: float, talk: Talk) -> Input:
    """The input without the rows that have a reason, for images that the check let pass and extraction did not."""
    dataset = set_aside(given.dataset, reasons, most_bad=most_bad)
    for line in _aside(dataset.set_aside[len(given.dataset.set_aside) :]):
        talk.notice(line)
    assert given.hashes is not None
    kept = np.array([not reason for reason in reasons], dtype=np.bool_)
    return _named(dataset, given.hashes[kept], given.longest_side)


def in_split_order(given: Input) -> Input:
    """The same rows, train before val before test, each in its own order: a split is then one piece of memory."""
    dataset = given.dataset
    order = np.argsort(dataset.rows.split, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    twin_of, held_out = dataset.twin_of, dataset.held_out
    moved = replace(
        dataset,
        rows=dataset.rows.take(order),
        images=images_of(dataset).take(order),
        twin_of=None if twin_of is None else np.where(twin_of >= 0, place[twin_of], -1)[order],
        held_out=None if held_out is None else held_out[order],
    )
    assert given.hashes is not None
    return _named(moved, given.hashes[order], given.longest_side)


def _named(dataset: Dataset, hashes: np.ndarray | None, longest_side: int | None) -> Input:
    if not dataset.rows.mask("test").any():
        raise NothingToCompare("No row lies in the test split, so no group can be compared. Give test rows (split 2).")
    duplicates = None if hashes is None else exact_duplicates(dataset.rows, hashes)
    return Input(dataset, hashes, duplicates, _fingerprint(dataset, hashes), longest_side)


def images_of(dataset: Dataset) -> Images:
    """The images of a dataset that must have some."""
    if dataset.images is None:
        raise InputError("The input holds embeddings; images were expected.")
    return dataset.images


def _card(source: Path, named: Path | None) -> Card | None:
    found = named if named is not None else find_card(source)
    return None if found is None else read_card(found)


def _fingerprint(dataset: Dataset, hashes: np.ndarray | None) -> str:
    rows = dataset.rows
    stored = (dataset.X, dataset.logits, dataset.early, dataset.held_out)
    columns = (rows.ids, rows.y, rows.cue, rows.split, hashes, *stored)
    return fingerprint.of_json([fingerprint.of_array(column) for column in columns if column is not None])


def echo(dataset: Dataset) -> list[str]:
    """What was recognised, for people: roles, splits, groups, rows set aside."""
    rows = dataset.rows
    roles = ", ".join(f"{role} = {column}" for role, column in dataset.recognised.items())
    lines = [f"{dataset.name}: {len(rows)} rows ({roles})"]
    for split in SPLITS:
        counts = rows.counts(split)
        groups = "; ".join(f"{name}: {n}" for name, n in zip(rows.naming.groups, counts, strict=True))
        lines.append(f"  {split} {counts.sum()}  ({groups})")
    return lines + _aside(dataset.set_aside)


def _aside(rows: Sequence[SetAside]) -> list[str]:
    return [f"  set aside: {one.id} ({one.split}): {one.reason}" for one in rows]


def data_record(given: Input) -> DataRecord:
    """What the audit keeps of the input."""
    dataset, rows = given.dataset, given.dataset.rows
    clusters: dict[str, int] | None = None
    if rows.cluster is not None:
        clusters = {split: len(np.unique(rows.cluster[rows.mask(split)])) for split in SPLITS}
    return DataRecord(
        name=dataset.name,
        kind="images" if dataset.images is not None else "embeddings",
        fingerprint=given.fingerprint,
        classes=rows.naming.classes,
        cues=rows.naming.cues,
        cue_columns=rows.naming.columns,
        groups=rows.naming.groups,
        counts={split: tuple(int(n) for n in rows.counts(split)) for split in SPLITS},
        clusters=clusters,
        recognised=dict(dataset.recognised),
        set_aside=dataset.set_aside,
        known_faults=dataset.known_faults,
    )
