"""Near duplicates across splits: candidates by their features, confirmed on their pixels where there are any."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hindmost.core.near_duplicates import NearDuplicates, NearPair
from hindmost.core.rows import SPLITS, BoolArray, FloatArray, IntArray, Rows
from hindmost.evals.close_rows import close_pairs, threshold, unit
from hindmost.evals.likeness import likeness

CANDIDATES = 0.25  # share of rows that may become candidates by chance, where pixels decide
BY_CHANCE = 0.05  # rows that may pass by chance, where features decide alone
MOST_PAIRS = 2000
CHANCE_PAIRS = 600
LEAST_LIKENESS = 0.95
EXAMPLES = 10

Greys = Callable[[IntArray], NDArray[np.float32]]


def near_duplicates(
    rows: Rows,
    X: NDArray[np.float32],
    greys: Greys | None,
    *,
    same_file: Callable[[IntArray], BoolArray] | None = None,
    seed: int,
) -> NearDuplicates | None:
    """Search the splits for rows that show nearly the same picture.

    With pixels: pairs whose features lie closer than most nearest neighbours of one split are looked at,
    and those whose gradients correlate above a threshold are counted. The threshold lies half way between
    1 and the highest correlation among random pairs of one group, and not under 0.95. Without pixels, only
    pairs that next to no row would reach by chance are counted.

    Parameters
    ----------
    rows : Rows, n of them
    X : float32 array, shape (n, d)
    greys : positions (m,) -> small grey pictures (m, side, side); None: there are no pictures
    same_file : pairs (m, 2) -> bool (m,)    equal byte for byte, not counted; None: unknown
    seed : int                               drives the random pairs

    Returns
    -------
    NearDuplicates or None      None where fewer than two splits hold rows, or no threshold can be set
    """
    if len(np.unique(rows.split)) < 2:
        return None
    features = unit(X, rows.split == rows.split.min())
    expected = BY_CHANCE if greys is None else CANDIDATES * len(rows)
    cosine = threshold(features, rows.split, expected=expected, seed=seed)
    if cosine is None:
        return None
    pairs, cosines = close_pairs(features, rows.split, cosine, most=MOST_PAIRS)
    if same_file is not None and len(pairs):
        other = ~same_file(pairs)
        pairs, cosines = pairs[other], cosines[other]
    scores, chance = (None, None) if greys is None else _scores(rows, pairs, greys, seed)
    least = None if chance is None else max(LEAST_LIKENESS, (1 + float(chance.max(initial=0.0))) / 2)
    kept = np.ones(len(pairs), dtype=bool) if scores is None or least is None else scores >= least
    return NearDuplicates(
        by="features" if greys is None else "pictures",
        pairs=int(kept.sum()),
        rows={split: len(np.unique(pairs[kept][rows.split[pairs[kept]] == s])) for s, split in enumerate(SPLITS)},
        compared=len(rows),
        candidates=len(pairs),
        cosine_threshold=cosine,
        likeness_threshold=least,
        likeness_by_chance=None if chance is None or not len(chance) else float(chance.max()),
        chance_pairs=0 if chance is None else len(chance),
        examples=_examples(rows, pairs[kept], cosines[kept], None if scores is None else scores[kept]),
    )


def _scores(rows: Rows, pairs: IntArray, greys: Greys, seed: int) -> tuple[FloatArray, FloatArray]:
    """Likeness of the candidates, and of random pairs of different rows of one group."""
    random = _random_pairs(rows, np.random.default_rng([seed, len(rows)]))
    asked = np.unique(np.concatenate([pairs.ravel(), random.ravel()]))
    small = greys(asked)
    together = np.searchsorted(asked, np.concatenate([pairs, random]))
    found = likeness(small[together[:, 0]], small[together[:, 1]])
    return found[: len(pairs)], found[len(pairs) :]


def _random_pairs(rows: Rows, rng: np.random.Generator) -> IntArray:
    """Pairs of one group, a row and another that stands a random way further in it, shape (m, 2)."""
    order = np.argsort(rows.group, kind="stable")
    sizes = np.bincount(rows.group, minlength=rows.n_groups)
    start = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    shared = np.flatnonzero(sizes[rows.group[order]] > 1)  # places of rows that are not alone in their group
    first: IntArray = rng.choice(shared, CHANCE_PAIRS if len(shared) else 0)
    group = rows.group[order[first]]
    step = 1 + rng.integers(0, np.maximum(sizes[group] - 1, 1))
    second = start[group] + (first - start[group] + step) % sizes[group]
    return np.stack([order[first], order[second]], axis=1)


def _examples(rows: Rows, pairs: IntArray, cosines: FloatArray, scores: FloatArray | None) -> tuple[NearPair, ...]:
    """The most alike, by pixels where they were compared."""
    best = np.argsort(-(cosines if scores is None else scores), kind="stable")[:EXAMPLES]
    return tuple(
        NearPair(
            str(rows.ids[pairs[k, 0]]),
            SPLITS[int(rows.split[pairs[k, 0]])],
            str(rows.ids[pairs[k, 1]]),
            SPLITS[int(rows.split[pairs[k, 1]])],
            float(cosines[k]),
            None if scores is None else float(scores[k]),
        )
        for k in best.tolist()
    )
