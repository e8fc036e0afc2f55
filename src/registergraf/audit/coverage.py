"""Which lines of a document no claim points at, so that nothing is skipped unseen.

A line counts as read when a passage of a claim covers it, or when `data/no-fact.ttl` marks it as carrying no fact:
a heading, a lead-in to a list, a link to elsewhere, navigation. The passage of a silence covers nothing: it is the
whole entry.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from registergraf.audit.documents import normalise
from registergraf.graph.queries import select

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyoxigraph import Store

    from registergraf.audit.documents import Documents
    from registergraf.graph.queries import Row

CITED = """
PREFIX dct: <http://purl.org/dc/terms/> PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX rg: <{base}ns#>
SELECT DISTINCT ?document ?first ?last WHERE {{
  ?claim a rg:Claim ; prov:wasDerivedFrom ?passage .
  ?passage oa:hasSource/dct:identifier ?document ; rg:firstLine ?first ; rg:lastLine ?last }}
"""
MARKED = """
PREFIX dct: <http://purl.org/dc/terms/> PREFIX oa: <http://www.w3.org/ns/oa#> PREFIX rg: <{base}ns#>
SELECT ?document ?first ?last ?phrase WHERE {{
  ?mark a rg:NoFact ; oa:hasSource/dct:identifier ?document .
  OPTIONAL {{ ?mark rg:firstLine ?first ; rg:lastLine ?last }} OPTIONAL {{ ?mark rg:phrase ?phrase }} }}
"""
ENTRIES = """
PREFIX dct: <http://purl.org/dc/terms/> PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX rg: <{base}ns#>
SELECT DISTINCT ?document ?slug ?first WHERE {{
  ?claim prov:wasDerivedFrom ?passage . ?passage oa:hasSource/dct:identifier ?document ; rg:firstLine ?first .
  GRAPH ?claim {{ ?source dct:title ?title }} ?source a rg:DataSource ; dct:identifier ?slug }}
"""
FILES = """
PREFIX dct: <http://purl.org/dc/terms/> PREFIX foaf: <http://xmlns.com/foaf/0.1/>
SELECT ?document ?file WHERE {
  ?source a foaf:Document ; dct:identifier ?document ; dct:source ?file } ORDER BY ?document
"""


@dataclass(frozen=True)
class Uncited:
    """A line that nothing accounts for."""

    document: str
    line: int
    entry: str
    """The slug of the data source whose entry the line stands in, or empty."""
    text: str


def uncited(store: Store, documents: Documents, base: str) -> Iterator[Uncited]:
    """The lines of each document at hand that no claim cites and no mark explains, in order."""
    cited, marked, entries = (_by_document(select(store, q.format(base=base))) for q in (CITED, MARKED, ENTRIES))
    for row in select(store, FILES):
        document = row["document"].value
        data = documents.files.get(row["file"].value)
        if data is None:
            continue
        lines = [normalise(line) for line in data.decode("utf-8").split("\n")]
        explained = _lines(cited[document]) | _lines(marked[document]) | _phrases(marked[document], lines)
        starts = sorted((int(entry["first"].value), entry["slug"].value) for entry in entries[document])
        for number, text in enumerate(lines, start=1):
            if text and number not in explained:
                yield Uncited(document, number, _entry(starts, number), text)


def documents_at_hand(store: Store, documents: Documents) -> list[str]:
    """The slugs of the documents whose text is at hand."""
    return [row["document"].value for row in select(store, FILES) if row["file"].value in documents.files]


def _by_document(rows: list[Row]) -> Mapping[str, list[Row]]:
    grouped: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["document"].value].append(row)
    return grouped


def _lines(rows: list[Row]) -> set[int]:
    spans = ((int(row["first"].value), int(row["last"].value)) for row in rows if "first" in row)
    return {line for first, last in spans for line in range(first, last + 1)}


def _phrases(rows: list[Row], lines: list[str]) -> set[int]:
    """The lines that begin with a marked phrase, a bullet aside."""
    phrases = tuple(normalise(row["phrase"].value) for row in rows if "phrase" in row and "first" not in row)
    return (
        {number for number, text in enumerate(lines, start=1) if text.removeprefix("• ").startswith(phrases)}
        if phrases
        else set()
    )


def _entry(starts: list[tuple[int, str]], line: int) -> str:
    return next((slug for first, slug in reversed(starts) if first <= line), "")
