"""The web, asked through Flask's client over a release made in memory."""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import dataclass, field, replace
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, parse

from registergraf import web
from registergraf.catalogue import write
from registergraf.errors import QueryError, QueryLimitError, QueryRefusedError, QuerySyntaxError
from registergraf.graph import select
from registergraf.namespaces import BASE
from registergraf.release import build
from registergraf.search import Index, build_index
from registergraf.settings import Settings
from registergraf.sparql import Answer, Question, Ticket
from registergraf.sparql.formats import NotAcceptableError
from registergraf.web import create_app
from registergraf.web.entries import gather
from registergraf.web.evidence import Evidence
from registergraf.web.i18n import LANGUAGES, texts
from registergraf.web.site import Site
from support import CONTENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask
    from flask.testing import FlaskClient


@dataclass(frozen=True)
class FakeRelease:
    """What the web needs of a release."""

    store: Store
    queries: Mapping[str, str]
    name: str = "0123456789abcdef"
    as_of: datetime.date = datetime.date(2025, 1, 1)
    base: str = BASE
    verdicts: list[dict[str, Any]] = field(default_factory=list)
    rules: list[dict[str, Any]] = field(default_factory=list)
    index: Index = field(default_factory=lambda: Index(build_index(Store(), {}, BASE)))

    def catalogue(self, profile: str, format_name: str) -> bytes:
        """Give an empty catalogue."""
        assert profile == "dcat-ap-no"
        return write([], format_name)

    def description(self, document: str, format_name: str) -> bytes:
        """Give an empty description."""
        assert document in {"void", "service-description"}
        return write([], format_name)


@cache
def release() -> FakeRelease:
    """A release of the curated files, as of a day when some roles had ended and others not begun."""
    settings = Settings.read({}, content=str(CONTENT), releases=mkdtemp(prefix="registergraf-test-"))
    built = build(settings, FakeRelease.as_of, lambda _: None).release
    made = FakeRelease(built.store, built.queries, verdicts=built.verdicts, rules=built.rules, index=built.index)
    rmtree(settings.releases)
    return made


class FakePool:
    """Answers every query with what it was asked, or raises what it was given."""

    def __init__(self, error: QueryError | None = None) -> None:
        self.error = error
        self.asked: list[Question] = []

    def ask(self, question: Question, _ticket: Ticket | None = None) -> Answer:
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
    "/organisation/helsedataservice", "/rule/", "/rule/L34", "/concept/consent-not-required", "/claim/npr-11",
    "/claim/hjerneslag-5", "/passage/npr-1", "/role/npr-controller-1", "/source/npr-helsedata", "/silence/npr-1", "/ns",
    "/sparql", "/query/", "/query/roles", "/problem/not-found",
]  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_sound(path: str, lang: str) -> None:
    """A page is well-formed, says its language, starts with the skip link, and runs and fetches nothing from others."""
    answer = client().get(f"/{lang}{path}")
    assert answer.status_code == 200
    assert answer.headers["Content-Language"] == lang
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    page = Page(answer.text)
    assert page.of("html") == [{"lang": lang}]
    assert page.of("a")[0]["href"] == "#content"
    assert not page.of("script")
    assert not [given for _, given in page.elements if "style" in given or any(name.startswith("on") for name in given)]
    assert {tag for tag, _ in page.elements} >= {"header", "nav", "main", "footer", "title"}


