"""Out-of-fold predictions of a head that is fitted on validation rows: the honest look before test."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from hindmost.core.errors import EmptyStratum, InputError
from hindmost.core.rows import IntArray
from hindmost.heads._estimator import HeadEstimator
from hindmost.heads._folds import Fold, one_partition, smallest_stratum
from hindmost.heads._solver.threads import one_thread
from hindmost.heads._strata import Strata, read_strata


def out_of_fold(
    estimator: HeadEstimator,
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
    estimator : HeadEstimator      not changed
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
    groups = read_strata(strata, y, None, cluster)
    smallest, count = smallest_stratum(groups)
    if count < 2:
        unit = "row" if cluster is None else "cluster"
        return predicted, f"out-of-fold predictions need 2 {unit}s of every stratum, stratum {smallest} has {count}"
    failed = []
    with one_thread():
        for fold in one_partition(groups, min(folds, count), seed):
            try:
                predicted[fold[1]] = _predict_fold(estimator, X, y, groups, fold)
            except EmptyStratum as error:
                failed.append(str(error))
    return predicted, f"{len(failed)} of {min(folds, count)} folds: {failed[0]}" if failed else None


def _predict_fold(
    estimator: HeadEstimator, X: NDArray[np.floating], y: IntArray, groups: Strata, fold: Fold
) -> IntArray:
    fitted_on, held_out = fold
    absent = tuple(int(i) for i in np.setdiff1d(groups.codes, groups.codes[fitted_on]))
    if absent:
        ids = tuple(int(groups.ids[code]) for code in absent)
        raise EmptyStratum(f"every row of strata {list(ids)} lies in one fold, so none is left to fit on", ids)
    strata = groups.ids[groups.codes[fitted_on]]
    cluster = None if groups.cluster is None else groups.cluster[fitted_on]
    head = clone(estimator).fit(X[fitted_on], y[fitted_on], strata=strata, cluster=cluster)
    return np.asarray(head.predict(X[held_out]), dtype=np.int64)
