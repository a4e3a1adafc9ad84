"""The policy file: what was promised before looking."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from hindmost.core import fingerprint
from hindmost.core.audit import PolicyRecord
from hindmost.core.errors import InputError
from hindmost.core.policy import Policy
from hindmost.io.yaml_file import read_yaml


class _PolicyFile(BaseModel):
    """The fields of Policy; a test holds the two together."""

    model_config = ConfigDict(strict=True, extra="forbid")

    target: float | None = None
    harm_margin: float = 0
    gap_margin: float = 0
    reliance_margin: float = 0
    level: float = 0
    flip_tolerance: float = 0
    deciding_head: str = ""
    on_empty_stratum: str = ""
    languages: list[str] = []


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
    """The policy as an audit holds it, with the SHA-256 of its values."""
    values: dict[str, Any] = asdict(policy)
    del values["yours"]
    values["languages"] = list(policy.languages)
    return PolicyRecord(values, policy.yours, fingerprint.of_json(values))
