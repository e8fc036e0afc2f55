from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registergraf.sparql.formats import GRAPHS, RESULTS, NotAcceptableError, choose, negotiate

JSON = "application/sparql-results+json"
XML = "application/sparql-results+xml"
CSV = "text/csv"
TSV = "text/tab-separated-values"
OFFERED = (JSON, XML, CSV, TSV)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("*", JSON),
        ("text/*", CSV),
        (XML, XML),
        ("APPLICATION/SPARQL-RESULTS+XML", XML),
        (f"{CSV}, {XML}", XML),  # a tie: the server's order
        (f"{CSV};q=0.9, {XML};q=0.8", CSV),
        (f"{CSV};q=0.9,*/*;q=0.1", CSV),
        (f"{CSV};q=0.1,*/*", JSON),
        (f"text/*;q=0.5,{CSV};q=0.1", TSV),  # the more specific range counts, whatever its weight
        (f"*/*, {JSON};q=0", XML),
        (f"{JSON};q=0", None),
        ("*/*;q=0", None),
        ("text/html", None),
        ("application/json", JSON),
        ("application/xml", XML),
        ("text/xml", XML),
        (f"{CSV}; charset=utf-8", CSV),
        (f"{CSV}; charset=utf-8; q=0.2, {TSV}; Q=0.3", TSV),
        (f'{CSV};x="a,b;q=0";q=1', CSV),
        (f"{CSV};q=high, {TSV};q=0.1", TSV),  # a malformed weight: as if it were not there
        (f"{CSV};q=2, {TSV};q=0.1", TSV),
        ("nonsense", None),
        (",,", None),
        ("text/html, image/gif, *; q=.2, */*; q=.2", JSON),
    ],
)
def test_negotiation(accept: str | None, expected: str | None) -> None:
    """The most specific range gives each type its weight, 0 excludes, and the server's order breaks ties."""
    assert negotiate(accept, OFFERED) == expected


def test_nothing_offered() -> None:
    """Where nothing is offered nothing is chosen."""
    assert negotiate("*/*", ()) is None


def test_offered_with_parameters() -> None:
    """A parameter of an offered type does not keep it from being chosen."""
    assert negotiate("text/html", ["text/html; charset=utf-8"]) == "text/html; charset=utf-8"


@given(st.text(alphabet='ab/*,;=q."\\ 01'))
def test_any_header_is_read(accept: str) -> None:
    """Whatever the header holds, the choice is one of those offered or none."""
    assert negotiate(accept, OFFERED) in (None, *OFFERED)


@pytest.mark.parametrize("accept", ['"\\' * 50_000, '"' * 99_999, "," * 100_000, "a;" * 50_000])
def test_reading_is_linear(accept: str) -> None:
    """A long hostile header is read in time linear in its length."""
    start = time.perf_counter()
    negotiate(accept, OFFERED)
    assert time.perf_counter() - start < 2


def test_name_wins() -> None:
    """A format asked for by name is taken whatever Accept says."""
    assert all(choose(RESULTS, "text/html", form.name) is form for form in RESULTS)
    assert all(choose(GRAPHS, "text/html", form.name) is form for form in GRAPHS)


@pytest.mark.parametrize(("accept", "name"), [("text/html", None), (None, "ttl"), ("*/*", "pdf")])
def test_not_acceptable_lists_what_there_is(accept: str | None, name: str | None) -> None:
    """Where nothing fits, the error lists the media types there are."""
    with pytest.raises(NotAcceptableError) as caught:
        choose(RESULTS, accept, name)
    assert caught.value.offered == OFFERED
    assert all(one in str(caught.value) for one in OFFERED)
