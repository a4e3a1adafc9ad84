"""Moves a folder of finished files into another one by rename: all of them, or none."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

LAST = "audit.json"  # who sees it sees everything else


def publish(draft: Path, out: Path) -> None:
    """Move every file of ``draft`` into ``out``; when one move fails, take all of them back.

    Parameters
    ----------
    draft : Path    on the file system of ``out``; it becomes ``out`` where that does not exist
    out : Path      files of the same name are replaced, others stay

    Raises
    ------
    OSError
        A file cannot be brought to the disk or moved; ``out`` is as before.
    """
    files = sorted((path.relative_to(draft) for path in draft.rglob("*") if path.is_file()), key=_order)
    for name in files:
        _flush(draft / name)
    if not out.exists():
        draft.rename(out)
        return
    kept = draft / f"replaced-{secrets.token_hex(4)}"
    done: list[Path] = []
    made: list[Path] = []
    try:
        for name in files:
            made += make_folders((out / name).parent)
            if (out / name).is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(out / name))
            if (out / name).exists():
                _keep(out / name, kept / name)
            done.append(name)
            os.replace(draft / name, out / name)
    except BaseException:
        _take_back(draft, out, kept, done)
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()
        raise


def _keep(path: Path, place: Path) -> None:
    """A second name for a file, or a copy where the disk knows no second names."""
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, place)
    except OSError:
        shutil.copy2(path, place)


def _take_back(draft: Path, out: Path, kept: Path, done: list[Path]) -> None:
    for name in done:
        if (kept / name).exists():
            os.replace(kept / name, out / name)
        elif not (draft / name).exists():
            (out / name).unlink(missing_ok=True)


def _order(name: Path) -> tuple[bool, str]:
    return (name.name == LAST, name.as_posix())


def _flush(path: Path) -> None:
    """Bring a file to the disk, so that a full one is noticed before anything is replaced."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def make_folders(folder: Path) -> list[Path]:
    """Create a folder with its parents; return those that are new, outermost first."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()][::-1]
    for at, path in enumerate(missing):
        try:
            path.mkdir(exist_ok=True)
        except OSError:
            for made in reversed(missing[:at]):
                made.rmdir()
            raise
    return missing
