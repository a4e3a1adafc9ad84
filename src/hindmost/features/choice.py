"""A choice that is made once per store, such as the runtime that was fastest here, and then stays."""

from __future__ import annotations

import errno
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hindmost.core.errors import InputError

Plain = dict[str, Any]

NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


def choice(root: Path, name: str, choose: Callable[[], Plain]) -> Plain:
    """The choice recorded under a name, or the one that ``choose`` makes now, which is recorded.

    Of two processes that choose at once, the first to record wins and both go on with its choice.

    Parameters
    ----------
    root : Path             of the store
    name : str              of the file, e.g. "runtime-" and a hash of what the choice is about
    choose : callable       -> plain values

    Raises
    ------
    InputError
        The folder cannot be written, or what is recorded there is not JSON.
    """
    path = root / f"{name}.json"
    try:
        if not path.exists():
            _record(path, choose())
        found: Plain = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path} cannot be used ({error.strerror}). Name another cache folder.") from error
    except ValueError as error:
        raise InputError(f"{path} is damaged ({error}). Remove it: the choice is made again.") from error
    return found


def _record(path: Path, value: Plain) -> None:
    """Whole or not at all, and never over another one: a link fails where the name is taken."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with part.open("w", encoding="utf-8") as stream:
            stream.write(json.dumps(value, sort_keys=True))
            stream.flush()
            os.fsync(stream.fileno())
        os.link(part, path)
    except FileExistsError:
        return
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        part.replace(path)  # a disk without links: of two at the same instant, the last to record wins
    finally:
        part.unlink(missing_ok=True)
