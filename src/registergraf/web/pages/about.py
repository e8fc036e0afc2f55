"""The pages about the service itself: what it is, its sources, its licence, privacy, accessibility, API, first queries.

Each page is a list of parts; a part has a heading and paragraphs in the texts, and some have a list from the release.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, g, redirect
from markupsafe import Markup

from registergraf.web.ground.client import language
from registergraf.web.ground.i18n import texts
from registergraf.web.ground.site import site
from registergraf.web.shown.entries import Entry, gather
from registergraf.web.shown.localised import localised
from registergraf.web.shown.problems import UnknownThing
from registergraf.web.shown.render import render

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from werkzeug.wrappers import Response as AnyResponse

blueprint = localised("about", __name__)
root = Blueprint("about_root", __name__)

PAGES: Mapping[str, tuple[str, ...]] = {
    "about": ("what", "not", "how", "words", "contact"),
    "sources": ("documents", "law", "licence"),
    "privacy": ("collected", "log", "cookies"),
    "accessibility": ("status", "deviations", "tested", "feedback"),
    "api": ("addresses", "formats", "machines", "limits"),
    "first-queries": ("start", "pattern", "claims", "named"),
}
"""The pages, each with the keys of its parts."""

NORWEGIAN = {"om": "about", "kilder": "sources", "personvern": "privacy", "tilgjengelighet": "accessibility"}
"""Addresses that a Norwegian reader would try."""


@dataclass(frozen=True)
class Part:
    """One part of a page: its key for links, its heading, its paragraphs."""

    key: str
    heading: str
    paragraphs: list[Markup]


def parts(page: str, lang: str) -> list[Part]:
    """The parts of a page; a text is HTML of ours, with paragraphs apart by an empty line."""
    t = texts(lang)
    values: Mapping[str, Any] = {
        "lang": lang,
        "base": site().release.base,
        "version": version("registergraf"),
        "seconds": t.number(int(site().settings.query_seconds)),
        "rows": t.number(site().settings.answer_rows),
        "length": t.number(site().settings.query_length),
    }
    return [
        Part(key, t(f"about.{page}.{key}"), [Markup(p) for p in t(f"about.{page}.{key}.text", **values).split("\n\n")])  # noqa: S704
        for key in PAGES[page]
    ]


LISTS: Mapping[str, Callable[[], list[Entry]]] = {
    "documents": lambda: gather(site().rows("sources", lang=g.lang)),
    "contact": lambda: gather(site().rows("contact")),
}
"""What stands below a part, from the graph."""


@blueprint.get("/<any(about, sources, privacy, accessibility, api):page>")
@blueprint.get("/help/<any('first-queries'):page>")
def about(page: str) -> Response:
    """A page about the service."""
    lists = {key: make() for key, make in LISTS.items() if key in PAGES[page]}
    return render("about.html", g.lang, page=page, parts=parts(page, g.lang), pages=list(PAGES), lists=lists)


@blueprint.get("/<any(om, kilder, personvern, tilgjengelighet):word>")
def in_norwegian(word: str) -> AnyResponse:
    """The address in Norwegian leads to the page."""
    return redirect(f"/{g.lang}/{NORWEGIAN[word]}", 301)


@root.get("/<any(about, sources, privacy, accessibility, api):page>")
def negotiated(page: str) -> AnyResponse:
    """A page about the service, in the client's language."""
    if page not in PAGES:
        raise UnknownThing("page", page)
    response = redirect(f"/{language()}/{page}", 302)
    response.headers["Vary"] = "Accept-Language"
    return response
