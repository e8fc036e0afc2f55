"""From the view of a day to the triples of a catalogue document."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, TypeVar

from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from registergraf.errors import ContentError, Problem, UnknownNameError
from registergraf.graph import construct
from registergraf.namespaces import RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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
UNSIZED = frozenset({"neutral", "dcat-ap-no"})
"""The views that tell no size of a file: DCAT-AP-NO 2 wants it as xsd:decimal, the others as xsd:nonNegativeInteger."""
EVERY = "profile"
"""The folder of the queries that every view has and that ask which view it is."""
COUNT = NamedNode("http://www.w3.org/2001/XMLSchema#nonNegativeInteger")
HEALTH = "http://healthdataportal.eu/ns/health#"
COUNTS = {
    "http://www.w3.org/ns/dcat#byteSize",
    *(HEALTH + name for name in ("maxTypicalAge", "minTypicalAge", "numberOfRecords", "numberOfUniqueIndividuals")),
}
CATALOG = NamedNode("http://www.w3.org/ns/dcat#Catalog")


def export_all(view: Store, queries: Mapping[str, str], hdab: NamedNode) -> dict[str, list[Triple]]:
    """Make the catalogue document of each profile: sorted triples, each once, without blank nodes.

    `view` is a store whose default graph is the view of a day; `queries` has the text of each query by its path below
    ``queries/``, as `registergraf.content.Content.queries` does. `hdab` is the organisation that is the health data
    access body. Of what is described, what the catalogue leads to is kept. Raises `QuerySyntaxError` for a query that
    is not SPARQL, and `ContentError` for a profile without queries and for a query that gives a blank node, which a
    harvester would see as another node every time.
    """
    shared = sorted({folder for folders in PROFILES.values() for folder in folders})
    made = {folder: made_by(f"catalogue/{folder}", view, queries, {"hdab": hdab}) for folder in shared}
    return {profile: _document(view, queries, profile, made) for profile in PROFILES}


def export(view: Store, queries: Mapping[str, str], profile: str, hdab: NamedNode) -> list[Triple]:
    """Make the catalogue document of one profile; raises as `export_all`, and `UnknownNameError` for another name."""
    made = {
        folder: made_by(f"catalogue/{folder}", view, queries, {"hdab": hdab})
        for folder in by_name(PROFILES, "profile", profile)
    }
    return _document(view, queries, profile, made)


def _document(
    view: Store,
    queries: Mapping[str, str],
    profile: str,
    made: Mapping[str, Sequence[Triple]],
) -> list[Triple]:
    document = Store()
    for folder in PROFILES[profile]:
        if not any(path.startswith(f"catalogue/{folder}/") for path in queries):
            raise ContentError(
                [Problem(f"queries/catalogue/{folder}", 0, f"holds no query for the profile '{profile}'")]
            )
        document.extend(Quad(*triple) for triple in made[folder])
    document.extend(Quad(*t) for t in made_by(f"catalogue/{EVERY}", view, queries, {"profile": Literal(profile)}))
    for folder in PROFILES[profile]:
        document.extend(Quad(*triple) for triple in made_by(f"catalogue/{folder}/document", document, queries))
    return reachable(sorted((_typed(quad.triple) for quad in document), key=str))


def made_by(
    folder: str, view: Store, queries: Mapping[str, str], bindings: Mapping[str, Term] | None = None
) -> list[Triple]:
    """What the CONSTRUCT queries in a folder below ``queries/`` give: sorted triples, each once, without blank nodes.

    Of the bindings, each query takes those whose variables it has. Raises as `export_all` does.
    """
    paths = sorted(path for path in queries if path.rpartition("/")[0] == folder)
    triples = {triple for path in paths for triple in _with_iris(path, construct(view, queries[path], bindings or {}))}
    return sorted(triples, key=str)


def reachable(triples: Sequence[Triple]) -> list[Triple]:
    """Of the triples, in their order, those about what the catalogues lead to, over however many steps."""
    leads: dict[object, list[object]] = {}
    for triple in triples:
        leads.setdefault(triple.subject, []).append(triple.object)
    pending: list[object] = [t.subject for t in triples if t.predicate.value == RDF_TYPE and t.object == CATALOG]
    seen = set(pending)
    while pending:
        fresh = {node for node in leads.get(pending.pop(), ()) if node in leads} - seen
        seen |= fresh
        pending += fresh
    return [triple for triple in triples if triple.subject in seen]


def _typed(triple: Triple) -> Triple:
    """The triple, its number as a count where the profiles ask for one: a store writes it as xsd:integer again."""
    if triple.predicate.value not in COUNTS or not isinstance(triple.object, Literal):
        return triple
    return Triple(triple.subject, triple.predicate, Literal(triple.object.value, datatype=COUNT))


def by_name(table: Mapping[str, T], kind: str, name: str) -> T:
    """Look a name up in a table; raises `UnknownNameError` with the nearest names."""
    if name not in table:
        raise UnknownNameError(kind, name, difflib.get_close_matches(name, table))
    return table[name]


def _with_iris(path: str, triples: Iterable[Triple]) -> Iterable[Triple]:
    for triple in triples:
        if not isinstance(triple.subject, NamedNode) or not isinstance(triple.object, NamedNode | Literal):
            raise ContentError([Problem(f"queries/{path}", 1, f"gives a node without an IRI at {triple.predicate}")])
        yield triple
