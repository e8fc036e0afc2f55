"""Asking the web through Flask's client over a release made in memory, and taking its pages apart."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from functools import cache, cached_property
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, cast

from pyoxigraph import Store

import builds
from registergraf.audit.trend import Trend, compare
from registergraf.catalogue import PROFILES, write
from registergraf.graph import to_nquads
from registergraf.namespaces import BASE
from registergraf.release.lines import told_of
from registergraf.search import Index, build_index
from registergraf.settings import Settings
from registergraf.sparql import Answer, Home, Question
from registergraf.web import create_app

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from registergraf.errors import QueryError


@dataclass(frozen=True)
class FakeRelease:
    """What the web needs of a release."""

    store: Store
    queries: Mapping[str, str]
    name: str = "0123456789abcdef"
    as_of: datetime.date = datetime.date(2025, 1, 1)
    base: str = BASE
    published: datetime.datetime = datetime.datetime(2025, 1, 2, tzinfo=datetime.UTC)
    verdicts: list[dict[str, Any]] = field(default_factory=list)
    rules: list[dict[str, Any]] = field(default_factory=list)
    scores: Sequence[Mapping[str, Any]] = ()
    index: Index = field(default_factory=lambda: Index(build_index(Store(), {}, BASE)))

    reports: Mapping[str, bytes] = field(default_factory=dict)
    before: Mapping[str, FakeRelease] = field(default_factory=dict)
    pages: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def dumps(self) -> dict[str, int]:
        """One dump, and the checksums."""
        return {"registergraf.nq.gz": 4, "SHA256SUMS": 4}

    def dump(self, name: str) -> bytes:
        """Give a dump of four bytes."""
        assert name in self.dumps
        return b"dump"

    def audit_file(self, name: str) -> bytes | None:
        """Give a file of the audit."""
        return self.reports.get(name)

    def others(self) -> Mapping[str, FakeRelease]:
        """Give the releases before it, none unless they were given."""
        return self.before

    @cached_property
    def told(self) -> Mapping[str, frozenset[str]]:
        """What its dataset tells of."""
        return told_of(to_nquads(self.store).decode())

    def trend(self, other: str) -> Trend:
        """Compare the verdicts with those of a release before it."""
        return compare(cast("Any", self.before[other]), cast("Any", self))

    def catalogue(self, profile: str, format_name: str) -> bytes:
        """Give an empty catalogue."""
        assert profile in PROFILES
        return write([], format_name)

    def feed(self, name: str) -> bytes | None:
        """Give a page of the feed."""
        return self.pages.get(name)

    def description(self, document: str, format_name: str) -> bytes:
        """Give an empty description."""
        assert document in {"void", "service-description"}
        return write([], format_name)


@cache
def release() -> FakeRelease:
    """A release of the curated files, as of a day when some roles had ended and others not begun."""
    built = builds.built(FakeRelease.as_of)
    reports = {path.removeprefix("audit/"): built.read(path) for path in built.manifest.reports}
    return FakeRelease(
        built.store,
        built.queries,
        verdicts=built.verdicts,
        rules=built.rules,
        index=built.index,
        reports=reports,
        scores=built.scores,
    )


class FakePool:
    """Answers every query with what it was asked, or raises what it was given."""

    home = Home()

    def __init__(self, error: QueryError | None = None) -> None:
        self.error = error
        self.asked: list[Question] = []

    async def ask_soon(self, question: Question) -> Answer:
        """Remember what was asked, and answer."""
        self.asked.append(question)
        if self.error:
            raise self.error
        return Answer("application/sparql-results+json", b'{"head":{},"boolean":true}')


@cache
def application() -> Flask:
    """The application over the release; one for all tests, because nothing of it changes."""
    return create_app(release(), Settings.read({}), FakePool())


def client(pool: FakePool | None = None, of: FakeRelease | None = None) -> FlaskClient:
    """A client of the application, or of another with this pool or over this release."""
    app = create_app(of or release(), Settings.read({}), pool or FakePool()) if pool or of else application()
    return app.test_client()


@cache
def fetched(address: str) -> TestResponse:
    """The answer to an address, asked once for all tests."""
    return client().get(address)


VOID = {"meta", "link", "br", "input", "img", "hr"}


class Page(HTMLParser):
    """A page taken apart; raises when an element is not closed, or closed in another."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.values: list[list[str]] = []
        self.feed(html)
        self.close()
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element; remember the references to footnotes that stand in a value."""
        given = dict(attrs)
        self.elements.append((tag, given))
        if tag not in VOID:
            self.open.append((tag, given))
        if given.get("class") == "value":
            self.values.append([])
        if given.get("role") == "doc-noteref" and self._inside_value():
            self.values[-1].append(str(given["href"]))

    def handle_endtag(self, tag: str) -> None:
        """Close the element that was opened last."""
        assert self.open, f"</{tag}> closes nothing"
        last, _ = self.open.pop()
        assert last == tag, f"<{last}> is closed by </{tag}>"

    def handle_data(self, data: str) -> None:
        """Keep the text of every element that has an id."""
        for _, given in self.open:
            if given.get("id"):
                self.texts[str(given["id"])] = self.texts.get(str(given["id"]), "") + data

    def _inside_value(self) -> bool:
        return any(given.get("class") == "value" for _, given in self.open)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every element of a name."""
        return [given for name, given in self.elements if name == tag]


PAGES = [
    "/", "/registry/", "/registry/?q=pasient", "/registry/?q=finnesikke", "/registry/npr", "/registry/msis",
    "/registry/kpr", "/registry/hjerneslag", "/registry/msis-group-a", "/law/", "/act/LOV-2014-06-20-43",
    "/act/FOR-2007-12-07-1389",
    "/provision/lov-2014-06-20-43.p11", "/provision/lov-2014-06-20-43.p7", "/organisation/", "/organisation/983744516",
    "/organisation/helsedataservice", "/rule/", "/rule/L34", "/concept/consent-not-required", "/purpose/npr-1", "/claim/npr-11",
    "/claim/hjerneslag-5", "/passage/npr-1", "/role/npr-controller-1", "/source/npr-helsedata", "/silence/npr-1", "/ns",
    "/sparql", "/query/", "/query/roles", "/problem/not-found", "/problem/gone", "/audit", "/audit/trend", "/picture/", "/picture/periods", "/picture/controllers", "/picture/tree/act/LOV-2014-06-20-43",
    "/picture/around/registry/npr", "/catalogue", "/about", "/sources", "/privacy", "/accessibility", "/api", "/help/first-queries",
]  # fmt: skip
