"""How many rows would decide, if the rates seen stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from scipy.special import betaincinv

from hindmost.rules._say import LIMIT


def rows_for_lower(rate: float, target: float, level: float) -> int | None:
    """Rows at which the one-sided Clopper-Pearson lower bound reaches the target; None above LIMIT.

    ``rate * n`` need not be whole: the bound is continued through the beta distribution, so that the
    answer does not jump with rounding.

    References
    ----------
    Clopper & Pearson (1934), Biometrika 26, 404-413.

    Examples
    --------
    >>> rows_for_lower(1.0, 0.8, 0.05)
    14
    """
    if rate <= target:
        return None
    return _smallest(lambda n: betaincinv(rate * n, (1 - rate) * n + 1, level) >= target)


def rows_for_upper(rate: float, target: float, level: float) -> int | None:
    """Rows at which the one-sided Clopper-Pearson upper bound falls below the target; None above LIMIT."""
    if rate >= target:
        return None
    return _smallest(lambda n: betaincinv(rate * n + 1, (1 - rate) * n, 1 - level) < target)


def growth(number: float | None, bound: float | None, threshold: float) -> float | None:
    """Factor on the rows at which a bound reaches a threshold: widths shrink with the root of n.

    None where the number itself lies on, next to or beyond the threshold, or anything is unknown.

    Examples
    --------
    >>> round(growth(0.03, 0.09, 0.05), 6)
    9.0
    """
    if number is None or bound is None:
        return None
    width, room = bound - number, threshold - number
    if width * room <= 0 or abs(width) > LIMIT * abs(room):
        return None
    return (width / room) ** 2


def more(n: int, factor: float | None) -> int | None:
    """Rows to add to ``n`` for it to grow by ``factor``, at least 1; None where unknown or above LIMIT."""
    if factor is None or n * factor > LIMIT:
        return None
    return max(1, ceil(round(n * (factor - 1), 6)))  # 300.0000000001 rows are 300


def _smallest(enough: Callable[[int], bool]) -> int | None:
    high = 1
    while not enough(high):
        high *= 2
        if high > LIMIT:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
