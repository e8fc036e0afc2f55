"""From what a check saw to names a reader knows, and to the claims and passages it was read in."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from registergraf.audit.verdicts import Passage
from registergraf.graph.queries import select

if TYPE_CHECKING:
    from collections.abc import Mapping

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


@dataclass(frozen=True)
class Evidence:
    """Names, claims and passages of a dataset, read once."""

    store: Store
    base: str
    labels: Mapping[str, Mapping[str, str]] = field(repr=False)
    read_in: Mapping[str, tuple[Passage, ...]] = field(repr=False)
    statuses: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, store: Store, base: str) -> Evidence:
        """Read them from a dataset."""
        labels: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for row in select(store, LABELS):
            labels[row["thing"].value][_language(row["label"])] = row["label"].value
        unread = cls(store, base, labels, {}, {})
        passages: defaultdict[str, set[Passage]] = defaultdict(set)
        statuses: dict[str, str] = {}
        for row in select(store, PASSAGES.format(base=base)):
            passages[row["claim"].value].add(unread._passage(row))
            if "status" in row:
                statuses[row["claim"].value] = row["status"].value
        return cls(store, base, labels, {claim: tuple(sorted(found)) for claim, found in passages.items()}, statuses)

    def label(self, term: Term, language: str = "nb") -> str:
        """What a reader calls a term: its name in the language or the nearest one, else its value or address."""
        if not isinstance(term, NamedNode):
            return str(term.value)
        known = self.labels.get(term.value, {})
        for choice in (language, "nb", "", "en"):
            if choice in known:
                return known[choice]
        return next(iter(known.values()), term.value.removeprefix(self.base))

    def passages(self, claim: str) -> tuple[Passage, ...]:
        """Where a claim was read."""
        return self.read_in.get(claim, ())

    def status(self, claim: str) -> str:
        """The status of a claim, or empty."""
        return self.statuses.get(claim, "")

    def claim_of(self, row: Row) -> str:
        """The claim that says (this, path, value) of a row; empty where the row has no path or no claim says it."""
        if "path" not in row or not isinstance(row["this"], NamedNode) or not isinstance(row["path"], NamedNode):
            return ""
        this, path = NamedNode(row["this"].value), NamedNode(row["path"].value)
        graphs = {q.graph_name for q in self.store.quads_for_pattern(this, path, row.get("value"), None)}
        return min((g.value for g in graphs if isinstance(g, NamedNode) and g.value in self.read_in), default="")

    def _passage(self, row: Row) -> Passage:
        provision = self.label(row["provision"]) if "provision" in row else ""
        first, last = (int(row[name].value) if name in row else 0 for name in ("first", "last"))
        phrase, iri = (row[name].value if name in row else "" for name in ("phrase", "provision"))
        return Passage(self.label(row["source"]), first, last, phrase, provision, iri)


def _language(term: Term) -> str:
    return (term.language or "") if isinstance(term, Literal) else ""
