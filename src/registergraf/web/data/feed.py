"""The feed of changes: static pages of the release, the full ones for good, and the same for people."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.http import generate_etag

from registergraf.catalogue import FORMATS
from registergraf.web.ground.headers import MAX_AGE
from registergraf.web.shown.links import Link, add_links
from registergraf.web.shown.problems import UnknownThing
from registergraf.web.ground.site import site

blueprint = Blueprint("feed", __name__)

FOREVER = 604_800
"""Seconds a client may keep a full page without asking, as DCAT-AP Feeds recommends."""
TRIG = FORMATS["trig"].media_type
ATOM = "application/atom+xml"


@blueprint.get("/feed")
@blueprint.get("/feed.trig")
def index() -> Response:
    """The root of the event stream: which page has which time."""
    response = _answer("index.trig", TRIG)
    add_links(response, [Link("alternate", f"/feed/atom.{lang}.xml", ATOM, lang) for lang in ("nb", "nn", "en")])
    return response


@blueprint.get("/feed/<int:number>")
@blueprint.get("/feed/<int:number>.trig")
def page(number: int) -> Response:
    """A page of the event stream; one that another follows is full and never changes."""
    response = _answer(f"{number}.trig", TRIG)
    if site().release.feed(f"{number + 1}.trig") is not None:
        response.cache_control.max_age = FOREVER
        response.cache_control.immutable = True
    return response


@blueprint.get("/feed/atom.<language>.xml")
def atom(language: str) -> Response:
    """The newest changes for people."""
    return _answer(f"atom.{language}.xml", ATOM)


def _answer(name: str, media_type: str) -> Response:
    body = site().release.feed(name)
    if body is None:
        raise UnknownThing("document", f"feed/{name}")
    response = Response(body, content_type=f"{media_type}; charset=utf-8")
    response.set_etag(generate_etag(body))
    response.last_modified = site().release.published
    response.cache_control.public = True
    response.cache_control.max_age = MAX_AGE
    return response.make_conditional(request)  # type: ignore[return-value]
