"""The quality scores of our own catalogue: what is out of reach, why, and that nothing else is lacking."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import pyshacl
import pytest
from pyoxigraph import NamedNode, RdfFormat, Triple, serialize
from rdflib import SH, Graph, URIRef

from quality_documents import EU, FILES, OFFICIAL, PREFIXES
from registergraf.assessment import assess, read_document
from registergraf.assessment.conformance import PROFILES
from registergraf.assessment.reach import Limit, attainable_mean, lacks, limits, unexplained
from registergraf.assessment.shapes import shapes_graph
from registergraf.assessment.slices import Slices
from registergraf.graph import select
from registergraf.namespaces import BASE
from registergraf.namespaces import RDF_TYPE as TYPE
from support import SHARED, needs_shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rdflib.term import Node

    from registergraf.assessment.scores import Score
    from registergraf.release import Release
    from test_cli import Call

pytest_plugins = ["test_cli"]


@pytest.fixture(scope="module", params=[("dcat-ap", "eu-mqa", 325), ("dcat-ap-no", "fdk-mqa", 285)], ids=["EU", "NO"])
def own(request: pytest.FixtureRequest, release: Release) -> Own:
    """Our own catalogue in the view that is made for a score: the score, the limits, the triples, what was checked."""
    profile, name, checked = request.param
    triples = read_document(release.catalogue(profile, "n-triples"), "c.nt").triples
    score = next(s for s in assess(triples, FILES, BASE).scores if s.name == name)
    return Own(score, limits(release.store, FILES, profile), triples, checked)


class Own(NamedTuple):
    """A score of our own catalogue, and what it follows from."""

    score: Score
    limits: tuple[Limit, ...]
    triples: list[Triple]
    checked: int

    def limited(self, reason: str) -> list[str]:
        """The data sets that a reason keeps from a metric."""
        return [limit.dataset for limit in self.limits if limit.reason == reason]


def test_our_own_catalogue_has_all_that_is_within_its_reach(own: Own) -> None:
    """Every point that does not need the network, but where the graph itself says why not; and no excuse is idle."""
    assert own.score.checked == own.checked
    assert unexplained(own.score, own.limits) == []
    assert {(limit.dataset, limit.metric) for limit in own.limits} == set(lacks(own.score))
    assert own.score.mean == pytest.approx(attainable_mean(own.score, own.limits))


def test_a_lack_that_nothing_explains_is_found(own: Own) -> None:
    """Without the limits the same catalogue falls short of them."""
    rest = [limit for limit in own.limits if limit.reason != "silence"]

    assert len(unexplained(own.score, rest)) == len(own.limited("silence")) > 40
    assert attainable_mean(own.score, rest) > own.score.mean


def test_no_document_of_a_silence_gives_a_period(own: Own, release: Release) -> None:
    """Where the period is out of reach, every document that a statement was read from is one that does not say it."""
    read = """
        PREFIX oa: <http://www.w3.org/ns/oa#> PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX dct: <http://purl.org/dc/terms/>
        PREFIX rg: <https://w3id.org/registergraf/ns#> PREFIX concept: <https://w3id.org/registergraf/concept/>
        SELECT DISTINCT ?dataset ?document WHERE {
          GRAPH ?claim { ?dataset dct:description ?value }
          ?claim rg:status concept:status-accepted ; prov:wasDerivedFrom/oa:hasSource ?document .
          FILTER NOT EXISTS {
            ?silence oa:hasTarget ?dataset ; rg:facet concept:facet-period ; prov:wasDerivedFrom/oa:hasSource ?document } }
    """
    told = {row["dataset"].value for row in select(release.store, read)}
    assert told & set(own.limited("silence")) == set()


@needs_shared
@pytest.mark.slow
def test_nothing_but_the_reason_keeps_a_data_set_from_conforming(own: Own) -> None:
    """With its neighbours' classes told and a type of the European list at its law, each conforms to the shapes.

    So the reasons are the whole of what is wrong; of those with a legal basis, every fifth is tried.
    """
    shapes = shapes_graph(
        (path, (SHARED / "profiles" / path).read_bytes()) for path in OFFICIAL[PROFILES[own.score.name]]
    )
    slices = Slices(own.triples)
    classes = {t: t.subject for t in own.triples if t.predicate.value == TYPE and t.subject in slices.datasets}
    for iri in sorted({*own.limited("neighbour"), *own.limited("citation")[::5]}):
        triples = slices.cut(NamedNode(iri))
        linked = {t.object for t in triples} & slices.datasets
        mended = [*_european_types(triples), *(t for t, thing in classes.items() if thing in linked)]
        assert found_at(triples, shapes), iri
        assert found_at(mended, shapes) <= {URIRef(thing.value) for thing in linked}, iri


def found_at(triples: list[Triple], shapes: Graph) -> set[Node | None]:
    """The nodes at which the shapes find something."""
    data = Graph().parse(data=serialize(triples, format=RdfFormat.N_TRIPLES) or b"", format="nt")
    report = pyshacl.validate(data, shacl_graph=shapes)[1]
    assert isinstance(report, Graph)
    return set(report.objects(None, SH.focusNode))


def _european_types(triples: list[Triple]) -> Iterator[Triple]:
    """The triples, with the type of each law replaced by a code of the European list."""
    laws = {t.subject for t in triples if t.object == NamedNode("http://data.europa.eu/eli/ontology#LegalResource")}
    code, kind = NamedNode(EU + "resource-type/REG"), NamedNode("http://purl.org/dc/terms/type")
    for triple in triples:
        yield Triple(triple.subject, kind, code) if triple.subject in laws and triple.predicate == kind else triple
    stub = f"{PREFIXES} <{code.value}> a skos:Concept , <http://data.europa.eu/eli/ontology#ResourceType> ; skos:prefLabel 'T'@en ; "
    stub += f"skos:inScheme <{EU}resource-type> . <{EU}resource-type> a skos:ConceptScheme ; dct:title 'T'@en ."
    yield from read_document(stub.encode(), "stub.ttl").triples


def test_codes_of_our_own_catalogue_are_in_their_lists(call: Call) -> None:
    """Every controlled value but the kinds, which are ours, is a member."""
    told = json.loads(call("quality", "--profile", "dcat-ap", "--format", "json")[1])
    assert {v["verdict"] for v in told["controlledValues"] if "concept/" not in v["value"]} <= {"member", "elsewhere"}
