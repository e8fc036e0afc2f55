"""The page of a data source: every value with its evidence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import DefaultGraph, NamedNode

from registergraf.graph import select
from registergraf.namespaces import BASE
from registergraf.settings import Settings
from registergraf.web.app import create_app, warm
from registergraf.web.ground import site as ground
from registergraf.web.ground.i18n import LANGUAGES
from registergraf.web.ground.site import Site
from registergraf.web.shown.entries import gather
from registergraf.web.shown.evidence import Evidence
from support import CONTENT
from webpages import FakePool, Page, client, release

if TYPE_CHECKING:
    from pyoxigraph import Store

    from registergraf.graph.queries import Row


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
        entries = gather(site.rows(f"registry-{section}", registry=registry, lang="en"))
        claims = [claim for entry in entries for claim in entry.claims]
        evidence = Evidence(site.rows_of("claims", "claim", claims, lang="en"), [])
        shown = {
            entry.item
            for entry in entries
            if entry.text("when") == "now" and evidence.said(entry.claims).standing.endswith("-accepted")
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


def test_once_warm_a_page_asks_only_for_what_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked once for a release has been asked, in every language, before there is a reader."""
    app = create_app(release(), Settings.read({}), FakePool())
    warm(app)
    asked: list[str] = []

    def noted(store: Store, query: str) -> list[Row]:
        asked.append(query)
        return select(store, query)

    monkeypatch.setattr(ground, "select", noted)
    for lang in LANGUAGES:
        assert app.test_client().get(f"/{lang}/registry/npr").status_code == 200
    assert asked
    assert [query for query in asked if "/registry/npr>" not in query and "/claim/npr-1>" not in query] == []
