"""The ordered decision: the first row of the table that holds decides, later rows that hold go with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hindmost.core.audit import Evidence
from hindmost.core.findings import Decision, Finding, Verdict
from hindmost.core.policy import Policy
from hindmost.rules._case import Case
from hindmost.rules._decision_words import message, rows_for_sign
from hindmost.rules._lookup import change_of, gained
from hindmost.rules._runs import every_run, gained_over_runs
from hindmost.rules._why import left_open, reasons


def decide(findings: Sequence[Finding], evidence: Evidence, policy: Policy) -> Verdict:
    """The decision of one audit, with its companions and what it leaves open.

    Parameters
    ----------
    findings : what ``check_all`` said of this evidence under this policy
    evidence, policy : the same two

    Returns
    -------
    Verdict
        ``comparable`` is False where no treated head shares a group of test rows with the baseline.
    """
    case = Case({finding.code: finding for finding in findings}, evidence, policy)
    holding = [decision for decision, holds in TABLE if holds(case)]
    decision: Decision = holding[0] if holding else "cannot_tell"
    return Verdict(
        decision=decision,
        companions=tuple(holding[1:]),
        message=message(decision, case),
        reasons=reasons(decision, case),
        left_open=left_open(decision, case),
        comparable=case.comparable,
        wanted=rows_for_sign(case) if decision == "cannot_tell" and case.comparable else (),
    )


def _no_shortcut_found(case: Case) -> bool:
    """Gap and reliance of the baseline are both under their margins, by their upper bounds."""
    here = case.says("HM001", "clear") and case.says("HM002", "clear")
    return here and every_run(case.evidence, "no_shortcut_found")


def _treatment_sufficient(case: Case) -> bool:
    """Target reached in every group, no group pays, reliance under its margin: all three, shown."""
    if case.policy.target is None or case.empty:
        return False
    here = all(case.says(code, "clear") for code in ("HM003", "HM004", "HM005"))
    return here and every_run(case.evidence, "treatment_sufficient")


def _treatment_harms(case: Case) -> bool:
    """The worst group fell beyond its interval."""
    return case.says("HM007", "found")


def _surgery_needed(case: Case) -> bool:
    """Reliance after treatment is above its margin, by an intervention with its control, or the features limit it."""
    relies = case.measured_by == "swap" and case.says("HM005", "found")
    return case.treated and (relies or case.says("HM013", "found"))


def _collect_data(case: Case) -> bool:
    """The curve over labelled images rises and meets the target within the policy's budget."""
    return case.treated and case.policy.target is not None and case.says("HM014", "found")


def _treatment_helps(case: Case) -> bool:
    """The worst group gained beyond its interval, over several runs too."""
    return gained(change_of(case.evidence, case.policy)) and gained_over_runs(case.evidence)


TABLE: tuple[tuple[Decision, Callable[[Case], bool]], ...] = (
    ("no_shortcut_found", _no_shortcut_found),
    ("treatment_sufficient", _treatment_sufficient),
    ("treatment_harms", _treatment_harms),
    ("surgery_needed", _surgery_needed),
    ("collect_data", _collect_data),
    ("treatment_helps", _treatment_helps),
)
