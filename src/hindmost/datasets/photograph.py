"""From the bytes of one file to an upright RGB photograph or a mask, the same way everywhere.

What is defined here: the orientation that EXIF names is applied; of an animation the first frame counts;
alpha is dropped, as torchvision's loader does; palette, grey and CMYK become RGB; 16-bit grey keeps its
upper byte. Floating-point and wider integer pixels have no defined range and are refused.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "BMP", "GIF", "TIFF", "WEBP", "PPM", "JPEG2000")  # none that starts a program
MALFORMED = (  # what Pillow's decoders raise for bytes that are not a picture; warnings count where they are errors
    OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, NotImplementedError,
    OverflowError, struct.error, zlib.error, Image.DecompressionBombError, Warning,
)  # fmt: skip
ORIENTATION = 0x0112
MOST_PIXELS = 89_478_485  # of one picture, where the user sets nothing; Pillow's own default
GREY_16 = ("I;16", "I;16L", "I;16B", "I;16N", "I")


class Unreadable(ValueError):
    """These bytes are no picture that can be used; the message is the reason."""


@contextmanager
def pixel_limit(most: int) -> Iterator[None]:
    """Within the block a picture of more pixels is refused, and one of fewer is read however large it is.

    The limit is Pillow's own and holds for every thread of this process.
    """
    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = most
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def most_pixels() -> int:
    """The limit that holds in this process now."""
    return Image.MAX_IMAGE_PIXELS or MOST_PIXELS


def allow_pixels(most: int) -> None:
    """Set the limit of this process and leave it: for a worker that serves one run only."""
    if most != Image.MAX_IMAGE_PIXELS:
        Image.MAX_IMAGE_PIXELS = most


def most_bytes() -> int:
    """How large a file may be: its pixels at three bytes each, 256 MiB by default."""
    return 3 * most_pixels() + 1


def read_photograph(data: bytes) -> Image.Image:
    """The upright RGB picture in a file's bytes.

    Raises
    ------
    Unreadable
        Empty, truncated, not an image, a decompression bomb, or pixels without a defined range.
    """
    return _decode(data, "RGB")


def read_mask(data: bytes) -> NDArray[np.float32]:
    """How far each pixel belongs to the mask, shape (height, width), in 0..1.

    Grey values are shares of the type's range; a mask of 0 and 1 means none and all; in a palette
    every colour but black is all.

    Raises
    ------
    Unreadable
        As for photographs.
    """
    picture = _decode(data, None)
    if picture.mode in ("P", "PA"):
        return (np.asarray(picture.convert("RGBA").convert("L")) > 0).astype(np.float32)
    wide = picture.mode in GREY_16
    values = np.asarray(picture if wide or picture.mode == "1" else picture.convert("L"), dtype=np.float32)
    full = 1 if values.max() <= 1 else 65535 if wide else 255
    return values / np.float32(full)


def _decode(data: bytes, mode: str | None) -> Image.Image:
    if not data:
        raise Unreadable("file is empty")
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as picture:
            if picture.width * picture.height > most_pixels():
                raise Unreadable(_bomb())  # Pillow itself only warns below twice the limit
            picture.load()
            upright = _upright(picture)
            return upright if mode is None else _rgb(upright)
    except Unreadable:
        raise
    except MALFORMED as error:
        raise Unreadable(_reason(error)) from error


def _reason(error: BaseException) -> str:
    """One line that is the same on every machine."""
    if isinstance(error, UnidentifiedImageError):
        return "not an image of a known format"
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return _bomb()
    words = re.sub(r" at 0x[0-9a-f]+", "", " ".join(str(error).split()))
    return f"cannot be decoded: {words or type(error).__name__}"


def _bomb() -> str:
    limit = most_pixels()
    return f"decompression bomb: more than {limit / 1e6:.3g} million pixels"


def _upright(picture: Image.Image) -> Image.Image:
    if picture.getexif().get(ORIENTATION, 1) == 1:
        return picture.copy()  # outlives the file it was read from
    return ImageOps.exif_transpose(picture)


def _rgb(picture: Image.Image) -> Image.Image:
    if picture.mode == "F":
        raise Unreadable("floating-point pixels have no defined range")
    if picture.mode in GREY_16:
        values = np.asarray(picture)
        if values.min() < 0 or values.max() > 65535:
            raise Unreadable("grey pixels wider than 16 bits have no defined range")
        return Image.fromarray((values >> 8).astype(np.uint8)).convert("RGB")
    if picture.mode in ("P", "PA"):
        picture = picture.convert("RGBA")  # transparency given as bytes has no direct way to RGB
    return picture.convert("RGB")
