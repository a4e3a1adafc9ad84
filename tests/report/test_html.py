"""The page: pure, self-contained, escaped, complete, and nothing in it that the audit does not hold."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest

from hindmost.core.audit import Audit
from hindmost.core.map_trust import MapTrust, TrustPart
from hindmost.report import html, numbers, render
from hindmost.report.translate import LANGUAGES, Translator

NAMES = ("full", "minimal", "empty_group", "three_by_three", "many_groups")
VOID = {"meta", "br", "image", "use", "path", "circle", "rect", "line"}


@pytest.fixture(scope="session")
def pages(audits: dict[str, Audit]) -> dict[tuple[str, str], str]:
    return {(name, language): render(audits[name], language=language) for name in NAMES for language in LANGUAGES}


@pytest.fixture(params=[(name, language) for name in NAMES for language in LANGUAGES], ids="-".join)
def case(request: pytest.FixtureRequest, audits: dict[str, Audit], pages: dict[tuple[str, str], str]) -> Any:
    return audits[request.param[0]], request.param[1], pages[request.param]


def without_data(page: str) -> str:
    return re.sub(r"data:image/jpeg;base64,[A-Za-z0-9+/=]*", "data:", page)


def visible(page: str) -> str:
    """Text that a reader sees outside pictures."""
    page = re.sub(r"(?s)<style>.*?</style>|<svg.*?</svg>|<title>.*?</title>", " ", page)
    return unescape(re.sub(r"<[^>]*>", " ", page))


class Outline(HTMLParser):
    """Checks that tags are balanced, and keeps what was opened."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.opened: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.stack.pop() == tag


def test_the_same_audit_gives_the_same_page(audits: dict[str, Audit], pages: dict[tuple[str, str], str]) -> None:
    for language in LANGUAGES:
        assert render(audits["full"], language=language) == pages["full", language]


