"""The pages: sound HTML, headings in order, links that lead somewhere, and what the pages of each kind tell."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote

import pytest

from registergraf.web.ground.i18n import LANGUAGES
from registergraf.web.pages import things
from webpages import PAGES, Page, client, fetched, release

if TYPE_CHECKING:
    from pyoxigraph import QuerySolutions


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_sound(path: str, lang: str) -> None:
    """A page is well-formed, says its language, starts with the skip link, and runs and fetches nothing from others."""
    answer = fetched(f"/{lang}{path}")
    assert answer.status_code == 200
    assert answer.headers["Content-Language"] == lang
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    page = Page(answer.text)
    assert [given["lang"] for given in page.of("html")] == [lang]
    assert page.of("a")[0]["href"] == "#content"
    assert path == "/sparql" or not page.of("script")
    assert all(str(given["src"]).startswith("/static/") for given in page.of("script"))
    assert not [given for _, given in page.elements if "style" in given or any(name.startswith("on") for name in given)]
    assert {tag for tag, _ in page.elements} >= {"header", "nav", "main", "footer", "title"}


@pytest.mark.parametrize("path", PAGES)
def test_headings_come_in_order(path: str) -> None:
    """A page has one h1, and no heading is more than one level below the one before."""
    levels = [int(tag[1]) for tag, _ in Page(fetched(f"/nb{path}").text).elements if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("path", PAGES)
def test_ids_are_unique_and_links_lead_somewhere(path: str) -> None:
    """Every id stands once, links within the page have a target, and others are http(s) or a path of ours."""
    page = Page(fetched(f"/en{path}").text)
    ids = [given["id"] for _, given in page.elements if given.get("id")]
    assert len(ids) == len(set(ids))
    for href in (str(given["href"]) for given in page.of("a")):
        assert href.startswith(("/", "https://", "http://", "#"))
        assert not href.startswith("#") or href[1:] in ids


@pytest.mark.parametrize("path", PAGES)
def test_tables_have_captions_and_scopes(path: str) -> None:
    """Every table has a caption, and every heading of a row or column says which it is."""
    page = Page(fetched(f"/nb{path}").text)
    assert len(page.of("table")) == len(page.of("caption"))
    assert all(given.get("scope") in {"row", "col"} for given in page.of("th"))


def test_own_links_of_npr_are_answered() -> None:
    """No link from the page of NPR to this site is broken."""
    asking = client()
    links = {str(given["href"]).partition("#")[0] for given in Page(asking.get("/nb/registry/npr").text).of("a")}
    broken = [link for link in links if link.startswith("/") and asking.get(link).status_code >= 400]
    assert not broken


def test_search_finds_abbreviation_and_description() -> None:
    """The search looks in abbreviations and descriptions, whatever the case, and says how much it found."""
    asking = client()
    assert "/nb/registry/npr" in asking.get("/nb/registry/?q=NpR").text
    assert "/nb/registry/npr" in asking.get("/nb/registry/?q=spesialisthelsetjenesten").text
    assert "Viser 0 av 85 datakilder der ordene «&lt;b&gt;» finnes" in asking.get(
        "/nb/registry/?q=<bxyz>"
    ).text.replace("bxyz", "b")


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


def test_verdict_is_explained() -> None:
    """A failed verdict has a page with its rule, the law it rests on and the reason; the rule's page leads there."""
    failed = next(v for v in release().verdicts if v["rule"] == "L34" and v["outcome"] == "failed")
    html = fetched(f"/nn/verdict/{failed['id']}").text
    assert "/nn/rule/L34" in html
    assert "/nn/provision/" in html or "/nn/act/" in html
    assert f'href="/nn/verdict/{failed["id"]}"' in fetched("/nn/rule/L34").text
    assert client().get("/nn/verdict/nothing").status_code == 404


def test_audit_counts_every_verdict() -> None:
    """The numbers of the audit's page are those of the release."""
    page = Page(fetched("/en/audit").text)
    assert "/audit/report.en.html" in {given.get("href") for given in page.of("a")}
    numbers = [
        int(n.replace(",", "")) for n in re.findall(r'<td class="number"[^>]*>([\d,]+)</td>', fetched("/en/audit").text)
    ]
    assert sum(numbers[:12]) == len(release().verdicts)


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("/concept/consent-not-required", {"consent model"}),
        ("/concept/role-controller", {"Role assignment"}),
        ("/concept/purpose-research", {"Purpose"}),
    ],
)
def test_concept_tells_of_which_data_sources_it_is_said(path: str, counts: set[str]) -> None:
    """By what says it, of the data source itself or of a part of it, each with how many there are, and no others."""
    page = fetched(f"/en{path}").text
    section = page.partition('id="use"')[2].partition("</section>")[0]
    said = dict(re.findall(r"<h3>(.*?) \((\d+)\)</h3>", section))
    assert {re.sub("<[^>]+>", "", name).lower() for name in said} >= {name.lower() for name in counts}
    links = re.findall(r'<li><a href="/en/([a-z-]+)/', section)
    assert set(links) == {"registry"}
    assert len(links) == sum(map(int, said.values()))
    assert 'id="siblings"' in page


def test_vocabulary_tells_how_much_a_term_is_used() -> None:
    """As many data sources as the view has, and a query that lists them."""
    page = fetched("/en/ns").text
    term = page.partition('<dt id="DataSource">')[2].partition("<dt")[0]
    asked = unquote(re.findall(r'query=([^"]+)', term)[0])
    found = [*cast("QuerySolutions", release().store.query(asked))]
    assert f"{len(found)} in the view." in term
    assert len(found) == 85


LONG_PAGES = {
    "/nn/organisation/983744516": r"<tr class.*?</tr>",
    "/nn/act/LOV-2014-06-20-43": r'<td class="what">.*?</tr>',
}
"""Pages with a long list, and a row of it as a regular expression."""


@pytest.mark.parametrize(("path", "row"), LONG_PAGES.items())
def test_a_long_list_comes_in_pages(path: str, row: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row is on one of the pages, and on one only; a page beyond the last one is the last."""
    whole = re.findall(row, client().get(path).text)
    monkeypatch.setattr(things, "PART", 20)
    count = len(whole) // 20 + 1
    pages = [re.findall(row, client().get(f"{path}?page={number}").text) for number in range(1, count + 1)]
    assert re.findall(row, client().get(f"{path}?page=99").text) == pages[-1]
    assert count > 1
    assert all(0 < len(some) <= 20 for some in pages)
    assert sorted(one for some in pages for one in some) == sorted(whole)
    assert f'href="{path}?page=2"' in client().get(path).text
