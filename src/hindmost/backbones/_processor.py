"""What a Hugging Face image processor does, in the words of timm's data config."""

from __future__ import annotations

from collections.abc import Mapping
from math import isclose
from typing import Any

from hindmost.core.errors import InputError

INTERPOLATION = {0: "nearest", 1: "lanczos", 2: "bilinear", 3: "bicubic", 4: "box", 5: "hamming"}  # Pillow's numbers
WHOLE = 384  # from this side on, processors with a crop_pct squash to the size and crop nothing


def data_config(name: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Size, crop, scale and interpolation of an image processor's file.

    Parameters
    ----------
    name : str          for the message
    said : mapping      the content of ``preprocessor_config.json``

    Raises
    ------
    InputError      it does to pixels what hindmost does not, or says no size
    """
    _check_plain(name, said)
    resize, squash = _resize(name, said)
    crop = _side(said["crop_size"]) if said.get("do_center_crop") and said.get("crop_size") else None
    if "crop_pct" in said and said["crop_pct"] and crop is None:
        crop, squash = resize, resize >= WHOLE
        resize = crop if squash else int(crop / said["crop_pct"])
    crop = crop or resize
    if crop is None or resize < crop:
        raise InputError(f"{name}: its image processor crops {crop} pixels of {resize}. hindmost pads no image.")
    mean, std = _scale(said)
    return {
        "input_size": (3, crop, crop),
        "mean": mean,
        "std": std,
        "crop_pct": crop / (resize + 0.5),  # crop / crop_pct is rounded down: half a pixel keeps it at ``resize``
        "interpolation": INTERPOLATION.get(int(said.get("resample", 2)), "unknown"),
        "crop_mode": "squash" if squash else "center",
    }


def _check_plain(name: str, said: Mapping[str, Any]) -> None:
    factor = float(said.get("rescale_factor", 1 / 255))
    odd = {
        "turns red and blue around": said.get("do_flip_channel_order"),
        "shifts pixels after scaling": said.get("rescale_offset"),
        "does not divide pixels by 255": said.get("do_rescale") is False or not isclose(factor, 1 / 255, rel_tol=1e-6),
    }
    found = next((what for what, true in odd.items() if true), None)
    if found is not None:
        raise InputError(f"{name}: its image processor {found}, which hindmost does not do. Choose another --backbone.")


def _resize(name: str, said: Mapping[str, Any]) -> tuple[int, bool]:
    """Side that images are resized to, and whether both sides are."""
    size = said.get("size")
    if size is None or not said.get("do_resize", True):
        size = said.get("crop_size") if said.get("do_center_crop") else None
    if size is None:
        raise InputError(f"{name}: its image processor says no size. Save it again with processor.save_pretrained.")
    return _side(size), isinstance(size, Mapping) and "height" in size


def _side(size: Any) -> int:
    """Pixels of a square, or of the shorter side."""
    if not isinstance(size, Mapping):
        return int(size[0] if isinstance(size, list | tuple) else size)
    height, width = size.get("height"), size.get("width")
    if height != width:
        raise InputError(f"The image processor reads {height} x {width} pixels; hindmost reads squares.")
    return int(size["shortest_edge"] if height is None else height)


def _scale(said: Mapping[str, Any]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and deviation of each channel."""
    if not said.get("do_normalize", True):
        return (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
    mean, std = ([float(value) for value in said[key]] for key in ("image_mean", "image_std"))
    if said.get("include_top") and "EfficientNet" in str(said.get("image_processor_type", "")):
        std = [value * value for value in std]  # its processor divides twice
    return tuple(mean), tuple(std)
