"""Which profile of the catalogue a client means."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from flask import request
from werkzeug.exceptions import BadRequest, NotAcceptable

from registergraf.catalogue import PROFILES
from registergraf.graph import select
from registergraf.web.ground.site import site

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DEFAULT = "neutral"
TOKENS = """
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?profile ?token WHERE { ?profile a dct:Standard ; skos:notation ?token }
"""
WISH = re.compile(r'\s*(?:<([^<>]*)>|"([^"]*)"|([^\s,;"<>]+))\s*(?:;\s*q\s*=\s*([0-9.]+)\s*)?(?:,|$)')


def profiles() -> Mapping[str, str]:
    """The IRI of each profile, by its token, the default first."""
    found = {row["token"].value: row["profile"].value for row in select(site().release.store, TOKENS)}
    return {token: found.get(token, f"{site().release.base}profile/{token}") for token in PROFILES}


def chosen_profile() -> str:
    """The token of the profile that the request asks for.

    Raises `BadRequest` for a ``?profile=`` that does not exist, and `NotAcceptable` where none of the profiles that
    Accept-Profile names exists.
    """
    iris = profiles()
    by_name = {**{iri: token for token, iri in iris.items()}, **{token: token for token in iris}}
    given = request.args.get("profile")
    if given is not None:
        if given not in by_name:
            near = difflib.get_close_matches(given, list(iris)) or list(iris)
            raise BadRequest(f"There is no profile '{given}'. Did you mean {' or '.join(near)}?")
        return by_name[given]
    header = request.headers.get("Accept-Profile", "")
    if not header.strip():
        return DEFAULT
    wishes = sorted(_wishes(header), key=lambda wish: -wish[1])
    known = [by_name.get(name, DEFAULT if name == "*" else "") for name, weight in wishes if weight > 0]
    found = next(filter(None, known), None)
    if found is None:
        raise NotAcceptable(f"Available here: {', '.join(f'<{iri}>' for iri in iris.values())}.")
    return found


def _wishes(header: str) -> Iterator[tuple[str, float]]:
    """The profiles that the header names, each with its weight; what is malformed weighs nothing."""
    for match in WISH.finditer(header):
        name = match[1] or match[2] or match[3] or ""
        try:
            yield name, float(match[4]) if match[4] else 1.0
        except ValueError:
            yield name, 0.0
