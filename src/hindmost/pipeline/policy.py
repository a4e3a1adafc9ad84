"""Verb: start a policy file, so that targets and margins are written before looking."""

from __future__ import annotations

from pathlib import Path

from hindmost.core.errors import InputError
from hindmost.io.policy import policy_template as template

__all__ = ["init", "template"]


def init(out: Path) -> Path:
    """Write a policy file in which every field stands with its meaning, values and default.

    Raises
    ------
    InputError
        ``out`` exists, or cannot be written.
    """
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(template())
    except FileExistsError:
        raise InputError(f"{out} exists and is kept. Name another file with -o, or remove it first.") from None
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(f"{out} cannot be written: {why}. Name a file in a folder that you may write to.") from error
    return out
