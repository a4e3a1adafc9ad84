"""Whether a feature is what attention gathers from places, and where: found by listening, checked in numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from torch import Tensor, nn

from hindmost.backbones.attended import Attended
from hindmost.backbones.attention_call import Hear
from hindmost.backbones.cut import Cut, Tap, Tapped
from hindmost.backbones.find_grid import Grids
from hindmost.backbones.replay import Replay

SAME = 1e-4  # of the largest feature: the replayed end against the network itself
COMPLETE = 1e-3  # of the largest value that the places bring together
FAR = 100.0  # times what the places bring: where it grows as much, the end of the network is linear
STEPS = (8, 16)  # points where it is not
_CANNOT = (RuntimeError, AssertionError, TypeError, ValueError, LookupError, AttributeError)  # what networks raise


def find_attended(module: nn.Module, cut: Cut, x: Tensor, features: Tensor) -> tuple[Attended, Tapped] | str | None:
    """How the feature spreads over what its last attention reads, and where to hear that, or why it does not.

    None: the network calls no attention of torch's.

    Parameters
    ----------
    x : Tensor (n, 3, side, side), n >= 2
    features : Tensor (n, d)
    """
    heard = _listen(module, cut, x)
    if not heard.around:
        return None
    if heard.strange is not None:
        return f"its last call is {heard.strange}"
    reason = "no place is known for what its last attention reads"
    for call in heard.blocks():
        grid = heard.grids.of(call.entering)
        if grid is None or grid == (1, 1):
            continue
        attended = Attended(Replay(cut, call.name, heard.earlier(call), x.shape[-1]), grid, 1)
        found = _checked(attended, module, call.entering, features)
        if isinstance(found, Attended):
            return found, Tapped(cut, Tap(call.name, "input"))
        reason = found
    return reason


def _checked(attended: Attended, module: nn.Module, entering: Tensor, features: Tensor) -> Attended | str:
    """The same with the fewest steps that hold, or why none does."""
    try:
        whole, rest, far = attended.along(module, entering, (1, 0, FAR))
        if whole.shape != features.shape or not (whole - features).abs().max() <= SAME * features.abs().max():
            return "the feature is more than what one token makes of its last attention"
        brought = whole - rest
        linear = (far - rest - FAR * brought).abs().max() <= COMPLETE * FAR * brought.abs().max()
        for steps in (1,) if linear else STEPS:
            tried = replace(attended, steps=steps)
            missed = (tried(module, entering, features).mean(dim=(2, 3)) - brought).abs().max()
            if missed <= COMPLETE * brought.abs().max():
                return tried
    except _CANNOT:
        return "the end of the network cannot be run again on one token"
    return f"integrated gradients of its last attention do not add up to what it brings (off by {missed:.1e})"


@dataclass(frozen=True, eq=False)
class _Call:
    """One call of a module: its name, when it started and ended, and what entered it."""

    name: str
    started: int
    entering: Any
    ended: list[int] = field(default_factory=list)


@dataclass(eq=False)
class _Heard:
    """The calls of one pass, those open at its last attention, the outermost first, and what is strange about that."""

    grids: Grids
    calls: list[_Call] = field(default_factory=list)
    open: list[_Call] = field(default_factory=list)
    around: list[_Call] = field(default_factory=list)
    strange: str | None = None
    clock: int = 0

    def start(self, name: str, inputs: tuple[Any, ...]) -> None:
        self.clock += 1
        self.open.append(_Call(name, self.clock, inputs[0] if inputs else None))
        self.calls.append(self.open[-1])
        self.grids.hear(self.open[-1].entering, returned=False)

    def end(self, output: Any) -> None:
        self.clock += 1
        self.open.pop().ended.append(self.clock)
        self.grids.hear(output, returned=True)

    def attention(self) -> None:
        self.around = list(self.open)

    def blocks(self) -> Iterator[_Call]:
        """Modules around the last attention that read tokens or a plane."""
        return (call for call in self.around if isinstance(call.entering, Tensor) and call.entering.ndim in (3, 4))

    def earlier(self, block: _Call) -> tuple[str, ...]:
        """Names of modules that were done before a block started, without those inside of them."""
        late = {call.name for call in self.calls if call.ended[0] > block.started}
        done = {call.name for call in self.calls} - late
        return tuple(sorted(name for name in done if not any(name.startswith(f"{other}.") for other in done)))


def _listen(module: nn.Module, cut: Cut, x: Tensor) -> _Heard:
    """One pass with open ears."""
    heard, hooks = _Heard(Grids(module)), []
    for name, part in module.named_modules():
        if name:
            hooks.append(part.register_forward_pre_hook(lambda _, inputs, name=name: heard.start(name, inputs)))
            hooks.append(part.register_forward_hook(lambda part, inputs, output: heard.end(output)))
    try:
        with Hear(heard.attention) as last:
            cut(module, x)
        heard.strange = last.strange if last.last is None else None
    finally:
        for hook in hooks:
            hook.remove()
    return heard
