"""What queries read, worked out once for each and kept: reading SPARQL takes rdflib a tenth of a second a query."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from registergraf.audit.since.patterns import Occurrence, Pattern

FORM = "7"
"""Changed where what is kept is worked out otherwise."""
Kept = tuple[Sequence[Pattern], Sequence[tuple[int, Sequence[int], Sequence[str]]]]
"""What is kept of a query: its patterns, and its occurrences with the numbers of theirs."""
MOST_KEPT = 1_000
"""Queries whose reads are kept; the oldest are worked out again."""


@cache
def reads_of(query: str, about: str = "this") -> tuple[Occurrence, ...]:
    """What a query reads, as it is kept, else worked out."""
    kept = _kept().get(_name(query, about))
    if kept is not None:
        return _read(kept)
    from registergraf.audit.since.occurrences import occurrences  # noqa: PLC0415 - rdflib, where it is needed only

    return occurrences(query, about)


def keep_reads(asked: Iterable[tuple[str, str]]) -> None:
    """Work out what queries read, each with the variable that its rows are about, and keep it for `reads_of`."""
    kept = dict(_kept())
    named = {_name(query, about): (query, about) for query, about in asked}
    if named.keys() <= kept.keys():
        return
    fresh = {name: _written(reads_of(query, about)) for name, (query, about) in named.items()}
    left = {name: reads for name, reads in kept.items() if name not in fresh}
    whole = {**dict(list(left.items())[-MOST_KEPT:]), **fresh}
    _kept().update(fresh)
    place = _place()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = place.with_suffix(f".{os.getpid()}")
        beside.write_text(json.dumps(whole), encoding="utf-8")
        beside.replace(place)
    except OSError:
        pass  # it is worked out again next time


@cache
def _kept() -> dict[str, Kept]:
    try:
        found = json.loads(_place().read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _place() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "registergraf" / f"reads-{FORM}.json"


def _name(query: str, about: str) -> str:
    return hashlib.sha256(f"{about} {query}".encode()).hexdigest()[:32]


def _written(reads: Iterable[Occurrence]) -> Kept:
    """Each pattern once, and the occurrences by the numbers of their patterns."""
    listed = list(reads)
    numbers = {pattern: 0 for read in listed for pattern in (read.pattern, *read.beside)}
    numbers = {pattern: number for number, pattern in enumerate(numbers)}
    occurrences = [(numbers[r.pattern], [numbers[pattern] for pattern in r.beside], r.names) for r in listed]
    return list(numbers), occurrences


def _read(kept: Kept) -> tuple[Occurrence, ...]:
    patterns = [Pattern(*fields[:4], tuple(fields[4])) for fields in kept[0]]
    return tuple(
        Occurrence(patterns[number], tuple(patterns[one] for one in beside), tuple(names))
        for number, beside, names in kept[1]
    )
