"""Finding and browsing: the search page, the facets, the comparison."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest
from pyoxigraph import RdfFormat, parse

from registergraf.graph import select
from registergraf.namespaces import BASE, RDF_TYPE
from registergraf.settings import Settings
from registergraf.web.ground.i18n import LANGUAGES
from registergraf.web.pages.facets import FACETS
from webpages import Page, client, release


@pytest.mark.parametrize("lang", LANGUAGES)
def test_search_page_is_sound_in_every_language(lang: str) -> None:
    """Well-formed, with what was found by type."""
    html = client().get(f"/{lang}/search?q=kreft").text
    Page(html)
    assert f'href="/{lang}/registry/kreftregisteret"' in html
    assert f'href="/{lang}/search?q=kreft&amp;type=registry"' in html


def test_search_keeps_to_a_type() -> None:
    """The type is in the address."""
    html = client().get("/nb/search?q=%C2%A711h&type=provision").text
    assert 'href="/nb/provision/lov-2014-06-20-43.p11.h"' in html
    assert 'href="/nb/act/' not in html.partition("<main")[2]


def test_search_without_a_hit_names_what_is_near() -> None:
    """A slip of the pen leads on."""
    assert 'href="/en/registry/npr"' in client().get("/en/search?q=pasientregsiteret").text


def test_search_escapes_the_question() -> None:
    """What was asked is text."""
    html = client().get("/nb/search?q=%3Cscript%3E").text
    assert "<script>" not in html


# ---------------------------------------------------------------- facets


def found(address: str) -> int:
    """How many data sources the JSON of a page's address holds."""
    answer = client().get(address.replace("/registry/", "/registry.json"))
    assert answer.status_code == 200
    return int(answer.json["count"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_list_is_sound_in_every_language(lang: str) -> None:
    """Well-formed, all facets there, none with a missing text."""
    html = client().get(f"/{lang}/registry/?verdict=failed-warning&consent=silent").text
    Page(html)
    assert html.count("<details") >= len(FACETS)


@pytest.mark.parametrize("start", ["", "?consent=required", "?kind=national-medical-quality-registry&q=hjerte"])
def test_a_count_is_what_its_link_leads_to(start: str) -> None:
    """Each number beside a value is how many there are with it; one more value of a chosen facet widens it."""
    html = client().get(f"/nb/registry/{start}").text
    links = re.findall(r'<li><a href="([^"]+)" rel="nofollow">(?:(?!</li>).)*<span class="number">(\d+)</span>', html)
    assert len(links) > 20
    chosen = found(f"/nb/registry/{start}")
    for address, number in links:
        facet = re.findall(r"[?&](\w+)=", unescape(address))
        widened = chosen if len(facet) != len(set(facet)) else 0
        assert found(unescape(address)) in {int(number), int(number) + widened}, address


def test_facets_say_what_the_view_says() -> None:
    """The number beside a value is that of a query of its own."""
    for facet, property_ in (("consent", "rg:consentModel"), ("kind", "dct:type")):
        rows = select(
            release().store,
            f"""PREFIX rg: <{BASE}ns#> PREFIX dct: <http://purl.org/dc/terms/>
            PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
            SELECT ?key (COUNT(DISTINCT ?s) AS ?n) WHERE {{
              ?s a rg:DataSource ; {property_}/skos:notation ?key }} GROUP BY ?key""",
        )
        assert len(rows) > 2
        for row in rows:
            assert found(f"/nb/registry/?{facet}={row['key'].value}") == int(row["n"].value)


def test_values_of_a_facet_widen_and_facets_narrow() -> None:
    """One of the values is enough, and every facet has to fit."""
    required, other = found("/nb/registry/?consent=required"), found("/nb/registry/?consent=not-required")
    assert found("/nb/registry/?consent=required&consent=not-required") == required + other
    assert found("/nb/registry/?consent=required&kind=central-health-registry") < required


def test_what_has_no_value_is_a_value() -> None:
    """With the others it makes up the whole."""
    html = client().get("/en/registry/?processor=none").text
    assert "No accepted statement" in html
    some = {
        row["s"].value
        for row in select(
            release().store,
            "SELECT DISTINCT ?s WHERE { ?s a <"
            + BASE
            + "ns#DataSource> ; <https://w3id.org/dpv#hasDataProcessor> ?p }",
        )
    }
    assert found("/nb/registry/?processor=none") == found("/nb/registry/") - len(some)


def test_an_unknown_value_finds_nothing() -> None:
    """It is not left out in silence: the sentence names it."""
    assert found("/nb/registry/?consent=nonsense") == 0
    assert "«nonsense»" in client().get("/nb/registry/?consent=nonsense").text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_choice_that_is_too_long_is_refused(lang: str) -> None:
    """It is told so, with the limit, as a page and as data; every link of the list would else repeat it."""
    most = Settings.read().choice_length
    fits = f"?consent={'x' * (most - len('consent='))}"
    assert client().get(f"/{lang}/registry/{fits}").status_code == 200
    page = client().get(f"/{lang}/registry/{fits}y")
    assert page.status_code == 414
    assert "choice-length" in page.text
    assert "xxx" not in page.text
    data = client().get(f"/{lang}/registry.json{fits}y", headers={"Accept": "application/json"})
    assert data.status_code == 414
    assert data.json["detail"].endswith(f"more than the {most} of 'choice-length'")


def test_the_sentence_tells_the_choice() -> None:
    """In the language of the page."""
    html = client().get("/en/registry/?consent=required&consent=not-required&controller=983744516&q=barn").text
    assert re.search(
        r"Showing \d+ of 85 data sources where consent is “Consent required” or “Consent not required” and "
        r"the controller is “Norwegian Institute of Public Health” and the words “barn” are found\.",
        html,
    )


def test_the_same_choice_in_every_form() -> None:
    """CSV, JSON and Turtle hold the same data sources as the page."""
    query = "consent=right-to-object"
    html = client().get(f"/nb/registry/?{query}").text
    shown = set(re.findall(r'<th scope="row"><a href="/nb/registry/([^"]+)">', html))
    rows = list(csv.DictReader(io.StringIO(client().get(f"/nb/registry.csv?{query}").text)))
    told = client().get(f"/nb/registry.json?{query}").json
    graph = parse(client().get(f"/nb/registry.ttl?{query}").data, RdfFormat.TURTLE)
    kinds = {quad.subject.value for quad in graph if quad.predicate.value == RDF_TYPE}
    iris = {f"{BASE}registry/{slug}" for slug in shown}
    assert iris == {row["iri"] for row in rows} == {one["iri"] for one in told["registries"]} == kinds
    assert {row["consent"] for row in rows} == {"Rett til å reservere seg"}


def test_the_list_without_a_language_is_negotiated() -> None:
    """A harvester gets data, a browser the page, both of the same choice."""
    for accept, place in (("text/turtle", ".ttl"), ("text/csv", ".csv"), ("text/html", "/")):
        answer = client().get("/registry/?consent=required", headers={"Accept": accept})
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/nb/registry{place}?consent=required")
    assert client().get("/registry/", headers={"Accept": "image/png"}).status_code == 406
    assert client().get("/nb/registry.xlsx").status_code == 404


# ---------------------------------------------------------------- side by side


@pytest.mark.parametrize("lang", LANGUAGES)
def test_comparison_is_sound_in_every_language(lang: str) -> None:
    """With two, with six, and with none, when it is a form."""
    for slugs in ((), ("npr", "hkr"), ("npr", "hkr", "msis", "mfr", "kreftregisteret", "barnediabetes")):
        Page(client().get(f"/{lang}/compare?" + "&".join(f"registry={slug}" for slug in slugs)).text)


def test_rows_that_differ_are_marked() -> None:
    """The controller of one registry is another's, their kind is the same; the mark has words, not colour alone."""
    html = client().get("/en/compare?registry=npr&registry=msis").text
    rows = {row[1]: row[0] for row in re.findall(r'(<tr[^>]*><th scope="row">([^<]+)</th>.*?</tr>)', html, re.DOTALL)}
    assert 'class="differs"' in rows["Short name"]
    assert "unlike</td>" in rows["Short name"]
    assert 'class="differs"' not in rows["Kind"]
    assert "alike</td>" in rows["Kind"]
    assert "not stated of all</td>" in rows["Price per hour in NOK"]
    unlike = html.count('class="differs"')
    assert f"unlike in {unlike} of {len(rows)} rows" in html


def test_too_many_and_unknown_ones_are_refused() -> None:
    """In words, and with the nearest."""
    many = "&".join(
        f"registry={slug}" for slug in ("npr", "hkr", "msis", "mfr", "kreftregisteret", "barnediabetes", "resept")
    )
    answer = client().get(f"/nb/compare?{many}")
    assert answer.status_code == 400
    answer = client().get("/nb/compare?registry=npr&registry=kreftregister")
    assert answer.status_code == 404
    assert "/nb/registry/kreftregisteret" in answer.text


def test_a_comparison_is_given_as_data() -> None:
    """The rows of the page, as CSV and as JSON, in the language of the address; one alone cannot be compared."""
    asked = "registry=npr&registry=msis"
    assert f'href="/nn/compare.csv?{asked.replace("&", "&amp;")}"' in client().get(f"/nn/compare?{asked}").text
    table = list(csv.reader(io.StringIO(client().get(f"/nn/compare.csv?{asked}").text)))
    told = client().get(f"/nn/compare.json?{asked}").get_json()
    assert table[0] == ["Kva", "Norsk pasientregister", "Meldingssystem for smittsomme sykdommer", "Likt?"]
    assert [row[0] for row in table[1:]] == [row["label"] for row in told["rows"]]
    kinds = next(row for row in told["rows"] if row["row"] == "kind")
    assert kinds["verdict"] == "alike"
    assert {value["label"] for cell in kinds["values"] for value in cell} == {"Sentralt helseregister"}
    assert client().get("/nn/compare.json?registry=npr").status_code == 400


def test_a_page_is_not_sent_twice() -> None:
    """A page follows from the release and its address, so that who has it is told so."""
    for path in ("/nb/registry/?consent=required", "/en/compare?registry=npr&registry=msis", "/nb/search?q=npr"):
        answer = client().get(path)
        again = client().get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        assert "public" in answer.headers["Cache-Control"]
