"""Names of files must stay inside the folder they were given with."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath, PureWindowsPath

from hindmost.core.dataset import StrArray
from hindmost.core.errors import InputError


def check_inside(root: Path, names: StrArray, column: str) -> None:
    """Raise InputError unless every name is a path below ``root``, symbolic links followed.

    Parameters
    ----------
    root : Path
    names : str array       "" is skipped
    column : str            where the names came from, for the message
    """
    home = Path(os.path.realpath(root))
    folders: dict[Path, bool] = {}
    for row, name in enumerate(names.tolist()):
        if name and not (_is_plain(name) and _lands_inside(root / name, home, folders)):
            raise InputError(
                f"{column} is {name!r} in row {row + 1}, a path that leaves the folder {root}. "
                "Write paths below the folder, without '..', and copy files in instead of linking out."
            )


def _is_plain(name: str) -> bool:
    """True for a relative path without parent steps, drive or NUL."""
    windows = PureWindowsPath(name)
    absolute = PurePosixPath(name).is_absolute() or windows.drive or windows.root
    return not absolute and "\0" not in name and ".." not in windows.parts


def _lands_inside(path: Path, home: Path, folders: dict[Path, bool]) -> bool:
    """True where the path, links followed, lies below ``home``; ``folders`` remembers answers."""
    folder = path.parent
    if folder not in folders:
        folders[folder] = Path(os.path.realpath(folder)).is_relative_to(home)
    if not folders[folder]:
        return False
    return not os.path.islink(path) or Path(os.path.realpath(path)).is_relative_to(home)
