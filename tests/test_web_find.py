"""Finding and browsing: the search page, the facets, the comparison."""

from __future__ import annotations

import pytest

from registergraf.web.i18n import LANGUAGES
from webpages import Page, client


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
