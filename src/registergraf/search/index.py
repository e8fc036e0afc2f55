"""Asking the index: which things a question means, the best first."""

from __future__ import annotations

import sqlite3
import weakref
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from registergraf.search.words import folded, variants, words

if TYPE_CHECKING:
    from collections.abc import Iterator

INDEX_FILE = "search/index.sqlite"
"""Where a release keeps its index."""

_SHORTEST_PART = 3
"""Letters that a trigram index needs."""

_BY_WORDS = """
SELECT iri, type FROM word JOIN thing ON thing.id = word.rowid
WHERE word MATCH ? ORDER BY bm25(word, 8.0, 12.0, 2.0, 1.0), iri
"""
_BY_NAME = """
SELECT iri, type FROM name JOIN thing ON thing.id = name.id WHERE name = ? ORDER BY iri
"""
_BY_PARTS = """
SELECT iri, type FROM part JOIN thing ON thing.id = part.rowid
WHERE part MATCH ? ORDER BY bm25(part), iri
"""


@dataclass(frozen=True)
class Hit:
    """A thing that was found."""

    iri: str
    type: str


class Index:
    """The index of a release, in memory; any thread may ask it."""

    def __init__(self, data: bytes) -> None:
        self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        weakref.finalize(self, self._connection.close)  # an index has no end that anybody knows of
        self._connection.deserialize(data)
        self._lock = Lock()

    def find(self, question: str) -> list[Hit]:
        """Things that are called so; then those with every word, in a name before in a text; then inside a word.

        Where there are none, the things with any of the words. A question without a word finds nothing.
        """
        asked = [*dict.fromkeys(words(question))]
        if not asked:
            return []
        with self._lock:
            hits = dict.fromkeys(self._ask(_BY_NAME, " ".join(asked)))
            hits |= dict.fromkeys(self._ask(_BY_WORDS, " AND ".join(map(_any_form, asked))))
            inside = [word for word in asked if len(word) >= _SHORTEST_PART]
            if len(inside) == len(asked):
                hits |= dict.fromkeys(self._ask(_BY_PARTS, " AND ".join(_inside(word) for word in inside)))
            return [*(hits or self._ask(_BY_WORDS, " OR ".join(map(_any_form, asked))))]

    def nearest(self, question: str, count: int = 5) -> list[Hit]:
        """Things whose names look most like a question that finds nothing."""
        letters = " ".join(words(question))
        parts = {letters[start : start + _SHORTEST_PART] for start in range(len(letters) - _SHORTEST_PART + 1)}
        with self._lock:
            return [*self._ask(_BY_PARTS, " OR ".join(f'"{part}"' for part in sorted(parts)))][:count] if parts else []

    def _ask(self, query: str, match: str) -> Iterator[Hit]:
        return (Hit(iri, type_) for iri, type_ in self._connection.execute(query, (match,)).fetchall())


def _any_form(word: str) -> str:
    """A word as one of its forms, or as the beginning of a word; a number or a provision is not begun."""
    forms = [f'"{form}"' for form in variants(word)]
    if word[0].isalpha():
        forms += [f'"{form}"*' for form in {word, variants(word)[min(1, len(variants(word)) - 1)]}]
    return f"({' OR '.join(sorted(forms))})"


def _inside(word: str) -> str:
    stem = min((form for form in variants(folded(word)) if len(form) >= _SHORTEST_PART), key=len)
    return f'"{stem}"'
