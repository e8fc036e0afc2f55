"""From named claims to the view of a day.

A dataset holds each claim as a named graph, and the layers `registergraf.namespaces.GRAPHS`. Which claims hold on
a day, what is out of force, and what follows, is said by the queries under ``queries/view`` and
``queries/inference``; this module runs them in order:

1. ``graph/view`` says the day, so that every query can read it.
2. ``graph/stated`` is what the claims of the day say, without nodes that are out of force.
3. ``graph/inferred`` is what follows from it, the ontology and the law.
4. The default graph is all of it together with the layers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store

from registergraf.graph.inference import closure, is_concept, is_schema
from registergraf.graph.queries import construct, date_literal, select
from registergraf.namespaces import RG, graph

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Mapping, Sequence

    from pyoxigraph import Triple

AUTHORED = ("ontology", "law", "organisations", "sources", "editorial", "provenance", "rules")
DERIVED = ("view", "stated", "inferred")


def assemble(
    quads: Iterable[Quad],
    queries: Mapping[str, str],
    as_of: datetime.date,
    base: str,
    schema: Sequence[Triple] | None = None,
) -> Store:
    """A store with every named graph of the quads, the derived layers of the day, and its view as default graph.

    `schema` is the closure of the ontology, where it is known already or not needed; it is worked out where not given.
    """
    store = Store()
    store.bulk_extend(quads)
    _derive(store, queries, as_of, base, schema)
    return store


def view_as_of(release: Store, queries: Mapping[str, str], as_of: datetime.date, base: str) -> Store:
    """The same dataset with another day's view; the given store is not touched."""
    derived = {graph(name, base) for name in DERIVED}
    authored = (q for q in release if isinstance(q.graph_name, NamedNode) and q.graph_name.value not in derived)
    followed = (q.triple for q in release.quads_for_pattern(None, None, None, NamedNode(graph("inferred", base))))
    return assemble(authored, queries, as_of, base, [triple for triple in followed if is_schema(triple)])


def _derive(
    store: Store, queries: Mapping[str, str], as_of: datetime.date, base: str, schema: Sequence[Triple] | None
) -> None:
    layer = {name: NamedNode(graph(name, base)) for name in (*AUTHORED, *DERIVED)}
    store.add(Quad(NamedNode(base + "view"), NamedNode(_rg("asOf", base)), date_literal(as_of), layer["view"]))
    for name in (*AUTHORED, "view"):
        _publish(store, layer[name])
    _state(store, queries, layer["stated"])
    _publish(store, layer["stated"])
    if schema is None:
        axioms = (quad.triple for quad in store.quads_for_pattern(None, None, None, layer["ontology"]))
        from registergraf.graph.reasoner import ontology_closure  # noqa: PLC0415 - other days have it from the release

        schema = ontology_closure(triple for triple in axioms if not is_concept(triple))
    _infer(store, queries, schema, layer["inferred"])


def _rg(name: str, base: str) -> str:
    return base + RG.rsplit("/", 1)[1] + name


def _publish(store: Store, source: NamedNode) -> None:
    """Copy a named graph into the default graph."""
    store.update(f"ADD SILENT {source} TO DEFAULT")


def _state(store: Store, queries: Mapping[str, str], stated: NamedNode) -> None:
    """Fill `graph/stated` from the claims of the day."""
    claims = [NamedNode(row["claim"].value) for row in select(store, queries["view/claims.rq"])]
    store.extend(
        Quad(q.subject, q.predicate, q.object, stated)
        for claim in claims
        for q in list(store.quads_for_pattern(None, None, None, claim))
    )
    gone = {row["node"] for row in select(store, queries["view/out-of-force.rq"])}
    for quad in list(store.quads_for_pattern(None, None, None, stated)):
        if quad.subject in gone or quad.object in gone:
            store.remove(quad)


def _infer(store: Store, queries: Mapping[str, str], schema: Sequence[Triple], inferred: NamedNode) -> None:
    """Fill `graph/inferred`: the closure of the ontology, that of the rules, then the shortcuts of the day."""
    store.extend(Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in schema)
    followed = [*schema, *closure(store, [text for path, text in queries.items() if path.startswith("inference/")])]
    for path, text in queries.items():
        if path.startswith("view/shortcut-"):
            fresh = list(construct(store, text))
            store.extend(Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in fresh)
            followed += fresh
    store.extend(Quad(t.subject, t.predicate, t.object, inferred) for t in followed)
