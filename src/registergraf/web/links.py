"""The links of a resource, once for the Link header (RFC 8288) and once for the head of a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from registergraf.catalogue import FORMATS
from registergraf.web.i18n import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Response

CATALOGUE = "/catalog"


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


def document_links(path: str, iri: str) -> list[Link]:
    """The links of a data document: what it describes, and the same in other formats and as a page."""
    pages = [Link("alternate", f"/{lang}{path}", "text/html", lang) for lang in LANGUAGES]
    return [Link("describes", iri), *data_links(path), *pages]


def add_links(response: Response, links: Iterable[Link]) -> None:
    """Put the links into the Link header."""
    response.headers["Link"] = ", ".join(link.header() for link in links)
