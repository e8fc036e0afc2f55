"""The languages of the interface: complete, written as each language writes, and negotiated."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from registergraf import web
from registergraf.graph import named_queries
from registergraf.web.ground.i18n import LANGUAGES, texts
from webpages import client, release

TEMPLATES = Path(web.__file__).parent / "templates"
NAMES_OF_THINGS = {"Registergraf", "SPARQL", "ns"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_languages_have_the_same_texts(lang: str) -> None:
    """Every text exists in every language, with the same places to fill in, and none is empty."""
    nb, other = texts("nb").texts, texts(lang).texts
    assert nb.keys() == other.keys()
    assert [key for key in nb if set(re.findall(r"{\w+}", nb[key])) != set(re.findall(r"{\w+}", other[key]))] == []
    assert [key for key, text in other.items() if not text.strip()] == []


def test_templates_name_texts_that_exist() -> None:
    """Every key that a template names is in the texts."""
    named = {
        key for file in TEMPLATES.glob("*.html") for key in re.findall(r'\bt\("([\w.-]+)"[,)]', file.read_text("utf-8"))
    }
    assert named - texts("nb").texts.keys() == set()


def test_templates_have_no_words_of_their_own() -> None:
    """What a reader reads comes from the texts or the graph; a template has the name of the service and of SPARQL."""
    for file in TEMPLATES.glob("*.html"):
        bare = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}|<[^>]*>", " ", file.read_text("utf-8"), flags=re.DOTALL)
        assert set(re.findall(r"[^\W\d_]{2,}", bare)) <= NAMES_OF_THINGS, file.name


def test_named_queries_have_a_title_in_every_language() -> None:
    """The gallery of queries is read in the reader's language."""
    queries = named_queries(release().queries).values()
    assert [query.name for query in queries if not {*LANGUAGES} <= query.titles.keys()] == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("field", ["title", "explanation"])
def test_rules_are_told_in_every_language(lang: str, field: str) -> None:
    """A rule's title and explanation exist in every language."""
    assert [rule["id"] for rule in release().rules if not rule[field].get(lang)] == []


@pytest.mark.parametrize(
    ("value", "nb", "nn", "en"),
    [
        ("2024-01-01", "1. januar 2024", "1. januar 2024", "1 January 2024"),
        ("2019-02", "februar 2019", "februar 2019", "February 2019"),
        ("1997", "1997", "1997", "1997"),
    ],
)
def test_dates_are_written_as_each_language_does(value: str, nb: str, nn: str, en: str) -> None:
    """A date is written in words, as precisely as it is known."""
    assert [texts(lang).date(value) for lang in LANGUAGES] == [nb, nn, en]


@pytest.mark.parametrize(
    ("value", "nb", "nn", "en"),
    [("P30D", "30 dager", "30 dagar", "30 days"), ("P1M", "1 måned", "1 månad", "1 month"), ("x", "x", "x", "x")],
)
def test_durations_are_words(value: str, nb: str, nn: str, en: str) -> None:
    """A duration is written in words."""
    assert [texts(lang).duration(value) for lang in LANGUAGES] == [nb, nn, en]


def test_numbers_are_written_as_each_language_does() -> None:
    """Thousands stand apart: by a space that does not break in Norwegian, by a comma in English."""
    assert [texts(lang).number(12345) for lang in LANGUAGES] == ["12\N{NO-BREAK SPACE}345"] * 2 + ["12,345"]


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("nb", "nb"),
        ("no", "nb"),
        ("nn-NO, en;q=0.5", "nn"),
        ("en-GB", "en"),
        ("de, en;q=0.1", "en"),
        ("de", "nb"),
        ("", "nb"),
    ],
)
def test_root_chooses_a_language(header: str, lang: str) -> None:
    """The root redirects to the language that the client prefers, bokmål by default."""
    answer = client().get("/", headers={"Accept-Language": header})
    assert (answer.status_code, answer.location, answer.headers["Vary"]) == (302, f"/{lang}/", "Accept-Language")


def test_language_switch_keeps_the_place() -> None:
    """The links to the other languages lead to the same page and the same search."""
    html = client().get("/nb/registry/?q=npr").text
    assert 'href="/en/registry/?q=npr"' in html
    assert 'href="/nn/registry/?q=npr"' in html


def test_text_of_another_language_is_marked() -> None:
    """Text in another language than the page has its code, and the page says in words which languages it shows."""
    html = client().get("/nn/registry/npr").text
    assert '<span lang="nb">Norsk pasientregister</span>' in html
    assert '<span lang="en">Norwegian Patient Registry</span>' in html
    assert "står på bokmål, engelsk, fordi" in html


def test_long_text_of_another_language_says_so_on_the_spot() -> None:
    """A sentence that exists only in bokmål is followed by the name of the language."""
    html = client().get("/en/organisation/helsedataservice").text + client().get("/en/registry/npr").text
    assert re.search(r'<span lang="nb">[^<]{61,}</span> <span class="tongue">\(Norwegian \(bokmål\)\)</span>', html)
