"""Coded rules over the measured evidence, and the ordered decision that is made of them."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.resources import files

from hindmost.core.audit import Evidence
from hindmost.core.errors import InputError
from hindmost.core.findings import Finding
from hindmost.core.policy import Policy

Check = Callable[[Evidence, Policy], Finding]

RULES: dict[str, str] = {
    "HM001": "hindmost.rules.hm001_shortcut_gap:check",
    "HM002": "hindmost.rules.hm002_baseline_reliance:check",
    "HM003": "hindmost.rules.hm003_worst_group_target:check",
    "HM004": "hindmost.rules.hm004_groups_pay:check",
    "HM005": "hindmost.rules.hm005_remaining_reliance:check",
    "HM006": "hindmost.rules.hm006_moved_threshold:check",
    "HM007": "hindmost.rules.hm007_worst_group_fell:check",
    "HM008": "hindmost.rules.hm008_missing_groups:check",
    "HM009": "hindmost.rules.hm009_duplicates:check",
    "HM010": "hindmost.rules.hm010_map_did_not_move:check",
    "HM011": "hindmost.rules.hm011_set_aside:check",
    "HM012": "hindmost.rules.hm012_evidence_conflicts:check",
    "HM013": "hindmost.rules.hm013_features_limit:check",
    "HM014": "hindmost.rules.hm014_labels_limit:check",
    "HM015": "hindmost.rules.hm015_near_duplicates:check",
}


def load(code: str) -> Check:
    """The check of one rule.

    Raises
    ------
    InputError
        No rule has this code.

    Examples
    --------
    >>> load("HM003").__name__
    'check'
    """
    module, name = _target(code)
    check: Check = getattr(import_module(module), name)
    return check


def title(code: str) -> str:
    """What one rule looks for, in English; a message id of the translations.

    Examples
    --------
    >>> title("HM007")
    'The worst group fell'
    """
    return str(import_module(_target(code)[0]).TITLE)


def explain(code: str) -> str:
    """The page of one rule, in Markdown: how it is detected, why it matters, what to do."""
    _target(code)
    return files("hindmost.rules").joinpath("pages", f"{code}.md").read_text(encoding="utf-8")


def check_all(evidence: Evidence, policy: Policy) -> tuple[Finding, ...]:
    """The findings of every rule, in code order; each rule says something."""
    return tuple(load(code)(evidence, policy) for code in sorted(RULES))


def _target(code: str) -> tuple[str, str]:
    if code not in RULES:
        raise InputError(f"No rule has the code {code!r}. The codes are {', '.join(sorted(RULES))}.")
    module, name = RULES[code].split(":")
    return module, name
