"""The end of a network run again, from one of its blocks on, with another answer of that block's attention."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from hindmost.backbones.attention_call import Answer, Attention, Hear, NotPlain
from hindmost.backbones.cut import Cut
from hindmost.backbones.still_norms import StillNorms


@dataclass(frozen=True)
class Replay:
    """Everything after the attention of one block, as a function of what its first query is answered.

    Parameters
    ----------
    cut : Cut
    block : str             name of the module that holds the attention, and the path around it
    earlier : tuple of str  names of modules that are done before the block starts
    side : int              of the image, in pixels
    """

    cut: Cut
    block: str
    earlier: tuple[str, ...]
    side: int

    def hear(self, body: nn.Module, entering: Tensor) -> tuple[Attention, dict[str, Any]]:
        """The block's attention where this enters it, and what each module before it returned for a blank image.

        Raises
        ------
        NotPlain        its last call of attention cannot be taken apart
        """
        kept: dict[str, Any] = {}
        with ExitStack() as stack:
            for name in self.earlier:
                stack.enter_context(_hooked(body.get_submodule(name).register_forward_hook(_keeper(kept, name))))
            hear = stack.enter_context(Hear())
            self._pass(body, entering)
        if hear.last is None:
            raise NotPlain(hear.strange)
        return hear.last, kept

    def __call__(
        self, body: nn.Module, kept: dict[str, Any], entering: Tensor, answer: Tensor, norms: StillNorms
    ) -> Tensor:
        """Features (n, d) where the first query is answered with (n, heads, k).

        Parameters
        ----------
        kept : dict         from ``hear``: the modules before the block return this, and compute nothing
        entering : Tensor   tokens (n, 1, d) or a plane (n, c, h, w)
        """
        with ExitStack() as stack:
            for name, output in kept.items():
                stack.enter_context(silenced(body.get_submodule(name), output))
            stack.enter_context(Answer(answer, norms))
            return self._pass(body, entering)

    def _pass(self, body: nn.Module, entering: Tensor) -> Tensor:
        """Features of a blank image where something else enters the block."""

        def enter(_: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
            return (entering, *inputs[1:])

        blank = torch.zeros(1, 3, self.side, self.side, dtype=entering.dtype)
        with _hooked(body.get_submodule(self.block).register_forward_pre_hook(enter)):
            return self.cut(body, blank)[0]


@contextmanager
def _hooked(handle: Any) -> Iterator[None]:
    try:
        yield
    finally:
        handle.remove()


@contextmanager
def silenced(part: nn.Module, output: Any) -> Iterator[None]:
    """The module returns this, for as long as the block lasts; a forward of its own comes back."""
    own = part.__dict__.get("forward")
    part.forward = lambda *_, **__: output
    try:
        yield
    finally:
        del part.forward
        if own is not None:
            part.forward = own


def _keeper(kept: dict[str, Any], name: str) -> Any:
    def keep(_: nn.Module, inputs: Any, output: Any) -> None:
        kept[name] = output

    return keep
