"""Which pixels a network reads: the resize, crop and scale of each preset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypedDict

from hindmost.core.dataset import Preprocessing
from hindmost.core.errors import InputError

Preset = Literal["squash", "timm"]
Interpolation = Literal["bilinear", "bicubic"]


class Reading(TypedDict, total=False):
    """The choices of ``preprocessing_for``, as every loader takes them."""

    preset: Preset | None
    input_size: int | None
    longest_side: int | None


def preprocessing_for(
    model_cfg: Mapping[str, Any],
    preset: Preset | None = None,
    input_size: int | None = None,
    longest_side: int | None = None,
) -> Preprocessing:
    """The preprocessing of a network.

    "squash" is the published group-robustness protocol, scaled to the network: both sides are resized to
    size * 256 / 224, then the centre ``size`` is kept. Images that are no larger than ``size`` have nothing
    to spare: they are resized to ``size`` and not cropped. "timm" is the network's own evaluation.

    Parameters
    ----------
    model_cfg : mapping             timm's data config: input_size, mean, std, crop_pct, interpolation
    preset : "squash", "timm", or None (squash)
    input_size : int or None        side that the network reads; None: its own
    longest_side : int or None      longest side of the largest image, where it is known
    """
    size = input_size or int(model_cfg["input_size"][-1])
    if size < 16:
        raise InputError(f"input_size must be at least 16 pixels, but {size} came. Leave it out for the network's own.")
    scale: dict[str, Any] = {"mean": tuple(model_cfg["mean"]), "std": tuple(model_cfg["std"])}
    if preset == "timm":
        resize = max(size, int(size / float(model_cfg["crop_pct"])))
        squash = model_cfg.get("crop_mode") == "squash"
        return Preprocessing(resize, size, squash=squash, interpolation=_interpolation(model_cfg), **scale)
    if preset not in (None, "squash"):
        raise InputError(f"preset must be 'squash' or 'timm', but {preset!r} came.")
    spare = longest_side is None or longest_side > size
    return Preprocessing(round(size * 256 / 224) if spare else size, size, **scale)


def _interpolation(model_cfg: Mapping[str, Any]) -> Interpolation:
    """The network's own, where it and its crop are among those that hindmost computes."""
    name, mode = model_cfg["interpolation"], model_cfg.get("crop_mode", "center")
    if name not in ("bilinear", "bicubic") or mode not in ("center", "squash"):
        raise InputError(
            f"The network's own evaluation resizes by {name!r} and crops by {mode!r}; hindmost resizes by 'bilinear' "
            "or 'bicubic' and crops the centre. Leave out the preset 'timm'."
        )
    return "bilinear" if name == "bilinear" else "bicubic"
