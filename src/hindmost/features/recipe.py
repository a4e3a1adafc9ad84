"""How a machine gets the network: a recipe that it follows by itself, and a check of what came out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Generic, Protocol, TypeVar

from hindmost.core.dataset import Preprocessing
from hindmost.core.errors import InputError
from hindmost.core.fingerprint import of_json
from hindmost.features.fill import Embed
from hindmost.features.made import RECIPE

CHECKED = ("recipe", "weights", "preprocessing", "extraction")


class Network(Protocol):
    """What a recipe makes; a ``Backbone`` is one."""

    @property
    def weights_hash(self) -> str: ...

    @property
    def preprocessing(self) -> Preprocessing: ...

    @property
    def embed(self) -> Embed: ...

    def describe(self) -> dict[str, Any]: ...


Recipe = Callable[[], Network]
N = TypeVar("N", bound=Network)


class Here(Generic[N]):
    """A recipe whose network is here already: this process takes it, and another one follows the recipe itself.

    Parameters
    ----------
    network : Network
    recipe : callable       makes the very same network elsewhere; all of this that is pickled
    """

    def __init__(self, network: N, recipe: Callable[[], N]) -> None:
        self._network, self._recipe = network, recipe

    def __call__(self) -> N:
        return self._network

    def __reduce__(self) -> tuple[Any, ...]:
        return _itself, (self._recipe,)


def _itself(recipe: Recipe) -> Recipe:
    return recipe


def network_of(recipe: Recipe, provenance: Mapping[str, Any]) -> Network:
    """The network of a recipe, made here, if it makes the rows that a shelf holds.

    Another version of a library or another instruction set may change bits, and then the rows of two machines do not
    belong on one shelf.

    Parameters
    ----------
    recipe : callable       -> Network; where it is sent to other machines, a function of an installed module or a
                            ``functools.partial`` of one with plain values, such as the path of a checkpoint
    provenance : mapping    of the shelf: ``Made.plain()``

    Raises
    ------
    InputError
        The shelf is not one of ``FeatureStore.shelf``, or this network has other weights, preprocessing, runtime,
        processor or versions.
    """
    if not set(CHECKED) <= set(provenance):
        raise InputError("Rows of a recipe need a shelf that is keyed by content. Pass store.shelf(Made(...)).")
    network = recipe()
    mine = {
        "recipe": RECIPE,
        "weights": network.weights_hash,
        "preprocessing": asdict(network.preprocessing),
        "extraction": network.describe(),
    }
    wrong = _differences(_flat(mine), _flat({name: provenance[name] for name in CHECKED}))
    if wrong:
        raise InputError(
            f"The network made here does not make the rows of this shelf: {'; '.join(wrong)}. "
            "Use machines of one kind with the same versions, or a shelf of its own for each kind."
        )
    return network


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """Two levels as one, so that a message can name what differs."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        inner = {f"{name}.{key}": one for key, one in value.items()} if isinstance(value, Mapping) else {name: value}
        flat.update(inner)
    return flat


def _differences(mine: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    names = sorted({*mine, *expected})
    different = [name for name in names if of_json([mine.get(name)]) != of_json([expected.get(name)])]
    return [f"{name} is {mine.get(name)!r} here, {expected.get(name)!r} there" for name in different]
