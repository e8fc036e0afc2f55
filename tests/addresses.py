"""Addresses of ours: whether there is a route for one, and whether the release knows the thing that it is about."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

from werkzeug.exceptions import HTTPException

from registergraf.web.data.documents import split_suffix
from registergraf.web.ground.i18n import LANGUAGES
from registergraf.web.ground.site import EXTENSION
from webpages import application, release

KNOWN_BY_LIST = {"rule": "rules", "verdict": "verdicts"}


@cache
def listed(kind: str) -> frozenset[str]:
    """The ids of a kind that the release has as a list."""
    return frozenset(row["id"] for row in getattr(release(), KNOWN_BY_LIST[kind]))


def leads_somewhere(address: str) -> bool:
    """Whether an address has a route, a redirection included, and is about something that is known."""
    try:
        _, arguments = routed(address)
    except HTTPException as error:
        return error.code is not None and error.code < 400
    return is_known(address, arguments)


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
        return bool({key, stem} & listed(kind))
    site = application().extensions[EXTENSION]
    return bool(site.knows(site.iri(kind, stem)) or site.knows(site.iri(kind, key)))
