"""Readers of what a user has: one registry, loaded only when a reader is asked for."""

from collections.abc import Callable
from importlib import import_module

from hindmost.core.errors import InputError

DATASETS: dict[str, str] = {
    "metadata_folder": "hindmost.datasets.metadata_folder:read_metadata_folder",
    "image_folder": "hindmost.datasets.image_folder:read_image_folder",
    "embeddings": "hindmost.datasets.embeddings:read_embeddings",
    "feature_folder": "hindmost.datasets.feature_folder:read_feature_folder",
    "bluebox": "hindmost.datasets.bluebox:generate",
}

ABOUT: dict[str, str] = {
    "metadata_folder": "a folder of images with a table, metadata.csv or --metadata FILE",
    "image_folder": "a folder of images laid out as split/class/ or split/class/cue/",
    "embeddings": "stored embeddings: .npz, .parquet, or .npy beside a table",
    "feature_folder": "a folder of features that hindmost features published",
    "bluebox": "generated photographs of a production line, the data of the demo",
}


def load(key: str) -> Callable[..., object]:
    """The callable behind one key of DATASETS.

    Raises
    ------
    InputError
        No such key.
    """
    if key not in DATASETS:
        raise InputError(f"{key!r} is not a kind of data. Choose one of: {', '.join(DATASETS)}.")
    module, _, name = DATASETS[key].partition(":")
    reader: Callable[..., object] = getattr(import_module(module), name)
    return reader
