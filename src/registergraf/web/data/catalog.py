"""The catalogue as harvesters fetch it: whole, uncompressed, without a redirect; in each profile; paged; per data set.

Which profile is meant is said by ``?profile=`` with its token or IRI, else by the header Accept-Profile (Content
Negotiation by Profile, W3C working draft, sections 7 and 8), else it is the one that all accept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response
from pyoxigraph import NamedNode

from registergraf.catalogue import FORMATS, page, pages, write_document
from registergraf.web.ground.client import accepted
from registergraf.web.data.documents import document, format_of, media_types, split_suffix
from registergraf.web.shown.links import CATALOGUE, Link, add_links
from registergraf.web.shown.problems import NothingAcceptable, UnknownThing
from registergraf.web.data.profiles import chosen_profile, profiles
from registergraf.web.ground.site import site

if TYPE_CHECKING:
    from registergraf.catalogue import Slices

blueprint = Blueprint("catalog", __name__)

VARY = "Accept, Accept-Profile"


@blueprint.get("/catalog")
def negotiated() -> Response:
    """The catalogue in the format that the client prefers."""
    return _catalogue(_negotiate(), vary=VARY)


@blueprint.get("/catalog.<suffix>")
def fixed(suffix: str) -> Response:
    """The catalogue in one format, whatever the client accepts."""
    stem, name = split_suffix(f"catalog.{suffix}")
    if stem != "catalog":
        raise UnknownThing("document", f"catalog.{suffix}")
    return _catalogue(name)


@blueprint.get("/catalog/pages/<int:number>")
def negotiated_page(number: int) -> Response:
    """One page of the catalogue, in the format that the client prefers."""
    return _page(number, _negotiate(), vary=VARY)


@blueprint.get("/catalog/pages/<int:number>.<suffix>")
def fixed_page(number: int, suffix: str) -> Response:
    """One page of the catalogue in one format."""
    _, name = split_suffix(f".{suffix}")
    if not name:
        raise UnknownThing("document", f"catalog/pages/{number}.{suffix}")
    return _page(number, name)


@blueprint.get("/catalog/<kind:kind>/<key>")
def dataset(kind: str, key: str) -> Response:
    """What the catalogue says of one data set, under the data set's address below that of the catalogue."""
    iri = site().iri(kind, key)
    stem, name = (key, "") if iri in _slices().known else split_suffix(key)
    iri = site().iri(kind, stem)
    if iri not in _slices().known:
        raise UnknownThing(kind, stem)
    told = _slices().document_of(iri)
    return _answer(f"{CATALOGUE}/{kind}/{stem}", told, name or _negotiate(), vary="" if name else VARY)


def _negotiate() -> str:
    chosen = accepted(media_types())
    if chosen is None:
        raise NothingAcceptable(media_types())
    return format_of(chosen)


def _catalogue(name: str, vary: str = "") -> Response:
    profile = chosen_profile()
    return _with_links(
        CATALOGUE, document(site().release.catalogue(profile, name), FORMATS[name], vary=vary, view=profile)
    )


def _page(number: int, name: str, vary: str = "") -> Response:
    size = site().settings.catalogue_page
    if not 1 <= number <= pages(_slices(), size):
        raise UnknownThing("page", str(number))
    suffix = "" if vary else FORMATS[name].suffix
    token = chosen_profile()
    told = page(_slices(), NamedNode(site().release.base + "catalog"), number, size, f"{suffix}?profile={token}")
    return _answer(f"{CATALOGUE}/pages/{number}", told, name, vary)


def _answer(path: str, told: bytes, name: str, vary: str) -> Response:
    body = write_document(told, name, site().prefixes)
    return _with_links(path, document(body, FORMATS[name], vary=vary, view=chosen_profile()))


def _with_links(path: str, response: Response) -> Response:
    """Say which profile this is, and where the other profiles and formats are."""
    token = chosen_profile()
    iris = profiles()
    links = [Link("profile", iris[token])]
    links += [
        Link("alternate", f"{path}{f.suffix}?profile={other}", f.media_type, profile=iris[other])
        for other in iris
        for f in FORMATS.values()
    ]
    add_links(response, links)
    response.headers["Content-Profile"] = f"<{iris[token]}>"
    return response


def _slices() -> Slices:
    return site().slices(chosen_profile())
