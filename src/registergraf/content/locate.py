"""From an IRI back to the line of the curated file that writes it.

pyoxigraph gives no positions for the triples it has parsed, so the text is searched for the IRI as it may be
written: in angle brackets or as a prefixed name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PREFIX_LINE = re.compile(r"^\s*(?:@prefix|PREFIX)\s+([\w-]*):\s*<([^>]*)>", re.MULTILINE | re.IGNORECASE)
TOKEN = re.compile(r"<[^<>\s]*>|(?<![\w.:/#-])[A-Za-z][\w-]*:(?:[\w-]|[.:](?=[\w-]))*")


@dataclass(frozen=True)
class Locator:
    """Where each IRI is written, over a set of files."""

    texts: Mapping[str, str] = field(repr=False)

    @cached_property
    def _index(self) -> dict[str, dict[str, list[int]]]:
        index: dict[str, dict[str, list[int]]] = {}
        for path, text in self.texts.items():
            for iri, line in written_iris(text):
                index.setdefault(iri, {}).setdefault(path, []).append(line)
        return index

    def find(self, iri: str, near: Iterable[str] = ()) -> tuple[str, int]:
        """The file and line that first writes the IRI, in one of the files `near` if it is there.

        An IRI that is written nowhere is at line 1 of the first file of `near`, or of nothing ("", 0).
        """
        places = self._index.get(iri, {})
        near = tuple(near)
        for path in (*(p for p in near if p in places), *places):
            return path, places[path][0]
        return (near[0], 1) if near else ("", 0)


def written_iris(text: str) -> Iterable[tuple[str, int]]:
    """Each IRI a Turtle or TriG text writes, with the line it starts on; prefix declarations aside."""
    prefixes = dict(PREFIX_LINE.findall(text))
    for number, line in enumerate(text.split("\n"), start=1):
        if PREFIX_LINE.match(line):
            continue
        for token in TOKEN.findall(line):
            if token.startswith("<"):
                yield token[1:-1], number
            else:
                name, _, local = token.partition(":")
                if name in prefixes:
                    yield prefixes[name] + local, number
