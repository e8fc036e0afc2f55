"""The curated content held against the documents and the legal tables it was read from."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import pytest

from registergraf import graph
from registergraf.audit import read_documents
from registergraf.audit.coverage import uncited
from registergraf.audit.documents import normalise
from registergraf.namespaces import BASE
from support import SHARED, needs_shared

if TYPE_CHECKING:
    from pyoxigraph import Store

pytestmark = needs_shared

PREFIXES = f"""
PREFIX concept: <{BASE}concept/> PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX dct: <http://purl.org/dc/terms/>
PREFIX dpv: <https://w3id.org/dpv#> PREFIX eli: <http://data.europa.eu/eli/ontology#> PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX rg: <{BASE}ns#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


def table(name: str) -> list[dict[str, str]]:
    """A legal table."""
    with (SHARED / "legal" / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def literals(store: Store, pattern: str, *names: str) -> dict[str, dict[str, str]]:
    """By the first name, the rest."""
    rows = graph.select(store, f"{PREFIXES} SELECT ?{' ?'.join(names)} WHERE {{ {pattern} }}")
    return {row[names[0]].value: {n: row[n].value for n in names[1:] if n in row} for row in rows}


def test_all_85_data_sources_are_there(store: Store) -> None:
    """83 entries of document 004, and KPR and KUHR of document 000."""
    found = literals(store, "?s a rg:DataSource ; dct:identifier ?slug", "slug")

    assert len(found) == 85
    assert {"kpr", "kuhr"} <= set(found)


def test_every_line_of_the_documents_is_accounted_for(store: Store) -> None:
    """A claim points at it, or it is marked as carrying no fact."""
    left = [f"{u.document}:{u.line}: {u.entry}" for u in uncited(store, read_documents(SHARED / "sources"), BASE)]

    assert not left


def test_every_citation_of_a_section_is_a_claim(store: Store) -> None:
    """Each line with a § or an article has a claim that keeps the way it is written there."""
    rows = graph.select(
        store,
        f"""{PREFIXES} SELECT ?file ?first ?last ?written WHERE {{
          ?claim rg:asWritten ?written ; prov:wasDerivedFrom ?passage .
          ?passage oa:hasSource/dct:source ?file ; rg:firstLine ?first ; rg:lastLine ?last }}""",
    )
    cited: dict[tuple[str, int], list[str]] = {}
    for row in rows:
        for line in range(int(row["first"].value), int(row["last"].value) + 1):
            cited.setdefault((row["file"].value, line), []).append(normalise(row["written"].value))
    missing = []
    for name, data in read_documents(SHARED / "sources").files.items():
        for number, text in enumerate(data.decode().split("\n"), start=1):
            sections = re.findall(r"§ ?\d+[^ ,.;)]*", normalise(text))
            held = " | ".join(w for w in cited.get((name, number), []) if w in normalise(text))
            missing += [f"{name}:{number}: {section}" for section in sections if section.rstrip(".:") not in held]

    assert not missing


@pytest.mark.parametrize("name", ["acts.tsv", "regulations.tsv"])
def test_every_act_and_regulation_of_the_tables_is_there(store: Store, name: str) -> None:
    """Identifier, address, dates where they are single dates, and confidence."""
    held = literals(
        store,
        "?act a eli:LegalResource ; eli:id_local ?id ; rg:confidence/skos:notation ?confidence "
        "OPTIONAL { ?act eli:date_document ?dated } OPTIONAL { ?act eli:first_date_entry_in_force ?first } "
        "OPTIONAL { ?act eli:date_no_longer_in_force ?last } BIND(STR(?act) AS ?iri)",
        "id", "confidence", "dated", "first", "last", "iri",
    )  # fmt: skip
    for row in table(name):
        found = held[row.get("act_id") or row["reg_id"]]
        assert found["iri"] == row["eli_work_constructed"]
        assert found["dated"] == row["date_document"]
        if ISO.fullmatch(row["in_force_from"]):
            assert found["first"] == row["in_force_from"]
        assert found.get("last", "") == row.get("in_force_to", "")


def test_every_provision_of_the_table_is_there(store: Store) -> None:
    """188 rows: each number with its heading under its act, with its interval where the table gives one."""
    rows = graph.select(
        store,
        f"""{PREFIXES} SELECT ?act ?label ?title ?first ?last WHERE {{
          {{ ?p a eli:LegalResourceSubdivision ; <http://www.w3.org/2000/01/rdf-schema#label> ?label ; eli:is_part_of+ ?whole }}
          UNION {{ ?p a eli:LegalExpression ; eli:realizes ?of . ?of <http://www.w3.org/2000/01/rdf-schema#label> ?label ; eli:is_part_of+ ?whole }}
          ?whole eli:id_local ?act . OPTIONAL {{ ?p dct:title ?title }}
          OPTIONAL {{ ?p eli:first_date_entry_in_force ?first }} OPTIONAL {{ ?p eli:date_no_longer_in_force ?last }} }}""",
    )
    held = [{name: term.value for name, term in row.items()} for row in rows]
    for row in table("provisions.tsv"):
        number = row["provision"].replace("art.", "artikkel").replace("kap.", "kapittel")
        letter = row["point"].rpartition(" ")[2] if row["point"] else ""
        same = [
            h
            for h in held
            if h["act"] == row["act_id"] and (h["label"] == number or h["label"].startswith(f"{number} "))
        ]
        same = [h for h in same if not letter or h["label"].endswith(f" {letter}")]
        assert same, (row["act_id"], number, letter)
        if row["in_force_to"]:
            assert row["in_force_to"] in {h.get("last") for h in same}, (row["act_id"], number)
        if not letter:
            heading = row["heading_nb"].strip("()")
            assert any(heading in h.get("title", "") or h.get("title", "") in heading for h in same), (
                row["act_id"],
                number,
            )


def test_every_organisation_of_the_table_is_there(store: Store) -> None:
    """With its number where one is known."""
    numbers = set(literals(store, "?o a <http://xmlns.com/foaf/0.1/Agent> ; dct:identifier ?number", "number"))

    assert {row["orgnr"] for row in table("organisations.tsv") if row["orgnr"]} <= numbers


FACETS = {
    "kind": "GRAPH ?claim { ?this a ?class } ?class rg:classConcept ?value",
    "controller": "GRAPH ?claim { ?this prov:qualifiedAttribution ?r } GRAPH ?h { ?r dcat:hadRole concept:role-controller }",
    "processor": "GRAPH ?claim { ?this prov:qualifiedAttribution ?r } GRAPH ?h { ?r dcat:hadRole concept:role-processor }",
    "legal-basis": "GRAPH ?claim { ?this rg:statutoryBasis|rg:regulatedBy ?value }",
    "consent": "GRAPH ?claim { ?this rg:consentModel ?value }",
    "identifiability": "GRAPH ?claim { ?this rg:identifiability ?value }",
    "purpose": "GRAPH ?claim { ?this dpv:hasPurpose ?value }",
    "period": "GRAPH ?claim { ?this dct:temporal ?value }",
    "access": "GRAPH ?claim { ?this rg:accessProcedure|dcat:contactPoint|cv:hasCost|rg:deadline|rg:accessCondition ?value }",
}


@pytest.mark.parametrize("facet", FACETS)
def test_each_document_says_or_is_silent(store: Store, facet: str) -> None:
    """For each document that describes a data source, the facet has a claim from it or a silence of it."""
    missing = graph.select(
        store,
        f"""{PREFIXES} PREFIX cv: <http://data.europa.eu/m8g/>
        SELECT DISTINCT ?slug ?document WHERE {{
          {{ SELECT DISTINCT ?this ?slug ?document WHERE {{
              GRAPH ?naming {{ ?this dct:title ?title }} ?naming prov:wasDerivedFrom/oa:hasSource ?document .
              ?document dct:source ?file . ?this a rg:DataSource ; dct:identifier ?slug }} }}
          MINUS {{ SELECT DISTINCT ?this ?document WHERE {{
              ?silence a rg:Silence ; oa:hasTarget ?this ; rg:facet concept:facet-{facet} ; prov:wasDerivedFrom/oa:hasSource ?document }} }}
          MINUS {{ SELECT DISTINCT ?this ?document WHERE {{
              {FACETS[facet]} . ?claim a rg:Claim ; prov:wasDerivedFrom/oa:hasSource ?document }} }}
        }} ORDER BY ?slug""",
    )
    assert not [(row["slug"].value, row["document"].value.rpartition("/")[2]) for row in missing]


def test_one_document_says_a_facet_or_is_silent_not_both(store: Store) -> None:
    """A silence beside an accepted claim from the same document about the same facet would be a contradiction of ours."""
    both = []
    for facet, pattern in FACETS.items():
        rows = graph.select(
            store,
            f"""{PREFIXES} PREFIX cv: <http://data.europa.eu/m8g/>
            SELECT DISTINCT ?slug ?document WHERE {{
              ?silence a rg:Silence ; oa:hasTarget ?this ; rg:facet concept:facet-{facet} ; prov:wasDerivedFrom/oa:hasSource ?document .
              ?this dct:identifier ?slug .
              {{ SELECT DISTINCT ?this ?document WHERE {{
                  {pattern} . ?claim rg:status concept:status-accepted ; prov:wasDerivedFrom/oa:hasSource ?document }} }}
            }}""",
        )
        both += [(facet, row["slug"].value, row["document"].value.rpartition("/")[2]) for row in rows]

    assert not both
