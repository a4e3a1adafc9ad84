"""Tables of whether the cue can still be read: from the features, and from what each head makes of them."""

from __future__ import annotations

from dataclasses import dataclass

from hindmost.core.ranking import Span


@dataclass(frozen=True)
class MarginProbe:
    """The logit of the second class minus the first's, as a reading of the cue within class."""

    auc: Span  # over 0.5: it is higher where the cue has the value
    change: Span  # minus the baseline's, on the same rows; empty for the baseline


@dataclass(frozen=True)
class CueProbe:
    """One cue value against the others, within class, on test rows."""

    value: str
    n: int
    classes: int  # classes with enough rows of either kind
    features: Span  # AUC of a linear probe that was fitted on other rows
    control: Span  # the same with the cue shuffled within class: what the probe finds in nothing
    margins: dict[str, MarginProbe]  # empty with more than two classes


@dataclass(frozen=True)
class Probe:
    """``reason``: why there are no rows; ``method``: what was fitted on the validation rows."""

    reason: str | None
    method: str
    fitted: int  # rows that the probes were fitted on
    groups: tuple[int, ...]  # test rows of each group
    rows: tuple[CueProbe, ...]
    margins_reason: str | None  # why no margin was probed
