"""Step: how each head orders pairs of test rows, by what the cue says about the pair."""

from __future__ import annotations

from hindmost.core.features import Features
from hindmost.core.head import Predictor
from hindmost.core.ranking import Ranking
from hindmost.core.rows import FloatArray
from hindmost.evals.association import training_association
from hindmost.evals.ranking import ranking


def rankings(features: Features, heads: dict[str, Predictor], baseline: str) -> dict[str, Ranking]:
    """Every head but the baseline, against the baseline."""
    test, association = features.of("test"), training_association(features.rows.of("train"))
    scores = {name: second_minus_first(head, test) for name, head in heads.items()}
    return {
        name: ranking(test.rows, scores[baseline], score, association=association)
        for name, score in scores.items()
        if name != baseline
    }


def second_minus_first(head: Predictor, features: Features) -> FloatArray:
    """Logit of class 1 minus class 0, shape (n,)."""
    logits = head.logits(features.X)
    return logits[:, 1] - logits[:, 0]
