"""The learning rate: rises to its peak, falls to near 0, never outside."""

import pytest

from hindmost.training.schedule import rate_at


@pytest.mark.parametrize(("total", "warm_up"), [(1, 0.1), (10, 0.0), (200, 0.1), (7, 0.9)])
def test_form(total, warm_up):
    rates = [rate_at(step, total, 2.0, warm_up) for step in range(total)]
    peak = rates.index(max(rates))
    assert rates[peak] == pytest.approx(2.0)
    assert rates[: peak + 1] == sorted(rates[: peak + 1])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
    assert min(rates) > 0
    assert total < 100 or rates[-1] < 0.001
