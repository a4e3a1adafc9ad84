"""Committee: many prototype classifiers on group-balanced subsets, kept apart, and averaged (DPE).

Not linear: a member compares directions, so there are no weights to fold, no maps and no export.
"""

from __future__ import annotations

from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import log_softmax, logsumexp
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from hindmost.core.errors import InputError
from hindmost.core.fitting import FitContext, FittedOn
from hindmost.core.rows import FloatArray, IntArray
from hindmost.heads._balance import balanced
from hindmost.heads._estimator import HeadEstimator
from hindmost.heads._prototypes import Descent, Loss, Member, centred_directions, descend
from hindmost.heads._strata import Strata, read_strata

START = 1e-2  # standard deviation of the first prototypes


class Committee(HeadEstimator):
    """Prototype classifiers, each on its own random subset with equally many rows of each group; mean probability.

    A member has one prototype a class. Its scores are minus the scaled distances of a row's direction to the
    prototypes' directions. It is fitted with a penalty on its similarity to the members before it, and kept as it
    was after the epoch with the best worst group of all rows given to ``fit``.

    Parameters
    ----------
    n_members : int >= 1
    epochs : int >= 1           of each member
    rate, momentum : float      of the descent
    batch : int >= 1            rows a step
    sharpness : float > 0       factor of the scores in training; predictions do without it, as published
    length : float >= 0         weight of the mean squared length of the prototypes
    similarity : float >= 0     weight of the similarity to earlier members, for the second member
    decay : float >= 0          member k (the first is 1) takes ``similarity / (1 + decay (k - 2))`` from k = 2 on
    n_strata : int or None      strata 0..n_strata-1 must all have rows; None: the strata that occur
    random_state : int, RandomState or None    draws prototypes, subsets and batches

    Attributes
    ----------
    members_ : list of Member

    References
    ----------
    To, Wilson, Nguyen, Harmanani, Cooper, Fooladgar, Abolmaesumi, Mousavi, Krishnan (2025), Diverse prototypical
    ensembles improve robustness to subpopulation shift, ICML. The scores: Macedo, Ludermir (2022), arXiv:2105.14399.
    """

    rows: ClassVar[FittedOn] = "val"
    labels: ClassVar[str] = "class and group of the validation rows"
    method: ClassVar[str] = "mean probability of prototype classifiers on group-balanced subsets; not linear"
    source: ClassVar[str] = "DPE: To et al., ICML 2025 (arXiv:2505.23027), settings of their package"

    def __init__(
        self,
        n_members: int = 15,
        epochs: int = 20,
        rate: float = 1e-3,
        momentum: float = 0.9,
        batch: int = 256,
        sharpness: float = 30.0,
        length: float = 10.0,
        similarity: float = 5e4,
        decay: float = 0.05,
        n_strata: int | None = None,
        random_state: int | np.random.RandomState | None = 0,
    ) -> None:
        self.n_members = n_members
        self.epochs = epochs
        self.rate = rate
        self.momentum = momentum
        self.batch = batch
        self.sharpness = sharpness
        self.length = length
        self.similarity = similarity
        self.decay = decay
        self.n_strata = n_strata
        self.random_state = random_state

    @classmethod
    def from_context(cls, context: FitContext) -> Self:
        """The defaults of the authors' package."""
        return cls(n_strata=context.n_strata, random_state=context.seed)

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, strata: ArrayLike | None = None, cluster: ArrayLike | None = None
    ) -> Self:
        """Fit the members in turn on rows X (n, d) of classes y (n,) and strata (n,).

        Raises
        ------
        EmptyStratum
            A stratum of 0..n_strata-1 has no rows.
        """
        if min(self.n_members, self.epochs, self.batch) < 1:
            raise InputError(
                f"Committee expected n_members, epochs and batch of at least 1, but {self.n_members}, {self.epochs} "
                f"and {self.batch} came. Leave them out for the published settings."
            )
        rows, codes = self._read(X, y)
        groups = read_strata(strata, codes, self.n_strata, cluster)
        groups.need_all()
        rng = check_random_state(self.random_state)
        self.members_, chosen = self._fit_members(centred_directions(rows), codes, groups, rng)
        self.selected_ = self._selected(groups, chosen)
        return self

    def decision_function(self, X: ArrayLike) -> FloatArray:
        """Log of the mean probabilities, shape (n, c); binary: the second class minus the first, shape (n,)."""
        check_is_fitted(self)
        rows = centred_directions(validate_data(self, X, dtype=np.float64, reset=False))
        logs = np.stack([log_softmax(member.logits(rows), axis=1) for member in self.members_])
        scores = logsumexp(logs, axis=0) - np.log(len(logs))
        return np.asarray(scores[:, 1] - scores[:, 0] if len(self.classes_) == 2 else scores)

    def _fit_members(
        self, V: FloatArray, y: IntArray, groups: Strata, rng: np.random.RandomState
    ) -> tuple[list[Member], list[tuple[int, float]]]:
        """The members, and of each the epoch that was kept and its worst group."""
        everyone = np.arange(len(y))
        descent = Descent(self.rate, self.momentum, self.epochs, self.batch)
        members: list[Member] = []
        chosen = []
        for k in range(self.n_members):
            subset = balanced(groups.lists(everyone, "the rows"), rng)
            start = Member(rng.normal(scale=START, size=(len(self.classes_), V.shape[1])), 1.0)
            loss = Loss(self.sharpness, self.length, self.similarity / (1 + self.decay * max(k - 1, 0)))
            earlier = np.sum([m.prototypes for m in members], axis=0) / (k + 1) if members else None
            after = descend(start, V[subset], y[subset], loss=loss, descent=descent, earlier=earlier, rng=rng)
            worst = [_worst(member, V, y, groups) for member in after]
            best = max(range(len(worst)), key=lambda epoch: (worst[epoch], epoch))  # ties: the later, as published
            members.append(after[best])
            chosen.append((best + 1, worst[best]))
        return members, chosen

    def _selected(self, groups: Strata, chosen: list[tuple[int, float]]) -> dict[str, Any]:
        per_group = int(np.bincount(groups.codes).min())
        size = per_group * len(groups.ids)
        selected = {
            "n_members": int(self.n_members),
            "epoch_of_each_member": [epoch for epoch, _ in chosen],
            "worst_of_each_member": [worst for _, worst in chosen],
            "chosen_on": "worst group of the rows given to fit, those that a member was fitted on among them",
            "strata": [int(i) for i in groups.ids],
            "per_group": per_group,
            "steps_per_epoch": max(1, size // self.batch),
            "seed": int(self.random_state) if isinstance(self.random_state, Integral) else None,
        }
        if size < self.batch:
            selected["departs"] = f"a balanced subset has {size} rows, fewer than the published batch of {self.batch}"
        return selected

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True  # of two features, a row's direction leaves one sign
        return tags


def _worst(member: Member, V: FloatArray, y: IntArray, groups: Strata) -> float:
    right = member.logits(V).argmax(axis=1) == y
    return float((np.bincount(groups.codes, weights=right) / np.bincount(groups.codes)).min())
