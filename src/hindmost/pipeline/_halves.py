"""Step: features of objects alone and of grounds alone, for a sample of test rows with a usable core mask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hindmost.core import fingerprint
from hindmost.core.features import Features
from hindmost.core.halves import Halves
from hindmost.core.head import Predictor
from hindmost.core.rows import IntArray
from hindmost.core.sample import sample_per_group
from hindmost.datasets.decode import as_read
from hindmost.evals.association import training_association
from hindmost.evals.halves import halves
from hindmost.features.digests import digests
from hindmost.features.photographs import Photographs
from hindmost.interventions import RECIPE
from hindmost.interventions.alone import core_only, ground_only
from hindmost.interventions.masks import look_at
from hindmost.pipeline._data import Input, images_of
from hindmost.pipeline._extract import Extractor
from hindmost.pipeline._reader import Reader

PER_GROUP = 50
STAGE = "features of objects and grounds alone"


@dataclass(frozen=True)
class HalfImages:
    """Features of the two halves of chosen rows.

    Parameters
    ----------
    positions : int array, shape (m,)           rows of the features
    core, ground : float arrays, shape (m, d)   the object on grey; the ground with its hole filled
    """

    positions: IntArray
    core: np.ndarray
    ground: np.ndarray


def halved(given: Input, extractor: Extractor, seed: int) -> HalfImages | None:
    """Both halves of up to ``PER_GROUP`` test rows of each group; None where no mask can be used."""
    read, rows = Reader(images_of(given.dataset)), given.dataset.rows
    named = rows.mask("test") & (read.images.core_masks != "") & ~np.asarray(read.images.poor_mask)
    chosen = sample_per_group(rows.group, named, PER_GROUP, np.random.default_rng(seed))
    usable = [row for row in chosen.tolist() if _usable(read.core(row))]
    if not usable:
        return None
    X = extractor.made(STAGE, _photographs(given, usable, read, extractor))
    return HalfImages(np.asarray(usable, dtype=np.int64), X[0::2], X[1::2])


def measure_halves(
    features: Features, heads: dict[str, Predictor], images: HalfImages | None, level: float
) -> dict[str, Halves]:
    """What every head makes of them; empty where there are none."""
    if images is None:
        return {}
    rows, whole = features.rows.take(images.positions), features.X[images.positions]
    association = training_association(features.rows.of("train"))
    return {
        name: halves(
            rows,
            head.predict(whole),
            head.predict(images.core),
            head.predict(images.ground),
            association=association,
            level=level,
        )
        for name, head in heads.items()
    }


def _usable(core: np.ndarray | None) -> bool:
    return core is not None and not look_at(core).fault


def _photographs(given: Input, rows: list[int], read: Reader, extractor: Extractor) -> Photographs:
    """Object and ground of each row in turn, named by what they are made of."""
    preprocessing = extractor.network.backbone.preprocessing

    def load(position: int) -> np.ndarray:
        cut = read.cut(rows[position // 2])
        half = ground_only(cut.image, cut.core) if position % 2 else core_only(cut.image, cut.core)
        return as_read(half, preprocessing)

    return Photographs(load, digests([name for row in rows for name in _names(given, row, read)]))


def _names(given: Input, row: int, read: Reader) -> list[str]:
    assert given.hashes is not None
    parts = ["halves", RECIPE, str(given.hashes[row]), read.hash_of(read.images.core_masks[row])]
    return [fingerprint.of_json([*parts, half]) for half in ("core", "ground")]
