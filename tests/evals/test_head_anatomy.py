"""Weights: what averaging does to zeros, and what scale does to a cosine."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindmost.core.errors import InputError
from hindmost.core.head import Head
from hindmost.evals.head_anatomy import BINS, head_anatomy

SD = np.array([1.0, 2.0, 0.0, 0.5])


def binary(*w):
    return Head.from_binary(np.array(w), np.zeros(1))


def test_averaging_destroys_sparsity_and_the_table_shows_both():
    fits = np.array([[1.0, 0.0, 0.0, 0.0], [0.0, 3.0, 0.0, 0.0]])
    found = head_anatomy({"erm": binary(1, 1, 1, 1), "dfr": binary(*fits.mean(axis=0))}, {"dfr": fits}, "erm", SD)
    assert found["dfr"].zeros == 0.5
    assert found["dfr"].zeros_per_fit == (0.75, 0.75)
    assert found["dfr"].always_kept == 0.0
    assert (found["erm"].zeros, found["erm"].zeros_per_fit, found["erm"].always_kept) == (0.0, (), None)
    assert (
        head_anatomy({"dfr": binary(1, 0, 0, 0)}, {"dfr": fits[:, None]}, "dfr", SD)["dfr"].zeros_per_fit == (0.75,) * 2
    )


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100))
def test_scale_changes_neither_concentration_nor_cosine(seed, scale):
    w, v = np.random.default_rng(seed).normal(size=(2, 4))
    heads = {"erm": binary(*w), "a": binary(*v), "b": binary(*(scale * v))}
    found = head_anatomy(heads, {}, "erm", SD)
    assert found["a"].effective_number == pytest.approx(found["b"].effective_number)
    assert found["a"].cosine_raw == pytest.approx(found["b"].cosine_raw)
    assert found["a"].cosine_raw == pytest.approx(w @ v / np.linalg.norm(w) / np.linalg.norm(v))
    slow = (w * SD) @ (v * SD) / np.linalg.norm(w * SD) / np.linalg.norm(v * SD)
    assert found["a"].cosine_standardised == pytest.approx(slow)
    assert found["erm"].cosine_raw == pytest.approx(1.0)


def test_the_effective_number_counts_equal_weights():
    found = head_anatomy({"four": binary(2, -2, 2, 2), "one": binary(0, 7, 0, 0)}, {}, "four", SD)
    assert (found["four"].effective_number, found["one"].effective_number) == pytest.approx((4, 1))


def test_every_head_fills_the_same_histogram():
    found = head_anatomy({"erm": binary(1, 0, 9, 0), "big": binary(0, 5, 9, -8)}, {}, "erm", SD)
    assert found["erm"].histogram_edges == found["big"].histogram_edges
    assert len(found["big"].histogram_counts) == BINS
    assert [sum(each.histogram_counts) for each in found.values()] == [4, 4]
    assert found["erm"].histogram_counts[BINS // 2] == 3  # zeros, and the constant feature with sd 0
    assert found["big"].histogram_edges[-1] == 10.0  # 5 times sd 2, the 9 of the constant feature left out


def test_heads_without_any_weight_have_no_direction():
    found = head_anatomy({"erm": binary(0, 0, 0, 0)}, {"erm": None}, "erm", np.zeros(4))["erm"]
    assert (found.zeros, found.effective_number, found.cosine_raw, found.cosine_standardised) == (1.0, 0.0, None, None)
    assert sum(found.histogram_counts) == 4


def test_more_classes_ignore_what_is_common_to_all():
    coef = np.random.default_rng(0).normal(size=(3, 4))
    heads = {"erm": Head(coef, np.zeros(3)), "moved": Head(coef + np.array([5.0, 0, -2, 1]), np.zeros(3))}
    found = head_anatomy(heads, {"erm": np.stack([coef, coef * 0])}, "erm", SD)
    assert found["moved"].cosine_raw == pytest.approx(1.0)
    assert found["moved"].effective_number == pytest.approx(found["erm"].effective_number)
    assert found["erm"].n_weights == 12
    assert found["erm"].zeros_per_fit == (0.0, 1.0)
    pairs = [(0, 1), (0, 2), (1, 2)]
    other = np.random.default_rng(1).normal(size=(3, 4))
    found = head_anatomy({"erm": heads["erm"], "other": Head(other, np.zeros(3))}, {}, "erm", SD)["other"]
    w, v = (np.concatenate([c[j] - c[i] for i, j in pairs]) for c in (coef, other))
    assert found.cosine_raw == pytest.approx(w @ v / np.linalg.norm(w) / np.linalg.norm(v))


def test_refuses_shapes_of_another_head():
    with pytest.raises(InputError, match="single fits"):
        head_anatomy({"erm": binary(1, 2, 3, 4)}, {"erm": np.ones((2, 5))}, "erm", SD)
    with pytest.raises(InputError, match="expected 3 rows"):
        head_anatomy({"erm": binary(1, 2, 3, 4)}, {}, "erm", SD[:3])
