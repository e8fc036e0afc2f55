"""Views below a language: the language stands first in the address, and no view need name it."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, Response, g, request

from registergraf.web.ground.i18n import LANGUAGES

__all__ = ["localised"]


def localised(name: str, module: str) -> Blueprint:
    """A blueprint of pages in every language."""
    blueprint = Blueprint(name, module, url_prefix=f"/<any({', '.join(LANGUAGES)}):lang>")
    blueprint.url_value_preprocessor(take_language)
    blueprint.after_request(tag)
    return blueprint


def take_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Take the language out of the address."""
    g.lang = (values or {}).pop("lang")


def tag(response: Response) -> Response:
    """Give a page its entity tag, so that it is made once for a release and not sent twice (RFC 9110, section 8.8.3).

    A page follows from the release and its address. One that does not has said how long it may be kept.
    """
    if response.status_code == 200 and not {"ETag", "Cache-Control"} & set(response.headers.keys()):  # noqa: PLR2004
        response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
        response.headers["Cache-Control"] = "public, no-cache"
        response.make_conditional(request)
    return response