@pytest.mark.parametrize("path", PAGES)
def test_headings_come_in_order(path: str) -> None:
    """A page has one h1, and no heading is more than one level below the one before."""
    levels = [int(tag[1]) for tag, _ in Page(client().get(f"/nb{path}").text).elements if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("path", PAGES)
def test_ids_are_unique_and_links_lead_somewhere(path: str) -> None:
    """Every id stands once, links within the page have a target, and others are http(s) or a path of ours."""
    page = Page(client().get(f"/en{path}").text)
    ids = [given["id"] for _, given in page.elements if given.get("id")]
    assert len(ids) == len(set(ids))
    for href in (str(given["href"]) for given in page.of("a")):
        assert href.startswith(("/", "https://", "http://", "#"))
        assert not href.startswith("#") or href[1:] in ids


@pytest.mark.parametrize("path", PAGES)
def test_tables_have_captions_and_scopes(path: str) -> None:
    """Every table has a caption, and every heading of a row or column says which it is."""
    page = Page(client().get(f"/nb{path}").text)
    assert len(page.of("table")) == len(page.of("caption"))
    assert all(given.get("scope") in {"row", "col"} for given in page.of("th"))


def test_own_links_of_npr_are_answered() -> None:
    """No link from the page of NPR to this site is broken."""
    asking = client()
    links = {str(given["href"]).partition("#")[0] for given in Page(asking.get("/nb/registry/npr").text).of("a")}
    broken = [link for link in links if link.startswith("/") and asking.get(link).status_code >= 400]
    assert not broken


# ---------------------------------------------------------------- the page of a data source


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_every_data_source_has_a_page(lang: str) -> None:
    """Each of the data sources is shown, whatever its periods and relations look like."""
    slugs = sorted(path.stem for path in (CONTENT / "data" / "registries").glob("*.trig"))
    asking = client()
    assert slugs
    assert [slug for slug in slugs if asking.get(f"/{lang}/registry/{slug}").status_code != 200] == []


@pytest.mark.parametrize("slug", ["npr", "msis", "kpr", "hjerneslag"])
def test_every_value_has_evidence(slug: str) -> None:
    """Every value has a footnote, and every footnote of a document of ours names lines, any other a provision."""
    page = Page(client().get(f"/nb/registry/{slug}").text)
    assert page.values
    assert all(page.values), "a value without evidence"
    for reference in {reference for value in page.values for reference in value}:
        assert re.search(r"linje \d+|Lovdatas", page.texts[reference[1:]]), page.texts[reference[1:]]


def test_no_property_is_left_out() -> None:
    """Every property that a claim uses of a data source stands in a query of its page."""
    query = f"""
        PREFIX rg: <{BASE}ns#>
        SELECT DISTINCT ?property WHERE {{
          GRAPH ?claim {{ ?registry ?property ?value }}
          ?claim a rg:Claim .
          FILTER(STRSTARTS(STR(?registry), "{BASE}registry/"))
        }}"""
    used = [row["property"].value for row in select(release().store, query)]
    sections = "".join(text for path, text in release().queries.items() if path.startswith("pages/registry-"))
    site = Site(release(), Settings.read({}), FakePool())
    assert used
    assert [iri for iri in used if not re.search(rf"\b{re.escape(site.compact(iri))}\b", sections)] == []


def test_footnote_tells_document_lines_words_and_status() -> None:
    """A footnote has the document's title, the lines, the words in their language, and the status."""
    html = client().get("/en/registry/npr").text
    assert re.search(
        r"The data sources of Helsedirektoratet at helsedata\.no</a>, line 208: "
        r'<q lang="nb">Registeret er et sentralt helseregister</q>\. <span class="chip accepted">Accepted</span>',
        html,
    )


def test_rejected_claim_is_shown_with_its_reason() -> None:
    """What a document says and we do not accept stands on the page, marked, with the reason."""
    html = client().get("/nb/registry/hjerneslag").text
    assert re.search(r'class="chip rejected">Forkastet</span> <a href="/nb/provision/lov-2014-06-20-43.p21">', html)
    assert "ikke hjemmel for noe register" in html


def test_superseded_claim_is_shown_with_its_period() -> None:
    """What was right in its time says when that was."""
    html = client().get("/en/registry/barnediabetes").text
    assert 'class="chip superseded">Superseded</span>' in html
    assert '<time datetime="2018-07-19">19 July 2018</time>' in html


def test_roles_tell_now_from_before() -> None:
    """The roles of NPR are its controllers, now and before, with their periods."""
    rows = re.findall(
        r"<tr class=\"(now|before)\">\s*<th(?:(?!</th>).)*?Controller.*?</tr>",
        client().get("/en/registry/npr").text,
        re.DOTALL,
    )
    assert rows == ["now", "before"]


def test_end_of_a_role_may_stand_in_another_claim() -> None:
    """A role whose period one document begins and another ends is over, and both are its evidence."""
    html = client().get("/en/registry/kpr").text
    row = re.search(r'<tr class="before">(?:(?!</tr>).)*Norwegian Directorate of eHealth.*?</tr>', html, re.DOTALL)
    assert row
    assert "15 March 2023</time> – <time" in row[0]
    assert "31 December 2023" in row[0]


@pytest.mark.parametrize(
    ("section", "property_"),
    [
        ("roles", "http://www.w3.org/ns/prov#qualifiedAttribution"),
        ("routes", BASE + "ns#accessProcedure"),
        ("halts", BASE + "ns#disruption"),
    ],
)
def test_now_is_what_the_view_holds(section: str, property_: str) -> None:
    """What a page shows as accepted and in force now is what the view of the day has, for every data source."""
    site = Site(release(), Settings.read({}), FakePool())
    quads = list(release().store.quads_for_pattern(None, NamedNode(property_), None, None))
    subjects = {quad.subject for quad in quads if isinstance(quad.subject, NamedNode)}
    for registry in (subject for subject in subjects if subject.value.startswith(BASE + "registry/")):
        asked: dict[str, Any] = {"registry": registry, "lang": "en"}
        evidence = Evidence(site.rows("registry-claims", **asked), [])
        shown = {
            entry.item
            for entry in gather(site.rows(f"registry-{section}", **asked))
            if entry.text("when") == "now" and evidence.standing(entry.claims).endswith("-accepted")
        }
        in_view = {q.object for q in quads if q.subject == registry and isinstance(q.graph_name, DefaultGraph)}
        assert shown == in_view, registry


def test_silence_is_not_an_answer() -> None:
    """What the documents do not say is listed with the lines that were read."""
    page = Page(client().get("/nb/registry/npr").text)
    assert "Hva kildene ikke sier" in page.texts["silences"]
    assert any("linje 197–247" in text for text in page.texts.values())


def test_derived_basis_names_the_regulation() -> None:
    """A basis that follows from the regulation says so, and rests on the evidence for the regulation."""
    html = client().get("/nb/registry/hjerneslag").text
    assert "avledet hjemmel" in html
    assert "Følger av" in html


def test_verdicts_stand_with_reason_and_place() -> None:
    """A failed rule tells why, and where it was read."""
    html = client().get("/en/registry/hjerneslag").text
    assert "and cannot ground a registry" in html
    assert ', line 1250: <q lang="nb">hjemlet i Helseregisterloven § 21 og 22</q>' in html


def test_text_of_the_other_language_is_marked() -> None:
    """Names in another language than the page have its code."""
    assert '<span lang="en">Norwegian Patient Registry</span>' in client().get("/nb/registry/npr").text


# ---------------------------------------------------------------- the other pages


@pytest.mark.parametrize(
    ("header", "lang"), [("nb", "nb"), ("nn-NO, en;q=0.5", "nb"), ("en-GB", "en"), ("de", "nb"), ("", "nb")]
)
def test_root_chooses_a_language(header: str, lang: str) -> None:
    """The root redirects to the language that the client prefers, bokmål by default."""
    answer = client().get("/", headers={"Accept-Language": header})
    assert (answer.status_code, answer.location, answer.headers["Vary"]) == (302, f"/{lang}/", "Accept-Language")


def test_search_finds_abbreviation_and_description() -> None:
    """The search looks in abbreviations and descriptions, whatever the case, and says how much it found."""
    asking = client()
    assert "/nb/registry/npr" in asking.get("/nb/registry/?q=NpR").text
    assert "/nb/registry/npr" in asking.get("/nb/registry/?q=spesialisthelsetjenesten").text
    assert "0 treff på «&lt;b&gt;»" in asking.get("/nb/registry/?q=<b>").text


def test_language_switch_keeps_the_place() -> None:
    """The link to the other language leads to the same page and the same search."""
    assert 'href="/en/registry/?q=npr"' in client().get("/nb/registry/?q=npr").text


def test_act_is_found_by_its_iri() -> None:
    """An act has Lovdata's IRI, and a page by its number."""
    asking = client()
    answer = asking.get("/nb/act", query_string={"iri": "https://lovdata.no/eli/lov/2014/06/20/43"})
    assert (answer.status_code, answer.location) == (303, "/nb/act/LOV-2014-06-20-43")
    assert asking.get("/nb/act", query_string={"iri": "https://lovdata.no/eli/lov/1/1/1/1"}).status_code == 404


def test_provision_tells_who_and_what_rests_on_it() -> None:
    """The page of a provision has its place, who rests on it, the rules that rest on it, and Lovdata's address."""
    html = client().get("/nb/provision/lov-2014-06-20-43.p11").text
    assert 'href="/nb/act/LOV-2014-06-20-43"' in html
    assert 'href="/nb/registry/npr"' in html
    assert 'href="/nb/rule/L34"' in html
    assert 'href="https://lovdata.no/lov/2014-06-20-43/' in html
    assert "Lovbestemte helseregistre" in html


def test_organisation_has_its_earlier_roles() -> None:
    """An organisation that has ceased to be still has the roles it had."""
    html = client().get("/en/organisation/915933149").text
    assert re.search(r'<tr class="before"><th scope="row"><a href="/en/registry/npr">', html)


# ---------------------------------------------------------------- linked data

TYPES = {
    ".ttl": "text/turtle",
    ".jsonld": "application/ld+json",
    ".rdf": "application/rdf+xml",
    ".nt": "application/n-triples",
}


@pytest.mark.parametrize(
    ("accept", "target"),
    [
        (None, "/nb/registry/npr"),
        ("*/*", "/nb/registry/npr"),
        ("text/html", "/nb/registry/npr"),
        *((media_type, f"/registry/npr{suffix}") for suffix, media_type in TYPES.items()),
        ("text/html;q=0.5, text/turtle", "/registry/npr.ttl"),
        ("text/turtle;q=0, */*;q=0.1", "/nb/registry/npr"),
    ],
)
def test_thing_answers_303(accept: str | None, target: str) -> None:
    """The address of a thing leads to its page or its data document, and says what the choice depends on."""
    answer = client().get("/registry/npr", headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer.location) == (303, target)
    assert answer.headers["Vary"] == "Accept, Accept-Language"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_thing_answers_in_the_clients_language() -> None:
    """The page that a thing leads to is in the client's language."""
    assert client().get("/registry/npr", headers={"Accept-Language": "en"}).location == "/en/registry/npr"


def test_page_answers_its_canonical_iri() -> None:
    """The page and the data documents link to each other and to what to cite."""
    links = client().get("/nb/registry/npr").headers["Link"]
    assert f'<{BASE}registry/npr>; rel="cite-as"' in links
    assert '</registry/npr.ttl>; rel="alternate"; type="text/turtle"' in links
    assert f'<{BASE}registry/npr>; rel="describes"' in client().get("/registry/npr.ttl").headers["Link"]


@pytest.mark.parametrize("suffix", TYPES)
def test_data_document(suffix: str) -> None:
    """A data document has its media type, the same bytes every time, an entity tag, and does not vary."""
    first, second = (client().get(f"/registry/npr{suffix}") for _ in range(2))
    assert first.content_type == f"{TYPES[suffix]}; charset=utf-8"
    assert first.data == second.data
    assert "Vary" not in first.headers
    assert not first.headers["ETag"].startswith("W/")


def test_data_document_describes_the_thing_and_its_evidence() -> None:
    """The description has the thing, the nodes it owns, and where it was read."""
    triples = set(parse(client().get("/registry/npr.nt").data, format=RdfFormat.N_TRIPLES))
    subjects = {quad.subject.value.removeprefix(BASE) for quad in triples}
    assert subjects >= {
        "registry/npr",
        "role/npr-controller-2",
        "purpose/npr-1",
        "claim/npr-1",
        "passage/npr-1",
        "silence/npr-1",
    }


def test_provision_with_dots_has_data_documents() -> None:
    """A dot in a name is not taken for the suffix of a format."""
    asking = client()
    assert asking.get("/provision/lov-2014-06-20-43.p11.g").status_code == 303
    assert asking.get("/provision/lov-2014-06-20-43.p11.g.ttl").status_code == 200


@pytest.mark.parametrize("path", ["/registry/npr.ttl", "/catalog.ttl", "/catalog", "/ns.ttl"])
def test_not_modified(path: str) -> None:
    """A client that has the document gets 304 without a body; one that has another gets the document."""
    asking = client()
    tag = asking.get(path).headers["ETag"]
    for given in (tag, f'"other", {tag}', "*"):
        answer = asking.get(path, headers={"If-None-Match": given})
        assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", tag)
    assert asking.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", ["/registry/npr", "/registry/npr.ttl", "/catalog.ttl", "/nb/registry/npr", "/ns"])
def test_head_is_get_without_the_body(path: str) -> None:
    """HEAD has the headers of GET and no body."""
    asking = client()
    head, get = asking.head(path), asking.get(path)
    assert head.data == b""
    assert head.status_code == get.status_code
    assert head.headers.get("Content-Length") == get.headers.get("Content-Length")


def test_entity_tag_changes_with_the_release() -> None:
    """Another release has other tags, another format too."""
    other = replace(release(), name="fedcba9876543210")
    tags = [
        client(of=of).get(path).headers["ETag"] for of in (release(), other) for path in ("/catalog.ttl", "/catalog.nt")
    ]
    assert len(set(tags)) == 4


@pytest.mark.parametrize(
    ("accept", "media_type"), [(None, "text/turtle"), *((media_type, media_type) for media_type in TYPES.values())]
)
def test_catalogue_is_negotiated(accept: str | None, media_type: str) -> None:
    """The catalogue answers in the format asked for, at once, and says what the choice depends on."""
    answer = client().get("/catalog", headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer.content_type) == (200, f"{media_type}; charset=utf-8")
    assert answer.headers["Vary"] == "Accept"


@pytest.mark.parametrize("path", ["/catalog", "/registry/npr", "/ns"])
def test_not_acceptable_lists_what_there_is(path: str) -> None:
    """A client that takes nothing of what there is, is told what there is."""
    answer = client().get(path, headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert answer.content_type == "application/problem+json"
    assert "text/turtle" in json.loads(answer.data)["available"]


def test_vocabulary_answers_itself() -> None:
    """The vocabulary is a document: 200 with Turtle, or with the list of terms for a browser."""
    asking = client()
    data = asking.get("/ns")
    assert (data.status_code, data.content_type) == (200, "text/turtle; charset=utf-8")
    assert b"rg:DataSource" in data.data
    page = asking.get("/ns", headers={"Accept": "text/html", "Accept-Language": "en"})
    assert 'id="DataSource"' in page.text
    assert page.headers["Vary"] == "Accept, Accept-Language"


@pytest.mark.parametrize("path", ["/registry/npr", "/registry/npr.ttl", "/catalog", "/sparql"])
def test_data_is_open_to_other_pages(path: str) -> None:
    """Any page may read the data, without credentials; a preflight is answered."""
    answer = client().options(path, headers={"Origin": "https://example.org", "Access-Control-Request-Method": "GET"})
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "GET" in answer.headers["Access-Control-Allow-Methods"]


# ---------------------------------------------------------------- errors


@pytest.mark.parametrize(("lang", "words"), [("nb", "Mente du"), ("en", "Did you mean")])
def test_unknown_page_names_the_nearest(lang: str, words: str) -> None:
    """A page that does not exist says so in its language, with the nearest that do."""
    answer = client().get(f"/{lang}/registry/nprr")
    assert answer.status_code == 404
    assert words in answer.text
    assert f'href="/{lang}/registry/npr"' in answer.text
    Page(answer.text)


def test_unknown_thing_is_a_problem_for_machines() -> None:
    """A thing that does not exist is told with problem details, the nearest names among them."""
    answer = client().get("/registry/nprr", headers={"Accept": "text/turtle"})
    told = json.loads(answer.data)
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert told["type"] == BASE + "problem/not-found"
    assert "npr" in told["nearest"]


@pytest.mark.parametrize(
    "path", ["/xyz", "/nb/xyz", "/nb/registry/npr/more", "/registry/npr.pdf", "/catalog.pdf", "/nb/graph/view"]
)
def test_nothing_there(path: str) -> None:
    """An address with nothing at it answers 404, as a page for a browser."""
    answer = client().get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    Page(answer.text)


def test_wrong_method_names_the_right_ones() -> None:
    """A method that an address does not answer is refused with those that it does."""
    answer = client().post("/nb/registry/npr")
    assert answer.status_code == 405
    assert {"GET", "HEAD"} <= set(answer.headers["Allow"].split(", "))


def test_failure_shows_no_trace() -> None:
    """An error of ours is told without what went wrong inside."""
    broken = replace(release(), queries={**release().queries, "pages/counts.rq": "SELECT secret"})
    answer = client(of=broken).get("/nb/", headers={"Accept": "text/html"})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("slug", ["bad-request", "not-found", "refused", "unavailable"])
def test_problem_types_lead_to_a_page(slug: str) -> None:
    """The type of a problem can be looked up."""
    assert client().get(f"/problem/{slug}", headers={"Accept-Language": "en"}).location == f"/en/problem/{slug}"


def test_what_the_graph_holds_is_escaped() -> None:
    """Markup in the graph is shown as text, and an address that is no web address is no link."""
    store = Store()
    store.bulk_extend(release().store)
    thing = NamedNode(BASE + "concept/evil")
    for predicate, value in (
        ("http://www.w3.org/2004/02/skos/core#prefLabel", Literal("<script>alert(1)</script>", language="nb")),
        ("http://www.w3.org/2000/01/rdf-schema#seeAlso", NamedNode("javascript:alert(1)")),
    ):
        store.add(Quad(thing, NamedNode(predicate), value))
    html = client(of=replace(release(), store=store)).get("/nb/concept/evil").text
    assert "&lt;script&gt;" in html
    assert not Page(html).of("script")
    assert 'href="javascript' not in html


# ---------------------------------------------------------------- SPARQL


def test_browser_gets_the_form() -> None:
    """Without a query, a browser gets a form that needs no script."""
    answer = client().get("/sparql", headers={"Accept": "text/html", "Accept-Language": "en"})
    assert answer.status_code == 200
    assert Page(answer.text).of("textarea")[0]["name"] == "query"


def test_machine_without_a_query_is_told() -> None:
    """Without a query, a machine that wants the answer to one gets 400 and the reason."""
    answer = client().get("/sparql", headers={"Accept": "application/sparql-results+json"})
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


def test_query_is_handed_to_the_pool() -> None:
    """Query, Accept header, format and graphs reach the pool, and its answer goes out as it is."""
    pool = FakePool()
    answer = client(pool).get(
        "/sparql",
        query_string={"query": "ASK {}", "format": "json", "default-graph-uri": BASE + "graph/law"},
        headers={"Accept": "text/csv"},
    )
    assert answer.data == b'{"head":{},"boolean":true}'
    assert answer.content_type == "application/sparql-results+json"
    assert answer.headers["Vary"] == "Accept"
    assert pool.asked == [Question("ASK {}", "text/csv", "json", (BASE + "graph/law",))]


@pytest.mark.parametrize("content_type", ["application/sparql-query", "application/x-www-form-urlencoded"])
def test_query_may_be_posted(content_type: str) -> None:
    """Both forms of POST are read."""
    pool = FakePool()
    body = "ASK {}" if content_type.endswith("query") else "query=ASK+%7B%7D"
    assert client(pool).post("/sparql", data=body, content_type=content_type).status_code == 200
    assert pool.asked[0].query == "ASK {}"


@pytest.mark.parametrize(
    ("error", "status", "members"),
    [
        (QuerySyntaxError("expected WHERE", 2, 7), 400, {"line": 2, "column": 7}),
        (QueryRefusedError("SERVICE is not done here"), 403, {}),
        (NotAcceptableError("nothing fits", ["text/csv"]), 406, {"available": ["text/csv"]}),
        (QueryLimitError("query-seconds", "it took more than 10 s"), 503, {"limit": "query-seconds"}),
        (QueryLimitError("answer-mb", "the answer is too large"), 413, {"limit": "answer-mb"}),
        (QueryError("the worker died"), 500, {}),
    ],
)
def test_refused_query_is_a_problem(error: QueryError, status: int, members: dict[str, Any]) -> None:
    """A query that is not answered is told with what to change."""
    answer = client(FakePool(error)).get("/sparql", query_string={"query": "ASK {}"})
    told = json.loads(answer.data)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert told["status"] == status
    assert members.items() <= told.items()


def test_refused_query_is_a_page_for_a_browser() -> None:
    """A browser gets the same as a page."""
    answer = client(FakePool(QuerySyntaxError("expected <WHERE>", 2, 7))).get(
        "/sparql", query_string={"query": "x"}, headers={"Accept": "text/html,*/*;q=0.8", "Accept-Language": "en"}
    )
    assert answer.status_code == 400
    assert "line 2, column 7: expected &lt;WHERE&gt;" in answer.text


def test_update_is_refused() -> None:
    """The service only reads."""
    assert client().post("/sparql", data={"update": "CLEAR ALL"}).status_code == 403


def test_body_is_bounded() -> None:
    """A body larger than the longest query is refused unread."""
    settings = Settings.read({})
    body = b"x" * (12 * settings.query_length + 1)
    assert client().post("/sparql", data=body, content_type="application/sparql-query").status_code == 413


# ---------------------------------------------------------------- languages

TEMPLATES = Path(web.__file__).parent / "templates"


def test_languages_have_the_same_texts() -> None:
    """Every text exists in both languages, with the same places to fill in."""
    nb, en = (texts(lang).texts for lang in LANGUAGES)
    assert nb.keys() == en.keys()
    assert [key for key in nb if set(re.findall(r"{\w+}", nb[key])) != set(re.findall(r"{\w+}", en[key]))] == []
    assert all(text.strip() for text in (*nb.values(), *en.values()))


def test_templates_name_texts_that_exist() -> None:
    """Every key that a template names is in the texts."""
    named = {
        key for file in TEMPLATES.glob("*.html") for key in re.findall(r'\bt\("([\w.-]+)"[,)]', file.read_text("utf-8"))
    }
    assert named - texts("nb").texts.keys() == set()


def test_templates_have_no_words_of_their_own() -> None:
    """What a reader reads comes from the texts or the graph; a template has the name of the service and of SPARQL."""
    for file in TEMPLATES.glob("*.html"):
        bare = re.sub(r"{%.*?%}|{{.*?}}|<[^>]*>", " ", file.read_text("utf-8"), flags=re.DOTALL)
        assert set(re.findall(r"[^\W\d_]{2,}", bare)) <= {"Registergraf", "SPARQL", "ns"}, file.name


@pytest.mark.parametrize(
    ("value", "nb", "en"),
    [
        ("2024-01-01", "1. januar 2024", "1 January 2024"),
        ("2019-02", "februar 2019", "February 2019"),
        ("1997", "1997", "1997"),
    ],
)
def test_dates_are_written_as_each_language_does(value: str, nb: str, en: str) -> None:
    """A date is written in words, as precisely as it is known."""
    assert (texts("nb").date(value), texts("en").date(value)) == (nb, en)


@pytest.mark.parametrize(
    ("value", "nb", "en"), [("P30D", "30 dager", "30 days"), ("P1M", "1 måned", "1 month"), ("x", "x", "x")]
)
def test_durations_are_words(value: str, nb: str, en: str) -> None:
    """A duration is written in words."""
    assert (texts("nb").duration(value), texts("en").duration(value)) == (nb, en)
