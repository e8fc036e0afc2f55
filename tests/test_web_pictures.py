"""Pictures: well-formed, named, with the same data as a table and as CSV, and the same bytes every time."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET

import pytest

from registergraf.web.pages.drawing import Branch, Edge, Span, grid, neighbourhood, timeline, tree, year_of
from registergraf.web.pages.pictures import natural
from webpages import Page, client, fetched

SVG = "{http://www.w3.org/2000/svg}"
PICTURES = [
    "/picture/periods", "/picture/controllers", "/picture/matrix", "/picture/tree/act/LOV-2014-06-20-43",
    "/picture/around/registry/npr",
]  # fmt: skip


@pytest.mark.parametrize("path", PICTURES)
def test_picture_is_named_and_has_its_data(path: str) -> None:
    """A picture stands alone as SVG with a title and a description; its table and its CSV have the same rows."""
    picture = ET.fromstring(fetched(f"/nb{path}.svg").text)  # noqa: S314 - made here
    assert picture.findtext(f"{SVG}title")
    assert picture.findtext(f"{SVG}desc")
    page = Page(fetched(f"/nb{path}").text)
    rows = list(csv.reader(io.StringIO(fetched(f"/nb{path}.csv").text)))
    assert len(rows) > 5
    assert len(rows) == len(page.of("tr"))
    assert client().get(f"/nb{path}.svg").data == fetched(f"/nb{path}.svg").data


def test_picture_of_nothing_is_not_found() -> None:
    """A picture of a thing that does not exist is a page that says so."""
    assert client().get("/nb/picture/around/registry/finnesikke").status_code == 404
    assert client().get("/nb/picture/tree/registry/npr").status_code == 404


def test_what_a_label_holds_is_escaped() -> None:
    """No label becomes markup."""
    bad = "<script>"
    drawn = [
        timeline(bad, bad, [Span(bad, bad, 2000, None, bad)], 2026),
        tree(bad, bad, [Branch(bad, bad, 0, 1)]),
        grid(bad, bad, [(bad, bad)], [(bad, bad)], {(bad, bad): "failed"}),
        neighbourhood(bad, bad, bad, [Edge(bad, bad, bad, incoming=True)]),
    ]
    assert [svg for svg in drawn if "<script" in svg] == []
    assert all(ET.fromstring(svg) is not None for svg in drawn)  # noqa: S314 - made here


def test_empty_pictures_are_pictures() -> None:
    """A picture without rows is still well-formed."""
    drawn = (
        timeline("t", "a", [], 2026),
        tree("t", "a", []),
        grid("t", "a", [], [], {}),
        neighbourhood("t", "a", "m", []),
    )
    assert all(ET.fromstring(svg) is not None for svg in drawn)  # noqa: S314 - made here


def test_outcome_is_told_without_colour() -> None:
    """Each outcome of the matrix has a sign of its own."""
    cells = {("r", "a"): "passed", ("r", "b"): "failed", ("r", "c"): "not-checked"}
    svg = grid("t", "a", [("r", "/r")], [("a", "/a"), ("b", "/b"), ("c", "/c")], cells)
    assert all(sign in svg for sign in "✓✗?")


@pytest.mark.parametrize(("value", "year"), [("2020", 2020), ("2020-07", 2020.5), ("2020-01-01", 2020), ("", None)])
def test_years_are_as_precise_as_the_date(value: str, year: float | None) -> None:
    """A bound of a timeline lies where its date does in the year."""
    assert year_of(value) == year


def test_sections_come_in_the_order_of_the_law() -> None:
    """Section 9 comes before section 10, and letter a after its section."""
    assert sorted(["x.p10", "x.p9.b", "x.p9.a", "x.p9"], key=natural) == ["x.p9", "x.p9.a", "x.p9.b", "x.p10"]


def test_only_laws_with_parts_are_offered_as_trees() -> None:
    """An act that only changes others has no parts to draw; what is offered has, and says whose tree it is."""
    page = fetched("/nb/picture/").text
    assert "/nb/picture/tree/act/LOV-2014-06-20-43" in page
    assert "/nb/picture/tree/act/FOR-2007-12-07-1389" in page
    assert "/nb/picture/tree/act/LOV-2016-06-17-47" not in page
    tree = fetched("/nb/picture/tree/act/LOV-2014-06-20-43").text
    assert "<h1>Loven som tre: helseregisterloven (LOV-2014-06-20-43)</h1>" in tree


def test_cut_label_of_a_provision_tells_which() -> None:
    """The number of an act is left out of a label before the paragraph is; the data below have both."""
    svg = fetched("/nb/picture/around/registry/npr.svg").text
    assert ">helseregisterloven § 11 bokstav g</text>" in svg
    assert "<title>Gjeldende regelverk: helseregisterloven § 11 bokstav g</title>" in svg
    assert "helseregisterloven (LOV-2014-06-20-43) § 11 bokstav g" in fetched("/nb/picture/around/registry/npr").text
