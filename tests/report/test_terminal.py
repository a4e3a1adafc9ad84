"""The screenful."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hindmost.core.audit import Audit
from hindmost.core.findings import Sentence
from hindmost.report import summary
from hindmost.report.columns import columns

NAMES = ("full", "minimal", "empty_group", "three_by_three", "many_groups")


@pytest.mark.parametrize("name", NAMES)
def test_it_fits_a_screen(audits: dict[str, Audit], name: str) -> None:
    lines = summary(audits[name]).split("\n")
    assert max(columns(line) for line in lines) <= 80
    assert 12 <= len(lines) <= 40


def test_it_says_decision_groups_findings_and_what_is_open(audit: Audit) -> None:
    text = summary(audit)
    assert "RETRAINING THE LAST LAYER HELPS" in text.split("\n")[2]
    assert all(name in text for name in audit.data.groups)
    assert all(word in text for word in ("harmed", "helped", "open", "HM001", "Open:", "Not checked: 3 points"))
    assert "38.1%  79.3%  +41.2" in " ".join(text.split(" ")).replace("   ", "  ")


def test_hostile_names_cannot_steer_the_terminal(audit: Audit) -> None:
    data = replace(audit.data, name="\x1b[31mred\nline")
    text = summary(replace(audit, data=data, message=Sentence("done\x07")))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "red?line" in text


def test_many_groups_are_counted_not_dropped_silently(audits: dict[str, Audit]) -> None:
    assert "and 4 more groups in the report" in summary(audits["many_groups"])


def test_japanese_names_keep_the_columns(audit: Audit) -> None:
    heads = {
        name: replace(
            head,
            groups=tuple(replace(row, name="水鳥、陸の背景の写真がとても長い名前" + row.name) for row in head.groups),
        )
        for name, head in audit.heads.items()
    }
    lines = [line for line in summary(replace(audit, heads=heads)).split("\n") if line.startswith("水鳥")]
    assert len(lines) == 4
    assert {columns(line[: line.index("%")]) for line in lines} == {columns(lines[0][: lines[0].index("%")])}
