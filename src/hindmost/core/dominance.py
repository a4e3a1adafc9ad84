"""How well one number orders two samples: Somers' D = 2 AUC - 1, with an interval that never collapses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtri
from scipy.stats import rankdata

from hindmost.core.rows import FloatArray, IntArray


@dataclass(frozen=True)
class Dominance:
    """The AUC of two samples with what its interval needs.

    Parameters
    ----------
    auc : float                 P(second > first) + P(tie) / 2
    variance : float            DeLong's, summed by cluster; nan where a sample has one row
    first, second : float       rows of each sample, or their effective numbers
    """

    auc: float
    variance: float
    first: float
    second: float

    def somers(self) -> float:
        """Somers' D, in -1..1."""
        return 2 * self.auc - 1

    def interval(self, level: float) -> tuple[float, float]:
        """Two-sided interval of Somers' D at error level ``level``.

        The outer of two: DeLong's, which knows unequal spreads but has no width at AUC 0 or 1; and Newcombe's
        score interval on the Hanley-McNeil variance, which keeps its width there and for tiny samples.

        References
        ----------
        DeLong et al. (1988), Biometrics 44, 837-845. Newcombe (2006), Statistics in Medicine 25, 559-573, method 5.
        """
        z = float(ndtri(1 - level / 2))
        half = 0.0 if np.isnan(self.variance) else z * float(np.sqrt(self.variance))
        low, high = min(self.auc - half, self._end(z, 0.0)), max(self.auc + half, self._end(z, 1.0))
        return 2 * max(low, 0.0) - 1, 2 * min(high, 1.0) - 1

    def _end(self, z: float, edge: float) -> float:
        """The AUC between the estimate and ``edge`` that lies z standard errors away."""

        def excess(auc: float) -> float:
            return (self.auc - auc) ** 2 - z**2 * self._variance_at(auc)

        if self.auc == edge:
            return edge
        # At the edge the variance is 0, so the excess is positive there and negative at the estimate.
        inner = min(max(self.auc, 1e-12), 1 - 1e-12)
        return float(brentq(excess, inner, edge))

    def _variance_at(self, auc: float) -> float:
        """Hanley-McNeil variance with Newcombe's symmetric sample size."""
        extra = (self.first + self.second) / 2 - 1
        spread = 1 + extra * ((1 - auc) / (2 - auc) + auc / (1 + auc))
        return auc * (1 - auc) * spread / (self.first * self.second)


def dominance(first: FloatArray, second: FloatArray, cluster: IntArray | None = None) -> Dominance:
    """Compare two samples, each with at least one value.

    Parameters
    ----------
    first, second : float arrays, shapes (m,) and (n,)
    cluster : int array, shape (m + n,), or None    of the first's rows, then the second's

    References
    ----------
    Placements from ranks: Sun & Xu (2014), IEEE Signal Processing Letters 21, 1389-1393. Clusters: Obuchowski
    (1997), Biometrics 53, 567-578.
    """
    m, n = len(first), len(second)
    ranks = rankdata(np.concatenate([first, second]))
    beaten = (ranks[m:] - rankdata(second)) / m  # share of the first below each of the second
    beating = 1 - (ranks[:m] - rankdata(first)) / n  # share of the second above each of the first
    auc = float(beaten.mean())
    influence = np.concatenate([(beating - auc) / m, (beaten - auc) / n])
    if cluster is None:
        variance = _spread(beating) / m + _spread(beaten) / n
        return Dominance(auc, variance, float(m), float(n))
    ids = np.unique(cluster, return_inverse=True)[1]
    total = np.bincount(ids, weights=influence)
    variance = float((total**2).sum() * len(total) / (len(total) - 1)) if len(total) > 1 else float("nan")
    return Dominance(auc, variance, _worth(ids[:m]), _worth(ids[m:]))


def _spread(placements: FloatArray) -> float:
    return float(placements.var(ddof=1)) if len(placements) > 1 else float("nan")


def _worth(ids: IntArray) -> float:
    """Effective number of rows, the worst case (Kish)."""
    sizes = np.bincount(ids)
    return float(sizes.sum() ** 2 / (sizes**2).sum())
