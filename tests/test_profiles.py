"""Every view of the catalogue against the official shapes of its profile, and what HealthDCAT-AP asks of every data set.

What is left is listed with its reason: a finding that is not in the list fails, and so does one that no longer occurs.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pyshacl
import pytest
from pyoxigraph import Literal, NamedNode, Triple
from rdflib import RDF, SH, Graph

from registergraf.catalogue import PROFILES, Slices, export, export_all, write
from registergraf.namespaces import BASE
from support import SHARED, needs_shared, triples_of

if TYPE_CHECKING:
    from pyoxigraph import Store
    from rdflib.term import Node

    from registergraf.content import Content

HDAB = NamedNode(BASE + "organisation/hdab-not-named")
SHAPES = {
    "DCAT-AP-NO 2": ["dcat-ap-no/DCAT-AP-NO-shacl_shapes_2.00.ttl"],
    # with the prefix dcatap: as it should be; the published file lacks its last slash, and its rules never apply
    "DCAT-AP-NO 3": [
        "dcat-ap-no/dcatapno3-core-shapes.fixed-prefix.ttl",
        "dcat-ap-no/dcatapno3-range-shapes.ttl",
        "dcat-ap-no/dcatapno3-vocabulary-shapes.ttl",
    ],
    "DCAT-AP 3, written": [
        "dcat-ap/html_shacl_shapes.ttl",
        "dcat-ap/html_shacl_range.ttl",
        "dcat-ap/html_shacl_mdr-vocabularies.shape.ttl",
        "dcat-ap/html_shacl_deprecateduris.ttl",
        "dcat-ap/html_shacl_shapes_recommended.ttl",
    ],
    "DCAT-AP 3, generated": ["dcat-ap/shacl_dcat-ap-SHACL.ttl", "dcat-ap/shacl_ranges.ttl"],
}
HEALTH = [
    "healthdcat-ap/r8-range.ttl",
    "healthdcat-ap/r8-mdr-vocabularies.shape.ttl",
    "dcat-ap/html_shacl_shapes.ttl",
    "dcat-ap/html_shacl_range.ttl",
]
FAMILIES = {
    "NON_PUBLIC": "HealthDCAT-AP 8",
    "RESTRICTED": "HealthDCAT-AP 8, restricted",
    "PUBLIC": "HealthDCAT-AP 8, public",
}
"""The shapes of HealthDCAT-AP by the access right of the data sets they are for."""
SHAPES["HealthDCAT-AP 8"] = ["healthdcat-ap/r8-non-public-shapes.ttl", *HEALTH]
SHAPES["HealthDCAT-AP 8, restricted"] = ["healthdcat-ap/r8-restricted-shapes.derived.ttl", *HEALTH]
SHAPES["HealthDCAT-AP 8, public"] = ["healthdcat-ap/r8-public-shapes.derived.ttl", *HEALTH]
OWN = {
    "dcat-ap-no": ["DCAT-AP-NO 2", "DCAT-AP-NO 3"],
    "dcat-ap": ["DCAT-AP 3, written", "DCAT-AP 3, generated"],
    "healthdcat-ap": ["HealthDCAT-AP 8"],
}
APPLY = [name for name in SHAPES if name not in {FAMILIES["RESTRICTED"], FAMILIES["PUBLIC"]}]
"""Every data set is NON_PUBLIC (see test_access_rights), so of the families of HealthDCAT-AP it is one."""
CASES = [("neutral", shapes) for shapes in APPLY] + [(view, shapes) for view in OWN for shapes in OWN[view]]

NO_LICENCE = "an application has no licence: what may be done with the data is decided on each"
NO_DATASET_TYPE = "the European list of dataset types has no code for a registry; the kind the documents state is ours"
NORWEGIAN_BODIES = "Norwegian organisations are not in the list of European corporate bodies"
NOT_STATED = "the documents do not say it"
UNAVOIDABLE = {
    "DCAT-AP-NO 2": {
        ("Warning", "license"): NO_LICENCE,
        ("Warning", "themeTaxonomy"): "the other profiles want the European data themes, this one EuroVoc",
    },
    "DCAT-AP-NO 3": {
        ("Warning", "type"): "data.norge.no shows the type's label as the name of the law, so it is the citation",
    },
    "DCAT-AP 3, written": {
        ("Warning", "publisher"): NORWEGIAN_BODIES,
        ("Warning", "type"): NO_DATASET_TYPE + "; nothing says what type an organisation is",
        ("Warning", "temporal"): NOT_STATED,
        ("Warning", "endDate"): "collection goes on, or " + NOT_STATED,
        ("Warning", "license"): NO_LICENCE,
        ("Warning", "availability"): "the site for applications is not ours to promise",
        ("Warning", "servesDataset"): "the endpoint serves facts about the data sources, not their data",
        ("Warning", "bbox"): "a country is told by its code",
        ("Warning", "centroid"): "a country is told by its code",
    },
    "DCAT-AP 3, generated": {},
    "HealthDCAT-AP 8": {("Warning", "type"): NO_DATASET_TYPE, ("Warning", "publisher"): NORWEGIAN_BODIES},
}


@pytest.fixture(scope="module")
def documents(store: Store, content: Content) -> dict[str, list[Triple]]:
    """The document of each profile."""
    return {profile: triples_of(document) for profile, document in export_all(store, content.queries, HDAB)}


def shapes_graph(name: str) -> Graph:
    """The shapes of a set in one graph.

    A property shape without a path crashes pySHACL. Both DCAT-AP's generated shapes and HealthDCAT-AP 8 have some: the
    latter's is a constraint of its node, which is what it is made here; the former's are bare references.
    """
    graph = Graph()
    for path in SHAPES[name]:
        graph.parse(SHARED / "profiles" / path)
    for node, _, shape in list(graph.triples((None, SH.property, None))):
        if (shape, SH.path, None) not in graph:
            graph.remove((node, SH.property, shape))
            if (shape, None, None) in graph:
                graph.add((node, SH.node, shape))
    return graph


def findings(triples: list[Triple], shapes: str) -> Counter[tuple[str, str, str]]:
    """Severity, property and focus node of each result that is not mere information."""
    data = Graph().parse(data=write(triples, "n-triples"), format="nt")
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes_graph(shapes), do_owl_imports=False, inference="none")
    assert isinstance(report, Graph)
    told: Counter[tuple[str, str, str]] = Counter()
    for result in report.objects(None, SH.result):
        severity = last(report.value(result, SH.resultSeverity))
        if severity != "Info":
            path = last(report.value(result, SH.resultPath))
            told[severity, path, str(report.value(result, SH.focusNode))] += 1
    return told


def last(term: Node | None) -> str:
    return re.split(r"[/#]", str(term))[-1]


def part(triples: list[Triple], step: int) -> list[Triple]:
    """The catalogue with every so manieth of its data sets, and with all that are in a series."""
    slices = Slices(write(triples, "n-triples"))
    in_series = {node for t in triples if last_of(t) == "inSeries" for node in (t.subject, t.object)}
    return with_only(slices, {*slices.datasets[::step], *in_series})


def with_only(slices: Slices, kept: set[Any]) -> list[Triple]:
    """The catalogue with only some of its data sets."""
    left_out = set(slices.datasets) - kept
    described = [t for thing in (NamedNode(BASE + "catalog"), *kept) for t in slices.of(thing)]
    return [t for t in set(described) if t.object not in left_out]


def by_access_right(triples: list[Triple]) -> dict[str, list[Triple]]:
    """The catalogue for each family of shapes of HealthDCAT-AP that applies, with the data sets of its access right."""
    slices = Slices(write(triples, "n-triples"))
    rights = {t.subject: t.object.value.rpartition("/")[2] for t in triples if last_of(t) == "accessRights"}
    having = {right: {d for d in slices.datasets if rights.get(d) == right} for right in FAMILIES}
    return {FAMILIES[right]: with_only(slices, kept) for right, kept in having.items() if kept}


@needs_shared
@pytest.mark.slow
@pytest.mark.parametrize(("view", "shapes"), CASES)
def test_valid(documents: dict[str, list[Triple]], view: str, shapes: str) -> None:
    """Nothing is found but what is listed; of the views that add to the neutral one, every third data set is judged."""
    triples = documents[view] if view == "neutral" else part(documents[view], 3)
    told = {(severity, path): focus for severity, path, focus in findings(triples, shapes)}
    assert {key: focus for key, focus in told.items() if key not in UNAVOIDABLE[shapes]} == {}
    if view == "neutral":
        assert set(told) == set(UNAVOIDABLE[shapes])


@needs_shared
@pytest.mark.slow
@pytest.mark.parametrize("right", ["PUBLIC", "RESTRICTED"])
def test_a_data_set_is_judged_by_the_family_of_its_access_right(
    documents: dict[str, list[Triple]], store: Store, right: str
) -> None:
    """Of two data sets one is made open: it goes to the other family, which asks less of it and finds nothing.

    The family for closed data would find its access right wrong, and miss its keywords; its own is live all the same.
    """
    slices = Slices(write(documents["healthdcat-ap"], "n-triples"))
    opened, closed = NamedNode(BASE + "registry/npr"), NamedNode(BASE + "registry/kuhr")
    code = NamedNode(f"http://publications.europa.eu/resource/authority/access-right/{right}")
    two = with_only(slices, {opened, closed})
    about = [t for t in two if t.subject == opened and last_of(t) not in {"accessRights", "keyword", "provenance"}]
    rest = [t for t in two if t.subject != opened]
    access = NamedNode("http://purl.org/dc/terms/accessRights")
    stub = [quad.triple for quad in store.quads_for_pattern(code, None, None, None)]
    planted = [*rest, *about, Triple(opened, access, code), *stub]
    judged = by_access_right(planted)

    assert {family: set(Slices(write(t, "n-triples")).datasets) for family, t in judged.items()} == {
        FAMILIES["NON_PUBLIC"]: {closed},
        FAMILIES[right]: {opened},
    }
    for family, triples in judged.items():
        assert {key for key in findings(triples, family) if key[0] == "Violation"} == set(), family
    wrongly = {
        path
        for severity, path, _ in findings(judged[FAMILIES[right]], FAMILIES["NON_PUBLIC"])
        if severity == "Violation"
    }
    assert wrongly == {"accessRights", "keyword", "provenance"}


@needs_shared
@pytest.mark.slow
@pytest.mark.parametrize("shapes", SHAPES)
def test_shapes_are_live(documents: dict[str, list[Triple]], shapes: str) -> None:
    """The shapes miss the title of a data set that has none."""
    triples = part(documents["neutral"], 40)
    broken = [t for t in triples if "/registry/" not in str(t.subject) or not t.predicate.value.endswith("terms/title")]
    assert len(broken) < len(triples)
    assert any(key[:2] == ("Violation", "title") for key in findings(broken, shapes))


def values(triples: list[Triple], subject: NamedNode, name: str) -> list[Any]:
    return [t.object for t in triples if t.subject == subject and last_of(t) == name]


def last_of(triple: Triple) -> str:
    return re.split(r"[/#]", triple.predicate.value)[-1]


MANDATORY = {
    "theme", "distribution", "accessRights", "identifier", "applicableLegislation", "hdab", "healthCategory",
    "hasStructuredData",
}  # fmt: skip
"""What HealthDCAT-AP 8 asks of every data set beyond DCAT-AP."""


@pytest.mark.parametrize("view", ["neutral", "healthdcat-ap"])
def test_every_data_set_has_all_that_is_mandatory(documents: dict[str, list[Triple]], store: Store, view: str) -> None:
    """The eight properties, on every one of the data sources and parts."""
    slices = Slices(write(documents[view], "n-triples"))
    sources = {q.subject for q in store.quads_for_pattern(None, RDF_TYPE, NamedNode(BASE + "ns#DataSource"), None)}
    assert len(sources) == 85
    assert sources <= set(slices.datasets)
    for dataset in slices.datasets:
        have = {last_of(t) for t in slices.of(dataset) if t.subject == dataset}
        assert have >= MANDATORY, dataset


RDF_TYPE = NamedNode(str(RDF.type))


def test_the_health_data_access_body_is_a_setting(store: Store, content: Content) -> None:
    """Another organisation stands there when it is named, with a way to reach it."""
    body = NamedNode(BASE + "organisation/983744516")
    document = triples_of(export(store, content.queries, "healthdcat-ap", body))
    assert {t.object for t in document if last_of(t) == "hdab"} == {body}
    (contact,) = values(document, body, "contactPoint")
    assert values(document, contact, "contactPage")


def test_access_rights(documents: dict[str, list[Triple]]) -> None:
    """Every data set is closed, which decides on the shapes of HealthDCAT-AP."""
    rights = {
        t.object.value for t in documents["neutral"] if last_of(t) == "accessRights" and "/registry/" in str(t.subject)
    }
    assert rights == {"http://publications.europa.eu/resource/authority/access-right/NON_PUBLIC"}


def test_health_categories_follow_from_what_is_stated(documents: dict[str, list[Triple]]) -> None:
    """A stated kind, a biobank, content that the documents describe, and the widest category where nothing is."""

    def categories(slug: str) -> set[str]:
        found = values(documents["neutral"], NamedNode(f"{BASE}registry/{slug}"), "healthCategory")
        return {re.split("/", str(term.value))[-1] for term in found}

    assert categories("npr") == {"PHDR"}
    assert categories("nnrr") == {"MRMR"}
    assert categories("moba") == {"RQSH", "EINS"}
    assert categories("kuhr") == {"HRAD"}
    assert categories("norm") == {"PHDR", "RPDG"}
    assert categories("ssb-inntekt") == {"DIOH"}
    assert categories("moro-2000") == categories("moro")


def test_nothing_is_said_to_have_described_variables(documents: dict[str, list[Triple]]) -> None:
    """We hold no description of variables, and none is claimed."""
    told = {t.object for t in documents["neutral"] if last_of(t) == "hasStructuredData"}
    assert told == {Literal("false", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#boolean"))}


def test_profiles_are_told(documents: dict[str, list[Triple]]) -> None:
    """Each view says what it conforms to, and no two say the same."""
    told = {view: values(documents[view], NamedNode(BASE + "catalog"), "conformsTo") for view in PROFILES}
    assert all(len(found) == 1 for found in told.values())
    assert len({str(found) for found in told.values()}) == len(PROFILES)


def test_law_of_health_data_space_only_where_it_is_asked_for(documents: dict[str, list[Triple]]) -> None:
    """The Norwegian view names the law that the documents name."""
    regulation = NamedNode("http://data.europa.eu/eli/reg/2025/327/oj")
    assert any(t.object == regulation for t in documents["neutral"])
    assert not any(regulation in {t.subject, t.object} for t in documents["dcat-ap-no"])
