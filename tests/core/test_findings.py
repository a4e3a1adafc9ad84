"""Sentences: the English is a pure function of template and values."""

from dataclasses import asdict

import pytest

from hindmost.core.findings import Finding, Sentence


def test_a_sentence_is_its_template_filled():
    sentence = Sentence("worst group {before:.1%} to {after:.1%}, n = {n}", {"before": 0.62, "after": 0.813, "n": 642})
    assert str(sentence) == sentence.text == "worst group 62.0% to 81.3%, n = 642"
    assert asdict(sentence)["template"].startswith("worst group {before")


def test_a_sentence_without_a_value_is_refused():
    with pytest.raises(KeyError, match="n"):
        Sentence("n = {n}")


def test_a_finding_carries_its_message_in_english():
    finding = Finding("HM001", "Harm in a group", "found", Sentence("{group} lost", {"group": "y=0"}), number=-0.1)
    assert finding.sentence == "y=0 lost"
    assert finding.would_change is None
