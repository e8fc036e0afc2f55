"""What the things in a report are called: documents, data sources, provisions and where to read them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from registergraf.graph.queries import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyoxigraph import Store

    from registergraf.graph.queries import Row

DOCUMENTS = """
PREFIX dct: <http://purl.org/dc/terms/> PREFIX foaf: <http://xmlns.com/foaf/0.1/> PREFIX rg: <{base}ns#>
SELECT ?key ?iri ?label ?date ?estimated ?file WHERE {{
  ?iri a foaf:Document ; dct:identifier ?key . OPTIONAL {{ ?iri dct:title ?label }} OPTIONAL {{ ?iri dct:date ?date }}
  OPTIONAL {{ ?iri rg:estimated ?estimated }} OPTIONAL {{ ?iri dct:source ?file }}
}} ORDER BY ?key
"""
REGISTRIES = """
PREFIX dct: <http://purl.org/dc/terms/> PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX rg: <{base}ns#>
SELECT ?key ?iri ?label ?part WHERE {{
  ?iri a dcat:Dataset ; dct:identifier ?key ; dct:title ?label .
  BIND(IF(EXISTS {{ ?iri a rg:DataSource }}, "", "part") AS ?part)
}} ORDER BY ?key
"""
PROVISIONS = """
PREFIX eli: <http://data.europa.eu/eli/ontology#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?key ?link ?heading WHERE {
  ?key a ?kind . VALUES ?kind { eli:LegalResource eli:LegalResourceSubdivision }
  OPTIONAL { ?key rdfs:seeAlso ?link } OPTIONAL { ?key <http://purl.org/dc/terms/title> ?heading }
} ORDER BY ?key ?link ?heading
"""


@dataclass(frozen=True)
class Names:
    """The names of a dataset that its reports need, as plain values."""

    documents: Mapping[str, dict[str, Any]] = field(default_factory=dict, repr=False)
    """By slug: `iri`, `title` by language, `date` (or empty), `estimated`, `file`."""
    registries: Mapping[str, dict[str, Any]] = field(default_factory=dict, repr=False)
    """By slug: `iri`, `title` by language, `part`: whether it is a part of a data source ("part" or "")."""
    provisions: Mapping[str, dict[str, Any]] = field(default_factory=dict, repr=False)
    """By IRI: `label`, `heading` and `link`, the page where it is read."""

    @classmethod
    def of(cls, store: Store, base: str, label: Mapping[str, str]) -> Names:
        """Read them; `label` gives the provisions wanted, each with its name."""
        documents = _titled(select(store, DOCUMENTS.format(base=base)), ("date", "estimated", "file"))
        provisions: dict[str, dict[str, Any]] = {}
        for row in select(store, PROVISIONS):
            iri = row["key"].value
            if iri in label and iri not in provisions:
                link = row["link"].value if "link" in row else iri
                heading = row["heading"].value if "heading" in row else ""
                provisions[iri] = {"label": label[iri], "link": link, "heading": heading}
        return cls(documents, _titled(select(store, REGISTRIES.format(base=base)), ("part",)), provisions)


def _titled(rows: Iterable[Row], fields: Iterable[str]) -> dict[str, dict[str, Any]]:
    named: dict[str, dict[str, Any]] = {}
    for row in rows:
        plain = {name: row[name].value if name in row else "" for name in fields}
        thing = named.setdefault(row["key"].value, {"iri": row["iri"].value, "title": {}, **plain})
        if "label" in row:
            language = getattr(row["label"], "language", None) or "nb"
            thing["title"][language] = min(row["label"].value, thing["title"].get(language, row["label"].value))
    return named
