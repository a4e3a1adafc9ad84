"""audit.json: there and back, described by its schema, named as promised."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hindmost.core.audit import SCHEMA, Audit
from hindmost.core.errors import InputError
from hindmost.io.audit_json import dumps, json_schema, read_audit, schema_text, write_audit

PUBLISHED = Path(__file__).parents[2] / "docs" / "audit.schema.json"


def test_there_and_back(audit: Audit, tmp_path: Path) -> None:
    write_audit(audit, tmp_path / "audit.json")
    back = read_audit(tmp_path / "audit.json")
    assert back == audit
    assert dumps(back) == dumps(audit) == (tmp_path / "audit.json").read_text(encoding="utf-8")


def test_text_ends_with_a_line_and_numbers_keep_every_digit(audit: Audit) -> None:
    text = dumps(audit)
    assert text.endswith("}\n")
    assert "0.30000000000000004" in text


def test_not_a_number_is_a_bug_and_not_written(audit: Audit) -> None:
    erm = replace(audit.heads["erm"], mean=float("nan"))
    with pytest.raises(ValueError, match="JSON compliant"):
        dumps(replace(audit, heads={**audit.heads, "erm": erm}))


def test_the_interface_that_stays(audit: Audit) -> None:
    content = json.loads(dumps(audit))
    assert {"schema", "decision", "companions", "policy", "heads", "changes", "findings"} <= {*content}
    erm = content["heads"]["erm"]
    assert {"groups", "worst_group", "mean", "adjusted_mean", "selected"} <= {*erm}
    assert {"name", "n", "correct", "accuracy", "low", "high"} <= {*erm["groups"][0]}
    assert erm["groups"][1]["accuracy"] is None
    worst = {"name", "n", "accuracy", "low", "high", "chosen_on", "test_minimum"}
    assert worst <= {*erm["worst_group"]}
    row = content["changes"]["threshold"]["groups"][0]
    assert {"name", "n", "fixed", "broken", "difference", "low", "high", "p_adjusted", "outcome"} <= {*row}
    finding = {"code", "outcome", "sentence", "number", "low", "high", "threshold"}
    assert finding <= {*content["findings"][0]}
    assert content["findings"][0]["sentence"] == "dfr worst group 90.0%, n = 10"


def test_the_schema_describes_what_is_written_and_refuses_what_is_not(audit: Audit) -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    content = json.loads(dumps(audit))
    validator.validate(content)
    for broken in (content | {"schema": SCHEMA + 1}, content | {"decision": 3}, without(content, "findings")):
        assert not validator.is_valid(broken)
    assert not validator.is_valid(content | {"findings": [without(content["findings"][0], "sentence")]})


def without(content: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name != key}


def test_the_published_schema_is_the_generated_one() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ('{"schema": NaN}', "NaN is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "has schema None, this version of hindmost reads schema 1"),
        ('{"schema": 99}', "has schema 99"),
        ('{"schema": true}', "has schema True"),
        ('{"schema": 1}', "is not an audit: hindmost: Field required"),
    ],
)
def test_what_is_no_audit_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "audit.json").write_text(text)
    with pytest.raises(InputError, match=message):
        read_audit(tmp_path / "audit.json")


@pytest.mark.parametrize("template", ["{absent}", "{0}", "{n.x}", "{n:q}", "{"])
def test_a_template_that_its_values_do_not_fill_is_refused(audit: Audit, tmp_path: Path, template: str) -> None:
    content = json.loads(dumps(audit))
    content["message"]["template"] = template
    (tmp_path / "audit.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match="is not an audit"):
        read_audit(tmp_path / "audit.json")


def test_a_missing_file_and_other_bytes_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_audit(tmp_path / "audit.json")
    (tmp_path / "audit.json").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="not UTF-8"):
        read_audit(tmp_path / "audit.json")
    with pytest.raises(InputError, match="cannot be read"):
        read_audit(tmp_path)
