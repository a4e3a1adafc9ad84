"""What several training runs allow, and what is said of them."""

from __future__ import annotations

from collections.abc import Mapping

from hindmost.core.audit import Evidence
from hindmost.core.findings import Decision, Sentence
from hindmost.rules._say import joined, points, say

POOLED = (
    "Over {n} training runs the worst group of {head} changes by {mean:+.1f} points on average [{low:+.1f}, "
    "{high:+.1f}], with runs and test rows drawn again; from run to run by a standard deviation of {sd:.1f} points."
)
DIFFER = "The training runs do not agree. Each alone would be decided as: {decisions}."


def every_run(evidence: Evidence, decision: Decision) -> bool:
    """True where the row of the table holds in every run; with one run, the audit itself is the judge."""
    return evidence.runs is None or all(decision in run.holds for run in evidence.runs.rows)


def gained_over_runs(evidence: Evidence) -> bool:
    """True where the pooled gain lies beyond its interval and no run harms; with one run, always."""
    runs = evidence.runs
    if runs is None:
        return True
    rose = runs.difference is not None and runs.difference.low > 0
    return rose and not any("treatment_harms" in run.holds for run in runs.rows)


def outcomes_over_runs(evidence: Evidence, code: str) -> dict[str, int] | None:
    """How many runs a rule is found, clear and open in, each by its own network; None with one run."""
    if evidence.runs is None:
        return None
    said = [run.outcomes.get(code, "not_applicable") for run in evidence.runs.rows]
    found, clear = said.count("found"), said.count("clear")
    return {"runs": len(said), "found": found, "clear": clear, "open": len(said) - found - clear}


def agree(counts: Mapping[str, int] | None) -> bool:
    """True where every run has the same outcome; with one run, always."""
    return counts is None or counts["runs"] in (counts["found"], counts["clear"], counts["open"])


def runs_alike(evidence: Evidence) -> int | None:
    """How many runs there are, if the head reaches the target in all of them or in none; None: one run, or a mix.

    A curve is clear for either reason, so a sentence on all runs needs to know that they share it.
    """
    if evidence.runs is None:
        return None
    said = [run.outcomes.get("HM003") == "clear" for run in evidence.runs.rows]
    return len(said) if all(said) or not any(said) else None


def pooled_sentence(evidence: Evidence) -> Sentence | None:
    """The change over runs; None with one run, or where no change can be pooled."""
    runs = evidence.runs
    if runs is None or runs.difference is None:
        return None
    found = runs.difference
    values = {"mean": points(found.mean), "low": points(found.low), "high": points(found.high)}
    return say({"n": len(runs.rows), "head": runs.head, "sd": points(found.run_sd), **values}, POOLED)


def differ_sentence(evidence: Evidence) -> Sentence | None:
    """What each run alone would be decided as, where they differ."""
    runs = evidence.runs
    if runs is None or len({run.decision for run in runs.rows}) == 1:
        return None
    return say({"decisions": joined(f"{run.name}: {run.decision}" for run in runs.rows)}, DIFFER)
