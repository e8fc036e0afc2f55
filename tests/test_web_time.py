"""Other days and what changed: `as-of` on every page, carried along, and the differences in words."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from html import unescape

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from registergraf.namespaces import BASE
from registergraf.web.ground.i18n import LANGUAGES
from registergraf.web.shown.carried import carry
from webpages import Page, client, release

DAY = "2022-06-01"
PAGES = (
    "",
    "registry/",
    "registry/npr",
    "organisation/983544622",
    "law/",
    "search?q=npr",
    "compare?registry=npr&registry=msis",
)


def controllers(html: str) -> set[str]:
    """The controllers that a page of the list names for NPR."""
    row = re.search(r'value="npr".*?</tr>', html, re.DOTALL)
    assert row
    return set(re.findall(r"/organisation/(\w+)", row[0]))


def test_the_view_is_that_of_the_day() -> None:
    """The controller of NPR was another before 2024."""
    assert controllers(client().get("/nb/registry/").text) == {"983744516"}
    assert controllers(client().get(f"/nb/registry/?as-of={DAY}").text) == {"983544622"}
    assert b"983544622" in client().get(f"/registry/npr.ttl?as-of={DAY}").data


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_day_is_shown_and_carried(lang: str) -> None:
    """Every link to a page of ours has it, the one back does not; every form has it once."""
    for path in PAGES:
        html = client().get(f"/{lang}/{path}{'&' if '?' in path else '?'}as-of={DAY}").text
        Page(html)
        assert f'datetime="{DAY}"' in html.partition("<main")[2].partition("<h1")[0], path
        links = [unescape(link) for link in re.findall(r'<a\b[^>]*href="(/[^"]*)"[^>]*>', html)]
        assert len(links) > 10
        assert [link for link in links if f"as-of={DAY}" not in link] == [f"/{lang}/{path}"]
        for form in re.findall(r"<form\b.*?</form>", html, re.DOTALL):
            assert form.count('name="as-of"') == 1, form


def test_the_day_of_the_release_is_no_other_day() -> None:
    """Its page is the page without a day."""
    assert (
        "as-of="
        not in client().get("/nb/registry/npr?as-of=2025-01-01").text.partition("<main")[2].partition("<form")[0]
    )


@pytest.mark.parametrize(
    ("day", "status", "words"), [("2022-13-01", 400, "2022-06-01"), ("1700-01-01", 404, "1943-01-01")]
)
def test_a_day_without_data_is_told(day: str, status: int, words: str) -> None:
    """And a day that is none."""
    answer = client().get(f"/nb/registry/npr?as-of={day}")
    assert answer.status_code == status
    assert words in answer.text


def test_the_address_of_a_thing_keeps_the_day() -> None:
    """The redirect leads to the page of the day, and its entity tag is another."""
    assert client().get(f"/registry/npr?as-of={DAY}").headers["Location"] == f"/nb/registry/npr?as-of={DAY}"
    tags = {client().get(f"/registry/npr.ttl{day}").headers["ETag"] for day in ("", f"?as-of={DAY}")}
    assert len(tags) == 2


def test_carrying_leaves_what_is_not_ours() -> None:
    """Addresses of others, of files and of parts of the page stay; a query string is kept."""
    html = '<a href="https://x.no/">a</a><a href="#n">b</a><a href="/static/a.css">c</a><a class="x" href="/nb/a?b=1&amp;c=2#d">d</a>'
    assert carry(html, DAY) == html.replace("c=2#d", f"c=2&amp;as-of={DAY}#d")


# ---------------------------------------------------------------- what changed


@pytest.mark.parametrize("lang", LANGUAGES)
def test_changes_are_sound_in_every_language(lang: str) -> None:
    """Of everything, of a registry, of an organisation, of an act."""
    for about in ("", "&registry=npr", "&organisation=983544622", "&act=LOV-2014-06-20-43"):
        Page(client().get(f"/{lang}/changes?from={DAY}&to=2025-01-01{about}").text)


def test_changes_of_a_registry_are_told_in_words() -> None:
    """The handover of NPR on 1 January 2024 is there between days around it, and not between days before it."""
    html = client().get("/en/changes?registry=npr&from=2023-12-31&to=2024-01-01").text
    words = re.sub(r"<[^>]+>", "", html)
    assert "Controller went from Norwegian Directorate of Health to Norwegian Institute of Public Health." in words
    assert "0 changes" in client().get("/en/changes?registry=npr&from=2022-06-01&to=2022-12-31").text


def test_changes_of_an_organisation_are_what_it_gained_and_lost() -> None:
    """It is the value that changed, of several registries."""
    html = client().get("/en/changes?organisation=983744516&from=2023-12-31&to=2024-01-01").text
    assert {"/en/registry/npr", "/en/registry/kpr"} <= set(re.findall(r'<h3><a href="([^"]+)"', html))


def test_law_that_entered_into_force_is_told() -> None:
    """The act of 2014 replaced that of 2001 on 1 January 2015."""
    words = client().get("/nb/changes?from=2014-12-31&to=2015-01-01").text
    assert re.search(r"LOV-2014-06-20-43\)</a></h3>\s*<ul>\s*<li>Trådte i kraft\.</li>", words)
    assert re.search(r"LOV-2001-05-18-24\)</a></h3>\s*<ul>\s*<li>Er ikke lenger i kraft\.</li>", words)


def test_days_in_the_wrong_order_are_refused() -> None:
    """With both named."""
    answer = client().get("/nb/changes?from=2024-01-02&to=2024-01-01")
    assert answer.status_code == 400
    assert "2024-01-02" in answer.text


def test_changes_between_releases() -> None:
    """What a later release has that an earlier one had not, and nothing else."""
    npr = NamedNode(BASE + "registry/npr")
    store = Store()
    store.bulk_extend(release().store)
    store.add(
        Quad(npr, NamedNode("http://purl.org/dc/terms/title"), Literal("A new name", language="en"), DefaultGraph())
    )
    earlier = replace(release(), name="fedcba9876543210", as_of=datetime.date(2025, 1, 1))
    later = replace(release(), store=store)
    object.__setattr__(later, "others", lambda: {earlier.name: earlier})
    asking = client(of=later)
    html = asking.get(f"/en/changes?release={earlier.name}").text
    assert re.sub(r"<[^>]+>", "", html).count("Name was added: A new name.") == 1
    assert "1 change" in html
    assert asking.get("/en/changes?release=0000000000000000").status_code == 404
