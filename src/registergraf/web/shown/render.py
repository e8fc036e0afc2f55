"""From a template to a page: the language, the names and the links every page needs."""

from __future__ import annotations

import hashlib
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Response, current_app, g, render_template, request

from registergraf.web.ground.behind import SHOW, SPARQL, asked_here
from registergraf.web.ground.days import AS_OF
from registergraf.web.ground.i18n import LANGUAGES, texts
from registergraf.web.ground.site import EXTENSION, site
from registergraf.web.shown.carried import carry
from registergraf.web.shown.charts import chart_of
from registergraf.web.shown.links import Link, add_links
from registergraf.web.shown.show import Shower

if TYPE_CHECKING:
    from collections.abc import Sequence

MENU = (
    ("registry/", "nav.registries"),
    ("law/", "nav.law"),
    ("organisation/", "nav.organisations"),
    ("audit", "nav.audit"),
    ("picture/", "nav.pictures"),
    ("catalogue", "nav.catalogue"),
    ("sparql", "nav.query"),
)
"""The main menu: addresses below the language, and the keys of their texts."""

FOOT = (
    ("about", "about.about.title"),
    ("sources", "about.sources.title"),
    ("privacy", "about.privacy.title"),
    ("accessibility", "about.accessibility.title"),
    ("api", "about.api.title"),
    ("dump/", "footer.dumps"),
    ("help/first-queries", "about.first-queries.title"),
)
"""The menu at the foot, in the same form."""


def render(template: str, lang: str, links: Sequence[Link] = (), **values: Any) -> Response:
    """The page of a template in a language, with its links in the head and in the header."""
    shower = Shower(texts(lang))
    body = render_template(
        "behind.html" if request.args.get(SHOW) == SPARQL and asked_here() else template,
        lang=lang,
        t=shower.t,
        show=shower,
        site=site(),
        links=links,
        languages=[(code, _same_page(code)) for code in LANGUAGES],
        menu=MENU,
        foot=FOOT,
        static=static,
        asked=asked_here(),
        behind=partial(_at, _with_show()),
        chart_of=chart_of,
        other_day=g.get("day"),
        today=current_app.extensions[EXTENSION].release.as_of,
        undated=_undated(),
        undated_pairs=_undated_pairs(),
        **values,
    )
    if "day" in g:
        body = carry(body, g.day.isoformat())
    response = Response(body, content_type="text/html; charset=utf-8")
    response.headers["Content-Language"] = lang
    if links:
        add_links(response, links)
    return response


@cache
def static(name: str) -> str:
    """The address of a static file, which changes with its content, so that a client may keep it for ever."""
    content = (Path(current_app.static_folder or "") / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


def _with_show() -> str:
    """The address that shows the queries behind this page; another day is carried along."""
    return f"{request.path}?{urlencode([*_undated_pairs(), (SHOW, SPARQL)])}"


def _at(address: str, name: str = "") -> str:
    """An address, or a place of that name in it."""
    return f"{address}#{name}" if name else address


def _undated() -> str:
    """The address of this page on the day of the release."""
    pairs = _undated_pairs()
    return request.path + (f"?{urlencode(pairs)}" if pairs else "")


def _undated_pairs() -> list[tuple[str, str]]:
    """The parameters of this page but its day; none of an address that is refused for its length."""
    given = () if g.get("unrepeated") else request.args.items(multi=True)
    return [(name, value) for name, value in given if name != AS_OF]


def _same_page(lang: str) -> str:
    """The address of this page in another language; the start page where the address carries no language."""
    if "lang" not in g:
        return f"/{lang}/"
    query = "" if g.get("unrepeated") else request.query_string.decode("ascii", "replace")
    return f"/{lang}{request.path[3:]}" + (f"?{query}" if query else "")
