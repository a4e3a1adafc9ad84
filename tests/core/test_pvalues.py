"""Exact p-values: their size first, then oracles."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from hindmost.core.pvalues import holm, mcnemar_exact, sign_flips


@pytest.mark.parametrize("m", [1, 6, 25, 80])
def test_mcnemar_rejects_a_fair_coin_at_most_as_often_as_it_says(m):
    fixed = np.arange(m + 1)
    p = mcnemar_exact(fixed, m - fixed)
    for level in (0.01, 0.05, 0.2):
        assert binom.pmf(fixed, m, 0.5)[p <= level].sum() <= level + 1e-12


@given(st.integers(0, 200), st.integers(0, 200))
def test_mcnemar_agrees_with_statsmodels(fixed, broken):
    oracle = mcnemar([[7, fixed], [broken, 9]], exact=True).pvalue if fixed + broken else 1.0
    assert float(mcnemar_exact(fixed, broken)) == pytest.approx(min(oracle, 1.0), rel=1e-9)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 5))
def test_sign_flips_of_single_rows_are_mcnemar(fixed, broken, same):
    net = np.array([1] * fixed + [-1] * broken + [0] * same, dtype=np.int64)
    assert sign_flips(net) == pytest.approx(float(mcnemar_exact(fixed, broken)), rel=1e-9)


@given(st.lists(st.integers(-4, 4), max_size=9))
def test_sign_flips_agree_with_every_flip_written_out(values):
    net = np.array(values, dtype=np.int64)
    signs = np.array(np.meshgrid(*[[-1, 1]] * len(net))).reshape(len(net), -1).T if len(net) else np.zeros((1, 0))
    assert sign_flips(net) == pytest.approx((np.abs(signs @ net) >= abs(net.sum())).mean())


def test_sign_flips_see_clusters_where_mcnemar_sees_rows():
    net = np.array([10, 10, 10], dtype=np.int64)  # 30 fixed rows of three patients
    assert sign_flips(net) == pytest.approx(0.25)
    assert float(mcnemar_exact(30, 0)) < 1e-8


@settings(max_examples=12, deadline=None)  # statsmodels collects garbage in every call, 0.1 s
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_agrees_with_statsmodels(values):
    p_values = np.array(values)
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])


def test_holm_counts_only_the_groups_that_have_a_test():
    adjusted = holm(np.array([0.01, np.nan, 0.03]))
    assert adjusted[[0, 2]] == pytest.approx([0.02, 0.03])
    assert np.isnan(adjusted[1])
    assert np.isnan(holm(np.array([np.nan]))).all()
