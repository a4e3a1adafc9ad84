"""Whether maps may be leaned on: HM010 and HM012 share it."""

from __future__ import annotations

from hindmost.core.audit import Evidence, HeadRecord
from hindmost.core.findings import Sentence
from hindmost.core.map_trust import applied, failed
from hindmost.core.policy import Policy
from hindmost.rules._say import say

NO_MAPS = "There are no maps of {head}: {reason}"
NO_MAPS_SILENT = "There are no maps of {head}, or no core masks to measure them against."
NOT_TRUSTED = (
    "The maps of {head} fail {count} of {total} checks of trust in the explanation itself, so no rule leans on them."
)


def why_no_maps(policy: Policy, head: HeadRecord) -> Sentence:
    """Why a head has no measured maps."""
    return say({"head": policy.deciding_head, "reason": head.maps_reason}, NO_MAPS, NO_MAPS_SILENT)


def why_not_trusted(evidence: Evidence, policy: Policy) -> Sentence | None:
    """Which of the two heads has maps that fail a check; None where both may be leaned on."""
    for name in (policy.deciding_head, evidence.baseline):
        record = evidence.heads.get(name)
        trust = None if record is None else record.map_trust
        if failed(trust):
            return say({"head": name, "count": len(failed(trust)), "total": applied(trust)}, NOT_TRUSTED)
    return None
