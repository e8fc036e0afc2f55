"""The reports of the release's audit, in every form it holds: the files themselves, byte for byte."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import NamedTuple

from flask import Blueprint, Response, request

from registergraf.web.ground.client import language
from registergraf.web.ground.headers import MAX_AGE
from registergraf.web.ground.i18n import LANGUAGES
from registergraf.web.ground.site import site
from registergraf.web.shown.problems import UnknownThing

blueprint = Blueprint("audit", __name__)

TYPES = {
    "report.csv": "text/csv; charset=utf-8; header=present",
    "report.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "report.json": "application/json",
    "report.schema.json": "application/schema+json",
    "report.ttl": "text/turtle; charset=utf-8",
    "report.jsonld": "application/ld+json",
    "report.sarif": "application/sarif+json",
    "report.xml": "application/xml",
    "earl.ttl": "text/turtle; charset=utf-8",
    **{f"report.{lang}.html": "text/html; charset=utf-8" for lang in LANGUAGES},
}
"""The media type of each file."""
PAGE = "report.html"
STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)


class Chosen(NamedTuple):
    """A file, and the header that it was chosen by."""

    name: str
    vary: str = ""


@blueprint.get("/audit/<name>")
def report(name: str) -> Response:
    """One form of the report; ``report.html`` is the one in the language the reader prefers."""
    chosen = Chosen(f"report.{language()}.html", "Accept-Language") if name == PAGE else Chosen(name)
    body = site().release.audit_file(chosen.name) if chosen.name in TYPES else None
    if body is None:
        raise UnknownThing("document", f"audit/{name}")
    response = Response(body, content_type=TYPES[chosen.name])
    response.set_etag(hashlib.sha256(f"{site().release.name} {chosen.name}".encode()).hexdigest()[:32])
    response.cache_control.public = True
    response.cache_control.max_age = MAX_AGE
    if chosen.vary:
        response.headers["Vary"] = chosen.vary
    if chosen.name.endswith(".html"):
        response.headers["Content-Security-Policy"] = policy(body)
    return response.make_conditional(request)  # type: ignore[return-value]


def policy(page: bytes) -> str:
    """The policy for a page that carries its style sheet: that one by its hash, and nothing else (CSP level 3)."""
    found = STYLE.search(page)
    digest = base64.b64encode(hashlib.sha256(found[1] if found else b"").digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; frame-ancestors 'none'"
