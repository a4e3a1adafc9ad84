"""Which features move the margin when the cue is swapped: exact for a linear head."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hindmost.core.errors import InputError
from hindmost.core.head import Head
from hindmost.core.rows import BoolArray, FloatArray, IntArray, Rows
from hindmost.core.twins import BlamedFeature, FeatureBlame
from hindmost.evals._check import check_length

TOP = 10


def feature_blame(
    rows: Rows,
    X: NDArray[np.floating],
    treated: NDArray[np.floating],
    control: NDArray[np.floating] | None,
    rival: IntArray,
    baseline: Head,
    head: Head,
    *,
    top: int = TOP,
) -> tuple[FeatureBlame, ...]:
    """Parts of the margin shift by feature, per group and over all rows.

    The margin of a linear head is ``w . f(x) + b`` with ``w = coef[y] - coef[rival]``, so its shift under the
    swap is exactly ``w . (f(x+) - f(x))``, and feature k adds ``w_k (f_k(x+) - f_k(x))``. With a control its shift is
    taken off: ``f(x)`` is then the control's.

    Parameters
    ----------
    rows : Rows, n of them
    X, treated : float arrays, shape (n, d)     features of the rows and of their treated twins
    control : float array (n, d), or None       features of their controls
    rival : int array, shape (n,)               the class that each margin is taken against; the baseline's runner-up
    baseline, head : Head                       before and after
    top : int                                   features listed

    Returns
    -------
    tuple of FeatureBlame, groups in their order, then all rows. A feature is zeroed where no difference between two
    classes' weights is left.

    Raises
    ------
    InputError
        Shapes differ, or a rival is the row's own class.
    """
    for name, array in (("X", X), ("treated", treated), ("control", X if control is None else control)):
        check_length(name, array, len(rows))
        if array.shape[1:] != (baseline.coef.shape[1],) or baseline.coef.shape != head.coef.shape:
            raise InputError(
                f"{name} has shape {array.shape}, the heads {baseline.coef.shape} and {head.coef.shape}. "
                "Pass features and heads of one network."
            )
    check_length("rival", rival, len(rows))
    if (rival == rows.y).any():
        raise InputError("A rival is the row's own class. Pass `runner_up(logits, y)` of the baseline.")
    delta = np.asarray(treated, dtype=np.float64) - np.asarray(X if control is None else control, dtype=np.float64)
    before, after = (_parts(each, rows.y, rival, delta) for each in (baseline, head))  # (n, d)
    kept = np.asarray((head.coef != head.coef[:1]).any(axis=0))
    everything = [*((name, rows.group == g) for g, name in enumerate(rows.naming.groups)), ("all rows", rows.y >= 0)]
    return tuple(_blame(name, before[where], after[where], kept, top) for name, where in everything)


def _parts(head: Head, y: IntArray, rival: IntArray, delta: FloatArray) -> FloatArray:
    return np.asarray((head.coef[y] - head.coef[rival]) * delta)


def _blame(name: str, before: FloatArray, after: FloatArray, kept: BoolArray, top: int) -> FeatureBlame:
    n_kept = int(kept.sum())
    if not len(before):
        return FeatureBlame(name, 0, None, None, None, None, None, n_kept, ())
    old, new = before.mean(axis=0), after.mean(axis=0)  # (d,)
    moved = float(np.abs(old).sum())
    first = np.argsort(-np.abs(old), kind="stable")[:top].tolist()
    return FeatureBlame(
        name=name,
        n=len(before),
        before=float(old.sum()),
        kept_before=float(old[kept].sum()),
        zeroed_before=float(old[~kept].sum()),
        share_of_moved_zeroed=float(np.abs(old[~kept]).sum()) / moved if moved else None,
        after=float(new.sum()),
        n_kept=n_kept,
        top=tuple(BlamedFeature(k, float(old[k]), float(new[k]), bool(kept[k])) for k in first),
    )
