"""No dead links: each link of ours on each type of page leads to a route that answers, about a thing that is known."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

from werkzeug.exceptions import HTTPException

from registergraf.web.data.documents import split_suffix
from registergraf.web.ground.i18n import LANGUAGES
from registergraf.web.ground.site import EXTENSION
from webpages import PAGES, Page, application, client, fetched, release

KNOWN_BY_LIST = {"rule": "rules", "verdict": "verdicts"}
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


def routed(address: str) -> tuple[str, dict[str, Any]]:
    """The route of an address and what it takes from it; raises `HTTPException` where there is none."""
    adapter = application().url_map.bind("localhost")
    parts = urlsplit(address)
    endpoint, arguments = adapter.match(unquote(parts.path), query_args=parts.query)
    return endpoint, dict(arguments)


def is_known(address: str, arguments: dict[str, Any]) -> bool:
    """Whether the release says something of the thing that a page is about."""
    steps = [step for step in address.split("?", maxsplit=1)[0].split("/") if step and step not in LANGUAGES]
    kind, key = arguments.get("kind") or "".join(steps[:1]), arguments.get("key")
    if key is None or kind == "picture":
        return True
    stem, _ = split_suffix(key.removesuffix(".csv").removesuffix(".svg"))
    if kind in KNOWN_BY_LIST:
        return any(row["id"] in {key, stem} for row in getattr(release(), KNOWN_BY_LIST[kind]))
    site = application().extensions[EXTENSION]
    return bool(site.knows(site.iri(kind, stem)) or site.knows(site.iri(kind, key)))


def test_every_link_has_a_route_and_a_thing() -> None:
    """No link of any type of page leads to an address that is not there."""
    dead = []
    for address, page in links().items():
        try:
            _, arguments = routed(address)
        except HTTPException as error:
            if error.code is not None and error.code >= 400:
                dead.append((address, page))
            continue
        if not is_known(address, arguments):
            dead.append((address, page))
    assert len(links()) > 500
    assert not dead


def test_a_link_of_each_route_is_answered() -> None:
    """One link for each route, fetched for real, is answered, and nothing fails."""
    by_route: dict[str, str] = {}
    for address in links():
        by_route.setdefault(routed(address)[0] if not address.startswith("/static") else "static", address)
    answers = {address: client().get(address).status_code for address in list(by_route.values())[:FETCHED]}
    assert {address: status for address, status in answers.items() if status >= 400} == {}
