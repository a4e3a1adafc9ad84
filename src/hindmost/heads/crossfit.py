"""Out-of-fold predictions of a head that is fitted on validation rows: the honest look before test."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from hindmost.core.errors import EmptyStratum, InputError
from hindmost.core.rows import IntArray
from hindmost.heads._linear import LinearHead

Fold = tuple[IntArray, IntArray]  # rows that are fitted on, rows that are predicted


def out_of_fold(
    estimator: LinearHead,
    X: NDArray[np.floating],
    y: IntArray,
    strata: IntArray,
    *,
    cluster: IntArray | None = None,
    seed: int = 0,
    folds: int = 5,
) -> tuple[IntArray, str | None]:
    """Predict each row by a clone of ``estimator`` that was fitted without it.

    Folds keep the share of each stratum and never split a cluster. There are at most as many folds as
    the smallest stratum has rows (or clusters).

    Parameters
    ----------
    estimator : LinearHead      not changed
    X : float array (n, d)
    y, strata : int arrays (n,)
    cluster : int array (n,) or None     rows of one id stay together; None: rows are independent

    Returns
    -------
    predicted : int array (n,)     class ids; -1 where a row could not be predicted
    reason : str or None           None exactly where every row was predicted
    """
    if not len(X) == len(y) == len(strata) or (cluster is not None and len(cluster) != len(y)):
        raise InputError(
            f"X, y, strata and cluster expected equal lengths, but {len(X)}, {len(y)}, {len(strata)} and "
            f"{None if cluster is None else len(cluster)} came. Pass the rows of one split."
        )
    predicted = np.full(len(y), -1, dtype=np.int64)
    smallest, count = _smallest(strata, cluster)
    if count < 2:
        unit = "row" if cluster is None else "cluster"
        return predicted, f"out-of-fold predictions need 2 {unit}s of every stratum, stratum {smallest} has {count}"
    failed = []
    for fitted_on, held_out in _folds(y, strata, cluster, min(folds, count), seed):
        try:
            predicted[held_out] = _predict_fold(estimator, X, y, strata, (fitted_on, held_out))
        except EmptyStratum as error:
            failed.append(str(error))
    return predicted, f"{len(failed)} of {min(folds, count)} folds: {failed[0]}" if failed else None


def _predict_fold(
    estimator: LinearHead, X: NDArray[np.floating], y: IntArray, strata: IntArray, fold: Fold
) -> IntArray:
    fitted_on, held_out = fold
    absent = tuple(int(i) for i in np.setdiff1d(strata, strata[fitted_on]))
    if absent:
        raise EmptyStratum(f"every row of strata {list(absent)} lies in one fold, so none is left to fit on", absent)
    head = clone(estimator).fit(X[fitted_on], y[fitted_on], strata=strata[fitted_on])
    return np.asarray(head.predict(X[held_out]), dtype=np.int64)


def _smallest(strata: IntArray, cluster: IntArray | None) -> tuple[int, int]:
    """The stratum with the fewest rows, or clusters, and how many; (-1, 0) without rows."""
    if not len(strata):
        return -1, 0
    members = strata if cluster is None else np.unique(np.column_stack([strata, cluster]), axis=0)[:, 0]
    ids, counts = np.unique(members, return_counts=True)
    return int(ids[counts.argmin()]), int(counts.min())


def _folds(y: IntArray, strata: IntArray, cluster: IntArray | None, folds: int, seed: int) -> list[Fold]:
    if cluster is None:
        return list(StratifiedKFold(folds, shuffle=True, random_state=seed).split(y, strata))
    parts = StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(y, strata, cluster)
    return [(fitted_on, held_out) for fitted_on, held_out in parts if len(held_out)]  # big clusters may leave one bare
