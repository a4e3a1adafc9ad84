"""What led to a decision, and what it leaves open."""

from __future__ import annotations

from collections.abc import Iterable

from hindmost.core.findings import Decision, Sentence
from hindmost.rules._case import Case
from hindmost.rules._decision_words import ASSOCIATION_ONLY, NO_TEST_ROWS
from hindmost.rules._runs import differ_sentence, pooled_sentence
from hindmost.rules._say import joined, say

LED_BY: dict[Decision, tuple[str, ...]] = {
    "no_shortcut_found": ("HM001", "HM002"),
    "treatment_sufficient": ("HM003", "HM004", "HM005", "HM007"),
    "treatment_harms": ("HM007", "HM004", "HM003"),
    "surgery_needed": ("HM005", "HM013", "HM003", "HM007", "HM004"),
    "collect_data": ("HM014", "HM003", "HM007", "HM004"),
    "treatment_helps": ("HM007", "HM003", "HM004", "HM005"),
    "cannot_tell": ("HM001", "HM002", "HM003", "HM004", "HM005", "HM007"),
}
CAVEATS = ("HM006", "HM009", "HM010", "HM015")  # found beside any decision, they change how it is to be read
CURVE = ("HM013", "HM014")  # likewise, unless nothing more is wanted
DECIDING = ("HM001", "HM002", "HM003", "HM004", "HM005", "HM007")  # an outcome that is missing here leaves a row open


def reasons(decision: Decision, case: Case) -> tuple[Sentence, ...]:
    """The findings that the decision rests on, then those that weigh on it."""
    led = [case.findings[code] for code in LED_BY[decision] if code in case.findings]
    weigh = [case.findings[code] for code in CAVEATS if case.says(code, "found")]
    settled = [finding for finding in led if finding.outcome in ("found", "clear")]
    pooled = pooled_sentence(case.evidence)
    return _each_once([*([] if pooled is None else [pooled]), *(finding.message for finding in [*settled, *weigh])])


def left_open(decision: Decision, case: Case) -> tuple[Sentence, ...]:
    """What is not known, or what would decide."""
    sentences = [f.message for f in case.findings.values() if f.outcome == "not_enough_data"]
    asked = DECIDING if decision in ("no_shortcut_found", "treatment_sufficient") else DECIDING + CURVE
    sentences += [case.findings[code].message for code in asked if case.says(code, "not_applicable")]
    return _each_once([*sentences, *_limits(case)])


def _limits(case: Case) -> list[Sentence]:
    """What these rows cannot decide."""
    differ = differ_sentence(case.evidence)
    limits = [] if differ is None else [differ]
    if case.empty:
        limits.append(say({"empty": joined(case.empty)}, NO_TEST_ROWS))
    if case.says("HM005", "found") and case.measured_by == "dependence":
        limits.append(say({"head": case.policy.deciding_head}, ASSOCIATION_ONLY))
    return limits


def _each_once(sentences: Iterable[Sentence]) -> tuple[Sentence, ...]:
    return tuple({sentence.text: sentence for sentence in sentences}.values())
