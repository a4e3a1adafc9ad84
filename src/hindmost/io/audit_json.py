"""``audit.json``: an audit as text, back from text, and the schema that describes it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from pydantic import TypeAdapter, ValidationError

from hindmost.core.audit import SCHEMA, Audit
from hindmost.core.errors import InputError

_AUDIT = TypeAdapter(Audit)


def dumps(audit: Audit) -> str:
    """The audit as JSON: fields in the order of their declaration, so that equal audits are equal bytes.

    Raises
    ------
    ValueError
        A number is NaN or infinite; absent numbers are None.
    """
    return json.dumps(asdict(audit), allow_nan=False, ensure_ascii=False, indent=1) + "\n"


def write_audit(audit: Audit, path: Path) -> None:
    """Write ``dumps(audit)`` as UTF-8."""
    path.write_text(dumps(audit), encoding="utf-8", newline="\n")


def read_audit(path: Path) -> Audit:
    """An audit from a file; sentences are made again from their templates.

    Raises
    ------
    InputError
        The file is missing, no JSON, of another schema number, or not an audit.
    """
    text = _text(Path(path))
    try:
        content = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON ({error}). Copy it again, or run hindmost audit again.") from error
    schema = content.get("schema") if isinstance(content, dict) else None
    if schema != SCHEMA or isinstance(schema, bool):
        raise InputError(
            f"{path} has schema {schema!r}, this version of hindmost reads schema {SCHEMA}. "
            "Use the version that wrote it, or run hindmost audit again."
        )
    try:
        return _AUDIT.validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise InputError(f"{path} is not an audit: {place}: {first['msg']}. Run hindmost audit again.") from error
    except (LookupError, AttributeError, TypeError) as error:  # a template that its values do not fill
        raise InputError(f"{path} is not an audit: a sentence lacks {error}. Run hindmost audit again.") from error


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of ``audit.json``: every field is always written."""
    schema = _AUDIT.json_schema(mode="serialization")
    definitions = dict(sorted(schema.pop("$defs").items()))
    for node in (schema, *definitions.values()):
        _plain(node)
    schema["properties"]["schema"] = {"const": SCHEMA}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "hindmost audit"}
    return {**head, **{key: value for key, value in schema.items() if key != "title"}, "$defs": definitions}


def schema_text() -> str:
    """The published schema file, ``docs/audit.schema.json``."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"


def _plain(node: dict[str, Any]) -> None:
    """Every property required, no generated titles and defaults."""
    node["required"] = list(node["properties"])
    for value in node["properties"].values():
        value.pop("title", None)
        value.pop("default", None)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"{path} does not exist. Name an audit.json that hindmost audit wrote.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}). Name a readable audit.json.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text (byte {error.start}). Name an audit.json.") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
