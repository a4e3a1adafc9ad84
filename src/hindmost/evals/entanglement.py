"""How far the features that tell the class are those that tell the cue, and how many features there are in effect."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hindmost.core.anatomy import Part
from hindmost.core.rows import FloatArray
from hindmost.evals._resample import percentile_interval
from hindmost.evals.feature_roles import FeatureRoles, Telling


def entanglement(found: FeatureRoles) -> Part:
    """Cosine of two profiles over features: how much each tells of the class, and how much of the cue.

    A feature's entry is Somers' D squared, ``(2 AUC - 1)^2``, summed over questions. 0: no feature tells both; 1: the
    same features in the same proportion. A strictly monotone change of a feature, its sign too, changes nothing, nor
    does the order of features or a copy of all of them; a rotation does, since heads with an L1 penalty pick axes.
    Noise makes a square too large, so every square, product and length is the unbiased one (with s the standard error
    of D: ``D^2 - s^2`` and ``D^4 - 6 D^2 s^2 + 3 s^4``), and features that tell nothing add nothing on average. Held
    within 0..1.

    Returns
    -------
    Part, the interval over rows drawn again; empty where no feature tells the class, or none the cue
    """
    if not (found.of_class.tells.any() and found.of_cue.tells.any()):
        return Part(None, None, None)
    value = _cosine(*(_profile(one, one.auc, 1.0) for one in (found.of_class, found.of_cue)))
    drawn = _cosine(*(_profile(one, one.drawn, 2.0) for one in (found.of_class, found.of_cue)))
    return Part(float(value), *percentile_interval(drawn))


def effective_number(X: NDArray[np.floating]) -> float | None:
    """Uncorrelated features that X (n, d) is worth: ``d^2 / sum r^2`` over the features that vary.

    Each ``r^2`` off the diagonal is Olkin and Pratt's to first order, ``r^2 - (1 - r^2) / (n - 2)``, so that noise
    does not count as correlation. None for fewer than 4 rows or no feature that varies.

    References
    ----------
    Participation ratio: Gao et al. (2017), bioRxiv 214262, of the correlation matrix. Olkin & Pratt (1958), Annals of
    Mathematical Statistics 29, 201-211.
    """
    sd = X.std(axis=0, dtype=np.float64)
    Z = (X[:, sd > 0] - X[:, sd > 0].mean(axis=0, dtype=np.float64)) / sd[sd > 0]
    n, d = Z.shape
    if n < 4 or d == 0:
        return None
    gram = Z @ Z.T if n < d else Z.T @ Z
    off = float((gram**2).sum()) / n**2 - d
    off -= (d * (d - 1) - off) / (n - 2)
    return float(min(d**2 / (d + max(off, 0.0)), d))


def _profile(one: Telling, auc: FloatArray, noise: float) -> tuple[FloatArray, FloatArray]:
    """Squares (..., d), and the squares of those (..., d), both without what noise of variance ``noise * s^2`` adds."""
    effect, s2 = (2 * auc - 1) ** 2, noise * (2 * one.se) ** 2
    square = (effect - s2).sum(axis=-2)
    return square, square**2 - (4 * effect * s2 - 2 * s2**2).sum(axis=-2)


def _cosine(first: tuple[FloatArray, FloatArray], second: tuple[FloatArray, FloatArray]) -> FloatArray:
    product = (first[0] * second[0]).sum(axis=-1)
    lengths = first[1].sum(axis=-1) * second[1].sum(axis=-1)
    tiny = np.finfo(np.float64).tiny
    return np.asarray(np.clip(product / np.sqrt(np.maximum(lengths, tiny)), 0.0, 1.0))
