"""The quadratic model of a proximal Newton step, by scikit-learn's compiled coordinate descent on a Gram matrix.

``enet_coordinate_descent_gram`` is not public; the pin on scikit-learn and a test of its optimality guard it. Its
public wrapper costs more than the whole step at these sizes.
"""

from __future__ import annotations

import numpy as np
from sklearn.linear_model._cd_fast import enet_coordinate_descent_gram

from hindmost.core.rows import FloatArray

SWEEPS = 500
ORDER = np.random.RandomState(0)  # asked for, without influence: the sweeps are cyclic


def minimise(
    H: FloatArray, g: FloatArray, v: FloatArray, *, l1: float, l2: float, scale: float, tol: float
) -> FloatArray:
    """Minimise ``g (u - v) + (u - v) H (u - v) / 2 + l1 |u|_1 + l2 |u|_2^2 / 2`` over u (m,), starting at v.

    Parameters
    ----------
    H : float array (m, m)      positive semidefinite
    scale : float > 0           bound on the squared length of the target of H's factor: the gap's origin
    tol : float                 duality gap to stop at
    """
    target = np.array([np.sqrt(scale)])
    found = enet_coordinate_descent_gram(v.copy(), l1, l2, H, H @ v - g, target, SWEEPS, tol / scale, ORDER, 0, 0, 0)
    return np.asarray(found[0])
