"""From what a check saw to names a reader knows, and to the claims and passages it was read in."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from registergraf.audit.restricting import restricted
from registergraf.audit.verdicts import Passage
from registergraf.graph.queries import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pyoxigraph import Store

    from registergraf.graph.queries import Row, Term

LABELS = """
PREFIX dct: <http://purl.org/dc/terms/> PREFIX eli: <http://data.europa.eu/eli/ontology#>
PREFIX foaf: <http://xmlns.com/foaf/0.1/> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX dcat: <http://www.w3.org/ns/dcat#>
SELECT ?thing ?label WHERE {
  { ?thing a dcat:Dataset ; dct:identifier ?label } UNION
  { ?thing a eli:LegalResource ; rdfs:label ?label } UNION
  { ?thing a eli:LegalResourceSubdivision ; rdfs:label ?own ; eli:is_part_of+ ?act .
    ?act a eli:LegalResource ; rdfs:label ?name
    BIND(STRLANG(CONCAT(STR(?name), " ", STR(?own)), "nb") AS ?label) } UNION
  { ?thing a skos:Concept ; skos:prefLabel ?label } UNION
  { ?thing a foaf:Agent ; foaf:name ?label } UNION
  { ?thing a foaf:Document ; dct:identifier ?label }
}
"""
TITLES = """
PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX dct: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
SELECT ?thing ?title WHERE {
  { ?thing a dcat:Dataset ; dct:title ?title } UNION { ?thing a foaf:Document ; dct:title ?title }
}
"""
"""What sentences call the things that lists have by their keys."""
PASSAGES = """
PREFIX dct: <http://purl.org/dc/terms/> PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX rg: <{base}ns#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?claim ?status ?source ?first ?last ?phrase ?provision WHERE {{
  ?claim prov:wasDerivedFrom ?passage . ?passage a rg:Passage ; oa:hasSource ?source .
  OPTIONAL {{ ?claim rg:status/skos:notation ?status }}
  OPTIONAL {{ ?passage rg:firstLine ?first }} OPTIONAL {{ ?passage rg:lastLine ?last }}
  OPTIONAL {{ ?passage rg:phrase ?phrase }} OPTIONAL {{ ?passage rg:atProvision ?provision }}
}}
"""
FEW = 400
"""Things that evidence is sought of one by one; where there are more, reading all of it takes less."""


@dataclass(frozen=True)
class Evidence:
    """Names, claims and passages of a dataset, read once."""

    store: Store
    base: str
    labels: Mapping[str, Mapping[str, str]] = field(repr=False)
    titles: Mapping[str, Mapping[str, str]] = field(repr=False)
    read_in: Mapping[str, tuple[Passage, ...]] = field(repr=False)
    statuses: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, store: Store, base: str, near: Iterable[str] | None = None) -> Evidence:
        """Read them from a dataset; `near` are the only things, by IRI, that names or passages are wanted of."""
        query = PASSAGES.format(base=base)
        rows = select(store, query if near is None else restricted(query, near, "claim"))
        named = None if near is None else {*near, *_places(rows)}
        labels, titles = _names(store, LABELS, "label", named), _names(store, TITLES, "title", named)
        unread = cls(store, base, labels, titles, {}, {})
        passages: defaultdict[str, set[Passage]] = defaultdict(set)
        statuses: dict[str, str] = {}
        for row in rows:
            passages[row["claim"].value].add(unread._passage(row))
            if "status" in row:
                _keep_least(statuses, row["claim"].value, row["status"].value)
        read_in = {claim: tuple(sorted(found)) for claim, found in passages.items()}
        return cls(store, base, labels, titles, read_in, statuses)

    @classmethod
    def near(cls, store: Store, base: str, rows: Iterable[Row], more: Iterable[str]) -> Evidence:
        """What some rows, and some things more, are told with: the same as that of the whole dataset for them."""
        listed = list(rows)
        things = {term.value for row in listed for term in row.values() if isinstance(term, NamedNode)}
        claims = {graph.value for row in listed for graph in _graphs(store, row)}
        near = {*things, *claims, *more}
        return cls.of(store, base, near if len(near) <= FEW else None)

    def label(self, term: Term, language: str = "nb") -> str:
        """What a reader calls a term: its name in the language or the nearest one, else its value or address."""
        if not isinstance(term, NamedNode):
            return str(term.value)
        return _in(language, self.labels.get(term.value, {})) or term.value.removeprefix(self.base)

    def title(self, term: Term, language: str) -> str:
        """What a sentence calls a term: a document and a data source by title, where a list has their keys."""
        return _in(language, self.titles.get(term.value, {})) or self.label(term, language)

    def passages(self, claim: str) -> tuple[Passage, ...]:
        """Where a claim was read."""
        return self.read_in.get(claim, ())

    def status(self, claim: str) -> str:
        """The status of a claim, or empty."""
        return self.statuses.get(claim, "")

    def claim_of(self, row: Row) -> str:
        """The claim that says (this, path, value) of a row; empty where the row has no path or no claim says it."""
        return min((graph.value for graph in _graphs(self.store, row) if graph.value in self.read_in), default="")

    def _passage(self, row: Row) -> Passage:
        provision = self.label(row["provision"]) if "provision" in row else ""
        first, last = (int(row[name].value) if name in row else 0 for name in ("first", "last"))
        phrase, iri = (row[name].value if name in row else "" for name in ("phrase", "provision"))
        return Passage(self.label(row["source"]), first, last, phrase, provision, iri)


def _names(store: Store, query: str, name: str, things: Iterable[str] | None) -> dict[str, dict[str, str]]:
    """What a query calls things, by IRI and language; some things, or all of them."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in select(store, query if things is None else restricted(query, things, "thing")):
        _keep_least(found[row["thing"].value], _language(row[name]), row[name].value)
    return found


def _in(language: str, known: Mapping[str, str]) -> str:
    """A name in a language or the nearest one, empty without any."""
    return next((known[one] for one in (language, "nb", "", "en") if one in known), min(known.values(), default=""))


def _graphs(store: Store, row: Row) -> set[NamedNode]:
    """The named graphs that say (this, path, value) of a row; none where the row has no path."""
    this, path = row["this"], row.get("path")
    if not isinstance(this, NamedNode) or not isinstance(path, NamedNode):
        return set()
    graphs = (quad.graph_name for quad in store.quads_for_pattern(this, path, row.get("value"), None))
    return {graph for graph in graphs if isinstance(graph, NamedNode)}


def _places(rows: Iterable[Row]) -> Iterator[str]:
    """What passages are in, and at."""
    for row in rows:
        yield from (row[name].value for name in ("source", "provision") if name in row)


def _keep_least(kept: dict[str, str], key: str, value: str) -> None:
    """Of several values the least, so that it does not depend on the order they come in."""
    kept[key] = min(value, kept.get(key, value))


def _language(term: Term) -> str:
    return (term.language or "") if isinstance(term, Literal) else ""
