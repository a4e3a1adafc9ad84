"""How a network's feature spreads over places: found in numbers, or the reason why it does not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

from hindmost.backbones.frozen_norm import is_norm
from hindmost.backbones.spread import POOLINGS, Spread

MEAN = 1e-4  # of the largest feature: one mean over at most a few hundred cells


def find_spread(module: nn.Module, before: Tensor | None, features: Tensor, norms: dict[str, Tensor]) -> Spread | str:
    """The first spread whose cells have the features as their plain mean, or why there is none.

    Parameters
    ----------
    module : nn.Module          the network
    before : Tensor or None     what it pools: a plane (n, d, h, w) or (n, h, w, d), or tokens (n, t, d)
    features : Tensor (n, d)
    norms : dict of Tensors     outputs of norms in the same pass, by name (see ``hear_norms``)
    """
    d = features.shape[1]
    if before is None:
        return (
            f"no one array over a plane that passes through it has its {d} features as its mean or its maximum, "
            f"with or without a norm after it{_named(module)}"
        )
    shape = f"(n, {', '.join(map(str, before.shape[1:]))})"
    if _is_a_token(before, features):
        return f"its feature is its class token, one of an array of shape {shape}, and no sum over places gives that"
    grid = grid_of(module, before)
    if not is_plane(before, d) and (grid is None or before.shape[2] != d):
        return (
            f"what it pools is an array of shape {shape}, not a map with its {d} features as channels{_named(module)}"
        )
    for norm in [None, *norms_before(features, norms)]:
        for pooling in POOLINGS:
            spread = Spread(pooling, norm, grid)
            if holds(spread, module, before, features):
                return spread
    return (
        "its features are neither the mean nor the maximum of its maps, nor half of each, nor one of these before a "
        f"norm{_named(module)}"
    )


def holds(spread: Spread, module: nn.Module, before: Tensor, features: Tensor) -> bool:
    """Whether the plain mean of the cells is the feature."""
    mean = spread(module, before, features).mean(dim=(2, 3))
    return mean.shape == features.shape and bool((mean - features).abs().max() <= MEAN * features.abs().max())


def norms_before(features: Tensor, norms: dict[str, Tensor]) -> list[str]:
    """Names of the norms whose output is the feature, the latest first."""
    close = MEAN * features.abs().max()
    same = [name for name, output in norms.items() if output.numel() == features.numel()
            and bool((output.flatten(1) - features).abs().max() <= close)]  # fmt: skip
    return same[::-1]


@contextmanager
def hear_norms(module: nn.Module) -> Iterator[dict[str, Tensor]]:
    """Outputs of the norms of one pass, by name, in its order."""
    heard: dict[str, Tensor] = {}

    def listener(name: str) -> Any:
        def listen(_: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
            if output.shape[1:].numel() == max(output.shape[1:]):  # one value a feature: after pooling
                heard.pop(name, None)
                heard[name] = output

        return listen

    hooks = [part.register_forward_hook(listener(name)) for name, part in module.named_modules() if is_norm(part)]
    try:
        yield heard
    finally:
        for hook in hooks:
            hook.remove()


def is_plane(before: Tensor, d: int) -> bool:
    """Whether it is a map with d channels, on either side."""
    return before.ndim == 4 and d in (before.shape[1], before.shape[3])


def cuts_patches(module: nn.Module) -> bool:
    """Whether the network says into how many rows and columns of patches it cuts an image, as timm's do."""
    return _patches(module) is not None


def grid_of(module: nn.Module, before: Tensor) -> tuple[int, int] | None:
    """Rows and columns of a list of tokens, at least as many as the network cuts patches; None where it is none."""
    grid = _patches(module)
    if before.ndim != 3 or grid is None or grid[0] * grid[1] > before.shape[1]:
        return None
    return grid


def _patches(module: nn.Module) -> tuple[int, int] | None:
    for name in ("patch_embed", "stem"):
        grid = getattr(getattr(module, name, None), "grid_size", None)
        if isinstance(grid, tuple) and len(grid) == 2:
            return int(grid[0]), int(grid[1])
    return None


def _is_a_token(before: Tensor, features: Tensor) -> bool:
    if before.ndim != 3:
        return False
    off = (before - features[:, None]).abs().amax(dim=(0, 2))  # (t,)
    return bool(off.min() <= MEAN * features.abs().max())


def _named(module: nn.Module) -> str:
    """What the network itself calls its pooling, where it says it."""
    said = getattr(module, "attn_pool", None) or getattr(module, "global_pool", None)
    if isinstance(said, nn.Module):
        kind = getattr(said, "pool_type", None)
        said = f"{type(said).__name__} {kind}" if isinstance(kind, str) else type(said).__name__
    return f' (it calls its pooling "{said}")' if isinstance(said, str) and said else ""
