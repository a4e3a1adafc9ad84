"""How far the work is, on stderr: a bar in a terminal, one line a stage elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from hindmost.pipeline.options import Talk


class Bars:
    """A ``Progress`` of core, shown while the context is open."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, markup=False)
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            disable=not sys.stderr.isatty(),
        )
        self._tasks: dict[str, TaskID] = {}
        self._started: dict[str, float] = {}
        self._finished: set[str] = set()

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def talk(self) -> Talk:
        """What the pipeline talks to."""
        return Talk(progress=self.step, notice=self.say)

    def say(self, sentence: str) -> None:
        """One sentence on stderr."""
        self._console.print(sentence, soft_wrap=True)

    def step(self, stage: str, done: int, total: int) -> None:
        """Show how far a stage is."""
        if self._bars.disable:
            self._line(stage, done, total)
            return
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(stage, total=total)
        self._bars.update(self._tasks[stage], completed=done, total=total)

    def _line(self, stage: str, done: int, total: int) -> None:
        started = self._started.setdefault(stage, time.monotonic())
        if done >= total and stage not in self._finished:
            self._finished.add(stage)
            seconds = time.monotonic() - started
            self.say(f"{stage}: {total} done in {seconds:.0f} s")
