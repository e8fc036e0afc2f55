"""No dead links: each link of ours on each type of page leads to a route that answers, about a thing that is known."""

from __future__ import annotations

from functools import cache

from addresses import leads_somewhere, routed
from webpages import PAGES, Page, client, fetched

FETCHED = 60
"""How many addresses are fetched for real, one for each route first."""


@cache
def links() -> dict[str, str]:
    """The addresses of ours that the pages link to, each with a page that does."""
    found: dict[str, str] = {}
    for path in PAGES:
        for given in Page(fetched(f"/nb{path}").text).of("a"):
            href = str(given["href"])
            if href.startswith("/"):
                found.setdefault(href.partition("#")[0], path)
    return found


def test_every_link_has_a_route_and_a_thing() -> None:
    """No link of any type of page leads to an address that is not there."""
    dead = [(address, page) for address, page in links().items() if not leads_somewhere(address)]
    assert len(links()) > 500
    assert not dead


def test_a_link_of_each_route_is_answered() -> None:
    """One link for each route, fetched for real, is answered, and nothing fails."""
    by_route: dict[str, str] = {}
    for address in links():
        by_route.setdefault(routed(address)[0] if not address.startswith("/static") else "static", address)
    answers = {address: client().get(address).status_code for address in list(by_route.values())[:FETCHED]}
    assert {address: status for address, status in answers.items() if status >= 400} == {}
