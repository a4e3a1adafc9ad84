"""The images of a tar shard (the layout of WebDataset): where each lies, and its content."""

from __future__ import annotations

import hashlib
import tarfile
from dataclasses import dataclass

from hindmost.core.errors import InputError
from hindmost.features.remote_files import opened

IMAGES = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".jp2")
_STRIDE = 2**20  # bytes read at a time


@dataclass(frozen=True)
class Member:
    """One image of a shard.

    Parameters
    ----------
    address : str   ``SHARD.tar::NAME#bytes=FIRST-LAST``: what ``read_bytes`` reads without a search
    name : str      inside the shard
    sha256 : str    of its content, 64 hex digits
    """

    address: str
    name: str
    sha256: str


def tar_members(shard: str, *, suffixes: tuple[str, ...] = IMAGES) -> list[Member]:
    """Every image of a tar file, in its order, by one pass from its start to its end.

    Parameters
    ----------
    shard : str                 address of a plain tar file that ends in ``.tar`` (see ``read_bytes``)
    suffixes : tuple of str     endings of names that are images, lower case; other members are passed over

    Raises
    ------
    InputError      it cannot be read, is compressed, or is no tar file
    """
    if not shard.endswith(".tar"):
        raise InputError(f"{shard} must end in .tar: members of compressed shards have no place to read from. Unpack.")
    try:
        with opened(shard) as stream, tarfile.open(fileobj=stream, mode="r|", bufsize=_STRIDE) as tar:
            return [_member(shard, tar, info) for info in tar if info.isreg() and _ends(info.name, suffixes)]
    except (OSError, tarfile.TarError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{shard} cannot be read as a tar file ({reason}). Make the shard again.") from error


def _member(shard: str, tar: tarfile.TarFile, info: tarfile.TarInfo) -> Member:
    stream = tar.extractfile(info)
    assert stream is not None  # a regular file
    content = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
    place = f"{info.offset_data}-{info.offset_data + info.size - 1}"
    return Member(f"{shard}::{info.name}#bytes={place}", info.name, content)


def _ends(name: str, suffixes: tuple[str, ...]) -> bool:
    return name.lower().endswith(suffixes)
