"""What the decision looks at: findings by code, beside the evidence and the policy they came from."""

from __future__ import annotations

from dataclasses import dataclass

from hindmost.core.audit import Evidence, HeadRecord
from hindmost.core.findings import Finding, Outcome
from hindmost.core.policy import Policy
from hindmost.rules._lookup import available, empty_test_groups


@dataclass(frozen=True)
class Case:
    """One audit, ready to be decided."""

    findings: dict[str, Finding]
    evidence: Evidence
    policy: Policy

    def says(self, code: str, outcome: Outcome) -> bool:
        """True where the rule was asked and had this outcome."""
        return code in self.findings and self.findings[code].outcome == outcome

    @property
    def deciding(self) -> HeadRecord | None:
        """The deciding head, where it is available."""
        return available(self.evidence, self.policy.deciding_head)

    @property
    def treated(self) -> bool:
        """True where the deciding head is another than the baseline."""
        return self.policy.deciding_head != self.evidence.baseline

    @property
    def measured_by(self) -> str | None:
        """How the deciding head's reliance on the cue was measured."""
        reliance = None if self.deciding is None else self.deciding.reliance
        return None if reliance is None else reliance.kind

    @property
    def empty(self) -> tuple[str, ...]:
        """Groups without a test row."""
        return empty_test_groups(self.evidence, self.deciding or available(self.evidence, self.evidence.baseline))

    @property
    def comparable(self) -> bool:
        """True where at least one treated head shares a group of test rows with the baseline."""
        return any(
            row.n > 0
            for name, change in self.evidence.changes.items()
            if name != self.evidence.baseline and available(self.evidence, name) is not None
            for row in change.groups
        )
