"""What changed in the catalogue from release to release, as a feed that harvesters replicate.

DCAT-AP Feeds: a Linked Data Event Stream whose members are ActivityStreams Create, Update and Delete, each with the
new description in a named graph of its own, on static pages that are never changed once they are full. There is no
retention policy, because nothing is taken out.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from registergraf.catalogue.formats import used_prefixes
from registergraf.catalogue.lines import joined, split, to_lines, to_triples
from registergraf.namespaces import RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from registergraf.catalogue.slices import Slices

AS = "https://www.w3.org/ns/activitystreams#"
LDES = "https://w3id.org/ldes#"
TREE = "https://w3id.org/tree#"
PREFIXES = {"as": AS, "ldes": LDES, "tree": TREE}
SHAPE = "https://semiceu.github.io/LDES-DCAT-AP-feeds/shape.ttl#ActivityShape"
XSD_DATE_TIME = NamedNode("http://www.w3.org/2001/XMLSchema#dateTime")
DCAT_DATASET = "http://www.w3.org/ns/dcat#dataset"
MODIFIED, REPLACES = "http://purl.org/dc/terms/modified", "http://purl.org/dc/terms/replaces"
TYPE, OBJECT, PUBLISHED = NamedNode(RDF_TYPE), NamedNode(AS + "object"), NamedNode(AS + "published")


@dataclass(frozen=True)
class Event:
    """One change of one thing."""

    iri: str
    kind: str
    """Create, Update or Delete."""
    thing: str
    published: str
    """As xsd:dateTime in UTC."""
    triples: tuple[Triple, ...] = ()
    """What is said of the thing from now on; nothing of what was deleted."""


def changes(
    before: Slices | None, after: Slices, catalog: NamedNode, as_of: datetime.date, last: str = ""
) -> list[Event]:
    """The changes from one catalogue to the next: of each data set, and of the catalogue's own description.

    They are dated the day of the release, or a second after `last`, the date of the newest event so far, where that is
    not earlier: so dates never go back, and the same history gives the same dates.
    """
    day = datetime.datetime.combine(as_of, datetime.time(), datetime.UTC)
    if last:
        day = max(day, datetime.datetime.fromisoformat(last) + datetime.timedelta(seconds=1))
    published = day.strftime("%Y-%m-%dT%H:%M:%SZ")
    old, new = {} if before is None else described(before, catalog), described(after, catalog)
    stamp = day.strftime("%Y%m%dT%H%M%SZ")
    events = []
    for thing in sorted({*old, *new}):
        if old.get(thing) != new.get(thing):
            kind = "Delete" if thing not in new else "Update" if thing in old else "Create"
            iri = f"{catalog.value.removesuffix('catalog')}feed/event/{stamp}-{thing.rpartition('/')[2]}"
            events.append(Event(iri, kind, thing, published, tuple(to_triples(new.get(thing, b"")))))
    return sorted(events, key=lambda event: event.iri)  # the order in which a page is read back


def described(slices: Slices, catalog: NamedNode) -> dict[str, bytes]:
    """What is said of each data set and of the catalogue, of the latter without what follows from the data sets."""
    things = {dataset.value: slices.document_of(dataset) for dataset in slices.datasets}
    follows = tuple(f"{catalog} <{predicate}> ".encode() for predicate in (DCAT_DATASET, MODIFIED))
    own = joined(line for line in split(slices.document_of(catalog)) if not line.startswith(follows))
    return {**things, catalog.value: own} if own else things


def feed_pages(
    closed: Sequence[bytes], events: Sequence[Event], feed: str, size: int, prefixes: Mapping[str, str]
) -> list[bytes]:
    """The pages, the full ones as they were; each holds at most so many events, and only the last has room."""
    pages = list(closed)
    for start in range(0, len(events), size):
        pages.append(_page(events[start : start + size], feed, len(pages) + 1, prefixes))
    return pages


def read_page(page: bytes, only: Collection[str] | None = None) -> list[Event]:
    """The events of a page, in their order; of what they say, all or what is said by some predicates."""
    facts: dict[str, dict[str, str]] = {}
    payloads: dict[str, list[Triple]] = {}
    for quad in parse(page, format=RdfFormat.TRIG):
        if isinstance(quad.graph_name, DefaultGraph):
            facts.setdefault(str(quad.subject)[1:-1], {})[quad.predicate.value] = _text(quad.object)
        elif only is None or quad.predicate.value in only:
            payloads.setdefault(str(quad.graph_name)[1:-1], []).append(quad.triple)
    events = [
        Event(
            iri,
            told[RDF_TYPE].removeprefix(AS),
            told[OBJECT.value],
            told[PUBLISHED.value],
            tuple(sorted(payloads.get(iri, ()), key=str)),
        )
        for iri, told in facts.items()
        if OBJECT.value in told
    ]
    return sorted(events, key=lambda event: (event.published, event.iri))


@dataclass(frozen=True)
class Deletion:
    """That a thing was taken out of the catalogue, and has not come back."""

    published: str
    """As xsd:dateTime in UTC."""
    successors: frozenset[str]
    """What was said to replace it when it was last told of (``dct:replaces``)."""


def deletions(pages: Iterable[bytes]) -> dict[str, Deletion]:
    """What the pages of a feed, the first one first, tell to be deleted, by its IRI; quick where nothing ever was."""
    whole = list(pages)
    told = whole if any(b"Delete" in page for page in whole) else []
    events = (event for page in told for event in read_page(page, {REPLACES}))
    replaced: dict[str, set[str]] = {}
    deleted: dict[str, Deletion] = {}
    for published, together in groupby(events, key=lambda event: event.published):
        release = list(together)  # one that replaces another stops saying so in the release that the other is not in
        for event in release:
            deleted.pop(event.thing, None)
            if event.kind == "Delete":
                successors = frozenset(thing for thing, others in replaced.items() if event.thing in others)
                deleted[event.thing] = Deletion(published, successors)
        replaced |= {event.thing: {_text(triple.object) for triple in event.triples} for event in release}
    return deleted


def index(pages: Sequence[bytes], feed: str, prefixes: Mapping[str, str]) -> bytes:
    """The root of the search tree: which page has the events of which time."""
    root, stream = NamedNode(feed), NamedNode(feed + "#stream")
    triples = [
        *_stream(root, stream),
        Triple(stream, NamedNode(TREE + "shape"), NamedNode(SHAPE)),
        Triple(root, TYPE, NamedNode(TREE + "Node")),
    ]
    for number, page in enumerate(pages, 1):
        dates = [event.published for event in read_page(page, ())]
        bounds = [("GreaterThanOrEqualToRelation", min(dates))]
        bounds += [("LessThanOrEqualToRelation", max(dates))] if number < len(pages) else []
        for kind, value in bounds:
            relation = NamedNode(f"{feed}#page-{number}-{kind.partition('Than')[0].lower()}")
            triples += [
                Triple(root, NamedNode(TREE + "relation"), relation),
                Triple(relation, TYPE, NamedNode(TREE + kind)),
                Triple(relation, NamedNode(TREE + "path"), PUBLISHED),
                Triple(relation, NamedNode(TREE + "value"), Literal(value, datatype=XSD_DATE_TIME)),
                Triple(relation, NamedNode(TREE + "node"), NamedNode(f"{feed}/{number}")),
            ]
    return _written([Quad(*triple) for triple in triples], prefixes)


def _page(events: Sequence[Event], feed: str, number: int, prefixes: Mapping[str, str]) -> bytes:
    root, stream = NamedNode(feed), NamedNode(feed + "#stream")
    quads = [
        Quad(*t)
        for t in (*_stream(root, stream), Triple(NamedNode(f"{feed}/{number}"), TYPE, NamedNode(TREE + "Node")))
    ]
    for event in events:
        iri = NamedNode(event.iri)
        quads += [
            Quad(stream, NamedNode(TREE + "member"), iri),
            Quad(iri, TYPE, NamedNode(AS + event.kind)),
            Quad(iri, OBJECT, NamedNode(event.thing)),
            Quad(iri, PUBLISHED, Literal(event.published, datatype=XSD_DATE_TIME)),
            *(Quad(t.subject, t.predicate, t.object, iri) for t in event.triples),
        ]
    return _written(quads, prefixes)


def _stream(root: NamedNode, stream: NamedNode) -> list[Triple]:
    return [
        Triple(stream, TYPE, NamedNode(LDES + "EventStream")),
        Triple(stream, NamedNode(LDES + "timestampPath"), PUBLISHED),
        Triple(stream, NamedNode(LDES + "versionOfPath"), OBJECT),
        Triple(stream, NamedNode(TREE + "view"), root),
    ]


def _written(quads: Iterable[Quad], prefixes: Mapping[str, str]) -> bytes:
    ordered = sorted(
        set(quads), key=lambda quad: (isinstance(quad.graph_name, NamedNode), str(quad.graph_name), str(quad))
    )
    used = used_prefixes(joined(to_lines(quad.triple for quad in ordered)), {**prefixes, **PREFIXES})
    return serialize(ordered, format=RdfFormat.TRIG, prefixes=used) or b""


def _text(term: object) -> str:
    return term.value if isinstance(term, Literal | NamedNode) else str(term)
