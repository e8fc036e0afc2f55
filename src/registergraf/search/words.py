"""From text to the words that are compared: spelling, inflection, provisions and numbers made alike on both sides.

A text and a question go through the same steps, so that a step may be coarse: what it makes alike is found together.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from Stemmer import Stemmer

__all__ = ["analysed", "folded", "variants", "words"]

_LETTERS = (("æ", "ae"), ("ø", "o"), ("å", "a"), ("oe", "o"), ("aa", "a"))
"""Norwegian letters, and how they are written where a keyboard lacks them."""

_SECTION = r"(?:§+|\bparagraf\b|\bsection\b|\bsec\.)\s*"
_LETTER = r"(?:\s*,?\s*(?:bokstav|bokst\.?|litra|letter)\s*([a-z])\b|\s?([a-z])(?![a-z]))?"
_PROVISION = re.compile(
    _SECTION + r"(\d+(?:-\d+)?)" + _LETTER + r"|\b(?:artikkel|article|art\.?)\s*(\d+)(?:\s*nr\.?\s*(\d+))?" + _LETTER
)
_SPACED_NUMBER = re.compile(r"\b(\d{3}) (\d{3}) (\d{3})\b")
"""An organisation number as people write it."""

_WORD = re.compile(r"[§¶]?[a-z0-9]+(?:[-.][0-9]+)*[a-z]?")
_SYNCOPE = re.compile(r"([bdfgklmnpstv])\1?e?l$")
_LAST_R = re.compile(r"(?<=[bdfgklmnpstv])r$")


def folded(text: str) -> str:
    """In lower case, without accents, with the Norwegian letters in one spelling."""
    text = text.lower()
    for letter, plain in _LETTERS:
        text = text.replace(letter, plain)
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """The words of a text; a provision (`§11h`, `¶9.2j` for an article) is one, and so is a number with spaces."""
    text = _SPACED_NUMBER.sub(r"\1\2\3", folded(text.replace("\N{NO-BREAK SPACE}", " ")))
    return _WORD.findall(_PROVISION.sub(lambda match: f" {_provision(match)} ", text))


def _provision(match: re.Match[str]) -> str:
    section, *letters, article, number, letter, other = match.groups("")
    if section:
        return f"§{section}{''.join(letters)}"
    return f"¶{article}{'.' if number else ''}{number}{letter}{other}"


def _unique(items: list[str]) -> list[str]:
    return [*dict.fromkeys(items)]


def variants(word: str) -> list[str]:
    """The forms a word is found by: itself, and its stems in Norwegian and in English."""
    if not word[0].isalpha() or any(c.isdigit() for c in word):
        return [word]
    return _unique([word, _norwegian(word), _english(word)])


def analysed(text: str) -> str:
    """A text as it is put into the index: every form of every word."""
    return " ".join(form for word in words(text) for form in variants(word))


@lru_cache(maxsize=1 << 16)
def _norwegian(word: str) -> str:
    """The stem, taken until it stays; what is left of -er and -el is dropped, since inflection drops its e.

    So register, registeret, registre and registrene meet, and middel and midler.
    """
    while (shorter := _stemmer("norwegian").stemWord(word)) != word:
        word = shorter
    return _LAST_R.sub("", _SYNCOPE.sub(r"\1l", word))


@lru_cache(maxsize=1 << 16)
def _english(word: str) -> str:
    return str(_stemmer("english").stemWord(word))


@lru_cache
def _stemmer(language: str) -> Stemmer:
    """A stemmer keeps the word it is at, so stems are made by one thread at a time: by a build, or below a lock."""
    return Stemmer(language)
