from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import owlrl
import pytest
import rdflib
from pyoxigraph import DefaultGraph, NamedNode, Quad, Store

from registergraf import graph
from registergraf.errors import ParameterError, QuerySyntaxError
from registergraf.graph.inference import closure
from registergraf.graph.named import NamedQuery, Parameter
from registergraf.graph.reasoner import as_graph, ontology_closure
from registergraf.namespaces import BASE

if TYPE_CHECKING:
    from registergraf.content import Content

PREFIXES = f"PREFIX rg: <{BASE}ns#> PREFIX registry: <{BASE}registry/> PREFIX provision: <{BASE}provision/> "


def ask(store: Store, pattern: str) -> bool:
    return bool(store.query(f"{PREFIXES} ASK {{ {pattern} }}"))


def on(content: Content, year: int, month: int, day: int) -> Store:
    return graph.assemble(content.quads, content.queries, datetime.date(year, month, day), BASE)


def test_nquads_are_sorted_and_unique() -> None:
    """The published form does not depend on the order or number of times a statement was given."""
    a, b, p = (NamedNode(f"http://x/{n}") for n in "abp")
    quads = [Quad(b, p, a, DefaultGraph()), Quad(a, p, b, DefaultGraph()), Quad(b, p, a, DefaultGraph())]

    assert (
        graph.to_nquads(quads)
        == b"<http://x/a> <http://x/p> <http://x/b> .\n<http://x/b> <http://x/p> <http://x/a> .\n"
    )


def test_rejected_and_proposed_claims_are_reachable_but_not_in_the_view(store: Store) -> None:
    """§§ 21 and 22 for hjerneslag were rejected: in their claim's graph, not in the default graph."""
    cited = "registry:hjerneslag rg:statutoryBasis provision:lov-2014-06-20-43.p21"

    assert not ask(store, cited)
    assert ask(store, f"GRAPH ?claim {{ {cited} }}")


def test_a_superseded_claim_holds_in_its_period(content: Content) -> None:
    """§ 7 was Barnediabetesregisteret's basis until 2018-07-19 and is not after."""
    cited = "registry:barnediabetes rg:statutoryBasis provision:lov-2014-06-20-43.p7"

    assert ask(on(content, 2018, 7, 19), cited)
    assert not ask(on(content, 2018, 7, 20), cited)
    assert not ask(on(content, 2014, 12, 31), cited)


def test_the_controller_of_the_day_is_a_direct_property(content: Content) -> None:
    """NPR moved from Helsedirektoratet to Folkehelseinstituttet on 2024-01-01."""
    controller = "registry:npr <https://w3id.org/dpv#hasDataController> <{}organisation/{}>".format

    assert ask(on(content, 2023, 12, 31), controller(BASE, 983544622))
    assert not ask(on(content, 2023, 12, 31), controller(BASE, 983744516))
    assert ask(on(content, 2024, 1, 1), controller(BASE, 983744516))
    assert not ask(on(content, 2024, 1, 1), controller(BASE, 983544622))


def test_a_provision_is_in_force_on_its_days(content: Content) -> None:
    """The view of a day says of § 7 whether it was in force."""
    eli = "http://data.europa.eu/eli/ontology#"
    status = f"provision:lov-2014-06-20-43.p7 <{eli}in_force> <{eli}InForce-{{}}>"

    assert ask(on(content, 2018, 7, 19), status.format("inForce"))
    assert ask(on(content, 2020, 5, 1), status.format("notInForce"))


def test_section_11_is_reached_however_it_is_written(store: Store) -> None:
    """NPR is written with § 11, HKR with § 11 h; both rest on § 11. IPLOS rests on § 9 b and does not."""
    rests = "registry:{} rg:statutoryBasis/rg:within* provision:lov-2014-06-20-43.p11"

    assert ask(store, rests.format("npr"))
    assert ask(store, rests.format("hkr"))
    assert not ask(store, rests.format("iplos"))


def test_statutory_is_inferred_from_the_regulation_and_not_inherited(store: Store) -> None:
    """NORIC is regulated by the heart regulation, hence statutory; IPLOS is not, though KPR's regulation mentions it."""
    assert ask(store, "registry:noric a rg:StatutoryHealthRegistry")
    assert not ask(store, "registry:iplos a rg:StatutoryHealthRegistry")
    assert not ask(store, "GRAPH ?claim { ?registry a rg:StatutoryHealthRegistry } ?claim a rg:Claim")


