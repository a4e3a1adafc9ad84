"""Resampling: profiles drawn by count are clusters drawn one by one."""

import numpy as np
import pytest

from hindmost.evals._resample import drawn_totals, percentile_interval, profile_totals


def test_both_ways_of_drawing_have_the_moments_of_the_bootstrap():
    profiles = np.array([[1.0, 1.0], [1.0, 0.0], [1.0, 0.0], [4.0, 3.0], [4.0, 3.0], [2.0, -1.0]])
    for draw in (profile_totals, drawn_totals):
        totals = draw(profiles, draws=20_000, rng=np.random.default_rng(0))
        assert totals.shape == (20_000, 2)
        # 20,000 draws: three standard errors of a mean are 0.07, of a variance under 4 %.
        assert totals.mean(axis=0) == pytest.approx(profiles.sum(axis=0), abs=0.1)
        assert np.cov(totals.T) == pytest.approx(6 * np.cov(profiles.T, bias=True), rel=0.05)


def test_alike_clusters_have_no_spread():
    assert (profile_totals(np.ones((5, 2)), draws=50, rng=np.random.default_rng(0)) == 5).all()


def test_chunks_fit_the_draws(monkeypatch):
    monkeypatch.setattr("hindmost.evals._resample._CELLS", 10)
    assert len(drawn_totals(np.ones((4, 1)), draws=7, rng=np.random.default_rng(0))) == 7
    assert len(profile_totals(np.arange(4.0)[:, None], draws=7, rng=np.random.default_rng(0))) == 7


def test_percentiles():
    assert percentile_interval(np.arange(101.0), level=0.10) == (5.0, 95.0)
