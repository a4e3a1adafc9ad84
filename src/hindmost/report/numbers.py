"""How numbers look: fractions as percent, differences as points, null as a dash.

Rounding is Python's, as in the sentences of the rules, so that a table and a sentence never differ.
"""

from __future__ import annotations

from collections.abc import Iterable

from babel.numbers import format_decimal

NULL = "–"
MINUS = "−"


def _tidy(text: str) -> str:
    """A true minus sign, and no sign on a zero."""
    if not text.strip("+-0.%"):
        text = text.lstrip("+-")
    return text.replace("-", MINUS)


def percent(value: float | None) -> str:
    """0.8123 -> 81.2%."""
    return NULL if value is None else _tidy(f"{value:.1%}")


def percents(values: Iterable[float]) -> str:
    """One after the other: 34.6% → 91.2%."""
    return " → ".join(map(percent, values))


def points(value: float | None) -> str:
    """A difference of fractions in percentage points with its sign: 0.41 -> +41.0."""
    return NULL if value is None else _tidy(f"{100 * value:+.1f}")


def decimal(value: float | None, digits: int = 2) -> str:
    """A plain number with fixed decimals."""
    return NULL if value is None else _tidy(f"{value:.{digits}f}")


def signed(value: float | None) -> str:
    """A plain number with its sign and two decimals."""
    return NULL if value is None else _tidy(f"{value:+.2f}")


def compact(value: float | None) -> str:
    """A number whose unit is not known: whole numbers whole, others with three decimals."""
    if value is None:
        return NULL
    return _tidy(f"{value:.0f}" if float(value).is_integer() else f"{value:.3f}")


def count(value: int | None) -> str:
    """A count with separators: 2255 -> 2,255."""
    return NULL if value is None else str(format_decimal(value, locale="en"))


def money(value: float | None, currency: str | None = None) -> str:
    """An amount with separators, two decimals and its currency: 1240.5 -> 1,240.50."""
    return NULL if value is None else f"{value:,.2f} {currency or ''}".rstrip()


def p_value(value: float | None) -> str:
    """Three decimals; smaller ones as <0.001."""
    if value is None:
        return NULL
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def percent_interval(low: float | None, high: float | None) -> str:
    """Two fractions in percent: [76.0, 85.1]; empty where there is none."""
    return "" if low is None or high is None else f"[{_tidy(f'{100 * low:.1f}')}, {_tidy(f'{100 * high:.1f}')}]"


def points_interval(low: float | None, high: float | None) -> str:
    """Two differences in points: [+3.1, +9.0]."""
    return "" if low is None or high is None else f"[{points(low)}, {points(high)}]"


def decimal_interval(low: float | None, high: float | None) -> str:
    """Two plain numbers: [0.91, 1.20]."""
    return "" if low is None or high is None else f"[{decimal(low)}, {decimal(high)}]"


def signed_interval(low: float | None, high: float | None) -> str:
    """Two signed numbers: [+0.73, +0.90]."""
    return "" if low is None or high is None else f"[{signed(low)}, {signed(high)}]"


def compact_interval(low: float | None, high: float | None) -> str:
    """Two numbers whose unit is not known; a missing end stays a dash."""
    return "" if low is None and high is None else f"[{compact(low)}, {compact(high)}]"