def test_nothing_is_inherited_from_an_umbrella(store: Store) -> None:
    """HKR needs no consent; NORIC, its member, is silent and stays so."""
    assert ask(store, "registry:hkr rg:consentModel ?model")
    assert not ask(store, "registry:noric rg:consentModel ?model")


def test_stated_and_inferred_are_told_apart(store: Store) -> None:
    """What follows stands in a graph of its own and is nowhere stated."""
    follows = "registry:noric a rg:StatutoryHealthRegistry"

    assert ask(store, f"GRAPH <{BASE}graph/inferred> {{ {follows} }}")
    assert not ask(store, f"GRAPH <{BASE}graph/stated> {{ {follows} }}")


def test_another_day_does_not_touch_the_store(store: Store, content: Content) -> None:
    """A view of another day is made beside the given one."""
    before = graph.to_nquads(store)

    other = graph.view_as_of(store, content.queries, datetime.date(2022, 6, 1), BASE)

    assert graph.to_nquads(store) == before
    assert graph.to_nquads(other) == graph.to_nquads(on(content, 2022, 6, 1))


@pytest.mark.slow
def test_the_rules_and_owlrl_agree_on_the_real_graph(store: Store, content: Content) -> None:
    """The CONSTRUCT rules give exactly what owlrl gives, its trivial conclusions left out."""
    inferred, view = NamedNode(f"{BASE}graph/inferred"), Store()
    shortcuts = {q.triple for q in store.quads_for_pattern(None, None, None, inferred)}
    given = [q for q in store.quads_for_pattern(None, None, None, DefaultGraph()) if q.triple not in shortcuts]
    view.extend(given)
    schema = ontology_closure(
        q.triple for q in store.quads_for_pattern(None, None, None, NamedNode(f"{BASE}graph/ontology"))
    )
    view.extend(Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in schema)
    ours = as_graph(closure(view, [text for path, text in content.queries.items() if path.startswith("inference/")]))
    theirs = as_graph(q.triple for q in given)
    known = set(theirs) | set(as_graph(schema))
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(theirs)

    assert set(ours) - known == {triple for triple in set(theirs) - known if worth_having(triple)}


def worth_having(triple: tuple[rdflib.term.Node, ...]) -> bool:
    """Leaves out what OWL 2 RL concludes of everything: identity, owl:Thing, axioms of RDFS and of datatypes."""
    subject, predicate, target = triple
    own = ("https://w3id.org/registergraf/", "https://lovdata.no/", "http://data.europa.eu/eli/reg")
    return (
        isinstance(subject, rdflib.URIRef)
        and str(subject).startswith(own)
        and not str(subject).startswith(BASE + "ns#")
        and predicate != rdflib.OWL.sameAs
        and target not in {rdflib.OWL.Thing, rdflib.RDFS.Resource}
        and predicate != rdflib.OWL.differentFrom
    )


def test_a_named_query_reads_its_header() -> None:
    """Titles, parameters and columns are read from the comment lines."""
    query = NamedQuery.read(
        "x",
        "# title-nb: En\n# title-en: One\n# question-en: Q?\n# parameter: slug text\n# parameter-en: slug: a slug\n# parameter: role code: a, b-c\n# columns: a, b-c\nSELECT",
    )

    assert query.titles == {"nb": "En", "en": "One"}
    assert query.questions == {"en": "Q?"}
    assert query.parameters == (
        Parameter("slug", "text", {"en": "a slug"}),
        Parameter("role", "code", choices=("a", "b-c")),
    )
    assert query.columns == ("a", "b-c")


def test_parameters_are_checked() -> None:
    """An unknown parameter is told with the nearest, a value of the wrong type with what would be right."""
    query = NamedQuery.read("x", "# parameter: since date\n# parameter: role code: controller, owner\n")

    with pytest.raises(ParameterError, match="the query x has no parameter sinse; it has since"):
        query.bind({"sinse": "2020-01-01"})
    with pytest.raises(ParameterError, match="parameter since is 'yesterday', which is not a day like 2022-06-01"):
        query.bind({"since": "yesterday"})
    with pytest.raises(ParameterError, match="parameter role is 'controler', which is none of controller"):
        query.bind({"role": "controler"})


def test_a_syntax_error_has_a_position_and_can_be_read(store: Store) -> None:
    """Line and column count from 1; the parser's character classes are left out."""
    with pytest.raises(QuerySyntaxError) as caught:
        graph.select(store, "SELECT * WHERE {\n ?s ?p }")

    assert (caught.value.line, caught.value.column) == (2, 8)
    assert "u{" not in str(caught.value)
