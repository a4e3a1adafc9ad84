"""How far one way to compute features is from another, in the numbers that decide."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from hindmost.backbones.runtimes.engine import Pixels
from hindmost.core.errors import InputError
from hindmost.core.features import Embedded
from hindmost.core.rows import FloatArray, IntArray
from hindmost.core.worst import tally, worst_accuracy

SURE = 1e-3  # a margin beyond this is no tie
COSINE = 0.99999  # what float32 in another order keeps


@dataclass(frozen=True)
class Fidelity:
    """A way to compute features against a reference, on n images.

    Parameters
    ----------
    n : int
    cosine_min, cosine_mean : float         between the features of an image, in -1..1
    flipped : int                           images whose predicted class differs
    flipped_sure : int                      of these, images where the reference's margin is above ``SURE``
    largest_logit_difference : float
    """

    n: int
    cosine_min: float
    cosine_mean: float
    flipped: int
    flipped_sure: int
    largest_logit_difference: float

    @property
    def flipped_share(self) -> float:
        """Share of the images whose predicted class differs."""
        return self.flipped / self.n

    @property
    def agrees(self) -> bool:
        """Whether it is the same computation in another order: cosine >= 0.99999, no sure prediction differs."""
        return self.cosine_min >= COSINE and self.flipped_sure == 0


def fidelity(
    reference_embed: Callable[[Pixels], Embedded], embed: Callable[[Pixels], Embedded], batches: Iterable[Pixels]
) -> Fidelity:
    """Compare two ways to embed the same images.

    Parameters
    ----------
    reference_embed, embed : callables      uint8 (n, side, side, 3) -> Embedded with logits
    batches : iterable of uint8 arrays

    Raises
    ------
    InputError      there are no images, or one of the two gives no logits
    """
    pairs = [(reference_embed(batch), embed(batch)) for batch in batches]
    if not pairs:
        raise InputError("Fidelity is measured on images, but none came. Pass at least one batch.")
    X, other = (np.concatenate([pair[i].X for pair in pairs]).astype(np.float64) for i in (0, 1))
    logits, others = (np.concatenate([_logits(pair[i]) for pair in pairs]) for i in (0, 1))
    cosine = cosines(X, other)
    flips = logits.argmax(axis=1) != others.argmax(axis=1)
    return Fidelity(
        n=len(X),
        cosine_min=float(cosine.min()),
        cosine_mean=float(cosine.mean()),
        flipped=int(flips.sum()),
        flipped_sure=int((flips & (margins(logits) > SURE)).sum()),
        largest_logit_difference=float(np.abs(logits - others).max()),
    )


def cosines(a: FloatArray, b: FloatArray) -> FloatArray:
    """Cosine of each pair of rows, shape (n,): two zero rows are alike (1), a zero row and another are not (0)."""
    lengths = np.linalg.norm(a, axis=1), np.linalg.norm(b, axis=1)
    product = lengths[0] * lengths[1]
    alike = (lengths[0] == 0) & (lengths[1] == 0)
    return np.where(alike, 1.0, np.einsum("nd,nd->n", a, b) / np.where(product == 0, 1.0, product))


def margins(logits: FloatArray) -> FloatArray:
    """The largest logit minus the second largest, shape (n,), >= 0."""
    two = np.partition(logits, -2, axis=1)[:, -2:]
    return two[:, 1] - two[:, 0]


@dataclass(frozen=True)
class WorstGroupChange:
    """Accuracy of the worst group under two ways to compute, on the same n images.

    Parameters
    ----------
    n : int
    reference, other : float    accuracy in 0..1 of the worst group with rows, which may be another group; nan
                                where no group has rows
    """

    n: int
    reference: float
    other: float

    @property
    def change(self) -> float:
        """Other minus reference; above 0 the worst group gained."""
        return self.other - self.reference


def worst_group_change(
    reference: IntArray, other: IntArray, *, y: IntArray, group: IntArray, n_groups: int
) -> WorstGroupChange:
    """What a way to compute does to the accuracy of the worst group.

    Parameters
    ----------
    reference, other : int arrays, shape (n,)   predicted classes
    y, group : int arrays, shape (n,)           classes and group ids
    n_groups : int                              an absent group keeps its place and decides nothing
    """
    of_reference, of_other = (worst_accuracy(*tally(found == y, group, n_groups)) for found in (reference, other))
    return WorstGroupChange(len(y), of_reference, of_other)


def _logits(embedded: Embedded) -> FloatArray:
    if embedded.logits is None:
        raise InputError("Fidelity compares predictions, but the network gave no logits. Pass a network with a head.")
    return np.asarray(embedded.logits, dtype=np.float64)
