"""A network with the weights of the user's own file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Unpack

from torch import Tensor

from hindmost.backbones.architecture import Architecture, untrained
from hindmost.backbones.backbone import Backbone
from hindmost.backbones.build import build
from hindmost.backbones.identity import COUNTER, with_form
from hindmost.backbones.names import DEFAULT, shown_name, source_of
from hindmost.backbones.preprocessing import Reading, preprocessing_for
from hindmost.backbones.weights_file import WeightsFile, read_weights
from hindmost.core.dataset import Preprocessing
from hindmost.core.errors import InputError

PREFIXES = ("model.", "module.", "backbone.", "net.", "network.", "_orig_mod.")


def load(path: Path, name: str | None = None, **reading: Unpack[Reading]) -> Backbone:
    """The network of a checkpoint.

    Parameters
    ----------
    path : Path             .pth, .pt or .safetensors
    name : str or None      a name of any source (see ``load`` of the room); None: what hindmost's own
                            checkpoint says of itself, else the default network
    **reading               see ``preprocessing_for``; without preset and input_size, hindmost's own checkpoint decides

    Raises
    ------
    InputError      the file cannot be read, or its tensors are not those of the architecture
    """
    path = Path(path)
    file = read_weights(path)
    name = name or _named_by(path, file)
    _check_finite(path, file.tensors)
    network, tensors = _matched(path, name, file.tensors)
    network.module.load_state_dict(tensors, strict=False)  # only counters may be missing
    backbone = build(shown_name(name), network, _preprocessing(file, network, reading), f"checkpoint {path.name}")
    return replace(backbone, weights_hash=with_form(backbone.weights_hash, network.form))


def _named_by(path: Path, file: WeightsFile) -> str:
    """The architecture that a checkpoint names; code of the user's own runs only where the user names it."""
    name = str(file.meta.get("architecture", DEFAULT))
    if source_of(name) == "factory":
        raise InputError(
            f"{path.name} was trained on the network of {name}, and a file of weights runs no code. "
            f"Where you trust that code, name it: --backbone {name}."
        )
    return name


def _check_finite(path: Path, tensors: Mapping[str, Tensor]) -> None:
    bad = next((name for name, value in tensors.items() if not value.isfinite().all()), None)
    if bad is not None:
        raise InputError(f"{path.name}: {bad} holds NaN or infinite values. Export it again from a run that converged.")


def _matched(path: Path, name: str, tensors: Mapping[str, Tensor]) -> tuple[Architecture, dict[str, Tensor]]:
    """The architecture with the file's number of classes, and the file's tensors under its names."""
    network = untrained(name)
    found = min((_compare(candidate, network) for candidate in _candidates(tensors)), key=lambda match: match.wrong)
    weight = found.tensors.get(f"{network.classifier}.weight")
    if weight is not None and weight.ndim in (2, 4) and len(weight) != _n_outputs(network):
        network = untrained(name, n_classes=len(weight))
        found = _compare(found.tensors, network)
    if found.wrong:
        raise InputError(f"{path.name} does not fit {name}: {found.sentence()}. "
                         "Name its architecture with --backbone NAME.")  # fmt: skip
    return network, found.tensors


@dataclass(frozen=True, eq=False)
class _Match:
    """The tensors of a file beside the names and shapes of an architecture."""

    tensors: dict[str, Tensor]
    n_expected: int
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    misshapen: tuple[str, ...]

    @property
    def wrong(self) -> int:
        return len(self.missing) + len(self.unexpected) + len(self.misshapen)

    def sentence(self) -> str:
        """How many tensors are wrong in which way, with examples."""
        kinds = (
            (self.missing, f"of its {self.n_expected} tensors are missing"),
            (self.unexpected, "tensors are unexpected"),
            (self.misshapen, "have another shape"),
        )
        return ", ".join(f"{len(names)} {what} ({', '.join(names[:2])}{', ...' if len(names) > 2 else ''})"
                         for names, what in kinds if names)  # fmt: skip


def _n_outputs(network: Architecture) -> int:
    """How many rows the last layer has, 0 where it has no weights."""
    weight = network.module.state_dict().get(f"{network.classifier}.weight")
    return 0 if weight is None else len(weight)


def _compare(tensors: Mapping[str, Tensor], network: Architecture) -> _Match:
    wanted = {name: value for name, value in network.module.state_dict().items() if not name.endswith(COUNTER)}
    given = {name: value for name, value in tensors.items() if not name.endswith(COUNTER)}
    misshapen = tuple(
        f"{name} {tuple(given[name].shape)} instead of {tuple(wanted[name].shape)}"
        for name in wanted
        if name in given and given[name].shape != wanted[name].shape
    )
    return _Match(
        given,
        len(wanted),
        tuple(n for n in wanted if n not in given),
        tuple(n for n in given if n not in wanted),
        misshapen,
    )


def _candidates(tensors: Mapping[str, Tensor], depth: int = 2) -> Iterator[dict[str, Tensor]]:
    """The tensors as they are, and those under each prefix without it.

    What lies outside the prefix (a loss with weights, say) is left out; the rest must fit in full.
    """
    yield dict(tensors)
    for prefix in PREFIXES if depth else ():
        inside = {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}
        if inside:
            yield from _candidates(inside, depth - 1)


def _preprocessing(file: WeightsFile, network: Architecture, reading: Reading) -> Preprocessing:
    stored = file.meta.get("preprocessing")
    if stored is None or reading.get("preset") is not None or reading.get("input_size") is not None:
        return preprocessing_for(network.model_cfg, **reading)
    return Preprocessing(**{**stored, "mean": tuple(stored["mean"]), "std": tuple(stored["std"])})
