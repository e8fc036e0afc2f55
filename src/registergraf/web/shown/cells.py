"""What the cells of an answer hold: keys of things, codes of concepts, properties, words of the queries themselves.

A cell is read by the name of its column, which the named queries share.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from registergraf.web.ground.site import Site

DATA_SOURCES = (
    "slug", "other", "part", "part_of", "predecessor", "registry", "successor", "supplier", "through", "umbrella",
)  # fmt: skip
KEYS = {
    **dict.fromkeys(DATA_SOURCES, "registry"),
    **dict.fromkeys(("act", "regulation", "enabling_act", "replaced_by"), "act"),
    "document": "source",
    "left_out_by": "source",
    "orgnr": "organisation",
    "stated_in": "source",
}
"""Columns of the named queries that hold keys, with the kind of thing each is the key of."""
CODES = ("cites_licence_rule", "consent", "dated", "instead", "linked", "relation", "unit")
"""Columns that hold words of the queries themselves, which the texts have under ``code.``."""
PROPERTIES = ("instead", "property", "relation")
"""Columns that hold properties of ours by name, in small letters with hyphens."""
SCHEMES = {
    "condition": ("condition", "scope", "deadline"),
    "form": ("data-form",),
    "kind": ("kind", "deadline"),
}
"""Columns that hold the codes of concepts, with their schemes, where those are not called as the column."""


def candidates(site: Site, column: str, value: str) -> list[str]:
    """The IRIs that a value of a column may stand for, the likeliest first; nothing need be known by them."""
    if column in PROPERTIES:
        named = re.sub(r"-(\w)", lambda letter: letter[1].upper(), value)
        return [f"{site.release.base}ns#{named}"]
    if column in KEYS:
        return [site.iri(KEYS[column], value).value]
    return [site.iri("concept", f"{scheme}-{value}").value for scheme in SCHEMES.get(column, (column,))]
