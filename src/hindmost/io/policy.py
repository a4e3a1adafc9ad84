"""The policy file: what was promised before looking."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from hindmost.core import fingerprint
from hindmost.core.audit import PolicyRecord
from hindmost.core.errors import InputError
from hindmost.core.policy import Policy, Setting, settings
from hindmost.io.yaml_file import read_yaml

OPENING = """\
# The policy of an audit: write it before you look at the results, and pass it with --policy FILE.
# Each field stands here with its default. Remove the "#" before a field to make it yours: the report
# prints the others as "default, not yours".
"""


class _PolicyFile(BaseModel):
    """The fields of Policy; a test holds the two together."""

    model_config = ConfigDict(strict=True, extra="forbid")

    target: float | None = None
    harm_margin: float = 0
    gap_margin: float = 0
    reliance_margin: float = 0
    level: float = 0
    flip_tolerance: float = 0
    label_budget: int = 0
    deciding_head: str = ""
    on_empty_stratum: str = ""
    languages: list[str] = []
    image_price: float | None = None
    group_prices: dict[str, float] = {}
    training_hours: float | None = None
    training_hour_price: float | None = None
    currency: str | None = None


def read_policy(path: Path | None) -> Policy:
    """A policy from YAML; fields that the file leaves out keep their defaults, ``yours`` names the others.

    Parameters
    ----------
    path : Path or None     None: the default policy

    Raises
    ------
    InputError
        The file is missing or not YAML, or a field is unknown, mistyped or out of its range.
    """
    if path is None:
        return Policy()
    given = read_yaml(Path(path), _PolicyFile).model_dump(exclude_unset=True)
    if "languages" in given:
        given["languages"] = tuple(given["languages"])
    yours = tuple(field.name for field in fields(Policy) if field.name in given)
    try:
        return Policy(**given, yours=yours)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def policy_record(policy: Policy) -> PolicyRecord:
    """The policy as an audit holds it, with the SHA-256 of its values.

    What is not declared (null or empty by default) stays out of the hash: a field that a later version
    adds changes no hash until somebody sets it.
    """
    values: dict[str, Any] = asdict(policy)
    del values["yours"]
    values["languages"] = list(policy.languages)
    defaults = _plain_defaults()
    declared = {name: value for name, value in values.items() if defaults[name] or value != defaults[name]}
    return PolicyRecord(values, policy.yours, fingerprint.of_json(declared))


def policy_template() -> str:
    """A policy file in which every field stands commented out, with its meaning, values and default.

    Read back it is the default policy; with every ``#`` before a field removed it is still, and all yours.
    """
    defaults = _plain_defaults()
    return "\n".join([OPENING, *(_entry(name, one, defaults[name]) for name, one in settings().items())])


def _entry(name: str, setting: Setting, default: Any) -> str:
    written = yaml.safe_dump({name: default}, default_flow_style=True, allow_unicode=True).strip()[1:-1]
    example = [f"# for example  {name}: {setting.example}"] if setting.example else []
    return "\n".join([f"# {setting.meaning}", f"# {setting.values}", *example, f"#{written}", ""])


def _plain_defaults() -> dict[str, Any]:
    values = asdict(Policy())
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
