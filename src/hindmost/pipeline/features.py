"""Verb: the pooled features of every image, as a folder or a file that audit reads without torch."""

from __future__ import annotations

from pathlib import Path

from hindmost.core.errors import InputError
from hindmost.datasets.photograph import pixel_limit
from hindmost.features.made import Precision
from hindmost.io.output import staging
from hindmost.pipeline._data import in_split_order, read_input
from hindmost.pipeline._engine import check_engine, engine_for
from hindmost.pipeline._extract import NONE, Extractor
from hindmost.pipeline._images import held_out_rows
from hindmost.pipeline._network import network_for
from hindmost.pipeline._runtime import running
from hindmost.pipeline._write_features import Extracted, write_file, write_folder
from hindmost.pipeline.options import (
    DATA,
    ENGINE,
    MODEL,
    SILENT,
    TRAINING,
    DataOptions,
    EngineOptions,
    ModelOptions,
    Talk,
)


def features(
    source: Path,
    out: Path,
    data: DataOptions = DATA,
    model: ModelOptions = MODEL,
    *,
    precision: Precision = "float32",
    engine: EngineOptions = ENGINE,
    seed: int = 0,
    talk: Talk = SILENT,
) -> Path:
    """Extract features and the network's own logits of every image.

    Parameters
    ----------
    out : Path          a new folder: a table of Parquet files that say themselves what they hold, written some rows at
                        a time; or a file that ends in .npz: the same arrays, all in memory
    precision : str     how features are kept: "float32", or "float16" in half the room, to 11 significant bits
    engine : EngineOptions      where they are computed; the rows are the same

    Returns
    -------
    Path        ``out``: id, class, cue, split, X (n, d), logits (n, c), the network's last layer as coef (c, d) and
                intercept (c,), and where they are known early_logits (n, c), held_out (n,), twin_of (n,) and
                source_id (n,), equal for rows that hang together. Train rows come first, then val, then test. In a
                .npz the cue has its column's name (a product of several ``cue``)

    Raises
    ------
    InputError
        The input, the options or ``out`` cannot be used; nothing is written.
    """
    is_file = out.suffix == ".npz"
    _check(out, is_file)
    check_engine(engine)
    with staging(out.parent if is_file else out) as draft, pixel_limit(data.most_pixels):
        given = read_input(source, data, talk)
        with engine_for(engine, talk) as place:
            network = running(network_for(given, model, TRAINING, seed, talk), model, talk)
            extractor = Extractor(network, talk, place)
            given = in_split_order(extractor.fill(given, NONE, data.most_bad)[0])
        extracted = Extracted(given, extractor, held_out_rows(given, network), precision)
        if is_file:
            cue = write_file(draft / out.name, extracted)
            talk.notice(
                f"Audit it with: hindmost audit {out} --cue {cue} --card CARD -o OUT (the card names the groups)."
            )
        else:
            write_folder(draft, extracted)
            talk.notice(f"Audit it with: hindmost audit {out} -o OUT")
    return out


def _check(out: Path, is_file: bool) -> None:
    """Raise InputError where ``out`` is neither a .npz file nor a new folder."""
    if is_file:
        return
    if out.suffix and not out.is_dir():
        raise InputError(
            f"Features are written to a folder or to a file that ends in .npz, but {out.name} came. "
            "Pass -o features/ or -o features.npz."
        )
    if out.is_dir() and any(out.iterdir()):
        raise InputError(f"{out} is not empty, and features must not mix with other files. Name a new folder.")
