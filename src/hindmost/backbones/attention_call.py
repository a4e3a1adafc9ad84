"""Softmax attention in a pass: its last call heard, or every call answered with a given value.

timm, transformers and torchvision all call torch's ``scaled_dot_product_attention``, torchvision through
``nn.MultiheadAttention``. Its fast path steps aside while a mode like these is on.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode

from hindmost.backbones.still_norms import StillNorms

_WITH_PROJECTIONS = signature(F.multi_head_attention_forward)


class NotPlain(RuntimeError):
    """An attention with dropout, extra keys or shared heads, which this room does not take apart."""


@dataclass(frozen=True, eq=False)
class Attention:
    """One call, seen from its first query.

    Parameters
    ----------
    weights : Tensor (n, heads, t)      of the first query; they sum to 1
    values : Tensor (n, heads, t, k)
    """

    weights: Tensor
    values: Tensor

    def parts(self) -> Tensor:
        """What each key brings to the answer of the first query, (n, heads, t, k); their sum is the answer."""
        return self.weights[..., None] * self.values


@dataclass(frozen=True, eq=False)
class _Call:
    """What attention is asked: (n, heads, t, k) each, and what is added to the scores or None."""

    query: Tensor
    key: Tensor
    value: Tensor
    mask: Tensor | None
    scale: float | None

    def first(self) -> Attention:
        """The weights of the first query."""
        scale = self.query.shape[-1] ** -0.5 if self.scale is None else self.scale
        scores = self.query[:, :, :1] * scale @ self.key.transpose(-2, -1)  # (n, heads, 1, t)
        if self.mask is not None:
            mask = self.mask if self.mask.shape[-2] == 1 else self.mask[..., :1, :]
            scores = scores.masked_fill(~mask, -torch.inf) if mask.dtype == torch.bool else scores + mask
        return Attention(scores.softmax(dim=-1)[:, :, 0], self.value)

    def whole(self) -> Tensor:
        """What torch answers to all queries."""
        return F.scaled_dot_product_attention(self.query, self.key, self.value, self.mask, scale=self.scale)


class _Intercept(TorchFunctionMode, ABC):
    """Calls ``answer`` instead of torch's attention."""

    @abstractmethod
    def answer(self, call: _Call) -> Tensor:
        """What stands in for torch's answer."""

    def other(self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Any other function of torch."""
        return func(*args, **kwargs)

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func is F.scaled_dot_product_attention:
            return self._plain(*args, **(kwargs or {}))
        if func is F.multi_head_attention_forward:
            asked = _WITH_PROJECTIONS.bind(*args, **(kwargs or {}))
            asked.apply_defaults()
            return self._with_projections(asked.arguments)
        return self.other(func, args, kwargs or {})

    def _plain(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        attn_mask: Tensor | None = None,
        dropout_p: float = 0.0,
        is_causal: bool = False,
        scale: float | None = None,
        enable_gqa: bool = False,
    ) -> Tensor:
        if dropout_p or is_causal or query.ndim != 4 or query.shape[1] != key.shape[1]:
            raise NotPlain("attention with dropout, an order of tokens or shared heads")
        return self.answer(_Call(query, key, value, attn_mask, scale))

    def _with_projections(self, asked: Mapping[str, Any]) -> Any:
        """The same of ``nn.MultiheadAttention`` and CLIP's ResNets, from and to (t, n, d)."""
        extra = ("bias_k", "bias_v", "attn_mask", "key_padding_mask")
        if asked["add_zero_attn"] or asked["need_weights"] or any(asked[name] is not None for name in extra):
            raise NotPlain("attention with a mask, extra keys or weights that are asked for")
        heads, biases = asked["num_heads"], asked["in_proj_bias"]
        q, k, v = (
            F.linear(asked[name], weight, bias).unflatten(2, (heads, -1)).permute(1, 2, 0, 3)  # (n, heads, t, k)
            for name, weight, bias in zip(
                ("query", "key", "value"),
                _in_weights(asked),
                (None,) * 3 if biases is None else biases.chunk(3),
                strict=True,
            )
        )
        answer = self._plain(q, k, v, None, asked["dropout_p"] if asked["training"] else 0.0)
        return F.linear(answer.permute(2, 0, 1, 3).flatten(2), asked["out_proj_weight"], asked["out_proj_bias"]), None


def _in_weights(asked: Mapping[str, Any]) -> tuple[Tensor, ...]:
    """Of query, key and value."""
    if asked["use_separate_proj_weight"]:
        return tuple(asked[f"{letter}_proj_weight"] for letter in "qkv")
    chunks: tuple[Tensor, ...] = asked["in_proj_weight"].chunk(3)
    return chunks


class Hear(_Intercept):
    """Keeps the last call of the pass, None where it is not plain; ``listen`` is called at each."""

    def __init__(self, listen: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self._listen = listen
        self.last: Attention | None = None
        self.strange = "not heard"

    def answer(self, call: _Call) -> Tensor:
        self._listen()
        self.last = call.first()
        return call.whole()

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        try:
            return super().__torch_function__(func, types, args, kwargs)
        except NotPlain as error:
            self._listen()
            self.last, self.strange = None, str(error)
            return func(*args, **(kwargs or {}))


class Answer(_Intercept):
    """Answers the first query of every call with (n, heads, k) and all others with 0; norms are held still."""

    def __init__(self, value: Tensor, norms: StillNorms) -> None:
        super().__init__()
        self._value, self._norms = value[:, :, None], norms

    def answer(self, call: _Call) -> Tensor:
        others = call.query.shape[2] - 1
        if not others:
            return self._value
        return torch.cat([self._value, torch.zeros_like(self._value).expand(-1, -1, others, -1)], dim=2)

    def other(self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        return self._norms(func, args, kwargs)
