"""Views below a language: the language stands first in the address, and no view need name it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g

from registergraf.web.i18n import LANGUAGES

__all__ = ["localised"]


def localised(name: str, module: str) -> Blueprint:
    """A blueprint of pages in every language."""
    blueprint = Blueprint(name, module, url_prefix=f"/<any({', '.join(LANGUAGES)}):lang>")
    blueprint.url_value_preprocessor(take_language)
    return blueprint


def take_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Take the language out of the address."""
    g.lang = (values or {}).pop("lang")
