"""What an audit did not look at, in words: silence would read as "nothing found"."""

from __future__ import annotations

from hindmost.core.audit import Evidence
from hindmost.core.findings import Sentence

CEILING = (
    "Whether more labels or other features would lift the worst group further (label-budget curve and ceilings) was "
    "not measured."
)
CEILING_REASON = "Whether more labels would lift the worst group further was not measured: {reason}."
ONE_RUN = "Other training runs were not made: every interval is conditional on this one network."
OTHER_CUES = "Cues other than the named one ({cues}) were not examined."
NO_SWAP = "No image was changed: whether a swapped cue changes the answer was not tested."
NO_CONTROL = "Twins have no control images, so fragility could not be told from reliance on the cue."
NO_MAPS = "Where in the image the evidence lies was not measured: {reason}."
NEAR_DUPLICATES = "Near duplicates across splits were not searched; only images with identical bytes were."
MIRRORED = "Mirrored or strongly cropped copies across splits were not searched."
FEATURES_ALONE = "Near duplicates across splits were searched by features alone: there are no image files."
NO_DUPLICATES = "Duplicates across splits were not searched: there are no image files."
CLUSTERS = "No source or patient ids were given: rows are taken as independent."


def not_checked(evidence: Evidence) -> tuple[Sentence, ...]:
    """Sentences on everything that a reader might think was checked, and was not."""
    baseline = evidence.heads[evidence.baseline]
    kind = baseline.reliance.kind if baseline.reliance is not None else "none"
    said = [*_ceilings(evidence), *([Sentence(ONE_RUN)] if evidence.runs is None else [])]
    said.append(Sentence(OTHER_CUES, {"cues": ", ".join(evidence.data.cue_columns)}))
    if kind in ("dependence", "none"):
        said.append(Sentence(NO_SWAP))
    if kind == "swap_only":
        said.append(Sentence(NO_CONTROL))
    if baseline.maps is None and baseline.maps_reason is not None:
        said.append(Sentence(NO_MAPS, {"reason": baseline.maps_reason}))
    said.append(Sentence(_duplicates(evidence)))
    if evidence.data.clusters is None:
        said.append(Sentence(CLUSTERS))
    return tuple(said)


def _ceilings(evidence: Evidence) -> list[Sentence]:
    if evidence.ceilings is None:
        return [Sentence(CEILING)]
    reason = evidence.ceilings.labels.reason
    return [] if reason is None else [Sentence(CEILING_REASON, {"reason": reason})]


def _duplicates(evidence: Evidence) -> str:
    if evidence.near_duplicates is None:
        return NO_DUPLICATES if evidence.duplicates is None else NEAR_DUPLICATES
    return MIRRORED if evidence.near_duplicates.by == "pictures" else FEATURES_ALONE
