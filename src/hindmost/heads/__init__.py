"""Heads: the last layers that an audit compares, one file each, scikit-learn classifiers.

A key names a head or a preset of one; ``key@criterion`` says how its settings are chosen where they are.
Nothing is imported before ``load`` is called.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from hindmost.core.errors import InputError

if TYPE_CHECKING:
    from hindmost.core.fitting import FitContext
    from hindmost.heads._estimator import HeadEstimator

HEADS: dict[str, str] = {
    "erm": "hindmost.heads.erm:ERM",
    "refit": "hindmost.heads.refit:Refit",
    "threshold": "hindmost.heads.threshold:Threshold",
    "dfr": "hindmost.heads.dfr:DFR",
    "dfr-v1": "hindmost.heads.dfr:DFR",
    "dfr-v2": "hindmost.heads.dfr_v2:DFRv2",
    "dfr-spuco": "hindmost.heads.dfr_spuco:DFRSpuco",
    "dfr-subpop": "hindmost.heads.dfr_subpop:DFRSubpop",
    "dfr-tr": "hindmost.heads.dfr_tr:DFRTrain",
    "dfr-cf": "hindmost.heads.dfr_cf:DFRCrossFit",
    "matched": "hindmost.heads.matched:Matched",
    "class-balanced": "hindmost.heads.class_balanced:ClassBalanced",
    "reweighted": "hindmost.heads.reweighted:Reweighted",
    "subsampled": "hindmost.heads.subsampled:Subsampled",
    "group-dro": "hindmost.heads.group_dro:GroupDRO",
    "afr": "hindmost.heads.afr:AFR",
    "self": "hindmost.heads.self_:SelectiveFineTuning",
    "evals-gl": "hindmost.heads.evals_gl:EVaLSGL",
    "neurontune": "hindmost.heads.neurontune:NeuronTune",
    "erased": "hindmost.heads.erased:Erased",
    "committee": "hindmost.heads.committee:Committee",
}


def load(key: str) -> type[HeadEstimator]:
    """The class behind a key of ``HEADS``, with or without its ``@criterion``.

    Raises
    ------
    InputError
        The key is not registered; the message lists those that are.

    Examples
    --------
    >>> load("dfr").rows
    'val'
    """
    name, _, criterion = key.partition("@")
    if name not in HEADS:
        raise InputError(f"Unknown head {name!r}. Choose from: {', '.join(HEADS)}.")
    module, attribute = HEADS[name].split(":")
    found: type[HeadEstimator] = getattr(import_module(module), attribute)
    if "@" in key:
        _check_choice(name, criterion, found)
    return found


def build(key: str, context: FitContext) -> HeadEstimator:
    """The estimator behind a key as an audit uses it, not fitted yet.

    Raises
    ------
    InputError
        The key is not registered, or the head has no settings to choose by the criterion after ``@``.

    Examples
    --------
    >>> build("afr@worst_class", context).select  # doctest: +SKIP
    'worst_class'
    """
    estimator = load(key).from_context(context)
    _, _, criterion = key.partition("@")
    return estimator.set_params(select=criterion) if criterion else estimator


def _check_choice(name: str, criterion: str, found: type[HeadEstimator]) -> None:
    from hindmost.heads._select import check_criterion

    if "select" not in found().get_params():
        raise InputError(f"{name} has no settings that are chosen by a criterion. Leave out @{criterion}.")
    check_criterion(criterion)
