"""From the view of a day to the triples of a catalogue document."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, TypeVar

from pyoxigraph import Literal, NamedNode

from registergraf.errors import ContentError, Problem, UnknownNameError
from registergraf.graph import construct

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyoxigraph import Store, Triple

T = TypeVar("T")

PROFILES = {"dcat-ap-no": "catalogue/dcat-ap-no"}
"""Each profile and the folder below ``queries/`` whose CONSTRUCT queries make its document."""


def export(view: Store, queries: Mapping[str, str], profile: str) -> list[Triple]:
    """Make the catalogue document of a profile: sorted triples, each once, without blank nodes.

    `view` is a store whose default graph is the view of a day; `queries` has the text of each query by its path below
    ``queries/``, as `registergraf.content.Content.queries` does. Raises `UnknownNameError` for a profile that does not
    exist, `QuerySyntaxError` for a query that is not SPARQL, and `ContentError` for a profile without queries and for
    a query that gives a blank node, which a harvester would see as another node every time.
    """
    folder = by_name(PROFILES, "profile", profile)
    if not any(path.startswith(f"{folder}/") for path in queries):
        raise ContentError([Problem(f"queries/{folder}", 0, f"holds no query for the profile '{profile}'")])
    return made_by(folder, view, queries)


def made_by(folder: str, view: Store, queries: Mapping[str, str]) -> list[Triple]:
    """What the CONSTRUCT queries of a folder below ``queries/`` give: sorted triples, each once, without blank nodes.

    Raises as `export` does.
    """
    paths = sorted(path for path in queries if path.startswith(f"{folder}/"))
    triples = {triple for path in paths for triple in _with_iris(path, construct(view, queries[path]))}
    return sorted(triples, key=str)


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
