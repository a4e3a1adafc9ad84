"""How wide a text is where every character takes one or two columns."""

from __future__ import annotations

import unicodedata


def columns(text: str) -> int:
    """Half-width columns that a text takes; Japanese characters take two.

    Examples
    --------
    >>> columns("ab"), columns("日本")
    (2, 4)
    """
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def fit(text: str, width: int) -> str:
    """The text in at most ``width`` columns, cut in the middle: names often differ at their end.

    Examples
    --------
    >>> fit("component family 3, blue box on bench 2", 20)
    'component…on bench 2'
    """
    if columns(text) <= width:
        return text
    start, end = _take(text, width // 2 - 1), _take(text[::-1], width - width // 2)[::-1]
    return f"{start.rstrip()}…{end.lstrip()}"


def _take(text: str, width: int) -> str:
    used, kept = 0, ""
    for character in text:
        used += columns(character)
        if used > width:
            break
        kept += character
    return kept
