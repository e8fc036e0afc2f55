"""What a reader meets: names in alphabetical order, words for keys and dates, a label where a cell stands alone."""

from __future__ import annotations

import html
import re
from itertools import groupby

import pytest
from pyoxigraph import Literal, NamedNode

from registergraf.web.ground.i18n import LANGUAGES, texts
from registergraf.web.ground.site import EXTENSION, alphabetical
from registergraf.web.shown.show import Shower
from test_web_accessibility import TYPES
from webpages import Page, application, fetched, release

ROW = re.compile(r"<tr[^>]*><th scope=\"row\"[^>]*>(.*?)</th>(.*?)</tr>", re.DOTALL)
TAG = re.compile(r"<[^>]+>")


def rows(address: str) -> list[tuple[str, str]]:
    """The name and the rest of each row of the tables of a page, without markup."""
    found = ROW.findall(fetched(address).text)
    return [(html.unescape(TAG.sub("", name)), html.unescape(TAG.sub(" ", rest))) for name, rest in found]


def test_norwegian_alphabet() -> None:
    """Å comes last, a number counts as a number, and a capital is no letter of its own."""
    names = ["§ 10", "Ål", "Øre", "§ 9", "Ære", "zebra", "Astma"]
    assert sorted(names, key=alphabetical) == ["Astma", "zebra", "§ 9", "§ 10", "Ære", "Øre", "Ål"]


@pytest.mark.parametrize("address", ["/nb/organisation/", "/nb/audit"])
def test_things_counted_alike_are_alphabetical(address: str) -> None:
    """Where a list is ordered by a number, what has the same number is ordered by name."""
    counted = [(name, int(rest)) for name, rest in rows(address) if rest.strip().isdigit()]
    assert len(counted) > 20
    for _, alike in groupby(counted, key=lambda row: row[1]):
        names = [name for name, _ in alike]
        assert names == sorted(names, key=alphabetical)


def test_rows_of_a_rule_are_alphabetical() -> None:
    """The data sources that break a rule stand by their names, not by their keys."""
    names = [name for name, rest in rows("/nb/rule/L38") if "Ikke oppfylt" in rest]
    assert len(names) > 20
    assert names == sorted(names, key=alphabetical)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_queries_are_alphabetical_in_each_language(lang: str) -> None:
    """The list of named queries is ordered by what they are called in the language of the page."""
    titles = re.findall(rf'<dt><a href="/{lang}/query/[^"]+">(.*?)</a>', fetched(f"/{lang}/query/").text)
    assert titles == sorted(titles, key=alphabetical)
    assert len(titles) > 50


def test_search_shows_a_query_by_its_title() -> None:
    """A query that is found is called what it is called, and says what it asks."""
    page = html.unescape(fetched("/nb/search?q=rolle&type=query").text)
    assert "query roles" not in page
    assert ">Roller</a>" in page
    assert "Hvem er dataansvarlig, databehandler" in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_of_thing_has_a_name(lang: str) -> None:
    """No page has to show a key of ours for want of a word for the kind of thing."""
    site, start = application().extensions[EXTENSION], release().base
    nameless = {
        term.value.removeprefix(start)
        for quad in release().store
        for term in (quad.subject, quad.object)
        if isinstance(term, NamedNode) and term.value.startswith(start) and not site.name(term.value, lang)
    }
    kinds = {path.partition("/")[0] for path in nameless if path.partition("/")[2]}
    assert len(kinds) > 5
    assert [kind for kind in kinds if not texts(lang).get(f"kind.{kind}")] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_properties_of_the_catalogue_have_names(lang: str) -> None:
    """What is described is told by name, with the prefixed name behind it."""
    named = [name for name, rest in rows(f"/{lang}/catalogue") if re.search(r"\d\s*%", rest)]
    assert len(named) > 20
    assert not [name for name in named if re.match(r"[a-z]+:", name)]


@pytest.mark.parametrize(
    ("lang", "text", "said"),
    [
        ("nb", "gjaldt ikke 2020-05-01, men 2015-01-01/2018-07-19", "gjaldt ikke 1. mai 2020, men 1. januar 2015 – 19. juli 2018"),
        ("nn", "men 2009-04-15/…", "men frå 15. april 2009"),
        ("en", "but …/2014-12-31", "but until 31 December 2014"),
        ("nb", "forskriften (FOR-2023-12-20-2165)", "forskriften (FOR-2023-12-20-2165)"),
        ("nb", "loven (LOV-2014-06-20-43) § 11", "loven (LOV-2014-06-20-43) § 11"),
    ],
)  # fmt: skip
def test_days_within_a_text_are_in_words(lang: str, text: str, said: str) -> None:
    """Days are written as the language writes them; the number of an act is none."""
    assert texts(lang).worded(text) == said


