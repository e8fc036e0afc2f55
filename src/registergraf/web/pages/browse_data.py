"""The list of data sources as data: the choice, the sentence that says it, and what each one is, in three forms."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Response, g
from pyoxigraph import DefaultGraph, NamedNode

from registergraf.catalogue import FORMATS, write
from registergraf.json_text import json_text
from registergraf.web.ground.results import guarded
from registergraf.web.ground.site import site
from registergraf.web.pages.facets import FACETS, NONE, SILENT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from registergraf.web.pages.facets import Facets, Value

    Label = Callable[[str, Value], str]

MEDIA_TYPES = {"csv": "text/csv", "json": "application/json", "ttl": "text/turtle"}
"""The forms, by the suffix of their address."""

Description = dict[str, Any]


@dataclass(frozen=True)
class Listing:
    """What is to be downloaded."""

    facets: Facets
    found: Sequence[str]
    """The data sources by IRI."""
    chosen: Sequence[tuple[str, str]]
    """The parameters of the address."""
    said: str
    """The sentence that says what is chosen."""
    label: Label


def download(suffix: str, listing: Listing) -> Response:
    """The data sources that were found, in the form of a suffix."""
    body = BY_SUFFIX[suffix](listing)
    response = Response(body, content_type=f"{MEDIA_TYPES[suffix]}; charset=utf-8")
    response.headers["Content-Language"] = g.lang
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _csv(listing: Listing) -> str:
    """One row a data source; several values of a facet stand in one cell, apart by " | " (RFC 4180)."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["iri", "title", *FACETS])
    for one in (_described(listing, iri) for iri in listing.found):
        values = [" | ".join(value["label"] for value in one[facet]) for facet in FACETS]
        writer.writerow(guarded(cell) for cell in [one["iri"], one["title"], *values])
    return buffer.getvalue()


def _json(listing: Listing) -> bytes:
    told = {
        "said": listing.said,
        "asOf": site().release.as_of.isoformat(),
        "release": site().release.name,
        "chosen": [{"facet": facet, "value": value} for facet, value in listing.chosen],
        "count": len(listing.found),
        "registries": [_described(listing, iri) for iri in listing.found],
    }
    return json_text(told)


def _turtle(listing: Listing) -> bytes:
    """What the view says of each of them."""
    store = site().release.store
    about = (store.quads_for_pattern(NamedNode(iri), None, None, DefaultGraph()) for iri in listing.found)
    name = next(name for name, form in FORMATS.items() if form.suffix == ".ttl")
    return write([quad.triple for quads in about for quad in quads], name, site().prefixes)


BY_SUFFIX: dict[str, Callable[[Listing], str | bytes]] = {"csv": _csv, "json": _json, "ttl": _turtle}


def _described(listing: Listing, iri: str) -> Description:
    title = site().name(iri, g.lang)
    values = {
        facet: [_value(listing.label(facet, value), value) for value in values if value.key not in {NONE, SILENT}]
        for facet, values in listing.facets.of(iri).items()
    }
    return {"iri": iri, "title": title.value if title else iri, **values}


def _value(label: str, value: Value) -> Description:
    return {"key": value.key, "label": label, **({} if value.iri == value.key else {"iri": value.iri})}
