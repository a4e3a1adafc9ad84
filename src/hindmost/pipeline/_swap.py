"""Step: twins with the cue swapped, supplied beside the images or composed here from core masks."""

from __future__ import annotations

import numpy as np

from hindmost.core.dataset import Dataset
from hindmost.core.sample import sample_per_group
from hindmost.features.photographs import Photographs
from hindmost.interventions import RECIPE
from hindmost.interventions.not_available import NotAvailable
from hindmost.interventions.plan_swap import SwapPlan, plan_swap
from hindmost.interventions.swap import Pair, swap_pair
from hindmost.pipeline._data import Input, images_of
from hindmost.pipeline._erase import asked, erased
from hindmost.pipeline._extract import Extractor
from hindmost.pipeline._pairs import photographs_of_pairs
from hindmost.pipeline._reader import Reader
from hindmost.pipeline._reliance import SAMPLE_PER_GROUP, Twins

SUPPLIED = "twins and controls came with the data"
COMPOSED = (
    "twins were composed here: the object of a test image on the ground of another with the other cue; for the "
    "control, on another ground with its own cue"
)
STAGE = "features of twins"


def swapped(given: Input, extractor: Extractor, cue_colour: str | None, seed: int) -> tuple[Twins | None, str | None]:
    """Twins for a sample of the test rows of each group; None, and why, where none can be had.

    Supplied twins first. Then, where a declared colour or a mask says which part of the image is the cue, it is
    erased; where only a mask does and it cannot be done, and in all other cases, objects are laid on other grounds.
    """
    supplied = _supplied(given.dataset, extractor, seed)
    if supplied is not None:
        return supplied, None
    if asked(given, cue_colour):
        try:
            return erased(given, extractor, cue_colour, seed), None
        except NotAvailable as why:
            if cue_colour is not None:
                return None, str(why)
    return _composed(given, extractor, seed)


def _composed(given: Input, extractor: Extractor, seed: int) -> tuple[Twins | None, str | None]:
    read = Reader(images_of(given.dataset))
    try:
        plan = plan_swap(given.dataset.rows, read.core, seed=seed, poor=read.images.poor_mask)
    except NotAvailable as why:
        return None, str(why)
    X = extractor.made(STAGE, _photographs(given, plan, read, extractor))
    return Twins(plan.rows, plan.cue, X[0::2], X[1::2], COMPOSED), None


def _supplied(dataset: Dataset, extractor: Extractor, seed: int) -> Twins | None:
    images, rows = images_of(dataset), dataset.rows
    if len(rows.naming.cues) != 2:
        return None
    has = rows.mask("test") & (images.twins != "")
    complete = has & (images.controls != "")
    allowed = complete if complete.any() else has
    chosen = sample_per_group(rows.group, allowed, SAMPLE_PER_GROUP, np.random.default_rng(seed))
    if not len(chosen):
        return None
    names = [images.twins[chosen]] + ([images.controls[chosen]] if complete.any() else [])
    X = extractor.named(STAGE, images.root, np.concatenate(names))
    control = X[len(chosen) :] if complete.any() else None
    return Twins(chosen, 1 - rows.cue[chosen], X[: len(chosen)], control, SUPPLIED)


def _photographs(given: Input, plan: SwapPlan, read: Reader, extractor: Extractor) -> Photographs:
    columns = (plan.rows, plan.swap, plan.control)

    def parts(i: int) -> list[object]:
        assert given.hashes is not None
        rows = [int(column[i]) for column in columns]
        masks = [read.hash_of(read.images.core_masks[row]) for row in rows]
        return ["swap", RECIPE, [str(given.hashes[row]) for row in rows], masks]

    def make(i: int) -> Pair:
        return swap_pair(*(read.cut(int(column[i])) for column in columns))

    return photographs_of_pairs(len(plan), make, parts, extractor.network.backbone.preprocessing)
