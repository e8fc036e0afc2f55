"""The links of a resource, once for the Link header (RFC 8288) and once for the head of a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from registergraf.catalogue import FORMATS
from registergraf.json_text import json_text
from registergraf.web.ground.i18n import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flask import Response

CATALOGUE = "/catalog"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
"""Of what we say, as LICENSE-DATA has it."""
ABOUT_PAGE, DATASET = "https://schema.org/AboutPage", "https://schema.org/Dataset"
LINKSET = "application/linkset+json"


@dataclass(frozen=True)
class Link:
    """A typed link."""

    rel: str
    href: str
    type: str = ""
    hreflang: str = ""
    profile: str = ""

    def header(self) -> str:
        """As one value of a Link header."""
        extra = "".join(
            f'; {name}="{value}"'
            for name, value in (("type", self.type), ("hreflang", self.hreflang), ("profile", self.profile))
            if value
        )
        return f'<{self.href}>; rel="{self.rel}"{extra}'


def data_links(path: str) -> list[Link]:
    """The data documents of a resource at a path ("/registry/npr")."""
    return [Link("alternate", path + f.suffix, f.media_type) for f in FORMATS.values()]


def page_links(path: str, iri: str) -> list[Link]:
    """The links of the page about a thing: what to cite, the data documents, the page in other languages."""
    pages = [Link("alternate", f"/{lang}{path}", "text/html", lang) for lang in LANGUAGES]
    return [Link("cite-as", iri), *data_links(path), *pages]


def dataset_links(path: str, iri: str) -> list[Link]:
    """The links of the page about a data source, which FAIR Signposting wants of a landing page (level 2)."""
    described = [Link("describedby", path + f.suffix, f.media_type) for f in FORMATS.values()]
    types = [Link("type", ABOUT_PAGE), Link("type", DATASET)]
    more = [Link("license", LICENCE), Link("linkset", f"{path}.linkset", LINKSET)]
    return [*page_links(path, iri), *described, *types, *more]


def linkset(anchored: Mapping[str, Iterable[Link]], root: str) -> bytes:
    """The links of several documents as one (RFC 9264, section 4.2), every address absolute; `root` ends in a slash."""
    contexts = []
    for path, links in anchored.items():
        context: dict[str, Any] = {"anchor": urljoin(root, path)}
        for link in links:
            extra = {"type": link.type} if link.type else {}
            extra |= {"hreflang": [link.hreflang]} if link.hreflang else {}  # type: ignore[dict-item]
            context.setdefault(link.rel, []).append({"href": urljoin(root, link.href), **extra})
        contexts.append(context)
    return json_text({"linkset": contexts})


def document_links(path: str, iri: str) -> list[Link]:
    """The links of a data document: what it describes, and the same in other formats and as a page."""
    pages = [Link("alternate", f"/{lang}{path}", "text/html", lang) for lang in LANGUAGES]
    return [Link("describes", iri), Link("license", LICENCE), *data_links(path), *pages]


def add_links(response: Response, links: Iterable[Link]) -> None:
    """Put the links into the Link header."""
    response.headers["Link"] = ", ".join(link.header() for link in links)
