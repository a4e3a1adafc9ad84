"""Figures: deterministic, sized by their box, text kept as text, the right marks."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from hindmost.core.audit import Audit
from hindmost.report.columns import columns, fit
from hindmost.report.figures import change, groups, labels, lift, reliance, weights
from hindmost.report.translate import LANGUAGES, Translator


def drawn(audit: Audit, t: Translator) -> dict[str, str]:
    before, after = audit.heads["erm"].weights, audit.heads["dfr"].weights
    assert before is not None
    pictures = {
        "groups": groups.figure(audit, t),
        "change": change.figure(audit.changes["dfr"], 0.05, t),
        "reliance": reliance.figure(audit, t),
        "weights": weights.figure(before, after, t),
        "lift": lift.figure(audit, t),
        "labels": labels.figure(audit, t),
    }
    return {name: str(picture) for name, picture in pictures.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_scale_with_their_box_and_stay_the_same(audit: Audit, language: str) -> None:
    t = Translator(language)  # type: ignore[arg-type]
    pictures = drawn(audit, t)
    assert pictures == drawn(audit, t)
    for picture in pictures.values():
        root = picture[: picture.index(">")]
        assert 'viewBox="0 0 380 ' in root
        assert 'role="img" aria-label="' in root
        assert " width=" not in root
        assert "<text" in picture
        assert "http" not in picture


def test_colours_are_roles_of_the_style_sheet(audit: Audit) -> None:
    from hindmost.report import html

    style = str(html._environment().globals["style"])
    for picture in drawn(audit, Translator("en")).values():
        for kind, colour in re.findall(r'(fill|stroke)="(#\w+)"', picture):
            assert f'.chart [{kind}="{colour}"]' in style


def test_the_group_figure_shows_both_numbers_and_the_target(audit: Audit) -> None:
    picture = drawn(audit, Translator("en"))["groups"]
    assert "38.1% → 79.3%" in picture
    assert picture.count('stroke-dasharray="4,3"') == 1
    no_target = replace(audit, policy=replace(audit.policy, values={**audit.policy.values, "target": None}))
    assert 'stroke-dasharray="4,3"' not in str(groups.figure(no_target, Translator("en")))


def test_a_group_without_rows_keeps_its_place(audits: dict[str, Audit]) -> None:
    picture = str(groups.figure(audits["empty_group"], Translator("ja")))
    assert "waterbird, on water" in picture
    assert "テストデータなし" in picture


def test_outcomes_are_words_and_shapes(audit: Audit) -> None:
    picture = drawn(audit, Translator("en"))["change"]
    assert all(mark in picture for mark in ("▼ harmed", "▲ helped", "○ open"))


def test_nothing_to_draw_is_none(audits: dict[str, Audit]) -> None:
    audit, t = audits["minimal"], Translator("en")
    assert reliance.figure(audit, t) is None
    assert lift.figure(audit, t) is None
    assert change.figure(replace(audits["full"].changes["dfr"], groups=()), None, t) is None


def test_the_label_curve_has_a_dot_a_budget_and_the_target(audit: Audit) -> None:
    t = Translator("en")
    picture = str(labels.figure(audit, t))
    assert len(re.findall(r'<path[^>]* fill="#1f5fa8"', picture)) == 3  # measured
    assert picture.count("stroke-dasharray") == 2  # the curve taken on, and the target
    assert all(f">{text}<" in picture for text in ("10", "100", "1,000", "80%"))
    no_target = replace(audit, policy=replace(audit.policy, values={**audit.policy.values, "target": None}))
    assert str(labels.figure(no_target, t)).count("stroke-dasharray") == 1


def test_a_label_curve_that_is_not_taken_on_is_drawn_as_far_as_it_goes(audit: Audit) -> None:
    assert audit.ceilings is not None
    t, known = Translator("en"), audit.ceilings.labels
    short = replace(audit.ceilings, labels=replace(known, extrapolation=None, reason="it falls"))
    picture = str(labels.figure(replace(audit, ceilings=short), t))
    assert picture.count("stroke-dasharray") == 1  # the target
    assert ">1,000<" not in picture
    without = replace(audit.ceilings, labels=replace(known, curve=None, extrapolation=None, reason="no test rows"))
    assert labels.figure(replace(audit, ceilings=without), t) is None
    assert labels.figure(replace(audit, ceilings=None), t) is None


def test_names_are_escaped_inside_pictures(audits: dict[str, Audit]) -> None:
    picture = str(groups.figure(audits["many_groups"], Translator("en")))
    assert "<script" not in picture
    assert "&lt;script" in picture


def test_long_names_are_cut_in_the_middle() -> None:
    assert fit("short", 10) == "short"
    for text in ("component family 3, blue box on bench 2", "とても長い日本語のグループ名、青い箱あり"):
        for width in (4, 11, 20):
            assert columns(fit(text, width)) <= width
            assert fit(text, width)[-1] == text[-1]
