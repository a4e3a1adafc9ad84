"""What a rule says, and what the decision is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal["found", "clear", "not_applicable", "not_enough_data"]

Decision = Literal[
    "no_shortcut_found",
    "treatment_sufficient",
    "treatment_harms",
    "surgery_needed",
    "collect_data",
    "treatment_helps",
    "cannot_tell",
]


@dataclass(frozen=True)
class Sentence:
    """A sentence for people: an English template and the values that fill it.

    The template is the message id of the translations, so that every language is a pure function of it.
    ``{name:.1%}``-style format specs are allowed; values are plain Python values. ``text`` is the English
    sentence, made from the two.
    """

    template: str
    values: dict[str, Any] = field(default_factory=dict)
    text: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", self.template.format(**self.values))

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class RowsWanted:
    """Labelled rows of one group: to test on, which would settle a question at the rates seen; or to fit a head on."""

    group: str
    more: int | None  # None: more than anyone would collect
    split: Literal["test", "val"] = "test"


@dataclass(frozen=True)
class Finding:
    """The outcome of one rule.

    Parameters
    ----------
    code : str                 "HM001"
    title : str                what the rule looks for, English, a message id
    outcome : Outcome
    message : Sentence         what was seen; for not_applicable: why; for not_enough_data: how many more
    number, low, high : float or None     the number that was compared, and the interval that was used
    threshold : float or None
    would_change : Sentence or None       what would change the outcome
    sentence : str             the message in English, made from it
    wanted : tuple of RowsWanted          rows that would decide, where the message counts them by group
    """

    code: str
    title: str
    outcome: Outcome
    message: Sentence
    number: float | None = None
    low: float | None = None
    high: float | None = None
    threshold: float | None = None
    would_change: Sentence | None = None
    sentence: str = ""
    wanted: tuple[RowsWanted, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "sentence", self.message.text)


@dataclass(frozen=True)
class Verdict:
    """The decision, the other rows that hold, and why.

    Parameters
    ----------
    decision : Decision
    companions : tuple of Decision      rows after the decided one that hold as well
    message : Sentence                  the decision in one sentence, with its numbers
    reasons : tuple of Sentence         what led to it
    left_open : tuple of Sentence       what is not known, or what would decide
    comparable : bool                   False: no group pair can be compared for any head (exit code 3)
    wanted : tuple of RowsWanted        rows that would decide, where the message counts them
    """

    decision: Decision
    companions: tuple[Decision, ...]
    message: Sentence
    reasons: tuple[Sentence, ...]
    left_open: tuple[Sentence, ...]
    comparable: bool
    wanted: tuple[RowsWanted, ...] = ()
