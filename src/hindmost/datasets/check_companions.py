"""Masks, twins and controls: each that a table names must exist, decode and fit its photograph."""

from __future__ import annotations

from pathlib import Path

from hindmost.core.dataset import Dataset
from hindmost.core.errors import InputError
from hindmost.core.progress import Progress
from hindmost.datasets.look import Look, bytes_of, spread
from hindmost.datasets.photograph import Unreadable, read_mask, read_photograph

ASPECT = 0.02  # relative difference in aspect that a mask may have: one is rounded, the other is not


def check_companions(dataset: Dataset, seen: list[Look], workers: int, progress: Progress) -> None:
    """Raise InputError for the first mask, twin or control that cannot be used."""
    jobs = _companions(dataset, seen)
    if not jobs:
        return
    found = spread(_fault, jobs, workers, "check masks and twins", progress)
    for (path, kind, _), fault in zip(jobs, found, strict=True):
        if fault:
            raise InputError(f"{path} is named as a {kind}, but: {fault}. Restore the file, or leave the entry empty.")


def _companions(dataset: Dataset, seen: list[Look]) -> list[tuple[Path, str, tuple[int, int]]]:
    """Path, kind and size of its photograph, of every mask, twin and control, once each."""
    images = dataset.images
    assert images is not None
    kinds = {"mask": images.core_masks, "cue mask": images.cue_masks, "twin": images.twins, "control": images.controls}
    jobs = {
        (images.root / name, kind, look.size): None
        for kind, names in kinds.items()
        for name, look in zip(names.tolist(), seen, strict=True)
        if name
    }
    return list(jobs)


def _fault(job: tuple[Path, str, tuple[int, int]]) -> str:
    """Why a companion cannot be used; "" where it can."""
    path, kind, (width, height) = job
    try:
        data = bytes_of(path)
        if not kind.endswith("mask"):
            read_photograph(data)
            return ""
        rows, columns = read_mask(data).shape
    except Unreadable as error:
        return str(error)
    same = abs(columns * height - width * rows) <= ASPECT * width * rows
    return "" if same else f"it is {columns} x {rows} pixels, its photograph is {width} x {height}"
