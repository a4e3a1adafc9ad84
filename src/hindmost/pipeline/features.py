"""Verb: the pooled features of every image, as a file that audit reads without torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hindmost.core.errors import InputError
from hindmost.io.output import staging
from hindmost.pipeline._data import read_input
from hindmost.pipeline._extract import NONE, Extractor
from hindmost.pipeline._images import held_out_rows
from hindmost.pipeline._network import network_for
from hindmost.pipeline._runtime import running
from hindmost.pipeline.options import DATA, MODEL, SILENT, TRAINING, DataOptions, ModelOptions, Talk


def features(
    source: Path,
    out: Path,
    data: DataOptions = DATA,
    model: ModelOptions = MODEL,
    *,
    seed: int = 0,
    talk: Talk = SILENT,
) -> Path:
    """Extract features and the network's own logits of every image into one ``.npz``.

    Returns
    -------
    Path        ``out``: arrays X (n, d), logits (n, c), y, split, id, the cue under its column's name (a product
                of several as ``cue``), the network's last layer as coef (c, d) and intercept (c,), and where they
                are known early_logits (n, c), held_out (n,) and source_id (n,), equal for rows that hang together

    Raises
    ------
    InputError
        The input, the options or ``out`` cannot be used; nothing is written.
    """
    if out.suffix != ".npz":
        raise InputError(f"The embeddings file must end in .npz, but {out.name} came. Pass -o features.npz.")
    with staging(out.parent) as folder:
        given = read_input(source, data, talk)
        network = running(network_for(given, model, TRAINING, seed, talk), model, talk)
        found, _ = Extractor(network, talk).rows(given, NONE)
        rows = found.rows
        columns = rows.naming.columns
        cue = columns[0] if len(columns) == 1 else "cue"
        head = network.backbone.head
        arrays: dict[str, Any] = {"X": found.X, "y": rows.y, cue: rows.cue, "split": rows.split, "id": rows.ids}
        arrays |= {"coef": head.coef, "intercept": head.intercept}
        held_out = held_out_rows(given, network)
        optional = {
            "logits": found.logits,
            "early_logits": found.early,
            "held_out": held_out,
            "source_id": rows.cluster,
        }
        arrays |= {name: values for name, values in optional.items() if values is not None}
        np.savez(folder / out.name, **arrays)
    talk.notice(f"Audit it with: hindmost audit {out} --cue {cue} --card CARD -o OUT (the card names the groups).")
    return out
