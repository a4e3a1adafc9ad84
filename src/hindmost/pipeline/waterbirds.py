"""Verb: objects on backgrounds that go with their class in training and not in the test."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hindmost.core.dataset import Card
from hindmost.core.errors import InputError
from hindmost.interventions.compose import STRENGTH, compose, plan_compose
from hindmost.interventions.cutouts import TABLE, read_backgrounds, read_cutouts
from hindmost.interventions.waterbirds import as_published, by_word, compose_waterbirds, read_taxonomy
from hindmost.io.card import CARD, write_card
from hindmost.io.output import staging
from hindmost.pipeline.options import SILENT, Talk

CUB, CUE = "images.txt", "place"
COMPOSED = "every image is composed: an object of one photograph on the ground of another"
PUBLISHED = "Eastern Towhee, Western Meadowlark and Western Wood Pewee are labelled waterbird, as published"


@dataclass(frozen=True)
class WaterbirdsOptions:
    """How objects and backgrounds are brought together.

    Parameters
    ----------
    strength : float            share of train rows whose background goes with their class
    labels : str or None        CUB alone: "words" (the default), "published", or a CSV with columns species and y
    backgrounds : tuple of str  any cut-outs alone: sub-folders of backgrounds, in the order of the classes
    seed : int
    """

    strength: float = STRENGTH
    labels: str | None = None
    backgrounds: tuple[str, ...] = ()
    seed: int = 0


WATERBIRDS = WaterbirdsOptions()


def waterbirds(
    cutouts: Path, backgrounds: Path, out: Path, options: WaterbirdsOptions = WATERBIRDS, *, talk: Talk = SILENT
) -> Path:
    """Write ``out``: a folder that an audit reads, with ``metadata.csv``, masks and a card.

    ``cutouts`` is CUB_200_2011, composed with Places365 as the authors of Waterbirds describe; or any
    folder with a ``metadata.csv`` that names masks, composed with the sub-folders of ``backgrounds``.

    Raises
    ------
    InputError
        ``out`` is not empty, a folder is of neither kind, a part of it is missing, or an option does not
        apply to it; nothing is written.
    """
    if out.exists() and any(out.iterdir()):
        raise InputError(f"{out} is not empty, and a data set must not mix with other files. Name a new folder.")
    if not 0 <= options.strength <= 1:
        raise InputError(f"--strength must lie in 0..1, but {options.strength} came. It is a share of train rows.")
    with staging(out) as draft:
        if (cutouts / CUB).is_file():
            card = _from_cub(draft, cutouts, backgrounds, options, talk)
        elif (cutouts / TABLE).is_file():
            card = _from_any(draft, cutouts, backgrounds, options, talk)
        else:
            raise InputError(
                f"{cutouts} holds neither {CUB} (CUB_200_2011) nor {TABLE} (objects with masks). Pass one of the two."
            )
        write_card(draft / CARD, card)
    return out


def _from_cub(draft: Path, cub: Path, places: Path, options: WaterbirdsOptions, talk: Talk) -> Card:
    if options.backgrounds:
        raise InputError("CUB is laid on the four places of its authors. Leave out --background.")
    labels = options.labels or "words"
    known = {"words": by_word, "published": as_published}
    labelling = known[labels] if labels in known else read_taxonomy(_existing(Path(labels)))
    compose_waterbirds(
        draft, cub, places, seed=options.seed, labelling=labelling, strength=options.strength, progress=talk.progress
    )
    faults = (COMPOSED, PUBLISHED) if labels == "published" else (COMPOSED,)
    return Card("waterbirds", {0: "landbird", 1: "waterbird"}, {CUE: {0: "on land", 1: "on water"}}, faults)


def _from_any(draft: Path, folder: Path, grounds: Path, options: WaterbirdsOptions, talk: Talk) -> Card:
    if options.labels is not None:
        raise InputError(f"--labels names the species of CUB, and {folder} has classes of its own. Leave it out.")
    cutouts, classes, without = read_cutouts(folder)
    kinds = read_backgrounds(grounds, options.backgrounds)
    if len(kinds) < len(classes):
        raise InputError(
            f"{len(classes)} classes ({', '.join(classes)}) need a kind of background each, {len(kinds)} came "
            f"({', '.join(kinds)}). Add sub-folders to {grounds}, or name more with --background."
        )
    y, split = (np.array([getattr(one, name) for one in cutouts], dtype=np.int64) for name in ("y", "split"))
    aligned = tuple(range(len(classes)))
    sizes = [len(files) for files in kinds.values()]
    plan = plan_compose(y, split, sizes, aligned=aligned, seed=options.seed, strength=options.strength)
    compose(draft, cutouts, list(kinds.values()), plan, cue_name=CUE, progress=talk.progress)
    pairs = "; ".join(f"{name} with {kind}" for name, kind in zip(classes, kinds))
    talk.notice(f"In training, {options.strength:.0%} go together: {pairs}. {without} rows without a mask left out.")
    return Card(folder.resolve().name, dict(enumerate(classes)), {CUE: dict(enumerate(kinds))}, (COMPOSED,))


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise InputError(f"--labels must be words, published, or a CSV with columns species and y; {path} is none.")
    return path
