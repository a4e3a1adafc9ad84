"""How far a curve that rises and saturates can be taken beyond its last point, by profiling what it says there.

Two families, both never falling: the inverse power law ``a - b n^-c`` of learning curves, with c from 0.25 (slower
than the n^-1/2 that holds for any class of finite dimension) to 2; and the noisy discriminant
``Phi(z / sqrt(1 + k / n))``, a linear head whose direction carries noise that falls with n.

References
----------
Viering & Loog (2023), The shape of learning curves: a review, IEEE TPAMI 45, 7799-7819; Raudys & Jain (1991), Small
sample size effects in statistical pattern recognition, IEEE TPAMI 13, 252-264 (the discriminant); Vapnik (1998),
Statistical learning theory; Venzon & Moolgavkar (1988), A method for computing profile-likelihood-based confidence
intervals, Applied Statistics 37, 87-94.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import chdtrc, ndtr, ndtri

from hindmost.core.rows import FloatArray

EXPONENTS = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0)
NOISES = (0.0, *np.geomspace(0.5, 50_000, 31).tolist())  # images per group at which noise and signal are alike
STEP = 1 / 500
VALUES = np.arange(0, 1 + STEP / 2, STEP)
NO_FIT = 0.001  # p-value of the lack of fit below which no extrapolation is made


@dataclass(frozen=True)
class Profile:
    """What the data say of one accuracy: ``misfit[i]`` is the least sum of squares if it were ``VALUES[i]``."""

    misfit: FloatArray

    def upper(self, cut: float) -> float:
        """The largest accuracy that is within ``cut`` of the best fit, rounded up to the grid."""
        inside = np.flatnonzero(self.misfit <= self.misfit.min() + cut)
        return _value(min(inside[-1] + 1, len(VALUES) - 1))

    def lower(self, cut: float) -> float:
        """The smallest one, rounded down."""
        inside = np.flatnonzero(self.misfit <= self.misfit.min() + cut)
        return _value(max(inside[0] - 1, 0))

    @property
    def middle(self) -> float:
        """The median of the profile likelihood: steady where the best fit alone is not."""
        weight = np.cumsum(np.exp(-(self.misfit - self.misfit.min()) / 2))
        return _value(np.searchsorted(weight, weight[-1] / 2))


def _value(place: np.integer | int) -> float:
    """The accuracy at one place of the grid, without digits that it does not have."""
    return round(float(VALUES[place]), 4)


class Curve:
    """Mean accuracies at some budgets with their covariance, ready to be profiled at any other budget.

    Parameters
    ----------
    budgets : float array (k,)          images per group
    mean : float array (k,)
    covariance : float array (k, k)     positive definite
    """

    def __init__(self, budgets: FloatArray, mean: FloatArray, covariance: FloatArray) -> None:
        self._n = budgets
        self._whiten = np.linalg.inv(np.linalg.cholesky(covariance))
        self._y = self._whiten @ mean
        self._one = self._whiten @ np.ones(len(budgets))

    def at(self, budget: float) -> Profile:
        """The profile of the accuracy at ``budget`` images per group; infinity: of the asymptote."""
        return Profile(np.minimum(self._power(budget), self._discriminant(budget)))

    def lack_of_fit(self) -> float:
        """p-value of the best curve of both families."""
        left = max(1, len(self._n) - 3)
        return float(chdtrc(left, self.at(float(self._n[-1])).misfit.min()))

    def _power(self, budget: float) -> FloatArray:
        c = np.asarray(EXPONENTS)[:, None]
        steps = self._n**-c - (0.0 if np.isinf(budget) else budget**-c)  # (c, k)
        x = steps @ self._whiten.T
        rest = self._y - VALUES[:, None] * self._one  # (v, k)
        down = np.maximum(0.0, -(rest @ x.T) / np.maximum((x**2).sum(axis=1), 1e-300))  # (v, c): b, never below 0
        total = (rest**2).sum(axis=1)[:, None] + 2 * down * (rest @ x.T) + down**2 * (x**2).sum(axis=1)
        return np.asarray(total.min(axis=1))

    def _discriminant(self, budget: float) -> FloatArray:
        curves = _discriminants(tuple(self._n.tolist()), float(budget)) @ self._whiten.T  # (v * m, k)
        rest = self._y - curves
        misfit = np.einsum("ij,ij->i", rest, rest).reshape(-1, len(NOISES)).min(axis=1)
        return np.concatenate([np.full(len(VALUES) - len(misfit), np.inf), misfit])


@lru_cache(maxsize=64)  # the groups of an audit share budgets and horizons
def _discriminants(budgets: tuple[float, ...], budget: float) -> FloatArray:
    """Noisy discriminants through each value of one half or more at ``budget``, shape (values * noises, budgets).

    Below one half they would fall with n; what does not rise there, a power law says as well.
    """
    noise = np.asarray(NOISES)[:, None]
    here = 1.0 if np.isinf(budget) else 1 + noise / budget  # (m, 1)
    ratio = np.sqrt(here / (1 + noise / np.asarray(budgets)))  # (m, k), never above 1 up to the budget
    z = ndtri(np.clip(VALUES[VALUES >= 0.5], 1e-9, 1 - 1e-9))
    return np.asarray(ndtr(z[:, None, None] * ratio).reshape(-1, len(budgets)))
