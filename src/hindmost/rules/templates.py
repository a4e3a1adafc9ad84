"""Every English sentence that a rule or the decision can say: the message ids of the translations."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from hindmost.rules import RULES

SHARED = (
    "hindmost.rules._lookup",
    "hindmost.rules._maps",
    "hindmost.rules._reliance",
    "hindmost.rules._curve",
    "hindmost.rules._decision_words",
    "hindmost.rules.not_checked",
    "hindmost.rules.costs",
    "hindmost.rules._runs",
)


def all_templates() -> tuple[str, ...]:
    """Templates and titles, sorted, each once: the upper-case text constants of the modules that speak.

    Examples
    --------
    >>> "The worst group fell" in all_templates()
    True
    """
    modules = [target.split(":")[0] for target in RULES.values()]
    spoken = {text for name in (*modules, *SHARED) for text in _constants(import_module(name))}
    return tuple(sorted(spoken))


def _constants(module: ModuleType) -> list[str]:
    """A sentence or a title holds a space; codes and names of heads do not."""
    values = [value for name, value in vars(module).items() if name.isupper()]
    return [value for value in values if isinstance(value, str) and " " in value]
