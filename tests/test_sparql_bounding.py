"""The first rows of a sorted list are those that sorting all of it gives, page by page: random lists of random graphs."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QueryResultsFormat, QuerySolutions, Store

from registergraf.sparql import bounding
from registergraf.sparql.bounding import first_rows
from registergraf.sparql.evaluation import Question, Terms, evaluate
from registergraf.sparql.spool import Spool
from registergraf.sparql.statistics import MOST_COUNTED, Statistics

TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
PROLOGUE = "PREFIX : <http://x/> "
TERMS = Terms({}, "http://x/", 10_000)
CLASS, NAME, LABEL, PART = (NamedNode(f"http://x/{name}") for name in ("C", "name", "label", "part"))
ORDER_BY = ("?name", "?label", "STR(?label)", "ASC(?name) ?part", "?label STR(?part)", "STR(?name) ?label")

texts = st.text("abÅz'\"\\\n😀 ", max_size=3)
names = st.lists(texts.map(Literal), min_size=1, max_size=2)
labels = st.lists(st.builds(lambda text, tag: Literal(text, language=tag), texts, st.sampled_from(["nb", "en"])))
parts = st.lists(st.sampled_from([Literal("1"), Literal(1), BlankNode("b"), CLASS]), max_size=2)
things = st.lists(st.tuples(names, labels, parts), min_size=20, max_size=60)
groups = st.builds(
    "?x a :C {} {} {} {}".format,
    st.sampled_from(
        ["; :name ?name ; :label ?label .", "; :name ?name . ?x :label ?label .", "; :label ?label , ?name ."]
    ),
    st.sampled_from(["", "FILTER(LANG(?label) = 'nb')", "FILTER(LANGMATCHES(LANG(?label), 'en'))"]),
    st.sampled_from(["", "OPTIONAL { ?x :part ?part }"]),
    st.sampled_from(["", "MINUS { ?x :part 1 }", "MINUS { ?other :part ?x }"]),
)
shown = st.sampled_from(["?name ?label", "?name", "DISTINCT ?label ?part", "?part ?name ?x"])
lists = st.tuples(shown, groups, st.sampled_from(ORDER_BY))


def graph(described: list[tuple[list[Literal], list[Literal], list[Literal | NamedNode | BlankNode]]]) -> Store:
    """Things of a class, with what each is called."""
    store = Store()
    for number, of_each in enumerate(described):
        thing = NamedNode(f"http://x/{number}")
        store.add(Quad(thing, TYPE, CLASS))
        for property_, values in zip((NAME, LABEL, PART), of_each, strict=True):
            store.extend(Quad(thing, property_, value) for value in values)
    return store


def rows(text: bytes) -> list[str]:
    """The rows of an answer in JSON."""
    return [json.dumps(row, sort_keys=True) for row in json.loads(text)["results"]["bindings"]]


def answered(store: Store, query: str, statistics: Statistics | None) -> list[str]:
    """The rows of a query as a worker finds them."""
    with Spool("", 1 << 20) as spool:
        evaluate(store, Question(query, name="json"), TERMS, spool, statistics)
        return rows(spool.in_memory())


@pytest.fixture(autouse=True)
def _few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounding, "_FEWEST_ROWS", 2)
    monkeypatch.setattr(bounding, "_PERHAPS", 2)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(things, lists, st.integers(1, 6))
def test_the_pages_of_a_list_are_the_list(
    described: list[tuple[list[Literal], list[Literal], list[Literal | NamedNode | BlankNode]]],
    asked: tuple[str, str, str],
    size: int,
) -> None:
    """Sorted by its keys and then by what it shows, and cut."""
    store = graph(described)
    statistics = Statistics(store)
    columns, group, keys = asked
    whole = f"{PROLOGUE} SELECT {columns} {{ {group} }} ORDER BY {keys}"
    found = store.query(f"{whole} {columns.removeprefix('DISTINCT')}")
    assert isinstance(found, QuerySolutions)
    expected = rows(found.serialize(format=QueryResultsFormat.JSON) or b"")

    for start in range(0, min(len(expected), 4 * size), size):
        page = f"{whole} OFFSET {start} LIMIT {size}"
        if first_rows(page, statistics):
            assert answered(store, page, statistics) == expected[start : start + size]


@pytest.mark.parametrize(
    ("taken_away", "found_below"), [("", 3), ("?x :part ?p", 3), ("MINUS { ?x :part 1 }", 2), ("FILTER(?n > '2')", 0)]
)
def test_both_ways_lead_to_the_first_rows(taken_away: str, found_below: int) -> None:
    """Those below a value are enough, or are not, and then all are asked."""
    store = graph([([Literal(f"{n:02}")], [], [Literal(1 if 2 <= n < 40 else 2)] if n > 1 else []) for n in range(99)])
    statistics = Statistics(store)
    query = f"{PROLOGUE} SELECT ?n {{ ?x a :C ; :name ?n . {taken_away} }} ORDER BY ?n"
    first = first_rows(f"{query} LIMIT 3", statistics)

    assert first is not None
    assert len(answered(store, first.below, None)) == found_below
    assert answered(store, f"{query} LIMIT 3", statistics) == answered(store, query, None)[:3]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?n { ?x a :C ; :name ?n } ORDER BY DESC(?n) LIMIT 3",
        "SELECT ?n { ?x a :C ; :name ?n } ORDER BY ?x LIMIT 3",
        "SELECT ?n { ?x a :C ; :name ?n } ORDER BY LCASE(?n) LIMIT 3",
        "SELECT ?n { ?x a :C ; :name ?n } ORDER BY ?n",
        "SELECT ?n { ?x a :C ; :name ?n } LIMIT 3",
        "SELECT * { ?x a :C ; :name ?n } ORDER BY ?n LIMIT 3",
        "SELECT (STR(?n) AS ?s) { ?x a :C ; :name ?n } ORDER BY ?n LIMIT 3",
        "SELECT ?n { ?x a :C ; :name ?n } GROUP BY ?n ORDER BY ?n LIMIT 3",
        "SELECT ?n { ?x a :C OPTIONAL { ?x :name ?n } } ORDER BY ?n LIMIT 3",
        "SELECT ?n { ?x a :C ; :name ?n FILTER(CONTAINS(?n, 'a')) } ORDER BY ?n LIMIT 3",
        "SELECT ?n { ?x a :C ; :name ?n ; :label ?l FILTER(LANG(?l) = 'nb') } ORDER BY ?n LIMIT 3",
        "SELECT ?n { ?x :name ?n } ORDER BY ?n LIMIT 3",
        "SELECT ?n { ?x a :C ; :part ?n } ORDER BY ?n LIMIT 3",
        "SELECT ?n { ?x a :C ; :nothing ?n } ORDER BY ?n LIMIT 3",
        "SELECT ?n { { SELECT ?n { ?x a :C ; :name ?n } } } ORDER BY ?n LIMIT 3",
        "SELECT ?n { ?x a :C ; :name ?n } ORDER BY ?n LIMIT 3 VALUES ?n { 'a' }",
        "CONSTRUCT { ?x :is ?n } { ?x a :C ; :name ?n } ORDER BY ?n LIMIT 3",
        "ASK { ?x a :C ; :name ?n } ORDER BY ?n LIMIT 3",
    ],
)
def test_what_is_sorted_otherwise_is_asked_as_it_is(query: str) -> None:
    """Where the order is not that of the values, more than the values decides what is in it, or it is not cut."""
    store = graph([([Literal(f"{n}")], [Literal("l", language="nb")], [Literal(n), Literal("n")]) for n in range(50)])

    assert first_rows(PROLOGUE + query, Statistics(store)) is None


def test_a_page_far_behind_is_cut_from_all() -> None:
    """In the same order as those in front."""
    store = graph([([Literal(f"{n}")], [], []) for n in range(50)])
    page = PROLOGUE + "SELECT ?x { ?x a :C ; :name ?n } ORDER BY ?n LIMIT 3 OFFSET "
    near, far = (first_rows(page + str(offset), Statistics(store)) for offset in (3, 30))

    assert near is not None
    assert far is not None
    assert near.below
    assert not far.below
    assert near.whole.removesuffix("3") == far.whole.removesuffix("30")


def test_rows_that_are_equal_by_the_keys_are_sorted_by_what_is_shown() -> None:
    """Also behind a key that only looks at one of them."""
    store = graph([([Literal("same")], [Literal("same", language="nb")], []) for _ in range(50)])
    first = first_rows(
        PROLOGUE + "SELECT ?x ?l { ?x a :C ; :label ?l } ORDER BY STR(?l) LIMIT 40 # so\n", Statistics(store)
    )

    assert first is not None
    assert "ORDER BY STR(?l) ?x ?l LIMIT 40" in first.whole


def test_how_values_are_spread() -> None:
    """Of the things of a class; by their characters, which are those of Unicode."""
    described = [([Literal(f"{n:04}")], [Literal("Å", language="nb")], [Literal(n)]) for n in reversed(range(2_000))]
    statistics = Statistics(graph(list(described)))
    spread = statistics.spread("http://x/C", "http://x/name")

    assert spread.number == 2_000
    assert list(spread.some) == sorted(spread.some)
    assert 100 <= int(spread.below(100)) < 110
    assert spread.below(10_000) == spread.some[-1]
    assert not spread.have_language
    assert statistics.spread("http://x/C", "http://x/label").have_language
    assert statistics.spread("http://x/C", "http://x/part").number == 0
    assert statistics.spread("http://x/C", "no iri").number == 0


def test_too_many_values_are_not_looked_through() -> None:
    """What there is more of than is counted is of unknown spread."""
    store = graph([([Literal("a")], [], [])])
    store.extend(Quad(NamedNode(f"http://x/{n}"), NAME, Literal("b")) for n in range(MOST_COUNTED + 1))

    assert Statistics(store).spread("http://x/C", "http://x/name").number == 0
