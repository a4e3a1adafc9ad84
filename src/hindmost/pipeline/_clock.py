"""How long each stage took: a progress that listens and passes on."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from hindmost.pipeline.options import Talk


class Clock:
    """Wall seconds of each stage, from what its progress says."""

    def __init__(self, talk: Talk) -> None:
        self._progress = talk.progress
        self._first: dict[str, float] = {}
        self._last: dict[str, float] = {}
        self._start = time.monotonic()
        self.started = datetime.now(UTC)
        self.talk = Talk(self._hear, talk.notice)

    @property
    def seconds(self) -> dict[str, float]:
        """Stage -> seconds between its first and its last word, and the total so far."""
        stages = {stage: self._last[stage] - first for stage, first in self._first.items()}
        return {**stages, "total": time.monotonic() - self._start}

    def _hear(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        self._first.setdefault(stage, now)
        self._last[stage] = now
        self._progress(stage, done, total)
