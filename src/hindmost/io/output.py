"""Finished files reach OUT by rename, all or none: an interrupted or failed run leaves OUT as it was."""

from __future__ import annotations

import errno
import os
import platform
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hindmost.core.errors import InputError
from hindmost.core.processes import lives
from hindmost.io.publish import make_folders, publish

REMEDIES = {
    errno.ENOSPC: "Free some space, or choose another folder with -o.",
    errno.EDQUOT: "Free some of your quota, or choose another folder with -o.",
    errno.EFBIG: "Choose a disk, or a limit, that takes larger files.",
    errno.EROFS: "Choose a folder on a writable disk with -o.",
    errno.EACCES: "Choose a folder that you may write to with -o.",
    errno.EPERM: "Choose a folder that you may write to with -o.",
    errno.ENOTDIR: "Choose a path with -o that has no file in its middle.",
    errno.EEXIST: "Choose another folder with -o.",
    errno.EISDIR: "Remove the folder that has the name of a file, or choose another one with -o.",
    errno.ENAMETOOLONG: "Choose a shorter name with -o.",
    errno.ELOOP: "Choose a path without a circle of links with -o.",
    errno.EXDEV: "Choose a folder that is not a mount of its own with -o.",
    errno.EIO: "Check the disk, or choose another folder with -o.",
}


@contextmanager
def staging(out: Path) -> Iterator[Path]:
    """A temporary folder whose files are moved into ``out`` when the block ends without an error.

    The folder lies beside ``out``, or inside it where ``out`` is a mount point or its parent is not
    writable, so that a move is a rename. On any error, Ctrl-C too, it is removed and ``out`` is as before.

    Parameters
    ----------
    out : Path      created with its parents if need be; files of the same name are replaced, others stay

    Raises
    ------
    InputError
        ``out`` cannot be written: names the path, the cause and the remedy.

    Examples
    --------
    >>> with staging(Path("out")) as folder:  # doctest: +SKIP
    ...     (folder / "audit.json").write_text("{}")
    """
    named, out = out, Path(os.path.realpath(out))
    created: list[Path] = []
    draft: Path | None = None
    try:
        _check_target(out)
        created = make_folders(out.parent)
        draft = _make_draft(out)
        yield draft
        publish(draft, out)
    except BaseException as error:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
        for folder in reversed(created):
            with suppress(OSError):  # not empty: another run uses it
                folder.rmdir()
        if isinstance(error, OSError) and _is_ours(error, out, draft):
            raise _explained(error, named) from error
        raise
    shutil.rmtree(draft, ignore_errors=True)


def _check_target(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(out))
    if out.is_dir() and not os.access(out, os.W_OK | os.X_OK):
        code = errno.EROFS if os.statvfs(out).f_flag & os.ST_RDONLY else errno.EACCES
        raise OSError(code, os.strerror(code), str(out))


def _make_draft(out: Path) -> Path:
    """A new folder on the file system of ``out``; those of dead processes are removed first."""
    home, stem = out.parent, f".{out.name}.hindmost"
    if out.is_dir() and (os.path.ismount(out) or not os.access(home, os.W_OK | os.X_OK)):
        home = out
    _sweep(home, stem)
    draft = home / f"{stem}-{platform.node()}-{os.getpid()}-{secrets.token_hex(4)}"
    draft.mkdir()
    return draft


def _sweep(home: Path, stem: str) -> None:
    """Remove drafts that processes of this machine left behind when they were killed."""
    pattern = re.compile(re.escape(f"{stem}-{platform.node()}-") + r"(\d+)-[0-9a-f]{8}")
    for entry in home.iterdir():
        match = pattern.fullmatch(entry.name)
        if match and entry.is_dir() and not lives(int(match[1])):
            shutil.rmtree(entry, ignore_errors=True)


def _is_ours(error: OSError, out: Path, draft: Path | None) -> bool:
    """True where an error speaks of the output, not of a file that was read meanwhile."""
    if draft is None:
        return True
    if error.errno not in REMEDIES:
        return False
    if error.filename is None:
        return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)
    place = Path(os.fsdecode(error.filename)).absolute()
    return place.is_relative_to(draft) or place.is_relative_to(out)


def _explained(error: OSError, out: Path) -> InputError:
    remedy = REMEDIES.get(error.errno or 0, "Choose another folder with -o.")
    return InputError(f"The output {out} cannot be written: {error.strerror or error}. {remedy}")