def test_words_of_a_document_are_quoted_as_they_stand() -> None:
    """The wording of a passage is a quotation; nothing in it is written anew."""
    page = Page(fetched("/nn/passage/npr-1").text)
    assert [given.get("lang") for given in page.of("q")] == ["nb"]


def test_address_is_shown_as_it_is_read() -> None:
    """An address without a name stands in letters, not in percent signs."""
    page = fetched("/nb/provision/lov-2014-06-20-43.p11").text
    assert ">https://lovdata.no/lov/2014-06-20-43/§11</a>" in page
    assert 'href="https://lovdata.no/lov/2014-06-20-43/%C2%A711"' in page


@pytest.mark.parametrize("path", TYPES)
def test_number_in_a_table_that_stacks_has_a_label(path: str) -> None:
    """On a narrow screen the head of such a table is not seen, and a number says nothing by itself."""
    for table in re.findall(r'<table class="ds-table stacked">.*?</table>', fetched(f"/nb{path}").text, re.DOTALL):
        assert not re.findall(r'<td class="number">', table)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_columns_and_parameters_of_queries_have_names(lang: str) -> None:
    """The head of an answer and the labels of its form are words of the language."""
    t = texts(lang)
    named = {
        name
        for query in application().extensions[EXTENSION].named.values()
        for name in [*query.columns, *(parameter.name for parameter in query.parameters)]
    }
    assert [name for name in sorted(named) if not (t.get(f"answer.{name}") or t.get(f"column.{name}"))] == []


SHOWN = [
    ("slug", "npr", "Norsk pasientregister"),
    ("orgnr", "983744516", ">983744516</a>"),
    ("role", "decision-authority", ">Vedtaksmyndighet</a>"),
    ("consent", "not-required", ">Samtykke kreves ikke</a>"),
    ("form", "statistics", ">Statistikk (aggregerte data)</a>"),
    ("kind", "delivery", ">Frist for å levere</a>"),
    ("relation", "statutory-basis", ">hjemmel</a>"),
    ("unit", "working-days", "virkedager"),
    ("act", "LOV-2014-06-20-43", ">helseregisterloven (LOV-2014-06-20-43)</a>"),
    ("from", "2024-01-01", '<time datetime="2024-01-01">1. januar 2024</time>'),
    ("limit", "P30D", "30 dager"),
    ("phrase", "til 2024-01-01", "til 2024-01-01"),
    ("anything", "controller", "controller"),
    ("from", "2024-13-99", "2024-13-99"),
    ("act", "no act <at> all", "no act &lt;at&gt; all"),
]


@pytest.mark.parametrize(("column", "value", "shown"), SHOWN)
def test_cell_of_an_answer_is_shown_by_what_it_means(column: str, value: str, shown: str) -> None:
    """A key and a code are called by name, a day is in words; what means nothing to us stands as it is."""
    with application().test_request_context("/nb/"):
        assert shown in str(Shower(texts("nb")).cell(column, Literal(value)))


@pytest.mark.parametrize(
    ("value", "said"), [("2024-01-02", "2. januar 2024"), ("2024-05", "mai 2024"), ("1997", "1997"),
    ("2024-99-99", "2024-99-99"), ("2024-01-01Z", "2024-01-01Z"), ("-0044", "-0044"), ("x", "x")],
)  # fmt: skip
def test_date_that_is_none_stands_as_it_is(value: str, said: str) -> None:
    """Whoever writes a query may write what is no date under the datatype of one."""
    assert texts("nb").date(value) == said


@pytest.mark.parametrize("key", ["a%20b", "a%3Cb", "LOV-1900-01-01-1"])
def test_act_that_nobody_has_heard_of_is_not_found(key: str) -> None:
    """Whatever an address is made of, the answer is a sentence."""
    assert fetched(f"/nb/act/{key}").status_code == 404


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_act_has_its_number_in_its_name(lang: str) -> None:
    """An act is called the same in every language, though only one of them has its long title."""
    named = [name for name, _ in rows(f"/{lang}/law/")]
    assert len(named) > 40
    assert [name for name in named if not re.search(r"[A-Z]+[- ]\d{4}", name)] == []
