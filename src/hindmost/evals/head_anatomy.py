"""What the last layers look like: zeros, concentration, direction, histogram."""

from __future__ import annotations

import numpy as np

from hindmost.core.errors import InputError
from hindmost.core.head import Head
from hindmost.core.rows import BoolArray, FloatArray
from hindmost.core.tables import HeadAnatomy
from hindmost.evals._check import check_length

BINS = 41  # odd, so that exact zeros lie in the middle of one bin


def head_anatomy(
    heads: dict[str, Head], single_coefs: dict[str, FloatArray | None], baseline: str, feature_sd: FloatArray
) -> dict[str, HeadAnatomy]:
    """Describe the weights of every head beside the baseline's.

    Binary heads are described by their margin weights, class 1 minus class 0. With more classes: zeros are
    counted in the weights themselves, and all else in each class's weights minus the mean over classes,
    which no constant added to all classes can change and whose cosine is that of all pairwise margins.

    Parameters
    ----------
    heads : dict of Head             all on the same d features
    single_coefs : dict              weights of each single fit before averaging, (r, d) or (r, 1, d) if binary,
                                     else (r, c, d); None or absent: one fit
    baseline : str                   the head that cosines compare with
    feature_sd : float array (d,)    sd of each feature over the training rows; 0 for a constant feature

    Returns
    -------
    dict of HeadAnatomy, same keys and order as ``heads``. Histogram edges are shared by all of them.
    """
    for name, head in heads.items():
        check_length(f"coef of {name!r}, transposed,", head.coef.T, len(feature_sd))
    weights = {name: _contrast(head.coef) for name, head in heads.items()}
    reach = max(float(np.abs(w * feature_sd).max(initial=0.0)) for w in weights.values()) or 1.0
    edges = np.linspace(-reach, reach, BINS + 1)
    return {
        name: _anatomy(heads[name], single_coefs.get(name), weights[name], weights[baseline], feature_sd, edges)
        for name in heads
    }


def _contrast(coef: FloatArray) -> FloatArray:
    """Weights that logits' common shift leaves alone: (1, d) if binary, else (c, d)."""
    return coef[1:] - coef[:1] if len(coef) == 2 else coef - coef.mean(axis=0)


def _anatomy(
    head: Head, single: FloatArray | None, w: FloatArray, reference: FloatArray, sd: FloatArray, edges: FloatArray
) -> HeadAnatomy:
    zero = _is_zero(head.coef)
    fits = _zeros_of_fits(single, head)
    size = np.abs(w)
    total = float((size**2).sum())
    return HeadAnatomy(
        n_weights=int(zero.size),
        zeros=float(zero.mean()),
        zeros_per_fit=tuple(fits.mean(axis=(1, 2)).tolist()),
        always_kept=float((~fits).all(axis=0).mean()) if len(fits) else None,
        effective_number=float(size.sum()) ** 2 / total if total else 0.0,
        cosine_raw=_cosine(w, reference),
        cosine_standardised=_cosine(w * sd, reference * sd),
        histogram_edges=tuple(edges.tolist()),
        histogram_counts=tuple(np.histogram(w * sd, bins=edges)[0].tolist()),
    )


def _is_zero(coef: FloatArray) -> BoolArray:
    """Exact zeros of margin weights (1, d) if binary, of the weights (c, d) otherwise."""
    return np.equal(coef[1:] - coef[:1] if len(coef) == 2 else coef, 0.0)


def _zeros_of_fits(single: FloatArray | None, head: Head) -> BoolArray:
    """Exact zeros of every single fit, shape (r, rows, d); r = 0 where there was one fit.

    Raises
    ------
    InputError
        The shape does not belong to the head.
    """
    c, d = head.coef.shape
    if single is None or len(single) <= 1:
        return np.zeros((0, 1, d), dtype=bool)
    fits = single[:, None, :] if single.ndim == 2 else single
    if fits.shape[1:] == (2, d) and c == 2:
        fits = fits[:, 1:] - fits[:, :1]
    if fits.shape[1:] != (1 if c == 2 else c, d):
        raise InputError(
            f"single fits have shape {single.shape}, the head has {c} classes and {d} features. "
            f"Pass (fits, {d}) for a binary head, else (fits, {c}, {d})."
        )
    return np.equal(fits, 0.0)


def _cosine(w: FloatArray, reference: FloatArray) -> float | None:
    """Cosine of two weight tables; None where one of them is zero."""
    scale = float(np.linalg.norm(w) * np.linalg.norm(reference))
    return float(np.clip((w * reference).sum() / scale, -1.0, 1.0)) if scale else None
