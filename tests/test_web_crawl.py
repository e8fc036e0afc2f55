"""What a crawler finds: every address of the sitemap answers, and so does every format that it offers of its thing.

Each other link on those pages has a route and a thing. In bokmål; with CRAWL=all every link of every page is followed,
in each language, except those to another day and those that add to a choice of facets, of which there is no end.
"""

from __future__ import annotations

import os
import re
from functools import cache
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest

from addresses import leads_somewhere
from webpages import client

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

pytestmark = pytest.mark.slow

EVERY = os.environ.get("CRAWL") == "all"
HOST = "http://localhost"
LINK = re.compile(r'(?:href|src)="([^"]+)"')
LOCATION = re.compile(r"<loc>([^<]+)</loc>")
FORMAT = re.compile(r"\.(?:ttl|jsonld|json|rdf|nt|trig|nq|csv|svg|xml|css|js|linkset)$")
ADDING = frozenset({"as-of", "from", "to", "page"})


@cache
def get(address: str) -> TestResponse:
    """What a crawler that takes anything is answered, read to its end."""
    return client().get(address, headers={"Accept": "text/html, */*;q=0.5"}, buffered=True)


def ours(address: str) -> str:
    """The path and the query of an address."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def sitemap() -> list[str]:
    """The addresses that crawlers are told."""
    found = [ours(unescape(address)) for address in LOCATION.findall(get("/sitemap.xml").text)]
    return [address for address in found if EVERY or address.startswith("/nb/")]


def linked(address: str) -> set[str]:
    """The addresses of ours that an answer leads to."""
    answer = get(address)
    if answer.status_code in {301, 302, 303, 307, 308}:
        found = [answer.headers["Location"]]
    else:
        found = LINK.findall(answer.text) if answer.mimetype == "text/html" else []
    whole = (urljoin(HOST + address, unescape(one)) for one in found)
    return {ours(one) for one in whole if one.startswith(HOST + "/")}


def test_the_sitemap_and_all_that_it_leads_to() -> None:
    """Nothing is missing and nothing fails."""
    pages = sitemap()
    assert len(pages) > 500
    assert {address: get(address).status_code for address in pages if get(address).status_code != 200} == {}

    found = {one for address in pages for one in linked(address)} - {*pages}
    formats = {one for one in found if FORMAT.search(urlsplit(one).path)}
    assert len(formats) > 2000
    assert {one: get(one).status_code for one in formats if get(one).status_code >= 400} == {}
    assert [one for one in found - formats if not leads_somewhere(one)] == []


def is_finite(address: str) -> bool:
    """Whether an address is neither another day's nor one more choice of facets."""
    names = [name for name, _ in parse_qsl(urlsplit(address).query, keep_blank_values=True)]
    return len(names) <= 1 and not ADDING & {*names}


@pytest.mark.skipif(not EVERY, reason="CRAWL=all follows every link")
def test_every_link_of_every_page() -> None:
    """From one page to the next, until there is none that was not seen."""
    seen = {*sitemap()}
    todo, failed = [*seen], {}
    while todo:
        address = todo.pop()
        status = get(address).status_code
        if status >= 400:
            failed[address] = status
        fresh = {one for one in linked(address) if is_finite(one)} - seen
        get.cache_clear()
        seen |= fresh
        todo += fresh
    assert failed == {}
    assert len(seen) > 50_000
