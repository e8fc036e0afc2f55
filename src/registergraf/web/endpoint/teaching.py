"""A query that is not SPARQL, told so that it can be mended: the line, the place in it, what may have been meant.

For a page in the reader's language; for a machine in the language of its Accept-Language header, else in English.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from registergraf.namespaces import BASE
from registergraf.web.ground.i18n import preferred, texts

if TYPE_CHECKING:
    from registergraf.errors import QuerySyntaxError, Sentence

__all__ = ["language_of", "members"]


def language_of(accept_language: str | None) -> str:
    """The language for a machine's Accept-Language header."""
    return preferred(parse_accept_header(accept_language, LanguageAccept)) if accept_language else "en"


def members(error: QuerySyntaxError, lang: str, base: str) -> dict[str, Any]:
    """What a problem tells of a syntax error, in a language; `base` is that of the release's IRIs."""
    fault = _told(error.fault, lang, base)
    place = texts(lang)("syntax.place", line=error.line, column=error.column, fault=fault) if error.line else fault
    return {
        "detail": place,
        "line": error.line,
        "column": error.column,
        "excerpt": error.excerpt,
        "guesses": [_told(guess, lang, base) for guess in error.guesses],
    }


def _told(sentence: Sentence, lang: str, base: str) -> str:
    if not sentence.key:
        return sentence.english
    values = {name: value.replace(BASE, base) for name, value in (sentence.values or {}).items()}
    return texts(lang)(f"syntax.{sentence.key}", **values)
