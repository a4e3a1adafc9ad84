"""What several training runs of the same network say, beside the one whose tables are shown."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class RunRow:
    """One network, audited alone."""

    name: str  # "seed 1", or "checkpoint 2"
    weights_hash: str | None
    decision: str  # what would be decided of this run alone
    holds: tuple[str, ...]  # every row of the decision's table that holds
    before: float  # plain test minimum of the baseline
    after: float | None  # of the deciding head; None: not available
    difference: float | None
    low: float | None  # test rows drawn again, this run alone
    high: float | None
    outcomes: dict[str, str] = field(default_factory=dict)  # rule -> its outcome in this run alone


@dataclass(frozen=True)
class Pooled:
    """A mean over runs, with runs and test rows drawn again."""

    mean: float
    low: float  # two-sided 95 %
    high: float
    run_sd: float  # standard deviation over runs on the same test rows


@dataclass(frozen=True)
class Runs:
    """All runs, the one that is shown first; the pooled numbers speak of the deciding head."""

    head: str
    rows: tuple[RunRow, ...]
    before: Pooled
    after: Pooled | None
    difference: Pooled | None
    reason: str | None  # why there is no change
    method: str
