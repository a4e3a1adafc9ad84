"""The head behind features and logits."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hindmost.core.errors import InputError
from hindmost.core.head import Head
from hindmost.heads.recover import measured, recover


def _head(d: int, c: int) -> Head:
    rng = np.random.default_rng(5)
    return Head(rng.normal(size=(c, d)), rng.normal(size=c))


def _features(n: int, d: int) -> NDArray[np.float32]:
    """Positive, skewed and of unequal scale, as pooled activations are."""
    rng = np.random.default_rng(6)
    return (np.maximum(rng.normal(size=(n, d)), 0) * np.geomspace(1e-3, 10, d)).astype(np.float32)


def _bfloat16(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """Values cut to the eight significant bits of bfloat16."""
    return (values.astype(np.float32).view(np.uint32) & 0xFFFF0000).view(np.float32)


@pytest.mark.parametrize("c", [2, 4])
def test_true_head_comes_back(c: int) -> None:
    X, true = _features(200, 12), _head(12, c)
    found = measured(X, true.logits(X))
    for y in range(1, c):
        np.testing.assert_allclose(found.head.margin_weights(y, 0), true.margin_weights(y, 0), rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(found.head.predict(X), true.predict(X))
    assert (found.rank, found.agreement) == (12, 1.0)
    assert found.residual < 1e-10


def test_dependent_and_constant_features_get_the_smallest_weights() -> None:
    X = _features(100, 5)
    wide = np.column_stack([X, X[:, 0], np.full(100, 0.1)])  # a copy, and one that never varies
    true = _head(5, 2)
    found = measured(wide, true.logits(X))
    np.testing.assert_allclose(found.head.logits(wide)[:, 1], np.diff(true.logits(X))[:, 0] / 2, rtol=0, atol=1e-9)
    weights = found.head.margin_weights()
    assert found.rank == 5
    assert weights[0] == pytest.approx(weights[5])  # shared evenly is smallest
    assert abs(weights[6]) < 1e-20  # rounding of its mean


def test_a_shift_per_row_is_not_seen() -> None:
    X, true = _features(200, 12), _head(12, 3)
    logits = true.logits(X)
    log_softmax = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(recover(X, log_softmax).coef, recover(X, logits).coef, rtol=0, atol=1e-9)


def test_rounding_to_bfloat16_keeps_the_predictions() -> None:
    X, true = _features(600, 30), _head(30, 2)
    found = measured(_bfloat16(X), _bfloat16(true.logits(X)))
    assert found.r2 > 0.9999
    assert (found.head.predict(X) == true.predict(X)).mean() > 0.99  # rows at the border may cross it


@pytest.mark.parametrize("n", [40, 400])
def test_logits_of_other_rows_are_refused(n: int) -> None:
    X, true = _features(n, 30), _head(30, 2)  # 40 rows for 30 features: the plain R2 would be about 0.75
    with pytest.raises(InputError, match="same network and the same rows"):
        recover(X, np.roll(true.logits(X), 1, axis=0))


def test_probabilities_are_refused() -> None:
    X, true = _features(400, 30), _head(30, 2)
    with pytest.raises(InputError, match="linear map"):
        recover(X, 1 / (1 + np.exp(-true.logits(X))))


def test_too_few_rows_to_tell() -> None:
    X, true = _features(20, 30), _head(30, 2)
    with pytest.raises(InputError, match="more rows"):
        recover(X, true.logits(X))


@pytest.mark.parametrize(("n", "c"), [(19, 2), (20, 1)])
def test_shapes_that_do_not_fit_are_refused(n: int, c: int) -> None:
    with pytest.raises(InputError, match="one line of each per row"):
        recover(np.ones((20, 3)), np.ones((n, c)))


def test_a_constant_logit_is_refused() -> None:
    with pytest.raises(InputError, match="same on every row"):
        recover(_features(50, 3), np.ones((50, 2)))


@pytest.mark.realdata
def test_real_network_predicts_the_same_on_every_image(real_data: Path) -> None:
    with np.load(real_data / "waterbirds50" / "features_lite0.npz") as stored:
        X, logits, y, place, split = (stored[k] for k in ("X", "logits", "y", "place", "split"))
    found = measured(X, logits)
    assert found.agreement == 1.0
    assert found.r2 > 0.99999  # 0.9999985: features and logits went through bfloat16
    right = found.head.predict(X) == y
    test = [right[(split == 2) & (y == g // 2) & (place == g % 2)].mean() for g in range(4)]
    np.testing.assert_allclose(test, [0.988, 0.422, 0.231, 0.981], rtol=0, atol=5e-4)  # printed to 3 digits
