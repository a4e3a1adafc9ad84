"""Whether the cue can be read within class: by a probe of the features, and from the margins of heads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from hindmost.core.dominance import Dominance
from hindmost.core.probes import CueProbe, MarginProbe, Probe
from hindmost.core.ranking import Span
from hindmost.core.rows import BoolArray, FloatArray, IntArray, Rows
from hindmost.evals._check import check_length
from hindmost.evals._resample import percentile_interval
from hindmost.evals.stratified_auc import MIN_ROWS, Answer, Question, ask, questions

DRAWS = 1_000
MOST_VALUES = 12
TWO_CLASSES = "a margin is read for two classes, and there are more"

Fit = Callable[[NDArray[np.floating], BoolArray], Callable[[NDArray[np.floating]], FloatArray]]


@dataclass(frozen=True)
class Reading:
    """Rows with their features (n, d)."""

    rows: Rows
    X: NDArray[np.floating]

    def __post_init__(self) -> None:
        check_length("X", self.X, len(self.rows))


def probe(
    fitted_on: Reading,
    read_on: Reading,
    scores: Mapping[str, FloatArray],
    baseline: str,
    fit: Fit,
    *,
    seed: int,
    method: str,
) -> Probe:
    """AUC of each cue value against the others within class, averaged over classes.

    Of the features: one probe a class, fitted on other rows than it is scored on, so that its interval holds for it;
    cross-fitting would make fits depend on one another and the interval too narrow. Beside it the same probes for a
    cue that was shuffled within class on both sides: they show what a probe finds in nothing. Of the margins nothing
    is fitted. The probe of the features is the same before and after, since a head does not touch them; those of the
    margins differ. The change is paired, its interval from drawing rows (or clusters) again.

    Parameters
    ----------
    fitted_on : Reading                         e.g. validation rows
    read_on : Reading, n rows                   test rows
    scores : mapping of float arrays (n,)       logit of class 1 minus class 0; read where there are two classes
    baseline : str                              the head whose scores the changes start from
    fit : callable                              rows (m, d) and target (m,) -> a function from rows to scores
    seed : int                                  drives the shuffling and the draws
    method : str                                what ``fit`` does, for the reader

    References
    ----------
    Control tasks: Hewitt & Liang (2019), EMNLP, 2733-2743.
    """
    rows = read_on.rows
    for name, array in scores.items():
        check_length(f"scores of {name}", array, len(rows))
    counts = tuple(np.bincount(rows.group, minlength=rows.n_groups).tolist())
    reason, asked = _asked(fitted_on.rows, rows)
    if reason is not None:
        return Probe(reason, method, len(fitted_on.rows), counts, (), None)
    two = len(rows.naming.classes) == 2
    units = np.arange(len(rows)) if rows.cluster is None else np.unique(rows.cluster, return_inverse=True)[1]
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((DRAWS, int(units.max()) + 1))
    shuffled = [_shuffled(fitted_on.rows, rng), _shuffled(rows, rng)]
    found = []
    for question in asked:
        value = rows.naming.cues.index(question.what)
        against = question, _as_shuffled(question, shuffled[1] == value)
        targets = fitted_on.rows.cue == value, shuffled[0] == value
        read = [_scores(fitted_on, target, read_on, question, fit) for target in targets]
        features, control = (
            _span(ask(score[:, None], one, units, noise), 0, question) for score, one in zip(read, against)
        )
        margins = _margins(scores, baseline, question, units, noise) if two else {}
        used = sum(len(part) for cell in question.strata for part in cell)
        found.append(CueProbe(question.what, used, len(question.strata), features, control, margins))
    return Probe(None, method, len(fitted_on.rows), counts, tuple(found), None if two else TWO_CLASSES)


def _asked(fitted_on: Rows, rows: Rows) -> tuple[str | None, tuple[Question, ...]]:
    """Questions about the classes that have enough rows of either kind on both sides; or why there are none."""
    if len(rows.naming.cues) > MOST_VALUES:
        return f"the cue is probed for up to {MOST_VALUES} values, and there are {len(rows.naming.cues)}", ()
    known = {
        one.what: {int(fitted_on.y[cell[0][0]]) for cell in one.strata}
        for one in questions(fitted_on, fitted_on.cue, fitted_on.y, rows.naming.cues)
    }
    found = []
    for one in questions(rows, rows.cue, rows.y, rows.naming.cues):
        kept = [i for i, cell in enumerate(one.strata) if int(rows.y[cell[0][0]]) in known.get(one.what, set())]
        if kept:
            found.append(Question(one.what, tuple(one.strata[i] for i in kept), one.sizes[kept]))
    if found:
        return None, tuple(found)
    return f"no class has {MIN_ROWS} validation rows and {MIN_ROWS} test rows of two cue values", ()


def _shuffled(rows: Rows, rng: np.random.Generator) -> IntArray:
    """The cue in another order within each class, shape (n,)."""
    cue = np.empty(len(rows), dtype=np.int64)
    for y in np.unique(rows.y):
        where = np.flatnonzero(rows.y == y)
        cue[where] = rng.permutation(rows.cue[where])
    return cue


def _as_shuffled(question: Question, target: BoolArray) -> Question:
    """The same strata, their rows dealt out by another target."""
    together = [np.concatenate(cell) for cell in question.strata]
    cells = tuple((where[~target[where]], where[target[where]]) for where in together)
    return Question(question.what, cells, question.sizes)


def _scores(fitted_on: Reading, target: BoolArray, read_on: Reading, question: Question, fit: Fit) -> FloatArray:
    """Scores of every row by the probe of its class, shape (n,); 0 outside the question's classes."""
    scores = np.zeros(len(read_on.rows))
    for cell in question.strata:
        where = np.concatenate(cell)
        seen = fitted_on.rows.y == read_on.rows.y[where[0]]
        scores[where] = fit(fitted_on.X[seen], target[seen])(read_on.X[where])
    return scores


def _margins(
    scores: Mapping[str, FloatArray], baseline: str, question: Question, units: IntArray, noise: FloatArray
) -> dict[str, MarginProbe]:
    names = list(scores)
    answer = ask(np.stack([scores[name] for name in names], axis=1), question, units, noise)
    base = names.index(baseline)
    nothing = Span(None, None, None)
    return {
        name: MarginProbe(_span(answer, i, question), nothing if i == base else _change(answer, i, base))
        for i, name in enumerate(names)
    }


def _span(answer: Answer, i: int, question: Question) -> Span:
    """The outer of DeLong's interval and Newcombe's, which keeps a width at an AUC of 0 or 1."""
    auc, (first, second) = float(answer.auc[i]), question.sizes.sum(axis=0).tolist()
    low, high = Dominance(auc, float(answer.se[i]) ** 2, first, second).interval(0.05)
    half = -float(stdtrit(answer.df[i], 0.025) * answer.se[i])
    return Span(auc, max(min((low + 1) / 2, auc - half), 0.0), min(max((high + 1) / 2, auc + half), 1.0))


def _change(answer: Answer, i: int, base: int) -> Span:
    low, high = percentile_interval(answer.drawn[:, i] - answer.drawn[:, base])
    return Span(float(answer.auc[i] - answer.auc[base]), low, high)
