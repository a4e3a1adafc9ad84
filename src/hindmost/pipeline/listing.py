"""Verb: list what hindmost knows, by kind."""

from __future__ import annotations

from typing import Literal, get_args

from hindmost import backbones, datasets, heads, rules

Kind = Literal["heads", "rules", "datasets", "backbones"]
KINDS: tuple[Kind, ...] = get_args(Kind)


def catalogue(kind: Kind | None = None) -> dict[str, dict[str, str]]:
    """One line for every entry of a registry: kind -> key -> line. Loads no torch."""
    makers = {"heads": _heads, "rules": _rules, "datasets": _datasets, "backbones": _backbones}
    return {name: makers[name]() for name in ([kind] if kind else KINDS)}


def _heads() -> dict[str, str]:
    found = {key: heads.load(key) for key in heads.HEADS}
    return {key: f"{head.method} (labels: {head.labels})" for key, head in found.items()}


def _rules() -> dict[str, str]:
    return {code: rules.title(code) for code in rules.RULES}


def _datasets() -> dict[str, str]:
    return dict(datasets.ABOUT)


def _backbones() -> dict[str, str]:
    return dict(backbones.ABOUT)
