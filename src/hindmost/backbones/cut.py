"""Where a network is cut into body and last layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle


class Cut(Protocol):
    """Where a network is cut: pooled features (n, d), and what lies before pooling (or None)."""

    def __call__(self, module: nn.Module, x: Tensor) -> tuple[Tensor, Tensor | None]: ...


def cut_timm(module: nn.Module, x: Tensor) -> tuple[Tensor, Tensor | None]:
    """Pooled features (n, d) and what lies before pooling, by timm's own protocol; None where that is several."""
    before: Any = module.forward_features(x)  # type: ignore[operator]
    features: Tensor = module.forward_head(before, pre_logits=True)  # type: ignore[operator]
    return features, before if isinstance(before, Tensor) else None


@dataclass(frozen=True)
class Tap:
    """A place in a network where a tensor can be heard: the first input or the output of a named module."""

    name: str
    side: Literal["input", "output"]

    def listen(self, module: nn.Module, keep: Callable[[Any], None]) -> RemovableHandle:
        """Call ``keep`` with what passes here, until the handle is removed."""
        part = module.get_submodule(self.name)
        if self.side == "input":
            return part.register_forward_pre_hook(lambda _, inputs: keep(inputs[0]) if inputs else None)
        return part.register_forward_hook(lambda _, inputs, output: keep(output))


@dataclass(frozen=True)
class CutByHooks:
    """The same for a network without a protocol: listen to what enters its last layer, and to its maps.

    Parameters
    ----------
    classifier : str        name of the last linear layer (or 1 x 1 convolution)
    maps : Tap or None      where the activations pass that are pooled to the feature; None: nowhere
    """

    classifier: str
    maps: Tap | None

    def __call__(self, module: nn.Module, x: Tensor) -> tuple[Tensor, Tensor | None]:
        seen: dict[Tap, Tensor] = {}
        into = Tap(self.classifier, "input")
        taps = [into] if self.maps is None else [into, self.maps]
        hooks = [tap.listen(module, _keeper(seen, tap)) for tap in taps]
        try:
            module(x)
        finally:
            for hook in hooks:
                hook.remove()
        return seen[into].flatten(1), None if self.maps is None else seen[self.maps]


@dataclass(frozen=True)
class Tapped:
    """The same features, with what is heard at another place."""

    cut: Cut
    tap: Tap

    def __call__(self, module: nn.Module, x: Tensor) -> tuple[Tensor, Tensor | None]:
        seen: dict[Tap, Tensor] = {}
        hook = self.tap.listen(module, _keeper(seen, self.tap))
        try:
            features, _ = self.cut(module, x)
        finally:
            hook.remove()
        return features, seen.get(self.tap)


def _keeper(seen: dict[Tap, Tensor], tap: Tap) -> Callable[[Any], None]:
    def keep(tensor: Any) -> None:
        seen[tap] = tensor

    return keep
