"""Whether the process that left a half-written file is still at work."""

from __future__ import annotations

import os


def lives(pid: int) -> bool:
    """True where a process of this machine may still run; False only where it surely does not."""
    if os.name != "posix":
        return True  # signal 0 is not a question everywhere
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
