"""What queries read, worked out once for each and kept: reading SPARQL takes rdflib a tenth of a second a query."""

from __future__ import annotations

import hashlib
import json
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from registergraf.audit.since.patterns import Occurrence, Pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

FORM = "5"
"""Changed where what is kept is worked out otherwise."""
MOST_KEPT = 1_000
"""Queries whose reads are kept; the oldest are worked out again."""


@cache
def reads_of(query: str, about: str = "this") -> tuple[Occurrence, ...]:
    """What a query reads, as it is kept, else worked out."""
    kept = _kept().get(_name(query, about))
    if kept is not None:
        return tuple(_occurrence(fields) for fields in kept)
    from registergraf.audit.since.occurrences import occurrences  # noqa: PLC0415 - rdflib, where it is needed only

    return occurrences(query, about)


def keep_reads(asked: Iterable[tuple[str, str]]) -> None:
    """Work out what queries read, each with the variable that its rows are about, and keep it for `reads_of`."""
    kept = dict(_kept())
    fresh = {_name(query, about): reads_of(query, about) for query, about in asked}
    if fresh.keys() <= kept.keys():
        return
    left = {name: reads for name, reads in kept.items() if name not in fresh}
    whole = {**dict(list(left.items())[-MOST_KEPT:]), **fresh}
    place = _place()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = place.with_suffix(f".{os.getpid()}")
        beside.write_text(json.dumps(whole), encoding="utf-8")
        beside.replace(place)
    except OSError:
        pass  # it is worked out again next time


@cache
def _kept() -> dict[str, list[list[object]]]:
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


def _occurrence(fields: list[object]) -> Occurrence:
    pattern, beside, names = fields
    return Occurrence(_pattern(pattern), tuple(map(_pattern, beside)), tuple(names))  # type: ignore[call-overload, arg-type]


def _pattern(fields: list[object]) -> Pattern:
    subject, predicate, object_, graph, steps = fields
    return Pattern(str(subject), str(predicate), str(object_), str(graph), tuple(steps))  # type: ignore[arg-type]
