"""Waterbirds, composed from the birds of CUB-200-2011 and the places of Places365 as its authors describe."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np

from hindmost.core.errors import InputError
from hindmost.core.progress import Progress, silent
from hindmost.interventions.compose import STRENGTH, Cutout, compose, plan_compose

VAL_SHARE = 0.2  # of CUB's training rows
LAND, WATER = ("bamboo_forest", "forest/broadleaf"), ("ocean", "lake/natural")
PICTURES = (".jpg", ".jpeg", ".png")

# Seabirds and waterfowl, by the names that the authors look for in the species.
WATERBIRDS = (
    "albatross", "auklet", "cormorant", "frigatebird", "fulmar", "gull", "jaeger", "kittiwake", "pelican", "puffin",
    "tern", "gadwall", "grebe", "mallard", "merganser", "guillemot", "pacific_loon",
)  # fmt: skip

Labelling = Callable[[str], int]


def by_word(species: str) -> int:
    """1 where a whole word of the species' name is a waterbird's.

    >>> by_word("Eastern_Towhee"), by_word("Elegant_Tern")
    (0, 1)
    """
    return int(any(f"_{name}_" in f"_{species.lower()}_" for name in WATERBIRDS))


def as_published(species: str) -> int:
    """1 where the name holds a waterbird's anywhere: the published labels, with their error.

    "tern" is in "eastern" and "western", so Eastern Towhee, Western Meadowlark and Western Wood Pewee count as
    waterbirds.

    >>> as_published("Eastern_Towhee")
    1
    """
    return int(any(name in species.lower() for name in WATERBIRDS))


def read_taxonomy(path: Path) -> Labelling:
    """Labels from a CSV with columns ``species`` and ``y``; a species that it lacks is an error.

    Raises
    ------
    InputError
        The columns are missing or a label is not 0 or 1.
    """
    with path.open(newline="", encoding="utf-8-sig") as stream:
        lines = list(csv.DictReader(stream))
    if not lines or not {"species", "y"} <= set(lines[0]) or not {line["y"] for line in lines} <= {"0", "1"}:
        raise InputError(f"{path} needs columns species and y (0 or 1). Write one line per species.")
    labels = {line["species"].strip().lower(): int(line["y"]) for line in lines}

    def label(species: str) -> int:
        if species.lower() not in labels:
            raise InputError(f"{path} has no species {species!r}. Add a line for it.")
        return labels[species.lower()]

    return label


def compose_waterbirds(
    draft: Path,
    cub: Path,
    places: Path,
    *,
    seed: int,
    labelling: Labelling = by_word,
    strength: float = STRENGTH,
    progress: Progress = silent,
) -> Path:
    """Write Waterbirds into ``draft``: 95 % aligned in train, half and half in validation and test.

    Parameters
    ----------
    draft : Path            an existing empty folder; whoever made it renames it when all is done
    cub : Path              CUB_200_2011, with images.txt, train_test_split.txt, images/ and segmentations/
    places : Path           Places365, or a folder that holds its categories
    seed : int
    labelling : callable    species -> 0 landbird, 1 waterbird: ``by_word``, ``as_published``, ``read_taxonomy``
    strength : float        share of aligned rows in train
    progress : Progress

    Raises
    ------
    InputError
        A file or category is missing, or there are too few photographs of a place.

    References
    ----------
    Sagawa, Koh, Hashimoto, Liang (2020), "Distributionally robust neural networks for group shifts", ICLR.
    """
    cutouts = read_cub(cub, labelling, seed=seed)
    grounds = [[path for name in names for path in place_files(places, name)] for names in (LAND, WATER)]
    y, split = (np.array([getattr(each, name) for each in cutouts], dtype=np.int64) for name in ("y", "split"))
    plan = plan_compose(y, split, [len(each) for each in grounds], aligned=(0, 1), seed=seed, strength=strength)
    return compose(draft, cutouts, grounds, plan, progress=progress)


def read_cub(cub: Path, labelling: Labelling, *, seed: int) -> list[Cutout]:
    """The birds with their masks and splits; a fifth of the training rows becomes validation.

    Raises
    ------
    InputError
        A list or folder is missing.
    """
    names, trains = _list(cub / "images.txt"), _list(cub / "train_test_split.txt")
    if set(names) != set(trains):
        raise InputError(f"images.txt and train_test_split.txt of {cub} name different pictures. Restore both.")
    train = np.array([key for key in names if trains[key] == "1"])
    val = set(np.random.default_rng(seed).permutation(train)[: round(VAL_SHARE * len(train))].tolist())
    masks = next((path for path in (cub / "segmentations", cub.parent / "segmentations") if path.is_dir()), None)
    if masks is None:
        raise InputError(f"{cub} has no folder segmentations. Unpack CUB's segmentations into it.")
    return [
        Cutout(
            name=name,
            image=cub / "images" / name,
            mask=(masks / name).with_suffix(".png"),
            y=labelling(name.split("/")[0].partition(".")[2]),
            split=2 if trains[key] == "0" else int(key in val),
        )
        for key, name in names.items()
    ]


def place_files(places: Path, category: str) -> list[Path]:
    """Photographs of one category, in the order of their names.

    Raises
    ------
    InputError
        The category is not there.
    """
    tried = [places / "data_large" / category[0] / category, places / category[0] / category, places / category]
    folder = next((path for path in tried if path.is_dir()), None)
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURES) if folder else []
    if not found:
        raise InputError(f"{places} has no photographs of {category}: looked in {', '.join(map(str, tried))}.")
    return found


def _list(path: Path) -> dict[str, str]:
    """A file of "id value" lines."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise InputError(f"{path} does not exist. Pass the folder CUB_200_2011.") from None
    pairs = [line.split(maxsplit=1) for line in lines if line.strip()]
    return {key: value.strip() for key, value in pairs}
