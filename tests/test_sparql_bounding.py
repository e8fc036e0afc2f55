"""The first rows of a sorted list are those that sorting all of it gives, page by page: random lists of random graphs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QueryResultsFormat, QuerySolutions, Store

from registergraf.sparql import bounding
from registergraf.sparql.bounding import first_rows
from registergraf.sparql.evaluation import Question, Terms, evaluate
from registergraf.sparql.planning import TRIES, plans
from registergraf.sparql.spool import Spool
from registergraf.sparql.statistics import MOST_COUNTED, Lowest, Statistics

if TYPE_CHECKING:
    from collections.abc import Sequence

TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
PROLOGUE = "PREFIX : <http://x/> "
TERMS = Terms({}, "http://x/", 10_000)
CLASS, NAME, LABEL, PART = (NamedNode(f"http://x/{name}") for name in ("C", "name", "label", "part"))
YEAR = NamedNode("http://www.w3.org/2001/XMLSchema#gYear")
Described = tuple[list[Any], ...]
"""The names of a thing, its labels, parts, and years, if it has any."""
ORDER_BY = ("?name", "?label", "STR(?label)", "ASC(?name) ?part", "?label STR(?part)", "STR(?name) ?label")

texts = st.text("abÅz'\"\\\n😀 ", max_size=3)
names = st.lists(texts.map(Literal), min_size=1, max_size=2)
labels = st.lists(st.builds(lambda text, tag: Literal(text, language=tag), texts, st.sampled_from(["nb", "en"])))
parts = st.lists(st.sampled_from([Literal("1"), Literal(1), BlankNode("b"), CLASS]), max_size=2)
years = st.lists(
    st.sampled_from(["1999", "2001", "0987", "2026", "1000"]).map(lambda year: Literal(year, datatype=YEAR)), max_size=2
)
things = st.lists(st.tuples(names, labels, parts, years), min_size=20, max_size=60)
groups = st.builds(
    "?x a :C {} {} {} {}".format,
    st.sampled_from(
        [
            "; :name ?name ; :label ?label .",
            "; :name ?name . ?x :label ?label .",
            "; :label ?label , ?name .",
            "; :in/:year ?name ; :label ?label .",
            "; :label ?label . ?in :year ?name . ?x :in ?in .",
        ]
    ),
    st.sampled_from(
        ["", "FILTER(LANG(?label) = 'nb')", "FILTER(CONTAINS(LCASE(STR(?label)), 'a'))", "FILTER(?name > 'b')"]
    ),
    st.sampled_from(["", "OPTIONAL { ?x :part ?part }"]),
    st.sampled_from(
        [
            "",
            "MINUS { ?x :part 1 }",
            "MINUS { ?other :part ?part . ?x :part ?other }",
            "FILTER NOT EXISTS { ?x :part ?p . ?p a :C }",
        ]
    ),
)
shown = st.sampled_from(["?name ?label", "?name", "DISTINCT ?label ?part", "?part ?name ?x"])
lists = st.tuples(shown, groups, st.sampled_from(ORDER_BY))


def graph(described: Sequence[Described]) -> Store:
    """Things of a class, with what each is called, and its years."""
    store = Store()
    for number, of_each in enumerate(described):
        thing = NamedNode(f"http://x/{number}")
        store.add(Quad(thing, TYPE, CLASS))
        for property_, values in zip((NAME, LABEL, PART), of_each[:3], strict=True):
            store.extend(Quad(thing, property_, value) for value in values)
        period = NamedNode(f"http://x/period/{number}")
        store.add(Quad(thing, NamedNode("http://x/in"), period))
        store.extend(Quad(period, NamedNode("http://x/year"), year) for year in (*of_each, [])[3])
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
    monkeypatch.setattr(bounding, "_FEWEST", 2)
    monkeypatch.setattr(bounding, "_WHERE_NONE_IS", 4)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(things, lists, st.integers(1, 6))
def test_the_pages_of_a_list_are_the_list(
    described: list[Described],
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
    ("taken_away", "found"),
    [
        ("", [3]),
        ("?x :part ?p", [3]),
        ("MINUS { ?x :part 3 }", [3]),
        ("MINUS { ?x :part 1 }", [2, 2, 3]),
        ("FILTER(?n > '08')", [0, 3]),
        ("FILTER(?n > '3')", [0, 0, 3]),
    ],
)
def test_each_way_leads_to_the_first_rows(taken_away: str, found: list[int]) -> None:
    """Those with a few values are enough, or are not, and then those with more values, or all, are asked."""
    store = graph([([Literal(f"{n:02}")], [], [Literal(1 if 2 <= n < 40 else 2)] if n > 1 else []) for n in range(99)])
    statistics = Statistics(store)
    query = f"{PROLOGUE} SELECT ?n {{ ?x a :C ; :name ?n . {taken_away} }} ORDER BY ?n"
    planned = plans(f"{query} LIMIT 3", {}, statistics)
    plan = next(planned)
    for rows in found[:-1]:
        assert len(answered(store, plan.text, None)) == rows
        plan = planned.send(rows)

    assert len(answered(store, plan.text, None)) == found[-1]
    assert bool(plan.rows) == (len(found) <= TRIES)
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
    assert near.few(near.wanted)
    assert not far.few(far.wanted)
    assert near.whole.removesuffix("3") == far.whole.removesuffix("30")


def test_rows_that_are_equal_by_the_keys_are_sorted_by_what_is_shown() -> None:
    """Also behind a key that only looks at one of them."""
    store = graph([([Literal("same")], [Literal("same", language="nb")], []) for _ in range(50)])
    first = first_rows(
        PROLOGUE + "SELECT ?x ?l { ?x a :C ; :label ?l } ORDER BY STR(?l) LIMIT 40 # so\n", Statistics(store)
    )

    assert first is not None
    assert "ORDER BY STR(?l) ?x ?l LIMIT 40" in first.whole


def test_the_lowest_values() -> None:
    """Of the things of a class; by their characters, which are those of Unicode, and as a query writes them."""
    described = [([Literal(f"{n:04}")], [Literal("Å", language="nb")], [Literal(n)]) for n in reversed(range(5_000))]
    statistics = Statistics(graph(described))
    lowest = statistics.lowest("http://x/C", ("http://x/name",))

    assert lowest.number == 5_000
    assert lowest.first(2) == ['"0000"', '"0001"']
    assert len(lowest.first(4_000)) == 4_000
    assert lowest.first(4_500) == []
    assert statistics.lowest("http://x/C", ("http://x/label",)).first(5) == []
    assert statistics.lowest("http://x/C", ("http://x/part",)).number == 0
    assert statistics.lowest("http://x/C", ("no iri",)).number == 0


def test_values_that_are_equal_are_known_together() -> None:
    """Or none of them, since the rows with them come in one order; each term is told once."""
    all_of_them = Lowest(5, ["a", "b", "b", "b", "c"], ['"a"@en', '"b"@en', '"b"@nb', '"b"@nb', '"c"@en'])
    some = Lowest(6, *all_of_them[1:])

    assert all_of_them.first(1) == some.first(1) == ['"a"@en']
    for number in (2, 3, 4):
        assert all_of_them.first(number) == some.first(number) == ['"a"@en', '"b"@en', '"b"@nb']
    assert all_of_them.first(5) == all_of_them.first(9) == ['"a"@en', '"b"@en', '"b"@nb', '"c"@en']
    assert some.first(5) == some.first(9) == []


@pytest.mark.parametrize(
    ("kind", "days", "known"),
    [
        ("gYear", ["1999", "0001"], 2),
        ("gYearMonth", ["1999-12", "1999-02"], 2),
        ("date", ["1999-12-31", "1999-02-28"], 2),
        ("date", ["1999-02-29", "1999-02-28"], 0),
        ("date", ["1999-W01-1", "1999-02-28"], 0),
        ("date", ["1999-12-31Z", "1999-02-28"], 0),
        ("gYear", ["12001", "1999"], 0),
        ("gYear", ["-0044", "1999"], 0),
        ("integer", ["10", "9"], 0),
    ],
)
def test_days_of_one_kind_are_known(kind: str, days: list[str], known: int) -> None:
    """Where their characters are in the order of the days."""
    datatype = NamedNode(f"http://www.w3.org/2001/XMLSchema#{kind}")
    statistics = Statistics(graph([([], [], [], [Literal(day, datatype=datatype)]) for day in days]))

    assert statistics.lowest("http://x/C", ("http://x/in", "http://x/year")).number == known


def test_a_path_that_comes_back_to_itself_leads_nowhere() -> None:
    """There is no class at its beginning."""
    store = graph([([Literal(f"{n}")], [], []) for n in range(50)])
    query = PROLOGUE + "SELECT ?n { ?x a :C ; :name ?m . ?y :in ?y . ?y :name ?n } ORDER BY ?n LIMIT 3"

    assert first_rows(query, Statistics(store)) is None


def test_too_many_values_are_not_looked_through() -> None:
    """Of what there is more than is counted none is known."""
    store = graph([([Literal("a")], [], [])])
    store.extend(Quad(NamedNode(f"http://x/{n}"), NAME, Literal("b")) for n in range(MOST_COUNTED + 1))

    assert Statistics(store).lowest("http://x/C", ("http://x/name",)).number == 0
