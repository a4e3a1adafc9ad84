"""Exit codes of a finished audit, for continuous integration."""

from __future__ import annotations

from typing import Literal

from hindmost.core.audit import Audit

FailOn = Literal["harmed", "not-sufficient"]


def gate(audit: Audit, fail_on: FailOn | None) -> int:
    """0, 1 where the gate failed, 3 where nothing could be compared.

    "harmed": the deciding head harmed a group. "not-sufficient": the decision is neither
    ``treatment_sufficient`` nor ``no_shortcut_found`` (nothing to treat).
    """
    if not any(row.n for table in audit.changes.values() for row in table.groups):
        return 3
    if fail_on == "harmed":
        return int(_harmed(audit))
    if fail_on == "not-sufficient":
        return int(audit.decision not in ("treatment_sufficient", "no_shortcut_found"))
    return 0


def _harmed(audit: Audit) -> bool:
    change = audit.changes.get(str(audit.policy.values["deciding_head"]))
    return change is not None and any(row.outcome == "harmed" for row in change.groups)
