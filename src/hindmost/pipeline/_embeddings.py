"""Step: from stored embeddings to features and a baseline, without torch."""

from __future__ import annotations

from typing import Any

from hindmost.core.audit import ModelRecord
from hindmost.core.dataset import Dataset
from hindmost.core.errors import InputError
from hindmost.core.features import Features
from hindmost.core.fitting import FitContext
from hindmost.core.policy import Policy
from hindmost.heads.recover import measured
from hindmost.pipeline._data import Input
from hindmost.pipeline._heads import Fitted, own_head, refit_baseline
from hindmost.pipeline._seen import Seen
from hindmost.pipeline.options import MODEL, TRAINING, AuditOptions, Talk

STORED = "the network's own last layer, stored beside the features"
RECOVERED = "the network's own head, recovered by least squares from features and logits"  # and how well


def look(given: Input, options: AuditOptions, policy: Policy, talk: Talk) -> Seen:
    """Take the features as they are; the baseline is recovered from logits, else refitted."""
    dataset = given.dataset
    if dataset.X is None:
        raise InputError("The input holds images; embeddings were expected.")
    if (options.model, options.training) != (MODEL, TRAINING):
        raise InputError(
            "Stored embeddings need no network, but options of one came (--checkpoint, --backbone, --input-size, "
            "--preprocessing, --epochs, --lr, ...). Leave them out, or pass the folder of images."
        )
    features = Features(dataset.rows, dataset.X, dataset.logits, {"source": "stored embeddings"}, dataset.early)
    name, fitted = _baseline(features, dataset, options.seed)
    model = _model(dataset.provenance, features, fitted.method)
    maps_reason = "stored embeddings hold no images, so there are no maps"
    return Seen(given, features, (name, fitted), model, maps_reason, dataset.held_out)


def _model(made: dict[str, Any], features: Features, baseline_source: str) -> ModelRecord:
    """What is known of the network: all of it where the features were published with it, else nothing."""
    extraction = {"runtime": "none", "dtype": str(features.X.dtype)}
    if "extraction" in made:
        extraction = {**made["extraction"], "kept_as": made["precision"]}
    return ModelRecord(
        backbone=made.get("backbone", "unknown: features were stored before"),
        weights="stored embeddings",
        weights_hash=made.get("weights"),
        n_features=features.X.shape[1],
        baseline_source=baseline_source,
        preprocessing=made.get("preprocessing", {}),
        extraction=extraction,
        training=None,
    )


def _baseline(features: Features, dataset: Dataset, seed: int) -> tuple[str, Fitted]:
    if dataset.head is not None:
        return "erm", own_head(dataset.head, features.of("val"), STORED)
    if dataset.logits is None:
        context = FitContext(features.of("train"), features.of("val"), None, seed, None)
        return "refit", refit_baseline(context)
    if dataset.logits.shape[1] != len(dataset.rows.naming.classes):
        raise InputError(
            f"logits have {dataset.logits.shape[1]} columns, the table has {len(dataset.rows.naming.classes)} classes. "
            "Store one column per class, in class order."
        )
    recovery = measured(features.X, dataset.logits)
    how = f"{RECOVERED} (R2 {recovery.r2:.4f}, same class on {recovery.agreement:.2%} of rows)"
    return "erm", own_head(recovery.head, features.of("val"), how)
