"""Step: twins with the cue swapped, supplied beside the images or composed here from core masks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from threading import Lock

import numpy as np

from hindmost.core import fingerprint
from hindmost.core.dataset import Dataset
from hindmost.core.sample import sample_per_group
from hindmost.datasets.decode import as_read
from hindmost.features.digests import digests
from hindmost.features.photographs import Photographs
from hindmost.interventions import RECIPE
from hindmost.interventions.not_available import NotAvailable
from hindmost.interventions.plan_swap import SwapPlan, plan_swap
from hindmost.interventions.swap import Pair, swap_pair
from hindmost.pipeline._data import Input, images_of
from hindmost.pipeline._extract import Extractor
from hindmost.pipeline._reader import Reader
from hindmost.pipeline._reliance import SAMPLE_PER_GROUP, Twins

SUPPLIED = "twins and controls came with the data"
COMPOSED = (
    "twins were composed here: the object of a test image on the ground of another with the other cue; for the "
    "control, on another ground with its own cue"
)
STAGE = "features of twins"


def swapped(given: Input, extractor: Extractor, seed: int) -> tuple[Twins | None, str | None]:
    """Twins for a sample of the test rows of each group; None, and why, where none can be had."""
    supplied = _supplied(given.dataset, extractor, seed)
    if supplied is not None:
        return supplied, None
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
    """Treated and control of each row in turn, named by what they are made of."""
    preprocessing = extractor.network.backbone.preprocessing
    pairs = _each_once(lambda i: _pair(plan, read, i))

    def load(position: int) -> np.ndarray:
        pair = pairs(position // 2)
        return as_read(pair.control if position % 2 else pair.treated, preprocessing)

    return Photographs(load, digests([name for i in range(len(plan)) for name in _names(given, plan, read, i)]))


def _pair(plan: SwapPlan, read: Reader, i: int) -> Pair:
    return swap_pair(*(read.cut(int(rows[i])) for rows in (plan.rows, plan.swap, plan.control)))


def _names(given: Input, plan: SwapPlan, read: Reader, i: int) -> list[str]:
    """Hash of everything that the two pictures of one row depend on."""
    assert given.hashes is not None
    rows = [int(column[i]) for column in (plan.rows, plan.swap, plan.control)]
    parts = ["swap", RECIPE, [str(given.hashes[row]) for row in rows], [read.mask_hash(row) for row in rows]]
    return [fingerprint.of_json([*parts, arm]) for arm in ("treated", "control")]


def _each_once(make: Callable[[int], Pair]) -> Callable[[int], Pair]:
    """A pair is made once, for whichever thread asks first, and forgotten when both its pictures were taken."""
    locks: defaultdict[int, Lock] = defaultdict(Lock)
    kept: dict[int, Pair] = {}

    def get(i: int) -> Pair:
        with locks[i]:
            if i in kept:
                return kept.pop(i)
            kept[i] = make(i)
            return kept[i]

    return get
