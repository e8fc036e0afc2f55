"""The DCAT profiles: what a harvester fetches. Knows profiles and formats; knows no rule of law and nothing of HTTP.

What a catalogue document holds is said by the CONSTRUCT queries under ``queries/catalogue``; this package runs them
and writes what they give, in the same bytes every time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from registergraf.catalogue.export import NEUTRAL, PROFILES, export, export_all, made_by
from registergraf.catalogue.formats import FORMATS, Format, write, write_all, write_document
from registergraf.lazily import importing

if TYPE_CHECKING:
    from registergraf.catalogue import atom, feed
    from registergraf.catalogue.paging import page, pages
    from registergraf.catalogue.slices import Slices, sized
    from registergraf.catalogue.things import as_triple

__all__ = [
    "FORMATS",
    "NEUTRAL",
    "PROFILES",
    "Format",
    "Slices",
    "as_triple",
    "atom",
    "export",
    "export_all",
    "feed",
    "made_by",
    "page",
    "pages",
    "sized",
    "write",
    "write_all",
    "write_document",
]

if not TYPE_CHECKING:
    __getattr__ = importing(
        __name__,
        {
            "paging": ["page", "pages"],
            "slices": ["Slices", "sized"],
            "things": ["as_triple"],
        },
    )
