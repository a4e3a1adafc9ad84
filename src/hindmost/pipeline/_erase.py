"""Step: twins without the cue, where a mask or a declared colour says which part of the image it is."""

from __future__ import annotations

import numpy as np

from hindmost.interventions import RECIPE
from hindmost.interventions.colour_rule import RULES, STICKERS, ColourRule, find_colour
from hindmost.interventions.erase import erase_pair
from hindmost.interventions.lesion import estimate_lesion
from hindmost.interventions.not_available import NotAvailable
from hindmost.interventions.plan_erase import plan_erase
from hindmost.interventions.swap import Pair
from hindmost.pipeline._data import Input, images_of
from hindmost.pipeline._extract import Extractor
from hindmost.pipeline._pairs import photographs_of_pairs
from hindmost.pipeline._reader import Reader
from hindmost.pipeline._reliance import Twins

ERASED = (
    "the cue was erased from test images that show it; for the control, as much of the image elsewhere. Images "
    "without the cue were not changed"
)
NO_CORE = "erasing needs core masks, so that its control leaves the object alone"
STAGE = "features of images without the cue"


class Regions:
    """Where cue and object lie in each row's image: by mask, else by colour."""

    def __init__(self, read: Reader, rule: ColourRule | None) -> None:
        self.read, self.rule = read, rule

    def cue(self, row: int) -> np.ndarray | None:
        """bool (h, w); None where there is no mask and no rule."""
        masked = self.read.cue(row)
        if masked is not None or self.rule is None:
            return masked
        return find_colour(self.read.image(row), self.rule)

    def core(self, row: int) -> np.ndarray:
        """bool (h, w): by mask; on skin, by estimate."""
        masked = self.read.core(row)
        if masked is not None:
            return masked
        if self.rule is STICKERS:
            return estimate_lesion(self.read.image(row))
        raise NotAvailable(NO_CORE)

    def depends_on(self, row: int) -> list[str]:
        """What names the two regions of a row."""
        return [self.read.hash_of(self.read.images.cue_masks[row]), self.read.hash_of(self.read.images.core_masks[row])]


def asked(given: Input, cue_colour: str | None) -> bool:
    """True where the data or the user say which part of an image is the cue."""
    return cue_colour is not None or bool((images_of(given.dataset).cue_masks != "").any())


def erased(given: Input, extractor: Extractor, cue_colour: str | None, seed: int) -> Twins:
    """Twins for a sample of the test rows that show the cue.

    Raises
    ------
    NotAvailable
        No row can be used, with the reason.
    """
    rows, images = given.dataset.rows, images_of(given.dataset)
    regions = Regions(Reader(images), None if cue_colour is None else RULES[cue_colour])
    present = _present(rows.cue[images.cue_masks != ""])
    plan = plan_erase(rows, regions.cue, regions.core, present=present, seed=seed)

    def make(i: int) -> Pair:
        row = int(plan.rows[i])
        region = regions.cue(row)
        assert region is not None
        return erase_pair(regions.read.image(row), region, regions.core(row), plan.draw(row))

    def parts(i: int) -> list[object]:
        row = int(plan.rows[i])
        assert given.hashes is not None
        return ["erase", RECIPE, str(given.hashes[row]), cue_colour, seed, row, *regions.depends_on(row)]

    made = photographs_of_pairs(len(plan), make, parts, extractor.network.backbone.preprocessing)
    X = extractor.made(STAGE, made)
    return Twins(plan.rows, np.full(len(plan), 1 - present), X[0::2], X[1::2], ERASED)


def _present(cue_of_masked: np.ndarray) -> int:
    """The cue value that shows: that of most rows with a cue mask; without masks the second value."""
    return int(np.bincount(cue_of_masked, minlength=2).argmax()) if len(cue_of_masked) else 1
