"""The same picture in two splits: test rows that were seen in training."""

from __future__ import annotations

import numpy as np

from hindmost.core.dataset import StrArray
from hindmost.core.rows import Rows

MOST_EXAMPLES = 10


def exact_duplicates(rows: Rows, hashes: StrArray) -> tuple[int, tuple[str, ...]]:
    """Groups of rows with the same bytes that have rows in more than one split.

    Parameters
    ----------
    rows : Rows, n of them
    hashes : str array, shape (n,)      content of each row's file

    Returns
    -------
    count : int                 number of such groups
    examples : tuple of str     ids of their rows, group after group, at most ten
    """
    _, first, inverse = np.unique(hashes, return_index=True, return_inverse=True)
    splits = np.unique(np.stack([inverse, rows.split]), axis=1)
    shared = np.flatnonzero(np.bincount(splits[0], minlength=len(first)) > 1)
    examples: list[str] = []
    for group in sorted(shared.tolist(), key=lambda group: int(first[group])):
        if len(examples) >= MOST_EXAMPLES:
            break
        examples += rows.ids[inverse == group].tolist()
    return len(shared), tuple(examples[:MOST_EXAMPLES])
