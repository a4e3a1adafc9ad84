"""A YAML file checked against a model: every complaint names the file and the field."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hindmost.core.errors import InputError

Model = TypeVar("Model", bound=BaseModel)

EXPECTED = {
    "string_type": "text (put it in quotes)",
    "float_type": "a number",
    "int_type": "a whole number",
    "list_type": "a list",
    "dict_type": "a mapping",
}


class _Loader(yaml.SafeLoader):
    """Safe, and a key that comes twice is an error instead of a silent choice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable) or key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} comes twice or is no key", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def read_yaml(path: Path, model: type[Model]) -> Model:
    """The content of a file as a model.

    Raises
    ------
    InputError
        The file is missing or not YAML, or a field is unknown or mistyped.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # _Loader is a SafeLoader
    except FileNotFoundError:
        raise InputError(f"{path} does not exist. Name an existing YAML file.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}). Name a readable YAML file.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InputError(f"{path} is not YAML: {' '.join(str(error).split())}. Correct that place.") from error
    if content is None:
        content = {}
    if not isinstance(content, dict):
        raise InputError(f"{path} holds a {type(content).__name__}, expected a mapping of fields: {_fields(model)}.")
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise InputError(f"{path}: {_complaint(error.errors()[0], model)}") from error


def _complaint(error: ErrorDetails, model: type[BaseModel]) -> str:
    place = ".".join(str(part) for part in error["loc"] if part != "[key]")
    if error["type"] == "extra_forbidden":
        return f"unknown field {place}. Expected: {_fields(model)}."
    expected = EXPECTED.get(error["type"], error["msg"])
    kind = "the key" if "[key]" in error["loc"] else "the value"
    return (
        f"field {place}: expected {expected}, but {kind} {error['input']!r} came. Correct it, or leave the field out."
    )


def _fields(model: type[BaseModel]) -> str:
    return ", ".join(model.model_fields)
