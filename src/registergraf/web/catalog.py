"""The catalogue as harvesters fetch it: DCAT-AP-NO, whole, uncompressed, without a redirect."""

from __future__ import annotations

from flask import Blueprint, Response

from registergraf.catalogue import FORMATS
from registergraf.web.client import accepted
from registergraf.web.documents import document, format_of, media_types, split_suffix
from registergraf.web.links import CATALOGUE, add_links, data_links
from registergraf.web.problems import NothingAcceptable, UnknownThing
from registergraf.web.site import site

blueprint = Blueprint("catalog", __name__)

PROFILE = "dcat-ap-no"


@blueprint.get("/catalog")
def negotiated() -> Response:
    """The catalogue in the format that the client prefers."""
    chosen = accepted(media_types())
    if chosen is None:
        raise NothingAcceptable(media_types())
    return _catalogue(format_of(chosen), vary="Accept")


@blueprint.get("/catalog.<suffix>")
def fixed(suffix: str) -> Response:
    """The catalogue in one format."""
    stem, name = split_suffix(f"catalog.{suffix}")
    if stem != "catalog":
        raise UnknownThing("document", f"catalog.{suffix}")
    return _catalogue(name)


def _catalogue(name: str, vary: str = "") -> Response:
    response = document(site().release.catalogue(PROFILE, name), FORMATS[name], vary=vary)
    add_links(response, data_links(CATALOGUE))
    return response