def test_tags_are_balanced_and_there_is_one_headline(case: Any) -> None:
    _, language, page = case
    outline = Outline(page)
    assert outline.stack == []
    assert [tag for tag, _ in outline.opened].count("h1") == 1
    assert dict(outline.opened)["html"] == {"lang": language}
    ids = [attrs["id"] for _, attrs in outline.opened if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_nothing_is_loaded_from_elsewhere(case: Any) -> None:
    page = without_data(case[2])
    assert not re.search(r"https?:|[\"'(]//|@import|<script|<link|<iframe|\bsrc=(?![x\d]+&gt;)", page)
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", page))
    hrefs = [attrs["href"] for _, attrs in Outline(page).opened if "href" in attrs]
    assert all(href is not None and (href.startswith("#") or href == "data:") for href in hrefs)


def test_every_anchor_leads_somewhere(case: Any) -> None:
    opened = Outline(case[2]).opened
    ids = {attrs.get("id") for _, attrs in opened}
    assert {str(attrs["href"])[1:] for _, attrs in opened if str(attrs.get("href", "")).startswith("#")} <= ids


def test_names_are_shown_as_text(pages: dict[tuple[str, str], str]) -> None:
    page = pages["many_groups", "en"]
    assert "<script" not in page
    assert "<img" not in page
    assert "class 1 &lt;script&gt;alert(1)&lt;/script&gt;, blue box" in page
    assert "class 1 &lt;script" in page[page.index('<svg class="chart"') :]


def test_each_figure_has_its_table(case: Any) -> None:
    for section in case[2].split("<section id=")[1:]:
        assert 'class="chart"' not in section or "<table" in section


def test_the_page_opens_with_the_decision(case: Any) -> None:
    audit, language, page = case
    t = Translator(language)
    text = visible(page[page.index("<header") :])
    assert text.index(t.sentence(audit.message)) < 400
    assert all(t.sentence(sentence) in text for sentence in (*audit.left_open, *audit.not_checked, *audit.reasons))


def test_every_finding_is_shown(case: Any) -> None:
    audit, language, page = case
    t, text = Translator(language), visible(page)
    for finding in audit.findings:
        assert finding.code in text
        assert t.text(finding.title) in text
        assert t.sentence(finding.message) in text


def test_every_number_shown_is_in_the_audit(case: Any) -> None:
    audit, _, page = case
    known = {"95", "0", "1"} | {text.strip("+−-[]") for value in walk(audit) for text in forms(value)}
    known |= {str(n) for n in range(len(audit.data.groups) + 1)}  # how many groups have an outcome
    shown = re.findall(r"\d[\d,]*(?:\.\d+)?", visible(page))
    assert [number for number in shown if number.rstrip(",") not in known] == []


def walk(value: Any) -> Iterator[Any]:
    """Every number and text in an audit."""
    if dataclasses.is_dataclass(value):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from walk(item)
    elif isinstance(value, tuple | list):
        yield len(value)
        for item in value:
            yield from walk(item)
    else:
        yield value


def forms(value: Any) -> Iterator[str]:
    """The ways in which one value may be written."""
    if isinstance(value, str):
        yield from re.findall(r"\d[\d,]*(?:\.\d+)?", value)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield from (str(value), numbers.count(value))
    elif isinstance(value, float):
        yield from (f"{value:.6g}", numbers.percent(value)[:-1], f"{100 * abs(value):.1f}", f"{abs(value):.2f}")
        yield numbers.money(value)
        yield from (numbers.p_value(value).strip("<"), numbers.compact(value), f"{abs(value):.4f}", f"{abs(value):.1f}")


def test_japanese_pages_have_every_translation(audits: dict[str, Audit], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "Translator", functools.partial(Translator, strict=True))
    for name in NAMES:
        assert render(audits[name], language="ja").startswith("<!doctype html>")


def test_japanese_prose_leaves_no_english_sentence(pages: dict[tuple[str, str], str]) -> None:
    sentences = re.findall(r"[A-Z][a-z]+(?: [a-z]+){4,}", visible(pages["full", "ja"]))
    assert sentences == []


def test_a_page_with_many_images_stays_small(audits: dict[str, Audit]) -> None:
    audit = audits["full"]
    cells = tuple(tuple(float(i - j) for j in range(14)) for i in range(14))
    big = dataclasses.replace(
        audit.thumbnails[0], jpeg="A" * 40_000, maps={f"head{i}": cells for i in range(8)}, margins={}
    )
    page = render(dataclasses.replace(audit, thumbnails=(big,) * 24))
    assert len(page.encode()) < 5_000_000


def test_a_photograph_is_stored_once_and_used_where_it_belongs(audit: Audit) -> None:
    """The page defines each photograph once; a feature's image that the groups do not show stays out of their maps."""
    page = render(audit)
    names = re.findall(r'<image id="(photo-\d+)"', page)
    assert sorted(names) == [f"photo-{i}" for i in range(len(audit.thumbnails))]
    assert set(re.findall(r'<use href="#(photo-\d+)"', page)) == set(names)
    maps = page[page.index('<section id="maps">') :]
    assert "1210.jpg" not in maps
    assert "003.jpg" in maps
    anatomy = page[page.index('<section id="anatomy">') : page.index('<section id="maps">')]
    assert anatomy.count('href="#photo-3"') == 2, "the photograph, and under its activity"
    assert anatomy.count("where feature") == 2


def test_an_audit_from_before_the_pictures_lists_names(audit: Audit) -> None:
    old = tuple(dataclasses.replace(one, inside=(), area=(), planes=(), place=None) for one in audit.anatomy.excited)
    page = render(dataclasses.replace(audit, thumbnails=(), anatomy=dataclasses.replace(audit.anatomy, excited=old)))
    assert "0412.jpg" in visible(page)
    assert "Orange" not in visible(page)


def test_siblings_are_linked(audit: Audit) -> None:
    page = render(audit, siblings={"en": "report.html", "ja": "report.ja.html"})
    assert '<a href="report.ja.html">日本語</a>' in page
    assert "report.html" not in page.replace("report.ja.html", "")


@pytest.mark.parametrize("name", ["//evil", "https://evil", "../up.html", "javascript:x", ""])
def test_a_sibling_is_a_plain_file_name(audit: Audit, name: str) -> None:
    with pytest.raises(ValueError, match="same folder"):
        render(audit, siblings={"ja": name})


def test_an_unknown_decision_is_shown_as_it_is(audit: Audit) -> None:
    page = render(dataclasses.replace(audit, decision="new_kind", findings=()))
    assert "new kind" in page


def test_defaults_are_marked_as_not_yours(pages: dict[tuple[str, str], str], audit: Audit) -> None:
    text = visible(pages["full", "en"])
    assert text.count("default, not yours") == len(audit.policy.values) - len(audit.policy.yours)


def test_a_pooling_that_is_no_plain_mean_is_named_beside_the_maps(audits: dict[str, Audit]) -> None:
    audit = audits["full"]
    how = "mean, then head.norm held still"
    model = dataclasses.replace(audit.model, extraction={**audit.model.extraction, "maps": how})
    assert how in section_maps(render(dataclasses.replace(audit, model=model)))
    assert "How this network pools" not in section_maps(render(audit))


def test_places_that_carry_a_part_of_the_feature_say_which(audits: dict[str, Audit]) -> None:
    audit = audits["full"]
    how = "attention in blocks.11 over 14 x 14 places, gradients integrated over 8 points"
    told = {**audit.model.extraction, "maps": how, "places": "what its last attention brings"}
    part = TrustPart("places", "failed", "above", 0.5, 600, 0.21, 0.17, 0.24, None)
    heads = {
        name: dataclasses.replace(record, map_trust=MapTrust((*record.map_trust.parts, part)))
        if record.map_trust
        else record
        for name, record in audit.heads.items()
    }
    partial = dataclasses.replace(audit, model=dataclasses.replace(audit.model, extraction=told), heads=heads)
    text = visible(section_maps(render(partial)))
    assert how in text
    assert "the places explain 0.21 [0.17, 0.24], n = 600" in text
    assert "exact share" not in text
    japanese = visible(section_maps(render(partial, language="ja")))
    assert "blocks.11 のアテンション、14 x 14 か所、8 点での積分勾配" in japanese
    assert "share of the margin's variance that the places explain" in visible(render(partial))


def section_maps(page: str) -> str:
    return page.split('<section id="maps"')[1].split("</section>")[0]
