"""How long work reports where it stands."""

from typing import Protocol


class Progress(Protocol):
    """A callable that hears how much of a stage is done.

    ``done`` counts units of work from 0 to ``total``; a stage ends when the two are equal.
    """

    def __call__(self, stage: str, done: int, total: int) -> None: ...


def silent(stage: str, done: int, total: int) -> None:
    """Hear and say nothing; the default of every function that takes a progress."""
