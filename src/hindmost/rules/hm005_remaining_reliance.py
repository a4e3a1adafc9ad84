"""HM005: the deciding head's answers still follow the cue."""

from __future__ import annotations

from hindmost.core.audit import Evidence
from hindmost.core.findings import Finding
from hindmost.core.policy import Policy
from hindmost.rules._reliance import check_reliance

CODE = "HM005"
TITLE = "The deciding head still relies on the cue"


def check(evidence: Evidence, policy: Policy) -> Finding:
    """Compare the bounds of the deciding head's reliance on the cue with the policy's margin."""
    return check_reliance(evidence, policy, code=CODE, title=TITLE, name=policy.deciding_head)
