"""How much of a head hangs on the subset that it was fitted on."""

from __future__ import annotations

import numpy as np
from scipy.stats import hypergeom

from hindmost.core.errors import InputError
from hindmost.core.retrains import DrawSpread, SupportStability
from hindmost.core.rows import BoolArray, FloatArray, IntArray, Rows
from hindmost.evals._check import plain
from hindmost.evals._drawn import drawn_accuracies, group_accuracies
from hindmost.evals._resample import percentile_interval

DRAWS = 2_000


def support_stability(single_coefs: FloatArray) -> SupportStability:
    """Selection frequency of each feature, and how alike the kept sets are.

    Parameters
    ----------
    single_coefs : float array, shape (fits, rows, d)     weights of the single fits; exact zeros are not kept

    References
    ----------
    Nogueira, Sechidis, Brown (2018), On the stability of feature selection algorithms, JMLR 18(174), definition 4:
    ``stability``.

    Examples
    --------
    >>> found = support_stability(np.array([[[1.0, 0.0, 2.0]], [[0.5, 0.0, 0.0]]]))
    >>> found.frequency, found.jaccard
    ((1.0, 0.0, 0.5), 0.5)
    """
    if single_coefs.ndim != 3 or not single_coefs.size:
        raise InputError(
            f"single_coefs has shape {single_coefs.shape}, expected (fits, rows, features). Pass the single_coefs_ of "
            "a head that averages several fits."
        )
    kept = (single_coefs != 0).any(axis=1)  # (fits, d)
    fits, d = kept.shape
    times = kept.sum(axis=0)
    jaccard = _jaccard_pairs(kept)
    return SupportStability(
        fits=fits,
        n_features=d,
        frequency=tuple((times / fits).tolist()),
        kept_in=tuple(np.bincount(times, minlength=fits + 1).tolist()),
        jaccard=float(jaccard.mean()) if len(jaccard) else None,
        jaccard_low=float(jaccard.min()) if len(jaccard) else None,
        jaccard_high=float(jaccard.max()) if len(jaccard) else None,
        jaccard_by_chance=_jaccard_by_chance(kept.sum(axis=1), d) if len(jaccard) else None,
        stability=_nogueira(times / fits, fits),
    )


def _jaccard_pairs(kept: BoolArray) -> FloatArray:
    """|both| / |either| of every pair of fits in which either keeps something, shape (pairs,)."""
    both = kept.astype(np.float64) @ kept.T
    sizes = np.diag(both)
    first, second = np.triu_indices(len(kept), k=1)
    shared = both[first, second]
    either = sizes[first] + sizes[second] - shared
    return np.asarray(shared[either > 0] / either[either > 0])


def _jaccard_by_chance(sizes: IntArray, d: int) -> float:
    """The mean over pairs if each fit drew its features at random: exact, by the hypergeometric distribution."""
    values, counts = np.unique(sizes, return_counts=True)
    total, pairs = 0.0, 0.0
    for i, a in enumerate(values.tolist()):
        for j in range(i, len(values)):
            b = int(values[j])
            weight = counts[i] * (counts[i] - 1) / 2 if i == j else float(counts[i] * counts[j])
            if a + b == 0:
                continue
            shared = np.arange(min(a, b) + 1)
            total += weight * float((hypergeom.pmf(shared, d, a, b) * shared / (a + b - shared)).sum())
            pairs += weight
    return total / pairs


def _nogueira(share: FloatArray, fits: int) -> float | None:
    """Chance-corrected stability; None for one fit, and where the fits keep all features or none."""
    mean = float(share.mean())
    if fits < 2 or mean in (0.0, 1.0):
        return None
    return 1.0 - float((fits / (fits - 1) * share * (1 - share)).mean()) / (mean * (1 - mean))


def draw_spread(rows: Rows, predicted: IntArray, average: IntArray | None, *, seed: int) -> DrawSpread:
    """Spread of worst-group accuracy over single fits, beside the noise of the test rows.

    The worst group of a fit is the minimum over all test groups that have rows, as papers print it.

    Parameters
    ----------
    rows : Rows, n of them                       test rows
    predicted : int array, shape (fits, n)       classes that each single fit says
    average : int array (n,) or None             classes that the averaged head says
    seed : int                                   drives the bootstrap: rows (or clusters) within groups, and fits

    Raises
    ------
    InputError
        No test rows, or predictions of other rows.
    """
    if predicted.ndim != 2 or predicted.shape[1] != len(rows) or not predicted.size:
        raise InputError(
            f"predicted has shape {predicted.shape}, expected (fits, {len(rows)}) and at least one of each. Pass one "
            "line per fit over the test rows."
        )
    if average is not None and average.shape != (len(rows),):
        raise InputError(f"average has shape {average.shape}, expected ({len(rows)},). Pass the same test rows.")
    together = predicted if average is None else np.concatenate([predicted, average[None]])
    right = together == rows.y  # (fits, or fits + 1, n)
    accuracy, n = group_accuracies(rows, right)
    worst, fits = np.nanmin(accuracy, axis=1), len(predicted)
    rng = np.random.default_rng([seed, fits])
    drawn = drawn_accuracies(rows, right, draws=DRAWS, rng=rng).min(axis=2)  # (draws, fits or fits + 1)
    single = worst[:fits]
    at = np.nanargmin(accuracy[:fits], axis=1)
    gain, gain_low, gain_high = _gain(worst, drawn, fits, rng) if average is not None else (None, None, None)
    return DrawSpread(
        fits=fits,
        n=len(rows),
        worst=tuple(single.tolist()),
        mean=float(single.mean()),
        draw_sd=plain(single.std(ddof=1)) if fits > 1 else None,
        low=float(single.min()),
        high=float(single.max()),
        sampling_sd=float(np.sqrt(drawn[:, :fits].var(axis=0, ddof=1).mean())),
        binomial_sd=float(np.sqrt((single * (1 - single) / n[at]).mean())),
        average=None if average is None else float(worst[-1]),
        gain=gain,
        gain_low=gain_low,
        gain_high=gain_high,
        beaten=None if average is None else float((worst[-1] > single).mean()),
    )


def _gain(
    worst: FloatArray, drawn: FloatArray, fits: int, rng: np.random.Generator
) -> tuple[float | None, float | None, float | None]:
    """The average's worst group minus the single fits' mean, with fits drawn again beside the test rows."""
    weights = rng.multinomial(fits, np.full(fits, 1 / fits), size=len(drawn)) / fits  # (draws, fits)
    differences = drawn[:, -1] - (weights * drawn[:, :fits]).sum(axis=1)
    return float(worst[-1] - worst[:fits].mean()), *percentile_interval(differences)
