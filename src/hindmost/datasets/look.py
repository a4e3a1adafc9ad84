"""One look at a file of an image: its bytes, its content hash, or the reason why it cannot be used."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from PIL import Image

from hindmost.core.progress import Progress
from hindmost.datasets.photograph import Unreadable, most_bytes, read_photograph

CHUNK = 256
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Look:
    """One photograph: content hash, why it cannot be used ("" where it can), (width, height) upright."""

    digest: str
    reason: str
    size: tuple[int, int]


@contextmanager
def pillow_warnings_as_reasons() -> Iterator[None]:
    """Pillow warns of damaged files; here a warning is a reason. Set once: filters are not per thread."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", module=r"PIL\.")
        warnings.filterwarnings("error", module=r"hindmost\.datasets\.photograph")
        warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
        yield


def spread(work: Callable[[T], R], items: Sequence[T], workers: int, stage: str, progress: Progress) -> Iterator[R]:
    """Results in the order of the items, a chunk at a time so that an interrupt is heard."""
    progress(stage, 0, len(items))
    with ThreadPoolExecutor(workers) as pool:
        for start in range(0, len(items), CHUNK):
            chunk = items[start : start + CHUNK]
            yield from pool.map(work, chunk)
            progress(stage, start + len(chunk), len(items))


def look(path: Path) -> Look:
    """Decode a photograph once."""
    try:
        data = bytes_of(path)
        size = read_photograph(data).size
    except Unreadable as error:
        return Look("", str(error), (0, 0))
    return Look(hashlib.sha256(data).hexdigest(), "", size)


def bytes_of(path: Path) -> bytes:
    """The content of a regular file.

    Raises
    ------
    Unreadable
        It is missing, no regular file, too large, or the disk refuses.
    """
    try:
        if not path.is_file():
            raise Unreadable("file is missing" if not path.exists() else "not a file")
        if path.stat().st_size > most_bytes():
            raise Unreadable(f"file is larger than {most_bytes() / 2**20:.3g} MiB")
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"cannot be read ({error.strerror})") from error
