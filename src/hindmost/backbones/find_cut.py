"""The cut of a network that does not say where it is: found by listening to one pass of a random batch.

The last layer is the linear layer, the latest in the order of the pass, whose output is the network's own
output. Its input is the feature. The maps are the latest activation over places whose plain mean is the feature,
else whose maximum is or that a norm follows. All three are compared in numbers, so a name or an order of
registration decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import torch
from torch import Tensor, nn

from hindmost.backbones.cut import CutByHooks, Tap
from hindmost.backbones.find_spread import cuts_patches, find_spread, hear_norms, is_plane
from hindmost.backbones.last_layer import as_linear
from hindmost.backbones.spread import Spread, as_maps
from hindmost.core.errors import InputError

SAME = 1e-5  # of the largest value: the same float32 numbers, or a mean of them summed in another order
_REMEDY = "Let it return plain logits (no softmax, no average of several heads), or choose another --backbone."


def find_cut(name: str, module: nn.Module, side: int) -> CutByHooks:
    """Where body and last layer meet, and where the maps pass.

    Parameters
    ----------
    name : str          for the message
    module : nn.Module  from images (n, 3, side, side) to logits (n, c); it is left in inference mode
    side : int          in pixels

    Raises
    ------
    InputError
        The pass fails, its output is no logits, or no linear layer gives that output.
    """
    linear = [layer for layer in map(as_linear, module.modules()) if layer is not None]
    heard = _Heard({layer.in_features for layer in linear}, cuts_patches(module))
    with hear_norms(module) as norms:
        output = _one_pass(name, module.eval(), heard, side)
    last = next((call for call in reversed(heard.linear) if _close(call.output, output)), None)
    if last is None:
        raise InputError(f"{name}: its last layer must be one linear layer whose output is the network's own, but "
                         f"{_what_came(heard, output)}. {_REMEDY}")  # fmt: skip
    with torch.inference_mode():
        return CutByHooks(last.name, _maps(module, heard, last.features, norms))


@dataclass(frozen=True, eq=False)
class _Call:
    """One call of a linear layer: its input (n, d), and (n, c) by its weights."""

    name: str
    features: Tensor
    output: Tensor


@dataclass(eq=False)
class _Heard:
    """What one pass said: every linear layer, and every activation over places with as many channels as one reads.

    Lists of tokens are kept where the network itself says which place each belongs to.
    """

    widths: set[int]
    tokens: bool
    linear: list[_Call] = field(default_factory=list)
    planes: list[tuple[Tap, Tensor]] = field(default_factory=list)

    def listener(self, name: str) -> Any:
        """A hook for the module of this name."""

        def listen(layer: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
            linear = as_linear(layer)
            if linear is not None and inputs[0].shape[1:].numel() == linear.in_features:  # one feature an image
                features = inputs[0].flatten(1)
                self.linear.append(_Call(name, features, nn.functional.linear(features, linear.weight, linear.bias)))
            self._plane(name, "input", inputs[0] if inputs else None)
            self._plane(name, "output", output)

        return listen

    def _plane(self, name: str, side: Literal["input", "output"], value: Any) -> None:
        if not isinstance(value, Tensor):
            return
        of_places = value.ndim == 4 and self.widths & {value.shape[1], value.shape[3]}
        of_tokens = value.ndim == 3 and self.tokens and value.shape[2] in self.widths
        if of_places or of_tokens:
            self.planes.append((Tap(name, side), value))


def _one_pass(name: str, module: nn.Module, heard: _Heard, side: int) -> Tensor:
    """The network's output for noise; InputError where that is no logits."""
    x = torch.randn(2, 3, side, side, generator=torch.Generator().manual_seed(0))
    hooks = [part.register_forward_hook(heard.listener(path)) for path, part in module.named_modules() if path]
    try:
        with torch.inference_mode():
            output = module(x)
    except (RuntimeError, AssertionError, TypeError, ValueError) as error:
        raise InputError(f"{name} cannot read images of {side} x {side} pixels: {error}. "
                         "Name another size with --input-size, or choose another --backbone.") from error  # fmt: skip
    finally:
        for hook in hooks:
            hook.remove()
    if not isinstance(output, Tensor) or output.ndim != 2 or len(output) != 2:
        came = f"an array of shape {tuple(output.shape)}" if isinstance(output, Tensor) else type(output).__name__
        raise InputError(
            f"{name}: for 2 images it must return logits of shape (2, classes), but {came} came. {_REMEDY}"
        )
    if not output.isfinite().all():
        raise InputError(f"{name}: its output for noise holds NaN or infinite values. Check its weights.")
    return output


def _maps(module: nn.Module, heard: _Heard, features: Tensor, norms: dict[str, Tensor]) -> Tap | None:
    """The latest activation over more than one cell whose plain mean is the feature, else that has a spread."""
    d = features.shape[1]
    latest = [(tap, before) for tap, before in reversed(heard.planes) if before[0].numel() > d]
    for tap, before in latest:
        if is_plane(before, d) and _close(as_maps(before, features).mean(dim=(2, 3)), features):
            return tap
    for tap, before in latest:
        if isinstance(find_spread(module, before, features, norms), Spread):
            return tap
    return None


def _what_came(heard: _Heard, output: Tensor) -> str:
    if not heard.linear:
        return "no linear layer reads one feature of an image"
    last = heard.linear[-1]
    shape = tuple(last.output.shape)
    return (
        f"its output {tuple(output.shape)} is not the output {shape} of its latest one, {last.name}, nor of any other"
    )


def _close(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and bool((a - b).abs().max() <= SAME * b.abs().max())
