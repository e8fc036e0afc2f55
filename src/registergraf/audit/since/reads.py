"""What queries read, worked out once for each and kept: reading SPARQL takes rdflib a tenth of a second a query."""

from __future__ import annotations

import hashlib
import json
import os
from functools import cache
from pathlib import Path
from typing import NamedTuple

from registergraf.audit.since.occurrences import Occurrence, Pattern, leads, occurrences

FORM = "1"
"""Changed where what is kept is worked out otherwise."""


class Reads(NamedTuple):
    """What one query reads."""

    occurrences: tuple[Occurrence, ...]
    leads: bool
    """Whether its rows can be restricted at its beginning."""


@cache
def reads_of(query: str, about: str = "this") -> Reads:
    """What a query reads, from the folder where it is kept, else worked out and kept there."""
    name = hashlib.sha256(f"{FORM} {about} {query}".encode()).hexdigest()[:32]
    place = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "registergraf" / "reads" / f"{name}.json"
    try:
        kept = json.loads(place.read_bytes())
        return Reads(tuple(_occurrence(fields) for fields in kept[0]), kept[1])
    except (OSError, ValueError, TypeError, IndexError):
        pass
    found = Reads(occurrences(query, about), leads(query, about))
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = place.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps(found), encoding="utf-8")
        fresh.replace(place)
    except OSError:
        pass  # it is worked out again next time
    return found


def _occurrence(fields: list[object]) -> Occurrence:
    pattern, beside, names = fields
    return Occurrence(_pattern(pattern), tuple(map(_pattern, beside)), tuple(names))  # type: ignore[call-overload, arg-type]


def _pattern(fields: list[object]) -> Pattern:
    subject, predicate, object_, graph, steps = fields
    return Pattern(str(subject), str(predicate), str(object_), str(graph), tuple(steps))  # type: ignore[arg-type]
