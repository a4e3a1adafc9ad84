"""One code, one file, one page, one test, one line in the list; words that translate and promise nothing."""

import re
from pathlib import Path

import pytest

from hindmost import rules
from hindmost.core.errors import InputError
from hindmost.core.policy import Policy
from hindmost.rules.templates import all_templates

HERE = Path(__file__).parent
SOURCE = Path(rules.__file__).parent
DOCS = HERE.parents[1] / "docs"
PROMISES = re.compile(r"debias|robust|\bsolve|unbias|guarantee|\bfair\b|\bsafe to\b", re.IGNORECASE)


def test_registry_files_pages_and_tests_are_the_same_set():
    named = {code: target.split(":")[0].split(".")[-1] for code, target in rules.RULES.items()}
    assert {path.stem for path in SOURCE.glob("hm*.py")} == set(named.values())
    assert {path.stem for path in (SOURCE / "pages").iterdir()} == set(named)
    assert {path.stem for path in HERE.glob("test_hm*.py")} == {f"test_{stem}" for stem in named.values()}
    assert all(stem.startswith(code.lower() + "_") for code, stem in named.items())


@pytest.mark.parametrize("code", sorted(rules.RULES))
def test_each_page_has_its_title_and_three_headings(code):
    page = rules.explain(code)
    assert page.startswith(f"# {code} {rules.title(code)}\n")
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == ["How detected", "Why it matters", "What to do"]
    assert rules.title(code) in all_templates()


def test_the_list_in_the_docs_names_every_rule():
    text = (DOCS / "rules" / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[(HM\d+)\]\((.*?)\) \| (.*) \|$", text, re.MULTILINE)
    assert [(code, name) for code, _, name in listed] == [(code, rules.title(code)) for code in sorted(rules.RULES)]
    assert all((DOCS / "rules" / link).is_file() for _, link, _ in listed)


@pytest.mark.parametrize("ask", [rules.load, rules.explain, rules.title])
def test_an_unknown_code_is_answered_with_the_codes(ask):
    with pytest.raises(InputError, match=r"HM999.*HM001, HM002"):
        ask("HM999")


def test_findings_come_in_code_order_with_their_own_code_and_title(make):
    findings = rules.check_all(make.evidence(), Policy())
    assert [(f.code, f.title) for f in findings] == [(code, rules.title(code)) for code in sorted(rules.RULES)]


def test_no_word_promises_more_than_was_measured():
    texts = [*all_templates(), *(path.read_text(encoding="utf-8") for path in (SOURCE / "pages").iterdir())]
    texts += [
        (DOCS / "decision.md").read_text(encoding="utf-8"),
        (DOCS / "rules" / "README.md").read_text(encoding="utf-8"),
    ]
    assert not [text for text in texts if PROMISES.search(text)]


def test_templates_are_many_and_each_once():
    templates = all_templates()
    assert len(templates) == len(set(templates))
    assert len(templates) > 80
