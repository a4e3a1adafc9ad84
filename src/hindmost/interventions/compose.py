"""Objects laid on grounds, so that class and ground go together in training and not in the test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from hindmost.core.errors import InputError
from hindmost.core.progress import Progress, silent
from hindmost.core.rows import SPLITS, IntArray
from hindmost.interventions.files import read_rgb, read_share, write_mask, write_picture, write_table
from hindmost.interventions.frame import blend, cover

STRENGTH = 0.95


@dataclass(frozen=True)
class Cutout:
    """A photograph, the mask of its object, and what the table will say of it.

    Parameters
    ----------
    name : str          relative name of the picture to write, also its folders; unique
    image, mask : Path  of the same size; grey values of the mask are shares of 255
    y : int             class
    split : int         0 train, 1 val, 2 test
    """

    name: str
    image: Path
    mask: Path
    y: int
    split: int


@dataclass(frozen=True)
class ComposePlan:
    """One entry per cutout: the cue of its ground, and which ground of that cue, (n,) each."""

    cue: IntArray
    ground: IntArray


def plan_compose(
    y: IntArray,
    split: IntArray,
    n_grounds: Sequence[int],
    *,
    aligned: Sequence[int],
    seed: int,
    strength: float = STRENGTH,
) -> ComposePlan:
    """Draw a cue and a ground for every cutout.

    In train, ``strength`` of the rows of a class get the cue that is aligned with it and the others the
    other cues in equal shares; in val and test every cue gets an equal share. Counts are rounded, not drawn. No
    ground is used twice, so none is in two splits.

    Parameters
    ----------
    y, split : int arrays, shape (n,)
    n_grounds : sequence of int, length k >= 2      grounds that exist of each cue
    aligned : sequence of int                       cue of each class
    seed : int
    strength : float in 0..1

    Raises
    ------
    InputError
        One cue only, a class without an aligned cue, or too few grounds of a cue.

    References
    ----------
    Sagawa, Koh, Hashimoto, Liang (2020), ICLR, and the script that made Waterbirds; its random numbers were
    not seeded, so its very draw cannot be repeated.
    """
    k = len(n_grounds)
    if k < 2 or not 0 <= strength <= 1 or int(y.max(initial=0)) >= len(aligned) or not set(aligned) <= set(range(k)):
        raise InputError(
            f"Expected two or more cues, a strength in 0..1 and an aligned cue (0..{k - 1}) for each class, but "
            f"{k} cues, {strength} and {tuple(aligned)} for classes up to {y.max(initial=0)} came. Correct them."
        )
    rng = np.random.default_rng(seed)
    cue = np.zeros(len(y), dtype=np.int64)
    for number in range(len(SPLITS)):
        for label, usual in enumerate(aligned):
            where = rng.permutation(np.flatnonzero((split == number) & (y == label)))
            shares = np.full(k, 1 / k)
            if number == 0:
                shares = np.where(np.arange(k) == usual, strength, (1 - strength) / (k - 1))
            ends = np.rint(np.cumsum(np.roll(shares, -usual)) * len(where)).astype(np.int64)
            cue[where] = (np.searchsorted(ends, np.arange(len(where)), side="right") + usual) % k
    return ComposePlan(cue, _deal_grounds(cue, n_grounds, rng))


def _deal_grounds(cue: IntArray, n_grounds: Sequence[int], rng: np.random.Generator) -> IntArray:
    needed = np.bincount(cue, minlength=len(n_grounds))
    for value, (need, have) in enumerate(zip(needed.tolist(), n_grounds)):
        if need > have:
            raise InputError(f"Cue {value} needs {need} grounds, {have} came. Add photographs, or take fewer cutouts.")
    ground = np.zeros(len(cue), dtype=np.int64)
    for value, have in enumerate(n_grounds):
        ground[cue == value] = rng.permutation(have)[: needed[value]]
    return ground


def compose(
    draft: Path,
    cutouts: Sequence[Cutout],
    grounds: Sequence[Sequence[Path]],
    plan: ComposePlan,
    *,
    cue_name: str = "place",
    progress: Progress = silent,
) -> Path:
    """Write the composed pictures, their masks and ``metadata.csv`` into ``draft``.

    Each ground is scaled and cropped to cover the object's picture; the object keeps its pixels and its place, at its
    edge by the mask's own shares.

    Parameters
    ----------
    draft : Path                an existing empty folder; whoever made it renames it when all is done
    cutouts : sequence of Cutout
    grounds : sequences of Path, one for each cue
    plan : ComposePlan
    cue_name : str              name of the cue's column
    progress : Progress         hears about the stage "compose"

    Raises
    ------
    InputError
        A file cannot be read, a mask has another size than its picture, or two cutouts share a name.
    """
    names = [_safe(cutout.name) for cutout in cutouts]
    if len({Path(name).with_suffix("") for name in names}) != len(names):
        raise InputError("Two cutouts have the same name. Give each its own, without regard to its ending.")
    lines = []
    for number, (name, cutout) in enumerate(zip(names, cutouts, strict=True)):
        ground = grounds[int(plan.cue[number])][int(plan.ground[number])]
        mask_name = _write_one(draft, name, cutout, ground)
        lines.append({
            "img_id": str(number + 1), "img_filename": f"images/{name}", "y": str(cutout.y), "split": str(cutout.split),
            cue_name: str(int(plan.cue[number])), f"{cue_name}_filename": ground.name, "mask_filename": mask_name,
        })  # fmt: skip
        progress("compose", number + 1, len(names))
    write_table(draft / "metadata.csv", lines)
    return draft


def _write_one(draft: Path, name: str, cutout: Cutout, ground: Path) -> str:
    """Write one picture and its mask; return the mask's name."""
    image, share = read_rgb(cutout.image), read_share(cutout.mask)
    if share.shape != image.shape[:2]:
        raise InputError(
            f"{cutout.mask} is {share.shape[1]} x {share.shape[0]}, its picture {image.shape[1]} x {image.shape[0]}. "
            "Pass a mask of the picture's size."
        )
    size = (image.shape[0], image.shape[1])
    write_picture(draft / "images" / name, blend(cover(read_rgb(ground), size), image, share))
    mask_name = f"masks/{PurePosixPath(name).with_suffix('.png')}"
    write_mask(draft / mask_name, share >= 0.5)
    return mask_name


def _safe(name: str) -> str:
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts or not parts.suffix:
        raise InputError(f"{name!r} is no name inside the folder with an ending. Pass a relative name such as a/b.jpg.")
    return str(parts)
