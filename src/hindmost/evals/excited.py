"""Images that most excite the features that a head dropped, and those that it kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hindmost.core.anatomy import ROLES
from hindmost.core.errors import InputError
from hindmost.core.excited import Excited, ExcitedRow
from hindmost.core.head import Head
from hindmost.core.rows import FloatArray, IntArray, Rows
from hindmost.evals._check import check_length
from hindmost.evals.role_shares import has_weight, lost_weight, share_of_weight

FEATURES = 3
IMAGES = 3


def excited(
    rows: Rows, X: NDArray[np.floating], head: Head, baseline: Head, sd: FloatArray, roles: IntArray
) -> tuple[ExcitedRow, ...]:
    """Up to three features of each kind, by weight, with the three rows in which each is largest.

    *Dropped core* and *dropped cue*: features of this role that lost the most weight, as ``role_shares`` counts it;
    *kept core*: those with the most weight in the head. Large values alone say what a feature responds to; they do not
    say that it decided these rows.

    Parameters
    ----------
    rows : Rows, n of them
    X : float array, shape (n, d)
    head, baseline : Head
    sd : float array (d,)        of each feature
    roles : int array (d,)       positions in ``ROLES``
    """
    d = head.coef.shape[1]
    check_length("X", X, len(rows))
    if X.shape[1] != d or len(sd) != d or len(roles) != d:
        raise InputError(f"X has {X.shape[1]} features, sd {len(sd)}, roles {len(roles)}, the head {d}. Pass the same.")
    lost, kept, zeroed = lost_weight(head, baseline, sd), share_of_weight(head, sd), ~has_weight(head.coef)
    lost = lost / lost.sum() if lost.sum() > 1e-12 else 0 * lost
    core, cue = roles == ROLES.index("core"), roles == ROLES.index("cue")
    kinds: list[tuple[Excited, FloatArray]] = [
        ("dropped core", lost * core),
        ("dropped cue", lost * cue),
        ("kept core", kept * core),
    ]
    return tuple(
        _row(kind, k, float(weight[k]), bool(zeroed[k]), rows, X[:, k].astype(np.float64), float(sd[k]))
        for kind, weight in kinds
        for k in np.argsort(-weight, kind="stable")[:FEATURES].tolist()
        if weight[k] > 0
    )


def _row(kind: Excited, k: int, share: float, zeroed: bool, rows: Rows, values: FloatArray, sd: float) -> ExcitedRow:
    first = np.argsort(-values, kind="stable")[:IMAGES]
    scaled = (values[first] - values.mean()) / sd
    return ExcitedRow(
        kind=kind,
        feature=k,
        share=share,
        zeroed=zeroed,
        ids=tuple(str(one) for one in rows.ids[first]),
        groups=tuple(rows.naming.groups[g] for g in rows.group[first].tolist()),
        values=tuple(scaled.tolist()),
    )
