"""Pages that are made before anybody asks: the same as those that are made when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from registergraf.settings import Settings
from registergraf.web.app import create_app
from registergraf.web.ground.i18n import LANGUAGES
from registergraf.web.pages.ahead import ahead_of
from support import CONTENT
from webpages import FakePool, client, release

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

SOME = 7


@pytest.fixture(scope="module")
def app() -> Flask:
    """An application that has made some of its pages ahead."""
    made = create_app(release(), Settings.read({}), FakePool())
    pages = ahead_of(made).make(made)
    for _ in range(SOME):
        next(pages)
    return made


def fail(*_: object, **__: object) -> str:
    """Instead of filling in a template."""
    raise AssertionError("the page was made anew")


def paths() -> list[str]:
    """The addresses of the pages that were made."""
    answer = client().get("/nb/registry.json")
    assert answer.json
    keys = [row["iri"].rpartition("/")[2] for row in answer.json["registries"]]
    return [f"/{lang}/registry/{key}" for key in keys for lang in LANGUAGES][:SOME]


def test_they_are_the_pages(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Byte for byte, with the same headers."""
    made = [client().get(path) for path in paths()]
    monkeypatch.setattr("registergraf.web.shown.render.render_template", fail)
    ahead = [app.test_client().get(path) for path in paths()]

    assert [(page.status_code, page.get_data()) for page in ahead] == [(200, page.get_data()) for page in made]
    assert [headers_of(page) for page in ahead] == [headers_of(page) for page in made]


def test_they_are_dated_when_they_are_asked_for(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not when they were made: a cache would take them for old."""
    today = "Mon, 01 Feb 2100 00:00:00 GMT"
    monkeypatch.setattr("werkzeug.wrappers.response.http_date", lambda *_: today)

    assert app.test_client().get(paths()[0]).headers["Date"] == today


def headers_of(page: TestResponse) -> list[tuple[str, str]]:
    """All of them but the date, which may be of the next second."""
    return sorted((name, value) for name, value in page.headers if name != "Date")


def test_a_client_that_has_one_is_told_so(app: Flask) -> None:
    """By its entity tag, and nothing is sent on HEAD."""
    asking = app.test_client()
    path = paths()[0]
    tag = asking.get(path).headers["ETag"]

    assert asking.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert asking.get(path, headers={"If-None-Match": '"another"'}).status_code == 200
    assert asking.head(path).get_data() == b""


@pytest.mark.parametrize("query", ["?as-of=2022-06-01", "?show=sparql"])
def test_another_day_and_the_queries_behind_it_are_other_pages(app: Flask, query: str) -> None:
    """They have parameters in their address."""
    path = paths()[0]

    assert app.test_client().get(path + query).get_data() != app.test_client().get(path).get_data()


def test_all_are_made_once() -> None:
    """Of every data source, in every language."""
    app = create_app(release(), Settings.read({}), FakePool())
    made = sum(1 for _ in ahead_of(app).make(app))

    assert made == len(ahead_of(app)) == len(LANGUAGES) * len([*(CONTENT / "data" / "registries").glob("*.trig")])


@pytest.mark.parametrize("mib", [0, 1])
def test_no_more_are_made_than_there_is_room(mib: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of which 0 has none."""
    monkeypatch.setattr("registergraf.web.pages.ahead._LEVEL", 0)  # pages as they are
    app = create_app(release(), Settings.read({}, pages_ahead_mb=mib), FakePool())
    made = sum(1 for _ in ahead_of(app).make(app))
    sizes = [len(page.get_data()) for page in (app.test_client().get(path) for path in paths())]

    assert made == len(ahead_of(app))
    assert bool(made) == bool(mib)
    assert made * min(sizes) <= mib << 20
