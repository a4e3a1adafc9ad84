"""The bytes of one image by its address: a path, an object of a store, or a member of a tar shard."""

from __future__ import annotations

import hashlib
import re
import tarfile
from functools import lru_cache
from typing import IO, Any, cast
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pyarrow.fs

from hindmost.core.errors import InputError, MissingExtra

BY_ARROW = ("s3", "gs", "gcs", "hdfs", "viewfs", "abfs", "abfss", "mock")
_MEMBER = re.compile(r"(?P<shard>.+?\.tar)::(?P<name>.+)", re.DOTALL)
_RANGE = re.compile(r".*#bytes=(?P<first>\d+)-(?P<last>\d+)", re.DOTALL)


def read_bytes(address: str) -> bytes:
    """The content of one file.

    Parameters
    ----------
    address : str
        - ``/data/a.jpg`` or ``file:///data/a.jpg``
        - ``s3://bucket/a.jpg``, ``gs://``, ``hdfs://``, ``abfs://``: by pyarrow's file systems, which find keys,
          region and endpoint in the environment (``AWS_ACCESS_KEY_ID``, ``AWS_REGION``, ``AWS_ENDPOINT_URL``, ...)
        - any other scheme that fsspec knows
        - ``SHARD.tar::a.jpg``, SHARD being any of the above: a member of a tar file, by its name. With
          ``#bytes=FIRST-LAST`` behind the name only those bytes are read (see ``tar_members``)

    Raises
    ------
    InputError      it is gone or cannot be read, or the scheme is not known
    MissingExtra    the scheme needs a package that is not installed
    """
    member = _MEMBER.fullmatch(address)
    try:
        with opened(member["shard"] if member else address) as stream:
            return _of_member(stream, member["name"]) if member else stream.read()
    except (OSError, tarfile.TarError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{address} cannot be read ({reason}). Restore it, or remove its row.") from error


def sha256_of(address: str) -> str:
    """SHA-256 of the content of one file, in hex. It reads the whole file.

    Raises
    ------
    See ``read_bytes``.
    """
    return hashlib.sha256(read_bytes(address)).hexdigest()


def opened(address: str) -> IO[bytes]:
    """A stream of bytes with ``seek``.

    Raises
    ------
    OSError         it is gone or cannot be read
    InputError      the scheme is not known
    MissingExtra    the scheme needs a package that is not installed
    """
    scheme, separator, rest = address.partition("://")
    if not separator:
        return open(address, "rb")
    if scheme == "file":
        return open(url2pathname(urlsplit(address).path), "rb")
    if scheme not in BY_ARROW:
        return _by_fsspec(scheme, address)
    host, _, key = rest.partition("/")
    files, prefix = _by_arrow(f"{scheme}://{host}")
    return cast(IO[bytes], files.open_input_file(f"{prefix}/{key}" if prefix else key))


@lru_cache
def _by_arrow(root: str) -> tuple[Any, str]:
    """The file system of a bucket, and the bucket's path on it. One connection pool a process."""
    try:
        files, prefix = pyarrow.fs.FileSystem.from_uri(root)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError, ImportError) as error:
        raise InputError(f"{root} cannot be opened by pyarrow: {error}. Use another address.") from error
    return files, prefix


def _by_fsspec(scheme: str, address: str) -> IO[bytes]:
    try:
        import fsspec  # type: ignore[import-untyped]

        files = fsspec.filesystem(scheme)
    except ImportError as missing:
        raise MissingExtra(f"{address} needs a package that is not installed: {missing}") from missing
    except ValueError as error:
        known = ", ".join(["file", *BY_ARROW[:-1]])
        raise InputError(f"{address} starts with {scheme}://, expected {known} or a scheme of fsspec.") from error
    return cast(IO[bytes], files.open(address, "rb"))


def _of_member(stream: IO[bytes], name: str) -> bytes:
    """One member of a tar: by its place where that is known, else by a search through the headers."""
    place = _RANGE.fullmatch(name)
    if place is None:
        return _searched(stream, name)
    first, size = int(place["first"]), int(place["last"]) + 1 - int(place["first"])
    stream.seek(first)
    found = stream.read(size)
    if len(found) != size:
        raise OSError(f"the shard ends before byte {place['last']}")
    return found


def _searched(stream: IO[bytes], name: str) -> bytes:
    with tarfile.open(fileobj=stream, mode="r:") as tar:
        try:
            found = tar.extractfile(name)
        except KeyError as error:
            raise OSError(f"the shard has no member {name!r}") from error
        if found is None:
            raise OSError(f"{name!r} is a folder or a link")
        return found.read()
