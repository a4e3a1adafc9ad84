"""The page: one self-contained HTML file, a pure function of one Audit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import jinja2
from markupsafe import Markup

from hindmost.core.audit import Audit
from hindmost.report import facts, numbers, overlay, words
from hindmost.report.figures import change, groups, labels, lift, reliance, weights
from hindmost.report.translate import Language, Translator

NATIVE = {"en": "English", "ja": "日本語"}
_FILE_NAME = re.compile(r"[\w][\w.-]*")
_NONE: Mapping[str, str] = MappingProxyType({})


def render(audit: Audit, *, language: Language = "en", siblings: Mapping[str, str] = _NONE) -> str:
    """Draw the report of an audit.

    Parameters
    ----------
    audit : Audit
    language : "en" or "ja"
    siblings : mapping of language to file name
        the same report in other languages, in the same folder: ``{"ja": "report.ja.html"}``

    Returns
    -------
    str
        HTML that loads nothing: no fonts, scripts, or pictures from elsewhere.

    Raises
    ------
    ValueError
        The language is not known, or a sibling is not a plain file name.
    """
    for name in siblings.values():
        if not _FILE_NAME.fullmatch(name):
            raise ValueError(f"A sibling is a file name in the same folder, such as report.ja.html, but {name!r} came.")
    t = Translator(language)
    page = _environment().get_template("report.html")
    return page.render(
        audit=audit,
        language=language,
        siblings={NATIVE.get(code, code): name for code, name in siblings.items() if code != language},
        t=t,
        _=t.text,
        figures=_figures(audit, t),
        head=facts.shown_head(audit),
        heads=facts.available(audit),
        worst=facts.worst_pair(audit),
        decision=facts.decision_word(audit),
    )


def _figures(audit: Audit, t: Translator) -> dict[str, Any]:
    """Every picture of the page; None where the audit has nothing to draw."""
    head, margin = facts.shown_head(audit), audit.policy.values.get("harm_margin")
    before = audit.heads[audit.baseline].weights
    others = [name for name in facts.available(audit) if name != audit.baseline]
    compared = [name for name in others if name in audit.changes]
    compared.sort(key=lambda name: name != head)
    return {
        "groups": groups.figure(audit, t),
        "change": {name: change.figure(audit.changes[name], margin, t) for name in compared},
        "reliance": reliance.figure(audit, t),
        "weights": {
            name: weights.figure(before, after, t) for name in others if before and (after := audit.heads[name].weights)
        },
        "lift": lift.figure(audit, t),
        "labels": labels.figure(audit, t),
    }


@cache
def _environment() -> jinja2.Environment:
    loader = jinja2.PackageLoader("hindmost.report", "templates")
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(
        numbers=numbers, words=words, word=words.word, facts=facts, overlay=overlay, style=_style(loader, environment)
    )
    return environment


def _style(loader: jinja2.PackageLoader, environment: jinja2.Environment) -> Markup:
    return Markup(loader.get_source(environment, "style.css")[0])
