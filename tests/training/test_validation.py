"""Validation scores beside scikit-learn's, and with classes and groups that have no rows."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss

from hindmost.training.validation import scores


def test_beside_an_oracle():
    rng = np.random.default_rng(0)
    logits, y, group = rng.normal(size=(60, 3)) * 3, rng.integers(0, 3, 60), rng.integers(0, 6, 60)
    found = scores(logits, y, group)
    guess = logits.argmax(axis=1)
    probability = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert found.loss == pytest.approx(log_loss(y, probability, labels=[0, 1, 2]))
    assert found.mean == accuracy_score(y, guess)
    assert found.worst_class == min(accuracy_score(y[y == c], guess[y == c]) for c in range(3))
    assert found.worst_group == min(accuracy_score(y[group == g], guess[group == g]) for g in range(6))
    assert found.of("worst_group") == found.worst_group


def test_absent_classes_and_groups_do_not_count():
    logits = np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    found = scores(logits, np.array([2, 2, 2]), np.array([5, 5, 3]))
    assert (found.mean, found.worst_class, found.worst_group) == (2 / 3, 2 / 3, 0.0)


def test_no_rows():
    assert scores(np.zeros((0, 2)), np.zeros(0, int), np.zeros(0, int)) is None


def test_large_logits_do_not_overflow():
    found = scores(np.array([[1e4, 0.0], [0.0, 1e4]]), np.array([0, 0]), np.array([0, 1]))
    assert found.loss == 5e3
