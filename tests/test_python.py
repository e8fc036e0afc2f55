"""The graph from Python, and every example of docs/python.md."""

from __future__ import annotations

import builtins
import datetime
import doctest
import math
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal, NamedNode, Store
from rdflib import Graph

import registergraf
from registergraf.api import IRI, Blank, Dataset, Row, Rows, Text
from registergraf.api.values import XSD, term_of, value_of
from registergraf.errors import (
    IntegrityError,
    ParameterError,
    QuerySyntaxError,
    ReleaseError,
    UnknownNameError,
    UsageError,
)
from support import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from registergraf.release import Release
    from registergraf.settings import Settings


@pytest.fixture
def data(release: Release, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """The release, opened as the current one."""
    assert release
    monkeypatch.setenv("REGISTERGRAF_RELEASES", settings.releases)
    return registergraf.open()


@pytest.mark.usefixtures("data")
def test_the_examples_of_the_documentation() -> None:
    """Each gives what the page says."""
    options = doctest.ELLIPSIS
    failed, tried = doctest.testfile(str(ROOT / "docs" / "python.md"), module_relative=False, optionflags=options)
    assert tried > 20
    assert not failed


def test_a_release_is_opened_by_folder_and_by_name(data: Dataset, release: Release, settings: Settings) -> None:
    """A folder of releases, a release's own folder, its name; what is none of them is told."""
    for place in (settings.releases, release.path, str(release.path), release.name):
        assert registergraf.open(place).name == data.name == release.name
    with pytest.raises(ReleaseError, match="there is no release at"):
        registergraf.open("nothing")


def test_a_changed_release_is_not_opened(data: Dataset, release: Release, tmp_path: Path) -> None:
    """The name is the hash of what it holds."""
    assert data
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "manifest.json").write_bytes((release.path / "manifest.json").read_bytes())
    with pytest.raises(IntegrityError):
        registergraf.open(tmp_path / "other")


def test_a_name_or_a_text(data: Dataset) -> None:
    """A named query takes its parameters, SPARQL the values of its variables; both are bound."""
    named = data.query("roles", slug="npr")
    assert isinstance(named, Rows)
    assert {row.slug for row in named} == {"npr"}
    text = data.query(
        "SELECT ?s { ?s a <https://w3id.org/registergraf/ns#DataSource> }",
        s=IRI("https://w3id.org/registergraf/registry/npr"),
    )
    assert isinstance(text, Rows)
    assert list(text) == [(IRI("https://w3id.org/registergraf/registry/npr"),)]
    spliced = data.query("roles", slug='npr" } #')
    assert isinstance(spliced, Rows)
    assert len(spliced) == 0
    with pytest.raises(UnknownNameError, match="roles"):
        data.query("rolles")
    with pytest.raises(ParameterError, match="slug"):
        data.query("roles", slugg="npr")
    with pytest.raises(QuerySyntaxError):
        data.query("SELECT {")


def test_graphs_and_truths(data: Dataset) -> None:
    """Each form of query has its answer."""
    graph = data.query("CONSTRUCT { ?s a ?t } WHERE { ?s a ?t } LIMIT 5")
    assert isinstance(graph, Graph)
    assert len(graph) == 5
    assert data.query("ASK { ?s ?p ?o }") is True
    assert data.query("ASK { FILTER(false) }") is False


def test_another_day(data: Dataset) -> None:
    """The day is told, its own day is itself, and what is no day is refused."""
    assert data.view(data.as_of) is data
    assert repr(data.view("1990-01-01")).endswith("as of 1990-01-01>")
    assert data.view(datetime.date(2022, 6, 1)).as_of.year == 2022
    with pytest.raises(UsageError, match="'yesterday' is not a day like"):
        data.view("yesterday")


@pytest.mark.parametrize(
    ("text", "datatype", "value"),
    [
        ("42", "integer", 42),
        ("-1", "int", -1),
        ("1.50", "decimal", Decimal("1.50")),
        ("1e3", "double", 1000.0),
        ("INF", "double", math.inf),
        ("true", "boolean", True),
        ("0", "boolean", False),
        ("2022-06-01", "date", datetime.date(2022, 6, 1)),
        ("2022-06-01T12:00:00Z", "dateTime", datetime.datetime(2022, 6, 1, 12, tzinfo=datetime.UTC)),
        ("1980", "gYear", "1980"),
        ("P30D", "duration", "P30D"),
        ("many", "integer", "many"),
        ("2022-13-01", "date", "2022-13-01"),
        ("perhaps", "boolean", "perhaps"),
        ("x", "decimal", "x"),
    ],
)
def test_terms_are_values(text: str, datatype: str, value: object) -> None:
    """A literal is a value of its type, and stays text where it is not of it."""
    read = value_of(Literal(text, datatype=NamedNode(XSD + datatype)))
    assert read == value
    assert type(read) is type(value)


def test_values_are_terms() -> None:
    """A value that was read can be asked for: it is the term again."""
    store = Store()
    for value in (
        IRI("a:b"),
        Text("å", "nb"),
        "å",
        True,
        3,
        Decimal("1.5"),
        2.5,
        datetime.date(2022, 6, 1),
        datetime.datetime(2022, 6, 1, 12, tzinfo=datetime.UTC),
    ):
        assert value_of(term_of(value)) == value
        assert type(value_of(term_of(value))) is type(value)
    blank = value_of(next(iter(store.query("SELECT (BNODE() AS ?b) {}")))[0])  # type: ignore[arg-type, union-attr, index, call-overload]
    assert isinstance(blank, Blank)
    for nothing in (blank, None, [1]):
        with pytest.raises(TypeError):
            term_of(nothing)  # type: ignore[arg-type]


def test_a_row_is_had_in_three_ways() -> None:
    """By place, by column, by attribute; a column that is not there is told with those that are."""
    row = Row(("price-nok-per-hour", "from"), (3, None))
    assert row == (3, None)
    assert (row[0], row["price-nok-per-hour"], row.price_nok_per_hour) == (3, 3, 3)
    assert row.dict() == {"price-nok-per-hour": 3, "from": None}
    with pytest.raises(KeyError, match="there are price-nok-per-hour, from"):
        row["to"]
    with pytest.raises(AttributeError, match="no column 'to'"):
        _ = row.to


def test_a_frame_has_types(data: Dataset) -> None:
    """Days, whole numbers with something missing, and nothing at all."""
    answer = data.query(
        'SELECT * { VALUES (?day ?number ?name) { ("1650-01-01"^^<http://www.w3.org/2001/XMLSchema#date> 1 "a") (UNDEF UNDEF UNDEF) } }'
    )
    assert isinstance(answer, Rows)
    frame = answer.frame()
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
        "day": "datetime64[s]",
        "number": "Int64",
        "name": "string",
    }
    assert frame["day"][0].year == 1650
    assert bool(frame["number"].isna()[1])
    empty = data.query("SELECT ?s ?p { FILTER(false) }")
    assert isinstance(empty, Rows)
    assert list(empty.frame().columns) == ["s", "p"]


def test_without_pandas_the_way_to_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence with the command."""
    real = builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name == "pandas":
            raise ImportError(name)
        return real(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError, match=r"pip install 'registergraf\[pandas\]'"):
        Rows((), []).frame()
