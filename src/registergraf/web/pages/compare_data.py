"""A comparison as data: a row for each thing that is said, a column for each data source, and how alike they are."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from flask import Response, g
from pyoxigraph import Literal

from registergraf.json_text import json_text
from registergraf.web.ground.i18n import texts
from registergraf.web.ground.results import guarded
from registergraf.web.ground.site import site
from registergraf.web.shown.show import Shower

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registergraf.graph.queries import Term
    from registergraf.web.pages.compare import Line

MEDIA_TYPES = {"csv": "text/csv", "json": "application/json"}
"""The forms, by the suffix of their address."""


def download(suffix: str, chosen: Sequence[str], lines: Sequence[Line]) -> Response:
    """The comparison of the chosen IRIs in the form of a suffix, in the language of the address."""
    body = (_csv if suffix == "csv" else _json)(chosen, lines)
    response = Response(body, content_type=f"{MEDIA_TYPES[suffix]}; charset=utf-8")
    response.headers["Content-Language"] = g.lang
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _csv(chosen: Sequence[str], lines: Sequence[Line]) -> str:
    """Several values stand in one cell, apart by " | " (RFC 4180)."""
    t, show = texts(g.lang), Shower(texts(g.lang))
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([t("column.what"), *(guarded(show.plain(iri)) for iri in chosen), t("compare.differs")])
    for line in lines:
        cells = (guarded(" | ".join(_label(term, show) for term in cell)) for cell in line.cells)
        writer.writerow([t(f"compare.row.{line.row}"), *cells, t(f"compare.{line.verdict}")])
    return buffer.getvalue()


def _json(chosen: Sequence[str], lines: Sequence[Line]) -> bytes:
    show = Shower(texts(g.lang))
    told = {
        "asOf": site().release.as_of.isoformat(),
        "release": site().release.name,
        "registries": [{"iri": iri, "title": show.plain(iri)} for iri in chosen],
        "rows": [
            {
                "row": line.row,
                "label": texts(g.lang)(f"compare.row.{line.row}"),
                "verdict": line.verdict,
                "values": [[_value(term, show) for term in cell] for cell in line.cells],
            }
            for line in lines
        ],
    }
    return json_text(told)


def _label(term: Term, show: Shower) -> str:
    return term.value if isinstance(term, Literal) else show.plain(term.value)


def _value(term: Term, show: Shower) -> dict[str, Any]:
    return {"label": _label(term, show), **({} if isinstance(term, Literal) else {"iri": term.value})}
