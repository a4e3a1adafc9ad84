"""One path in, one dataset out: which reader understands it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hindmost.core.dataset import Card, Dataset
from hindmost.core.errors import InputError
from hindmost.core.progress import Progress, silent
from hindmost.core.published import PART
from hindmost.datasets import load

EMBEDDINGS = (".npz", ".parquet", ".npy")


def open_input(
    path: Path,
    *,
    metadata: Path | None = None,
    card: Card | None = None,
    cues: Sequence[str] = (),
    progress: Progress = silent,
) -> Dataset:
    """Read a folder of images, or a folder or file of embeddings. No image is opened: see ``check_images``.

    Parameters
    ----------
    path : Path                 a folder of images, one of published features, or a .npz, .parquet or .npy file
    metadata : Path, optional   the table, where it is not ``path/metadata.csv`` (or beside the .npy)
    card : Card, optional       names of classes and cues
    cues : sequence of str      cue columns; several give their row-major product; empty: card or ranks decide
    progress : Progress         hears about the stage "read"

    Raises
    ------
    InputError
        Nothing is there, or what is there cannot be understood.

    Examples
    --------
    >>> data = open_input(Path("waterbirds50"))  # doctest: +SKIP
    """
    path = Path(path)
    progress("read", 0, 1)
    data = load(reader_of(path, metadata))(path, metadata=metadata, card=card, cues=tuple(cues))
    assert isinstance(data, Dataset)
    progress("read", 1, 1)
    return data


def reader_of(path: Path, metadata: Path | None = None) -> str:
    """The key of the reader that understands a path.

    Raises
    ------
    InputError
        Nothing is there, or no reader knows it.
    """
    if path.is_dir():
        if (path / "metadata.csv").is_file():
            return "metadata_folder"
        if any(path.glob(f"{PART}-*.parquet")):
            return "feature_folder"
        return "image_folder" if metadata is None else "metadata_folder"
    if not path.exists():
        raise InputError(f"{path} does not exist. Pass a folder of images or an embeddings file.")
    if path.suffix.lower() in EMBEDDINGS:
        return "embeddings"
    raise InputError(
        f"{path} is not a folder and does not end in {', '.join(EMBEDDINGS)}. "
        "For a table of images pass their folder, and the table with --metadata FILE."
    )
