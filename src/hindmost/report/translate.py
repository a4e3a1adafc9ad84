"""From message ids to the reader's language.

The message id of every text is its English wording with named fields. The catalogue is a plain ``.po``
file beside this module, read with Babel at run time, so that a wheel needs no compiled file.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from babel.messages.pofile import read_po

from hindmost.core.findings import Sentence
from hindmost.report.phrases import match

Language = Literal["en", "ja"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


class MissingTranslation(LookupError):
    """A message id has no entry in the catalogue of a language."""


@cache
def catalogue(language: Language) -> dict[str, str]:
    """Message id to translation; empty for English, whose ids are the text."""
    if language == "en":
        return {}
    path = files("hindmost.report") / "locale" / language / "LC_MESSAGES" / "hindmost.po"
    with path.open("rb") as stream:
        messages = read_po(stream, locale=language, abort_invalid=True)
    return {str(m.id): str(m.string) for m in messages if m.id and m.string}


class Translator:
    """Turns message ids and sentences into one language.

    Parameters
    ----------
    language : "en" or "ja"
    strict : bool
        True: a text without a translation raises; False: it is shown in English.

    Raises
    ------
    ValueError
        The language is not known.
    MissingTranslation
        Strict, and a text has no translation.

    Examples
    --------
    >>> Translator("en").text("{n} rows", n=3)
    '3 rows'
    """

    def __init__(self, language: Language, *, strict: bool = False) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, but {language!r} came.")
        self.language = language
        self.strict = strict
        self._catalogue = catalogue(language)

    def text(self, msgid: str, **values: Any) -> str:
        """The text of a message id, filled with its values."""
        return self._lookup(msgid).format(**values)

    def sentence(self, sentence: Sentence) -> str:
        """A sentence of the audit, from its template and values; a value that is a known phrase, translated."""
        values = {name: self.phrase(v) if isinstance(v, str) else v for name, v in sentence.values.items()}
        return self._lookup(sentence.template).format(**values)

    def phrase(self, text: str) -> str:
        """A finished English phrase of the audit: its translation where it is known, else itself; so for its fields."""
        found = None if self.language == "en" else match(text)
        if not found:
            return text
        return self._lookup(found[0]).format(**{name: self.phrase(value) for name, value in found[1].items()})

    def join(self, names: Iterable[str]) -> str:
        """Names in one line, separated as the language does it."""
        return ("、" if self.language == "ja" else "; ").join(names)

    def _lookup(self, msgid: str) -> str:
        if self.language == "en":
            return msgid
        if self.strict and msgid not in self._catalogue:
            raise MissingTranslation(f"No {self.language} translation of {msgid!r}. Add it to hindmost.po.")
        return self._catalogue.get(msgid, msgid)
