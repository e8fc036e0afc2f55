"""What tells crawlers what is here: robots.txt (RFC 9309) and the sitemap (sitemaps.org 0.9, with xhtml alternates).

A date in the sitemap is that of the facts that a page shows: of a data source the day its description last changed, of
every other page, which asks the whole graph, the day of the newest of those, as the catalogue says both. A page that
shows no facts has none. Nothing carries the time of a build.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, request

from registergraf.web.ground.i18n import LANGUAGES
from registergraf.web.shown.problems import UnknownThing
from registergraf.web.ground.site import site

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

blueprint = Blueprint("discovery", __name__)

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"
KINDS = ("registry", "act", "provision", "organisation")
"""The kinds of things of the graph whose pages are worth finding; claims and passages are read there."""
LISTS = ("", "registry/", "law/", "organisation/", "rule/", "query/", "ns", "dump/")
WITHOUT_FACTS = {"ns"}
"""Pages of the vocabulary, which bears no date."""
LARGEST = 50_000
"""Most addresses of one sitemap, by its protocol."""
ROBOTS = """User-agent: *
Disallow: /sparql
Disallow: /rdf-graph-store
Disallow: /*/sparql?
Disallow: /*/search?
Disallow: /*/registry/?
Disallow: /*/query/*?
Allow: /

Sitemap: {root}sitemap.xml
"""


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Everything may be read; what answers questions without end is left to those who ask them."""
    return Response(ROBOTS.format(root=request.url_root), content_type="text/plain; charset=utf-8")


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """The pages in each language, or an index of sitemaps where they are too many for one."""
    places = list(_places())
    if len(places) <= LARGEST:
        return _xml(_urls(places))
    index = ET.Element("sitemapindex", xmlns=SITEMAP)
    for number in range(1, -(-len(places) // LARGEST) + 1):
        ET.SubElement(ET.SubElement(index, "sitemap"), "loc").text = f"{request.url_root}sitemap-{number}.xml"
    return _xml(index)


@blueprint.get("/sitemap-<int:number>.xml")
def part(number: int) -> Response:
    """One of the sitemaps that the index names."""
    places = list(_places())
    chosen = places[(number - 1) * LARGEST : number * LARGEST] if number > 0 and len(places) > LARGEST else []
    if not chosen:
        raise UnknownThing("document", f"sitemap-{number}.xml")
    return _xml(_urls(chosen))


def changed() -> Mapping[str, str]:
    """The day that each data source's description last changed, by its IRI, where the catalogue says it."""
    return {str(t.subject).strip("<>"): str(getattr(t.object, "value", "")) for t in site().offered("changed")}


def _places() -> Iterator[tuple[str, str, str]]:
    """Each page: its language, its path below it, and the day it last changed, empty where nothing says it."""
    days = changed()
    newest = days.get(f"{site().release.base}catalog", "")
    paths = {path: "" if path in WITHOUT_FACTS else newest for path in LISTS}
    found = ((site().path(iri) or "", days.get(iri, newest)) for iri in site().names)
    paths |= dict(sorted((path, day) for path, day in found if path.partition("/")[0] in KINDS))
    paths |= {f"rule/{rule['id']}": newest for rule in site().release.rules}
    paths |= {f"query/{name}": newest for name in site().named}
    return ((lang, path, day) for path, day in paths.items() for lang in LANGUAGES)


def _urls(places: Sequence[tuple[str, str, str]]) -> ET.Element:
    root = ET.Element("urlset", {"xmlns": SITEMAP, "xmlns:xhtml": XHTML})
    for lang, path, day in places:
        url = ET.SubElement(root, "url")
        ET.SubElement(url, "loc").text = f"{request.url_root}{lang}/{path}"
        if day:
            ET.SubElement(url, "lastmod").text = day
        for other in LANGUAGES:
            href = f"{request.url_root}{other}/{path}"
            ET.SubElement(url, "xhtml:link", {"rel": "alternate", "hreflang": other, "href": href})
    return root


def _xml(root: ET.Element) -> Response:
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(body, content_type="application/xml; charset=utf-8")
