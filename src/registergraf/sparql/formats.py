"""What an answer can be written as, and which of it a client wants (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from pyoxigraph import QueryResultsFormat, RdfFormat

from registergraf.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["GRAPHS", "RESULTS", "Format", "NotAcceptableError", "choose", "negotiate"]

Writer = TypeVar("Writer", QueryResultsFormat, RdfFormat)


class NotAcceptableError(QueryError):
    """Nothing of what was asked for can be given; `offered` lists the media types there are."""

    def __init__(self, asked: str, offered: Sequence[str]) -> None:
        self.asked = asked
        self.offered = tuple(offered)
        super().__init__(f"{asked}; there is {', '.join(offered)}")


@dataclass(frozen=True)
class Format(Generic[Writer]):
    """One way to write an answer: its name in ``?format=``, its media type, and pyoxigraph's writer."""

    name: str
    media_type: str
    writer: Writer
    also: tuple[str, ...] = ()
    """Other names that clients write (SPARQLWrapper sends ``format=turtle`` beside its Accept header); Turtle is N3."""

    def is_called(self, name: str) -> bool:
        """Whether ``?format=`` may call it so: by its name, another name, or its media type."""
        return name.lower() in {self.name, self.media_type, *self.also}


# The first of each is given to a client that does not say what it wants.
RESULTS = (
    Format("json", "application/sparql-results+json", QueryResultsFormat.JSON),
    Format("xml", "application/sparql-results+xml", QueryResultsFormat.XML),
    Format("csv", "text/csv", QueryResultsFormat.CSV),
    Format("tsv", "text/tab-separated-values", QueryResultsFormat.TSV),
)
GRAPHS = (
    Format("ttl", "text/turtle", RdfFormat.TURTLE, ("turtle", "n3", "text/n3")),
    Format("nt", "application/n-triples", RdfFormat.N_TRIPLES, ("n-triples", "ntriples")),
    Format("jsonld", "application/ld+json", RdfFormat.JSON_LD, ("json-ld", "json")),
    Format("rdf", "application/rdf+xml", RdfFormat.RDF_XML, ("rdf+xml", "rdf-xml", "xml")),
    Format("trig", "application/trig", RdfFormat.TRIG),
    Format("nq", "application/n-quads", RdfFormat.N_QUADS, ("n-quads", "nquads")),
)
# What clients write that know JSON and XML but not SPARQL.
_ALIASES = {
    "application/json": "application/sparql-results+json",
    "application/xml": "application/sparql-results+xml",
    "text/xml": "application/sparql-results+xml",
}

# Possessive, and a quoted string may lack its end: linear in the header, whatever it holds.
_QUOTED = r'"(?:[^"\\]|\\.)*+"?'
_ELEMENT = re.compile(rf'(?:[^,"]|{_QUOTED})++')
_PARAMETER = re.compile(rf'(?:[^;"]|{_QUOTED})++')
_LONGEST_KEPT = 1024
"""Characters of an Accept header whose outcome is remembered; clients send few different ones, and short."""
_WEIGHT = re.compile(r"0(?:\.\d*)?|1(?:\.0*)?|\.\d+")


class _Range(NamedTuple):
    media_type: str
    weight: float

    def specificity(self, media_type: str) -> int:
        """How closely this range fits a media type; 0 where it does not."""
        if media_type in (self.media_type, _ALIASES.get(self.media_type)):
            return 3
        if self.media_type == media_type.partition("/")[0] + "/*":
            return 2
        return 1 if self.media_type in ("*/*", "*") else 0


def negotiate(accept: str | None, offered: Sequence[str]) -> str | None:
    """Choose the media type that a client prefers, or None where it takes none of those offered.

    `accept` is the text of the header, or None where there is none: then the first one offered is taken.
    For each type offered the most specific range counts, 0 excludes, and among equals the order of `offered`
    decides (RFC 9110, section 12.5.1). Parameters such as ``charset`` are not compared.
    """
    if accept is not None and len(accept) > _LONGEST_KEPT:
        return _negotiate(accept, tuple(offered))
    return _negotiate_once(accept, tuple(offered))


def _negotiate(accept: str | None, offered: tuple[str, ...]) -> str | None:
    ranges = [_Range("*/*", 1.0)] if accept is None or not accept.strip() else list(_ranges(accept))
    best = max(offered, key=lambda media_type: _quality(media_type, ranges), default=None)
    return best if best is not None and _quality(best, ranges) > 0 else None


_negotiate_once = lru_cache(maxsize=1024)(_negotiate)


def choose(formats: Sequence[Format[Writer]], accept: str | None, name: str | None) -> Format[Writer]:
    """Take the format called `name` where one is named, else negotiate; raises `NotAcceptableError`."""
    offered = [one.media_type for one in formats]
    if name is not None:
        found = next((one for one in formats if one.is_called(name)), None)
    else:
        wanted = negotiate(accept, offered)
        found = formats[offered.index(wanted)] if wanted is not None else None
    if found is None:
        names = ", ".join(one.name for one in formats)
        asked = "none of the media types in Accept can be given for this form of query"
        if name is not None:
            asked = f"the format '{name}' cannot be given for this form of query, which has {names}"
        raise NotAcceptableError(asked, offered)
    return found


def _quality(media_type: str, ranges: Sequence[_Range]) -> float:
    essence = media_type.partition(";")[0].strip().lower()
    fits = ((one.specificity(essence), one.weight) for one in ranges)
    return max((fit for fit in fits if fit[0]), default=(0, 0.0))[1]


def _ranges(accept: str) -> Iterator[_Range]:
    """Read the header; an element with a malformed weight is passed over, as if it were not there."""
    for element in _ELEMENT.findall(accept):
        media_type, *parameters = (part.strip().lower() for part in _PARAMETER.findall(element) or [""])
        weight = next((value for name, value in map(_split, parameters) if name == "q"), "1")
        if _WEIGHT.fullmatch(weight):
            yield _Range(media_type, float(weight))


def _split(parameter: str) -> tuple[str, str]:
    name, _, value = parameter.partition("=")
    return name.strip(), value.strip()
