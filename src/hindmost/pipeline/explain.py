"""Verb: the page of one rule."""

from hindmost import rules


def explain(code: str) -> str:
    """Markdown page of a rule. Raises InputError for an unknown code."""
    return rules.explain(code)
