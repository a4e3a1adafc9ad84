"""Batches decoded ahead of the network: while one is used, the next is being read."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from hindmost.core.errors import InputError
from hindmost.core.rows import BoolArray
from hindmost.features.photographs import Load, Pixels
from hindmost.features.plan import Plan

AHEAD = 2  # batches


@dataclass(frozen=True)
class Batch:
    """One forward pass.

    Parameters
    ----------
    part : slice                of the plan's ``absent``
    pixels : uint8 array (batch, side, side, 3), or None where no image could be loaded
                                places without an image hold another image of the batch
    good : bool array (m,)      False where a row's image could not be loaded
    reasons : tuple of str      of the rows that are not good, in order
    """

    part: slice
    pixels: Pixels | None
    good: BoolArray
    reasons: tuple[str, ...]


def decoded(plan: Plan, load: Load, threads: int) -> Iterator[Batch]:
    """Every batch of the plan in order, padded to the full shape."""
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[tuple[slice, list[Future[Pixels]]]] = deque()
        try:
            for part in plan.batches():
                waiting.append((part, [pool.submit(load, row) for row in plan.absent[part].tolist()]))
                if len(waiting) > AHEAD:
                    yield _batch(*waiting.popleft(), plan.batch)
            while waiting:
                yield _batch(*waiting.popleft(), plan.batch)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _batch(part: slice, futures: list[Future[Pixels]], size: int) -> Batch:
    found = [_image(future) for future in futures]
    images = [image for image in found if not isinstance(image, str)]
    reasons = tuple(image for image in found if isinstance(image, str))
    good = np.array([not isinstance(image, str) for image in found], dtype=np.bool_)
    if not images:
        return Batch(part, None, good, reasons)
    padded = [images[-1] if isinstance(image, str) else image for image in found]
    return Batch(part, np.stack(padded + [images[-1]] * (size - len(padded))), good, reasons)


def _image(future: Future[Pixels]) -> Pixels | str:
    """The image, or why there is none."""
    try:
        return future.result()
    except InputError as error:
        return str(error)
