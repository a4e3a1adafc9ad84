"""From values to sentences: templates stay literal, values carry no words that need a translator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from string import Formatter

from hindmost.core.findings import RowsWanted, Sentence

Value = float | int | str | None


def say(values: Mapping[str, Value], *templates: str) -> Sentence:
    """The first template whose fields all have a value; the last one must need nothing that can be None.

    Examples
    --------
    >>> str(say({"n": None, "head": "dfr"}, "{head}: n = {n}", "{head}"))
    'dfr'
    """
    for template in templates:
        names = [name for _, name, _, _ in Formatter().parse(template) if name]
        used = {name: values.get(name) for name in names}
        if all(value is not None for value in used.values()):
            return Sentence(template, used)
    raise ValueError(f"No template fits the values {sorted(values)}; end the list with one that needs none of them.")


def points(fraction: float | None) -> float | None:
    """A difference of fractions in percentage points, to one decimal.

    Examples
    --------
    >>> points(-0.2089)
    -20.9
    """
    return None if fraction is None else round(100 * fraction, 1) + 0.0


def joined(parts: Iterable[str]) -> str | None:
    """A list in one line, or None where it is empty: group names hold commas, so semicolons part them."""
    return "; ".join(parts) or None


def shift(name: str, before: float | None, after: float | None, difference: float | None, n: int) -> str:
    """One group before and after, without words.

    Examples
    --------
    >>> shift("landbird, on land", 0.988, 0.779, -0.209, 488)
    'landbird, on land: 98.8% → 77.9% (n = 488)'
    """
    if before is not None and after is not None:
        return f"{name}: {before:.1%} → {after:.1%} (n = {n})"
    return f"{name}: (n = {n})" if difference is None else f"{name}: {points(difference):+.1f} (n = {n})"


def more_rows(wanted: Iterable[RowsWanted]) -> str | None:
    """Groups and the rows they lack, without words; None where no group is named.

    Examples
    --------
    >>> more_rows([RowsWanted("waterbird, on land", 1240)])
    'waterbird, on land: +1,240'
    """
    return joined(f"{one.group}: > {LIMIT:,}" if one.more is None else f"{one.group}: +{one.more:,}" for one in wanted)


LIMIT = 1_000_000  # rows; beyond this a count is no advice
