"""Verb: draw the report from a stored audit alone."""

from __future__ import annotations

from pathlib import Path

from hindmost.core.audit import Audit
from hindmost.io.audit_json import read_audit
from hindmost.io.output import staging
from hindmost.report.html import render


def report(source: Path, out: Path) -> list[Path]:
    """Write one page per language of the policy into ``out``; the first is ``report.html``.

    Raises
    ------
    InputError
        ``source`` is no audit that this version reads.
    """
    audit = read_audit(source)
    with staging(out) as folder:
        names = write_pages(audit, folder)
    return [out / name for name in names]


def write_pages(audit: Audit, folder: Path) -> list[str]:
    """The report in every language of the policy, each naming the others."""
    languages = list(audit.policy.values["languages"])
    names = {language: "report.html" if i == 0 else f"report.{language}.html" for i, language in enumerate(languages)}
    for language, name in names.items():
        siblings = {other: file for other, file in names.items() if other != language}
        (folder / name).write_text(render(audit, language=language, siblings=siblings), encoding="utf-8")
    return list(names.values())
