"""From the view of a day to the triples of a catalogue document."""

from __future__ import annotations

import difflib
import re
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from registergraf.catalogue.lines import by_subject, joined, led_to, ordered
from registergraf.errors import ContentError, Problem, UnknownNameError
from registergraf.graph import construct_lines
from registergraf.namespaces import RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from registergraf.graph.queries import Term

T = TypeVar("T")

PROFILES = {
    "neutral": ("common", "application", "health"),
    "dcat-ap-no": ("common", "dcat-ap-no"),
    "dcat-ap": ("common", "application", "iana"),
    "healthdcat-ap": ("common", "application", "health", "iana"),
}
"""Each view of the catalogue and the folders below ``queries/catalogue`` that make it.

A folder holds CONSTRUCT queries over the view of the day; those in its folder ``document`` are run over what the others
gave. What all profiles accept is written once; a folder of its own has what others forbid.
"""
NEUTRAL = "neutral"
"""The view that the description of a data set as a file is cut from."""
UNSIZED = frozenset({"neutral", "dcat-ap-no"})
"""The views that tell no size of a file: DCAT-AP-NO 2 wants it as xsd:decimal, the others as xsd:nonNegativeInteger."""
EVERY = "profile"
"""The folder of the queries that every view has and that ask which view it is."""
COUNT = "http://www.w3.org/2001/XMLSchema#nonNegativeInteger"
HEALTH = "http://healthdataportal.eu/ns/health#"
COUNTS = (
    "http://www.w3.org/ns/dcat#byteSize",
    *(HEALTH + name for name in ("maxTypicalAge", "minTypicalAge", "numberOfRecords", "numberOfUniqueIndividuals")),
)
NUMBER = re.compile(
    rb'^(<[^>]*> <(?:%b)> "[^"]*")(?:\^\^<[^>]*>)? \.$' % b"|".join(re.escape(iri).encode() for iri in COUNTS),
    re.MULTILINE,
)
"""A line that tells a number which the profiles want as a count."""
CATALOG = f" <{RDF_TYPE}> <http://www.w3.org/ns/dcat#Catalog> .".encode()
"""What a line goes on with that says that its subject is a catalogue."""


def export_all(
    view: Store,
    queries: Mapping[str, str],
    hdab: NamedNode,
    profiles: Mapping[str, Sequence[str]] = PROFILES,
) -> Iterator[tuple[str, bytes]]:
    """Make the catalogue document of each profile, one after the other: sorted N-Triples, without blank nodes.

    `view` is a store whose default graph is the view of a day; `queries` has the text of each query by its path below
    ``queries/``, as `registergraf.content.Content.queries` does. `hdab` is the organisation that is the health data
    access body. Of what is described, what the catalogue leads to is kept. Raises `QuerySyntaxError` for a query that
    is not SPARQL, and `ContentError` for a profile without queries and for a query that gives a blank node, which a
    harvester would see as another node every time.
    """
    made = {
        folder: _made(f"catalogue/{folder}", view, queries, {"hdab": hdab})
        for folder in sorted(set(chain.from_iterable(profiles.values())))
    }
    own = {profile: _made(f"catalogue/{EVERY}", view, queries, {"profile": Literal(profile)}) for profile in profiles}
    asked = _asked(made, queries, profiles)
    for profile, folders in profiles.items():
        _refuse_silent(profile, folders, queries)
        parts = [*(made[folder] for folder in folders), own[profile], asked[profile]]
        yield profile, _counted(joined(_reachable(ordered(chain.from_iterable(parts)))))


def export(view: Store, queries: Mapping[str, str], profile: str, hdab: NamedNode) -> bytes:
    """Make the catalogue document of one profile; raises as `export_all`, and `UnknownNameError` for another name."""
    return dict(export_all(view, queries, hdab, {profile: by_name(PROFILES, "profile", profile)}))[profile]


def _refuse_silent(profile: str, folders: Iterable[str], queries: Iterable[str]) -> None:
    for folder in folders:
        if not any(path.startswith(f"catalogue/{folder}/") for path in queries):
            raise ContentError(
                [Problem(f"queries/catalogue/{folder}", 0, f"holds no query for the profile '{profile}'")]
            )


def made_by(folder: str, view: Store, queries: Mapping[str, str], bindings: Mapping[str, Term] | None = None) -> bytes:
    """What the CONSTRUCT queries in a folder below ``queries/`` give: sorted N-Triples, without blank nodes.

    Of the bindings, each query takes those whose variables it has. Raises as `export_all` does.
    """
    return joined(_made(folder, view, queries, bindings))


def _asked(
    made: Mapping[str, Sequence[bytes]], queries: Mapping[str, str], profiles: Mapping[str, Sequence[str]]
) -> dict[str, list[bytes]]:
    """What the queries give, for each profile, that are run over what its folders gave."""
    graphs, store = {folder: NamedNode(f"urn:x-folder:{folder}") for folder in made}, Store()
    for folder, lines in made.items():
        store.bulk_load(joined(lines), format=RdfFormat.N_TRIPLES, to_graph=graphs[folder])
    return {
        profile: ordered(
            line
            for folder in folders
            for line in _made(f"catalogue/{folder}/document", store, queries, graphs=[graphs[one] for one in folders])
        )
        for profile, folders in profiles.items()
    }


def _made(
    folder: str,
    store: Store,
    queries: Mapping[str, str],
    bindings: Mapping[str, Term] | None = None,
    graphs: Sequence[NamedNode] = (),
) -> list[bytes]:
    """What `made_by` tells, as lines; of the store, or of some graphs in it."""
    paths = sorted(path for path in queries if path.rpartition("/")[0] == folder)
    return ordered(
        chain.from_iterable(_with_iris(path, construct_lines(store, queries[path], bindings, graphs)) for path in paths)
    )


def _reachable(lines: Sequence[bytes]) -> Iterator[bytes]:
    """Of the lines, in their order, those about what the catalogues lead to, over however many steps."""
    about = by_subject(lines)
    seen = led_to([subject for subject, own in about.items() if subject + CATALOG in own], about)
    return (line for subject, own in about.items() if subject in seen for line in own)


def _counted(document: bytes) -> bytes:
    """The document, its numbers as counts where the profiles ask for one: a store writes them as xsd:integer again."""
    return NUMBER.sub(rb"\1^^<%b> ." % COUNT.encode(), document)


def by_name(table: Mapping[str, T], kind: str, name: str) -> T:
    """Look a name up in a table; raises `UnknownNameError` with the nearest names."""
    if name not in table:
        raise UnknownNameError(kind, name, difflib.get_close_matches(name, table))
    return table[name]


def _with_iris(path: str, lines: Iterable[bytes]) -> Iterator[bytes]:
    for line in lines:
        subject, predicate, rest = line.split(b" ", 2)
        if not subject.startswith(b"<") or not rest.startswith((b"<", b'"')):
            raise ContentError([Problem(f"queries/{path}", 1, f"gives a node without an IRI at {predicate.decode()}")])
        yield line
