"""Where a network is cut into body and last layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn


def cut_timm(module: nn.Module, x: Tensor) -> tuple[Tensor, Tensor]:
    """Pooled features (n, d) and what lies before pooling, by timm's own protocol."""
    before = module.forward_features(x)  # type: ignore[operator]
    return module.forward_head(before, pre_logits=True), before  # type: ignore[operator]


@dataclass(frozen=True)
class CutByHooks:
    """The same for a network without a protocol: watch what enters its last layer and its last pooling.

    Parameters
    ----------
    classifier : str        name of the last linear layer
    pooling : str or None   name of the last adaptive mean pooling, where there is one
    """

    classifier: str
    pooling: str | None

    def __call__(self, module: nn.Module, x: Tensor) -> tuple[Tensor, Tensor | None]:
        seen: dict[str, Tensor] = {}
        names = [name for name in (self.classifier, self.pooling) if name is not None]
        hooks = [module.get_submodule(name).register_forward_pre_hook(_recorder(seen, name)) for name in names]
        try:
            module(x)
        finally:
            for hook in hooks:
                hook.remove()
        return seen[self.classifier], seen.get(self.pooling or "")


def _recorder(seen: dict[str, Tensor], name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
    """A hook that keeps the input of a layer under a name."""

    def keep(layer: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        seen[name] = inputs[0]

    return keep
