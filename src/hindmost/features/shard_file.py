"""One file of a store: it appears whole, by rename, and its name carries the SHA-256 of its bytes.

Because the name is made of the content, a damaged file is known by its name, two processes that write the
same rows write the same file, and neither can overwrite the other with something else.
"""

from __future__ import annotations

import os
import platform
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from hindmost.core.errors import InputError
from hindmost.core.fingerprint import of_file
from hindmost.core.processes import lives

_PART = re.compile(r"\.(?P<node>.*)-(?P<pid>\d+)-[0-9a-f]{8}\.part")


@contextmanager
def new_shard(folder: Path, prefix: str) -> Iterator[BinaryIO]:
    """A stream whose content becomes ``folder/prefix-SHA256.parquet`` when the block ends without an error.

    Raises
    ------
    InputError
        The disk is full or cannot be written; nothing is left behind.
    """
    part = folder / f".{platform.node()}-{os.getpid()}-{secrets.token_hex(4)}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(folder / f"{prefix}-{of_file(part)}.parquet")
        _sync(folder)
    except OSError as error:
        raise InputError(
            f"The folder {folder} cannot be written ({error.strerror}). Free space there or name another folder."
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def intact(path: Path) -> bool:
    """True where the bytes are those that the name promises.

    Raises
    ------
    InputError
        The file is there and cannot be read.
    """
    try:
        return of_file(path) == path.stem.rpartition("-")[2]
    except FileNotFoundError:
        return False
    except OSError as error:
        raise InputError(f"The file {path} cannot be read ({error.strerror}). Remove it or its folder.") from error


def shards(folder: Path, prefix: str) -> list[Path]:
    """The finished files of one kind, in the order of their names; none where there is no folder.

    Raises
    ------
    InputError
        The folder is there and cannot be read.
    """
    try:
        return sorted(path for path in folder.iterdir() if path.match(f"{prefix}-*.parquet"))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InputError(f"The folder {folder} cannot be read ({error.strerror}). Remove it.") from error


def sweep(folder: Path) -> None:
    """Remove what processes of this machine left half-written when they were killed."""
    with suppress(OSError):
        for path in folder.iterdir():
            match = _PART.fullmatch(path.name)
            if match and match["node"] == platform.node() and not lives(int(match["pid"])):
                path.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Make the rename outlive a power cut, where the system lets a folder be opened."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
