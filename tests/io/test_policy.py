"""Policies: written before looking, and kept with their hash."""

from dataclasses import fields, replace
from pathlib import Path

import pytest

from hindmost.core.errors import InputError
from hindmost.core.policy import Policy
from hindmost.io.policy import _PolicyFile, policy_record, read_policy


def write(folder: Path, text: str) -> Path:
    (folder / "policy.yaml").write_text(text, encoding="utf-8")
    return folder / "policy.yaml"


def test_the_file_knows_every_field_of_a_policy() -> None:
    assert [*_PolicyFile.model_fields, "yours"] == [field.name for field in fields(Policy)]


def test_no_file_is_the_default_and_none_of_it_is_yours() -> None:
    assert read_policy(None) == Policy()
    assert policy_record(read_policy(None)).yours == ()


def test_what_the_file_sets_is_yours_and_the_rest_is_default(tmp_path: Path) -> None:
    policy = read_policy(write(tmp_path, "languages: [ja]\ntarget: null\nlevel: 0.01\n"))
    assert policy == Policy(target=None, level=0.01, languages=("ja",), yours=("target", "level", "languages"))


def test_a_whole_number_is_a_number(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"policy\.yaml: policy: target must lie strictly between 0 and 1"):
        read_policy(write(tmp_path, "target: 1"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("goal: 0.8", r"unknown field goal. Expected: target, harm_margin"),
        ("yours: [target]", "unknown field yours"),
        ("target: high", "field target: expected a number, but the value 'high'"),
        ("target: yes", "field target: expected a number, but the value True"),
        ("level: null", "field level: expected a number"),
        ("level: .nan", "level must lie strictly between 0 and 0.5"),
        ("deciding_head: 3", "field deciding_head: expected text"),
        ("languages: en", "field languages: expected a list"),
        ("languages: [fr]", "languages must name"),
        ("on_empty_stratum: ignore", "on_empty_stratum must be"),
        ("target: 0.8\ntarget: 0.9", "the key 'target' comes twice"),
    ],
)
def test_a_bad_policy_names_the_field(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_policy(write(tmp_path, text))


def test_the_hash_is_of_the_values_and_not_of_who_set_them() -> None:
    record = policy_record(Policy())
    assert record.values["languages"] == ["en", "ja"]
    assert "yours" not in record.values
    assert policy_record(Policy(yours=("target",))).hash == record.hash
    assert policy_record(replace(Policy(), target=0.81)).hash != record.hash
