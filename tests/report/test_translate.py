"""The catalogue: complete, with the same fields in both languages."""

from __future__ import annotations

from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from babel.messages.extract import extract
from jinja2.ext import babel_extract

import hindmost.report
from hindmost.core.findings import Sentence
from hindmost.report.phrases import match
from hindmost.report.translate import MissingTranslation, Translator, catalogue
from hindmost.rules.templates import all_templates

ROOT = Path(next(iter(hindmost.report.__path__)))
KEYWORDS = {"_": None, "N_": None, "text": None}


def msgids() -> set[str]:
    """Every text that the report's own code and templates show."""
    found = set()
    for path in ROOT.rglob("*.py"):
        with path.open("rb") as stream:
            found |= {_first(message) for _, message, _, _ in extract("python", stream, keywords=KEYWORDS)}
    for path in ROOT.glob("templates/*.html"):
        with path.open("rb") as stream:
            found |= {_first(message) for _, _, message, _ in babel_extract(stream, ("_",), [], {})}
    return found


def _first(message: Any) -> str:
    """The message id of a call that has values beside it."""
    return str(message if isinstance(message, str) else message[0])


def fields(template: str) -> set[tuple[str, str]]:
    return {(name, spec or "") for _, name, spec, _ in Formatter().parse(template) if name}


def test_each_text_has_a_japanese_translation() -> None:
    assert sorted((msgids() | set(all_templates())) - set(catalogue("ja"))) == []


def test_no_translation_is_left_over() -> None:
    assert sorted(set(catalogue("ja")) - msgids() - set(all_templates())) == []


def test_a_translation_has_the_fields_of_its_text() -> None:
    assert [m for m, text in catalogue("ja").items() if fields(m) != fields(text)] == []


def test_a_translation_is_japanese() -> None:
    same = [m for m, text in catalogue("ja").items() if not any(ord(character) > 0x3000 for character in text)]
    assert same == []


def test_a_missing_translation_is_an_error_when_strict() -> None:
    strict = Translator("ja", strict=True)
    with pytest.raises(MissingTranslation, match="never written"):
        strict.text("never written")
    with pytest.raises(MissingTranslation):
        strict.sentence(Sentence("never {n}", {"n": 1}))
    assert Translator("ja").text("never {n}", n=1) == "never 1"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="en, ja"):
        Translator("fr")  # type: ignore[arg-type]


def test_a_sentence_keeps_its_numbers() -> None:
    sentence = Sentence("The worst group of {head} is right on at most {upper:.1%}; the target is {target:.1%}.",
                        {"head": "dfr", "upper": 0.7123, "target": 0.8})  # fmt: skip
    assert Translator("en").sentence(sentence) == sentence.text
    assert "71.2%" in Translator("ja").sentence(sentence)


def test_known_phrases_are_translated_inside_sentences() -> None:
    sentence = Sentence("There are no maps of {head}: {reason}", {"head": "dfr", "reason": "no row has a core mask"})
    assert "中核マスクのあるデータがありません" in Translator("ja").sentence(sentence)


def test_a_phrase_gives_back_its_names() -> None:
    t = Translator("ja")
    assert t.phrase("no test rows of: a, b; c, d") == "テストデータがないグループ: a, b; c, d"
    assert t.phrase("something new") == "something new"
    assert Translator("en").phrase("no row has a core mask") == "no row has a core mask"


def test_the_methods_of_all_heads_are_known_phrases() -> None:
    heads = pytest.importorskip("hindmost.heads")
    methods = [heads.load(name).method for name in heads.HEADS]
    assert [method for method in methods if match(method) is None] == []
