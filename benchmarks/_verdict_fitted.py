"""Cells in which the label-budget curve is the product's own: a head is fitted for every budget and draw.

The true curve is that of the population: the mean accuracy of heads fitted on so many fresh rows of each group.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np

from _verdict_features import BASELINE, LOOSE, Cell, decided, fit, fit_one
from _verdict_gaussian import NAMING, Gaussian
from _verdict_runs import One, Run
from hindmost.core.ceilings import Ceilings
from hindmost.core.fitting import FitContext
from hindmost.core.rows import FloatArray
from hindmost.pipeline._ceilings import label_curve
from hindmost.pipeline._heads import Fitted
from hindmost.pipeline.options import SILENT

FITS = 60  # behind one true value of the curve; the standard error of the worst group is then under 0.2 points


def cells() -> Iterator[Cell]:
    """Labels limit; features limit; features that let the worst group arrive at the target just by the horizon."""
    short = Gaussian(core=1.4, cue=1.0, d=200, val=(30,) * 4, test=(500,) * 4)
    many = Gaussian(core=0.65, cue=0.7, val=(200,) * 4, test=(1000,) * 4)
    yield Cell("labels limit, 200 features, 30 images", short, 150, LOOSE)
    yield Cell("features limit, 10 features, 200 images", many, 150, LOOSE)
    yield Cell("target just reached, 10 features, 200 images", replace(many, core=0.865), 150, LOOSE)


def once(cell: Cell) -> One:
    """One data set of a cell: drawn, fitted, its curve measured as an audit does, judged."""
    population, policy = cell.population, cell.policy
    images = min(population.val)
    at = [max(policy.label_budget, images), max(10 * images, policy.label_budget)]

    def run(rng: np.random.Generator, seed: int) -> Run:
        features, twins = population.draw(rng)
        context = FitContext(features.of("train"), features.of("val"), None, seed, NAMING.n_groups)
        before, after = fit(features, policy, seed)
        heads = {BASELINE: Fitted(before, "drawn"), policy.deciding_head: Fitted(after, "drawn")}
        curve = label_curve(features, heads, context, BASELINE, policy, SILENT)
        budget, horizon = (worst_at(population, policy.deciding_head, n) for n in at)
        truth = replace(population.truth(before, after), at_budget=budget, at_horizon=horizon)
        found, findings = decided(features, twins, (before, after), policy, seed, Ceilings(curve))
        return Run(truth.category(policy), truth.sufficient(policy), found, findings, truth.untrue(policy))

    return run


@cache
def worst_at(population: Gaussian, head: str, images: int) -> float:
    """The worst group of the true curve with ``images`` of each group."""
    there = replace(population, train=(5,) * 4, val=(images,) * 4, test=(1,) * 4)
    return float(np.mean([_accuracy(there, head, seed) for seed in range(FITS)], axis=0).min())


def _accuracy(population: Gaussian, head: str, seed: int) -> FloatArray:
    features, _ = population.draw(np.random.default_rng([seed, 1]))
    context = FitContext(features.of("train"), features.of("val"), None, seed, NAMING.n_groups)
    return population.accuracy(fit_one(head, context))
