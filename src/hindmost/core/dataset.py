"""What a reader hands over: rows, and the images or embeddings that belong to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hindmost.core.errors import InputError
from hindmost.core.head import Head
from hindmost.core.rows import BoolArray, IntArray, Rows

StrArray = NDArray[np.str_]


@dataclass(frozen=True)
class Images:
    """Where the pixels of each row lie. Every column has one entry per row; "" means there is none.

    Parameters
    ----------
    root : Path                     folder that the names are relative to
    files : str array, shape (n,)   image of each row
    core_masks : str array          mask of the core region (what may decide)
    cue_masks : str array           mask of the cue region
    poor_mask : bool array          True where the core mask is known to be poor
    twins : str array               the same scene with the cue swapped
    controls : str array            the same scene with the cue kept, its surroundings redrawn
    cue_outside_core : bool         the card says that the cue is everything outside the core mask
    """

    root: Path
    files: StrArray
    core_masks: StrArray
    cue_masks: StrArray
    poor_mask: BoolArray
    twins: StrArray
    controls: StrArray
    cue_outside_core: bool = False

    def take(self, where: BoolArray | IntArray) -> Images:
        """The entries of the chosen rows."""
        return Images(
            self.root, self.files[where], self.core_masks[where], self.cue_masks[where],
            self.poor_mask[where], self.twins[where], self.controls[where], self.cue_outside_core,
        )  # fmt: skip


@dataclass(frozen=True)
class SetAside:
    """A row that could not be used, by name and reason."""

    id: str
    split: str
    reason: str


@dataclass(frozen=True)
class Card:
    """What a data card says: names, and what is known to be wrong with the data."""

    name: str = ""
    classes: dict[int, str] = field(default_factory=dict)
    cues: dict[str, dict[int, str]] = field(default_factory=dict)  # column -> value -> name
    known_faults: tuple[str, ...] = ()
    cue_outside_core: bool = False


@dataclass(frozen=True)
class Dataset:
    """Everything that one input holds, checked.

    Parameters
    ----------
    name : str
    rows : Rows
    images : Images or None             None where the input is embeddings
    X : float32 array (n, d) or None    stored embeddings
    logits : float32 array (n, c) or None    the network's own outputs beside stored embeddings
    head : Head or None                 the network's own head beside stored embeddings
    early : float32 array (n, c) or None     the same network's outputs early in its training
    held_out : bool array (n,) or None  True where the network's training did not see a train row; None: not known
    twin_of : int array (n,) or None    position of the row that this row is a twin of; -1: of none
    recognised : dict                   role -> column or file it was read from, for the echo
    set_aside : tuple of SetAside
    known_faults : tuple of str
    provenance : dict                   what made stored embeddings, as plain values; empty: not known
    """

    name: str
    rows: Rows
    images: Images | None = None
    X: NDArray[np.float32] | None = None
    logits: NDArray[np.float32] | None = None
    head: Head | None = None
    early: NDArray[np.float32] | None = None
    held_out: BoolArray | None = None
    twin_of: NDArray[np.int64] | None = None
    recognised: dict[str, str] = field(default_factory=dict)
    set_aside: tuple[SetAside, ...] = ()
    known_faults: tuple[str, ...] = ()
    provenance: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.images is None) == (self.X is None):
            raise InputError("A dataset holds either images or embeddings; exactly one of the two is expected.")


@dataclass(frozen=True)
class Preprocessing:
    """From a decoded photograph to the square of uint8 pixels that a network reads.

    Parameters
    ----------
    resize : int            side that the image is resized to before the crop
    crop : int              side of the centre crop, <= resize
    squash : bool           True: resize to (resize, resize); False: the shorter side to resize, aspect kept
    interpolation : str     "bilinear" or "bicubic"
    mean, std : tuples      per channel, of pixels in 0..1
    """

    resize: int
    crop: int
    squash: bool = True
    interpolation: str = "bilinear"
    mean: tuple[float, float, float] = (0.5, 0.5, 0.5)
    std: tuple[float, float, float] = (0.5, 0.5, 0.5)

    def __post_init__(self) -> None:
        if not 0 < self.crop <= self.resize:
            raise InputError(f"crop must lie in 1..resize ({self.resize}), but {self.crop} came.")
