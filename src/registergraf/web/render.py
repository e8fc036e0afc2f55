"""From a template to a page: the language, the names and the links every page needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, g, render_template, request

from registergraf.web.i18n import LANGUAGES, texts
from registergraf.web.links import Link, add_links
from registergraf.web.show import Shower
from registergraf.web.site import site

if TYPE_CHECKING:
    from collections.abc import Sequence


def render(template: str, lang: str, links: Sequence[Link] = (), **values: Any) -> Response:
    """The page of a template in a language, with its links in the head and in the header."""
    shower = Shower(texts(lang))
    body = render_template(
        template,
        lang=lang,
        t=shower.t,
        show=shower,
        site=site(),
        links=links,
        others=[(other, _same_page(other)) for other in LANGUAGES if other != lang],
        **values,
    )
    response = Response(body, content_type="text/html; charset=utf-8")
    response.headers["Content-Language"] = lang
    if links:
        add_links(response, links)
    return response


def _same_page(lang: str) -> str:
    """The address of this page in another language; the start page where the address carries no language."""
    if "lang" not in g:
        return f"/{lang}/"
    query = request.query_string.decode("ascii", "replace")
    return f"/{lang}{request.path[3:]}" + (f"?{query}" if query else "")
