"""Heads: the two-row form keeps every margin and prediction of the one-row form."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindmost.core.errors import InputError
from hindmost.core.head import Head, margins, predictions, runner_up


@given(st.integers(0, 2**32 - 1))
def test_two_rows_say_what_one_row_says(seed):
    rng = np.random.default_rng(seed)
    w, b, X = rng.normal(size=(1, 6)), rng.normal(size=1), rng.normal(size=(20, 6)).astype(np.float32)
    head = Head.from_binary(w, b)
    score = X.astype(np.float64) @ w[0] + b[0]
    assert head.predict(X).tolist() == (score > 0).astype(int).tolist()
    assert np.diff(head.logits(X), axis=1)[:, 0] == pytest.approx(score)
    assert (head.margin_weights() == w[0]).all()
    assert (head.margin_weights(0, 1) == -w[0]).all()


@given(st.integers(0, 2**32 - 1), st.integers(2, 5))
def test_margin_and_runner_up_agree_with_a_slow_loop(seed, c):
    rng = np.random.default_rng(seed)
    logits, y = rng.normal(size=(12, c)), rng.integers(c, size=12)
    rival = runner_up(logits, y)
    for i in range(12):
        others = [j for j in range(c) if j != y[i]]
        assert rival[i] == max(others, key=lambda j: logits[i, j])
        assert margins(logits, y, rival)[i] == logits[i, y[i]] - max(logits[i, others])
    assert ((margins(logits, y, rival) > 0) == (predictions(logits) == y)).all()


def test_ties_go_to_the_lower_id():
    assert predictions(np.zeros((1, 2))).tolist() == [0]
    assert predictions(np.array([[0.0, 1.0, 1.0]])).tolist() == [1]


@pytest.mark.parametrize(
    ("coef", "intercept", "said"),
    [
        (np.ones((1, 3)), np.ones(1), "from_binary"),
        (np.ones((2, 3)), np.ones(3), r"\(2, 3\)"),
        (np.ones(3), np.ones(2), "coef"),
        (np.full((2, 3), np.nan), np.ones(2), "NaN or infinite"),
        (np.ones((2, 3)), np.array([0.0, np.inf]), "NaN or infinite"),
    ],
)
def test_refuses_what_cannot_be_a_head(coef, intercept, said):
    with pytest.raises(InputError, match=said):
        Head(coef, intercept)


def test_refuses_features_of_another_backbone_and_never_changes():
    head = Head(np.ones((3, 4)), np.zeros(3))
    assert head.n_classes == 3
    with pytest.raises(InputError, match="reads 4 features"):
        head.logits(np.ones((2, 5)))
    with pytest.raises(ValueError, match="read-only"):
        head.coef[0, 0] = 2
