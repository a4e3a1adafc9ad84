"""The runtime `auto`: measured once, then kept with the features."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hindmost.backbones.runtimes import RUNTIMES, Dtype, on_runtime
from hindmost.backbones.runtimes.engine import Pixels
from hindmost.backbones.runtimes.fidelity import COSINE, cosines
from hindmost.core.errors import InputError

if TYPE_CHECKING:
    from hindmost.backbones.backbone import Backbone

REFERENCE = "torch"
TIE = 0.05  # a lead below this share may be noise: the runtime that is named first stays
PASSES = 2  # a worker, in the batch that is measured


@dataclass(frozen=True)
class Candidate:
    """What was found of one runtime.

    Parameters
    ----------
    runtime : str
    images_per_second : float or None   forward pass alone; None: it could not be used
    cosine_min : float or None          of its features with those of torch, on random images
    reason : str                        why it was not used; "" where it could be
    """

    runtime: str
    images_per_second: float | None
    cosine_min: float | None
    reason: str


@dataclass(frozen=True)
class RuntimeChoice:
    """A runtime and why; ``plain`` and ``of_plain`` carry it through JSON.

    Parameters
    ----------
    runtime, dtype : str
    how : "asked" or "measured"
    why : str                           one sentence
    candidates : tuple of Candidate     empty where it was asked for
    """

    runtime: str
    dtype: str
    how: str
    why: str
    candidates: tuple[Candidate, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**asdict(self), "candidates": [asdict(candidate) for candidate in self.candidates]}

    @classmethod
    def of_plain(cls, found: Mapping[str, Any]) -> RuntimeChoice:
        """The choice that ``plain`` wrote.

        Raises
        ------
        InputError      these are not the values of a choice, or its runtime is not known here
        """
        try:
            candidates = tuple(Candidate(**candidate) for candidate in found["candidates"])
            choice = cls(**{**found, "candidates": candidates})
        except (KeyError, TypeError) as error:
            raise InputError(
                f"The recorded runtime cannot be read ({error}). Remove the record: it is made again."
            ) from error
        if choice.runtime not in RUNTIMES:
            raise InputError(f"The recorded runtime {choice.runtime!r} is not known. Remove the record, or name one.")
        return choice


def choose_runtime(
    backbone: Backbone,
    asked: str = "auto",
    dtype: Dtype = "float32",
    *,
    seconds: float = 1.0,
    runtimes: Collection[str] = tuple(RUNTIMES),
    clock: Callable[[], float] = time.perf_counter,
) -> RuntimeChoice:
    """The runtime that was asked for, or the fastest here by measuring each.

    Each runtime that can run the network in this dtype embeds the same random batch, by turns, until each has had
    its seconds. The first run of a runtime is not counted. In float32 a runtime whose features have a cosine below
    0.99999 with torch's is not used. The dtype is never chosen here.

    Parameters
    ----------
    asked : str             "auto", or a runtime: then nothing is measured
    seconds : float         for each runtime
    runtimes : names        what "auto" may choose from
    clock : callable        seconds, for tests

    Raises
    ------
    InputError      no runtime can run this network in this dtype; the reasons of each are named
    """
    if asked != "auto":
        on_runtime(backbone, asked, dtype)
        return RuntimeChoice(asked, dtype, "asked", f"{asked} was asked for")
    ready, refused = _ready(backbone, dtype, runtimes)
    if not ready:
        raise InputError("No runtime can be used: " + " ".join(one.reason for one in refused))
    pixels = _random_batch(backbone, max(one.engine.size * one.engine.workers for one in ready.values()) * PASSES)
    cosine, different = _compared(ready, pixels, dtype)
    speed = _measured({name: one for name, one in ready.items() if name not in different}, pixels, seconds, clock)
    found = [Candidate(name, speed.get(name), cosine[name], different.get(name, "")) for name in ready]
    best = _best(speed)
    return RuntimeChoice(best, dtype, "measured", _why(best, speed), (*found, *refused))


def _ready(
    backbone: Backbone, dtype: Dtype, runtimes: Collection[str]
) -> tuple[dict[str, Backbone], tuple[Candidate, ...]]:
    """The network on each runtime that can run it, and why the others cannot."""
    ready: dict[str, Backbone] = {}
    refused: list[Candidate] = []
    for name in runtimes:
        try:
            ready[name] = on_runtime(backbone, name, dtype)
        except InputError as error:
            refused.append(Candidate(name, None, None, str(error)))
    return ready, tuple(refused)


def _random_batch(backbone: Backbone, n: int) -> Pixels:
    side = backbone.preprocessing.crop
    return np.random.default_rng(0).integers(0, 256, (n, side, side, 3), dtype=np.uint8)


def _compared(
    ready: Mapping[str, Backbone], pixels: Pixels, dtype: str
) -> tuple[dict[str, float | None], dict[str, str]]:
    """The smallest cosine with torch's features, and why a runtime is too far from them."""
    found = {name: one.embed(pixels).X.astype(np.float64) for name, one in ready.items()}  # also each one's first run
    if REFERENCE not in found:
        return dict.fromkeys(found), {}
    cosine: dict[str, float | None] = {name: float(cosines(found[REFERENCE], X).min()) for name, X in found.items()}
    if dtype != "float32":
        return cosine, {}
    far = {name: value for name, value in cosine.items() if value is not None and not value >= COSINE}
    return cosine, {name: f"{name} differs from torch: cosine {value:.6f} < {COSINE}" for name, value in far.items()}


def _measured(
    ready: Mapping[str, Backbone], pixels: Pixels, seconds: float, clock: Callable[[], float]
) -> dict[str, float]:
    """Images a second of each, by turns, so that a busy moment hits all alike."""
    spent, images = dict.fromkeys(ready, 0.0), dict.fromkeys(ready, 0)
    while min(spent.values()) < seconds:
        for name in ready:
            if spent[name] < seconds:
                start = clock()
                ready[name].embed(pixels)
                spent[name] += clock() - start
                images[name] += len(pixels)
    return {name: images[name] / spent[name] for name in ready}


def _best(speed: Mapping[str, float]) -> str:
    """The first whose speed is within a tie of the highest."""
    return next(name for name, rate in speed.items() if rate >= (1 - TIE) * max(speed.values()))


def _why(best: str, speed: Mapping[str, float]) -> str:
    if len(speed) == 1:
        return f"{best} is the only runtime that can be used here"
    rates = ", ".join(f"{name} {rate:.0f}" for name, rate in speed.items())
    return f"{best}, by images/s of the forward pass here: {rates}"
