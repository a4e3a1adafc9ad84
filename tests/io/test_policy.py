"""Policies: written before looking, and kept with their hash."""

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from hindmost.core.errors import InputError
from hindmost.core.policy import Policy, settings
from hindmost.io.policy import _PolicyFile, policy_record, policy_template, read_policy


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
        ("image_price: -1", "image_price must be a finite number, 0 or more"),
        ("image_price: .inf", "image_price must be a finite number"),
        ("group_prices: {a: -1}", "group_prices of 'a' must be a finite number"),
        ("group_prices: [1]", "field group_prices: expected a mapping"),
        ("training_hours: 3", "training_hours came without training_hour_price"),
        ("training_hour_price: 3", "training_hour_price came without training_hours"),
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


def test_an_undeclared_price_changes_no_hash_and_a_declared_one_does() -> None:
    """The hash of the default policy without the fields of prices."""
    before = "cbc44cc92cdd44f091ae18419fd6e4686cf89876a8ec9590dd2be45b576a8bd4"
    assert policy_record(Policy()).hash == before
    assert policy_record(Policy(image_price=0.0)).hash != before
    assert policy_record(Policy(group_prices={"a": 1.0})).hash != policy_record(Policy(group_prices={"a": 2.0})).hash
    assert policy_record(Policy(target=None)).hash != before


def test_the_template_is_the_default_policy_and_none_of_it_is_yours(tmp_path: Path) -> None:
    assert read_policy(write(tmp_path, policy_template())) == Policy()


def test_the_template_without_its_marks_is_the_default_policy_and_all_of_it_is_yours(tmp_path: Path) -> None:
    text = re.sub(r"^#(?=\w)", "", policy_template(), flags=re.MULTILINE)
    policy = read_policy(write(tmp_path, text))
    assert policy == replace(Policy(), yours=tuple(settings()))
    assert policy_record(policy).hash == policy_record(Policy()).hash


@pytest.mark.parametrize("name", [name for name, one in settings().items() if one.example])
def test_each_example_of_the_template_is_a_value_of_its_field(tmp_path: Path, name: str) -> None:
    beside = {"training_hours": "training_hour_price: 1", "training_hour_price": "training_hours: 1"}.get(name, "")
    policy = read_policy(write(tmp_path, f"{name}: {settings()[name].example}\n{beside}\n"))
    assert name in policy.yours
    assert getattr(policy, name)
