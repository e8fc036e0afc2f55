"""The whole dataset as files, with their checksums: a page that lists them, and the files."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, redirect, request

from registergraf.web.ground.client import HTML, accepted, language
from registergraf.web.ground.headers import MAX_AGE
from registergraf.web.shown.links import Link
from registergraf.web.shown.localised import localised
from registergraf.web.shown.problems import UnknownThing
from registergraf.web.shown.render import render
from registergraf.web.ground.site import site

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

blueprint = Blueprint("dumps", __name__)
page = localised("dumps_page", __name__)

CHECKSUMS = "SHA256SUMS"
PLAIN = "text/plain"
GZIP = "application/gzip"


@blueprint.get("/dump/")
def listing() -> AnyResponse:
    """The page about the files for people, their checksums for programs."""
    if accepted([PLAIN, HTML]) == HTML:
        response = redirect(f"/{language()}/dump/", 303)
    else:
        response = redirect(f"/dump/{CHECKSUMS}", 303)
    response.headers["Vary"] = "Accept, Accept-Language"
    return response


@blueprint.get("/dump/<name>")
def file(name: str) -> Response:
    """One file; its entity tag is its SHA-256, and a range of it can be asked for (RFC 9110, section 14)."""
    if name not in site().release.dumps:
        raise UnknownThing("document", name)
    data = site().release.dump(name)
    response = Response(data, content_type=f"{PLAIN}; charset=utf-8" if name == CHECKSUMS else GZIP)
    response.set_etag(hashlib.sha256(data).hexdigest())
    response.cache_control.public = True
    response.cache_control.max_age = MAX_AGE
    return response.make_conditional(request, accept_ranges=True, complete_length=len(data))  # type: ignore[return-value]


@page.get("/dump/")
def listing_page() -> Response:
    """The files with their sizes and checksums."""
    release = site().release
    pairs = (line.partition("  ") for line in release.dump(CHECKSUMS).decode().splitlines())
    sums = {name: checksum for checksum, _, name in pairs}
    files = [(name, size, sums.get(name, "")) for name, size in release.dumps.items() if name != CHECKSUMS]
    links = [Link("item", f"/dump/{name}", GZIP) for name, _, _ in files]
    return render("dumps.html", g.lang, [*links, Link("item", f"/dump/{CHECKSUMS}", PLAIN)], files=files)
