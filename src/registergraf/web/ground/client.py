"""What the client of the current request prefers: a media type, a language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request

from registergraf.sparql.formats import negotiate
from registergraf.web.ground.headers import HTML
from registergraf.web.ground.i18n import preferred

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["HTML", "accepted", "language"]


def accepted(offers: Sequence[str]) -> str | None:
    """The offer that the Accept header prefers, None where it takes none of them."""
    return negotiate(request.headers.get("Accept"), offers)


def language() -> str:
    """The language of the address, else the one that the Accept-Language header prefers."""
    given: str | None = g.get("lang")
    return given or preferred(request.accept_languages)
