"""Pictures of the graph, each with its data as a table and as CSV: what is drawn is what the table says."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from flask import Response, g

from registergraf.web.ground.i18n import texts
from registergraf.web.ground.site import site
from registergraf.web.pages.drawing import Branch, Edge, Span, grid, neighbourhood, timeline, tree, year_of
from registergraf.web.pages.judged import OUTCOMES
from registergraf.web.pages.things import known, order
from registergraf.web.shown.entries import gather
from registergraf.web.shown.localised import localised
from registergraf.web.shown.problems import UnknownThing
from registergraf.web.shown.render import render
from registergraf.web.shown.show import Shower

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from markupsafe import Markup

    from registergraf.web.shown.entries import Entry

blueprint = localised("pictures", __name__)

NEIGHBOURS = 12
"""The most things on either side of a neighbourhood."""


class Cell(NamedTuple):
    """One cell of a table of data: its text, and where it leads."""

    text: str
    href: str = ""


@dataclass(frozen=True)
class Picture:
    """A picture with its name, what it shows, and its data."""

    title: str
    about: str
    svg: Markup
    columns: tuple[str, ...]
    """Keys of the texts of the columns."""
    rows: Sequence[tuple[Cell, ...]]

    def table(self) -> str:
        """The data as CSV (RFC 4180), with the columns in the language of the page."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow([texts(g.lang)(f"column.{column}") for column in self.columns])
        writer.writerows([cell.text for cell in row] for row in self.rows)
        return out.getvalue()


def _cell(iri: str, shower: Shower) -> Cell:
    return Cell(shower.plain(iri), shower.href(iri) or "")


def _told(name: str) -> tuple[str, str]:
    return texts(g.lang)(f"picture.{name}"), texts(g.lang)(f"picture.{name}.about")


def periods() -> Picture:
    """When the data of each data source were collected."""
    show = Shower(texts(g.lang))
    entries = sorted(gather(site().rows("periods")), key=lambda e: (e.text("start"), order(e.item.value)))
    return _timeline("periods", entries, lambda entry: _cell(entry.item.value, show), "source")


def roles_picture(name: str, entries: Iterable[Entry], whom: str) -> Picture:
    """Roles over time; `whom` is the column that names a row: the organisation of a registry, or the other way."""
    show = Shower(texts(g.lang))

    def label(entry: Entry) -> Cell:
        role = show.plain(entry.property.value) if entry.property else ""
        return Cell(f"{show.plain(entry.text(whom))} ({role})", show.href(entry.text(whom)) or "")

    return _timeline(name, [entry for entry in entries if entry.text(whom)], label, "role")


def _timeline(name: str, entries: Sequence[Entry], label: Callable[[Entry], Cell], column: str) -> Picture:
    t = texts(g.lang)
    title, about = _told(name)
    spans, rows = [], []
    for entry in entries:
        cell, start, end = label(entry), entry.text("start"), entry.text("end")
        written = f"{t.date(start) if start else '?'} – {t.date(end) if end else ''}"
        faded = entry.text("when") not in {"", "now"}
        spans.append(Span(cell.text, cell.href, year_of(start), year_of(end), written, faded))
        rows.append((cell, Cell(start), Cell(end)))
    today = year_of(site().release.as_of.isoformat()) or 0
    return Picture(title, about, timeline(title, about, spans, today), (column, "from", "until"), rows)


def controllers() -> Picture:
    """Which organisation is controller of which data source."""
    show = Shower(texts(g.lang))
    title, about = _told("controllers")
    held = [(_cell(e.item.value, show), _cell(c.value, show)) for e in _held() for c in e.all("controller")]
    rows, columns = list(dict.fromkeys(r for r, _ in held)), list(dict.fromkeys(c for _, c in held))
    cells = {(r.text, c.text): "held" for r, c in held}
    return Picture(title, about, grid(title, about, rows, columns, cells), ("source", "controller"), held)


def _held() -> list[Entry]:
    rows = sorted(site().rows("controllers"), key=lambda r: (order(r["controller"].value), order(r["item"].value)))
    return gather(rows)


def matrix() -> Picture:
    """The worst outcome of each rule for each data source that one applies to, over the view of the day."""
    show, t = Shower(texts(g.lang)), texts(g.lang)
    title, about = _told("matrix")
    worst: dict[tuple[str, str], str] = {}
    for verdict in site().release.verdicts:
        key = (verdict["registry"], verdict["rule"])
        if verdict["registry"] and verdict["run"] == "view":
            known_one = worst.get(key, verdict["outcome"])
            worst[key] = min(known_one, verdict["outcome"], key=OUTCOMES.index)
    judged = {slug for (slug, _), outcome in worst.items() if outcome != "not-applicable"}
    worst = {key: outcome for key, outcome in worst.items() if key[0] in judged}
    base = site().release.base
    slugs = sorted({slug for slug, _ in worst}, key=lambda slug: order(f"{base}registry/{slug}"))
    rows = {slug: _cell(f"{base}registry/{slug}", show) for slug in slugs}
    columns = {rule: Cell(rule, f"/{g.lang}/rule/{rule}") for rule in sorted({rule for _, rule in worst})}
    cells = {(rows[slug].text, rule): outcome for (slug, rule), outcome in worst.items()}
    data = [(Cell(rows[s].text), Cell(r), Cell(t(f"outcome.{outcome}"))) for (s, r), outcome in sorted(worst.items())]
    svg = grid(title, about, list(rows.values()), list(columns.values()), cells)
    return Picture(title, about, svg, ("source", "rule", "outcome"), data)


def law_tree(kind: str, key: str) -> Picture:
    """The parts of an act or a provision as a tree, each weighted by the data sources that rest on it."""
    show = Shower(texts(g.lang))
    iri = known(kind, key)
    title, about = _told("tree")
    rests = weights()
    branches, rows = [], []
    for depth, entry in branches_of(iri.value, gather(site().rows("law-tree", provision=iri))):
        heading = entry.text("heading")
        cell = _cell(entry.item.value, show)
        own = show.plain(entry.item.value).removeprefix(show.plain(iri.value)).strip()
        branches.append(Branch(f"{own} {heading}".strip(), cell.href, depth, rests.get(entry.item.value, 0)))
        rows.append(
            (
                cell,
                Cell(heading),
                Cell(entry.text("first")),
                Cell(entry.text("last")),
                Cell(str(rests.get(entry.item.value, 0))),
            )
        )
    title = f"{title}: {show.plain(iri.value)}"
    svg = tree(title, about, branches)
    return Picture(title, about, svg, ("provision", "heading", "from", "until", "sources"), rows)


def weights() -> dict[str, int]:
    """How many data sources rest on each act, regulation and provision, by its IRI; asked once."""
    rows = site().once("law-weights", partial(site().rows, "law-weights"))
    return {row["item"].value: int(row["weight"].value) for row in rows}


def branches_of(top: str, entries: Iterable[Entry]) -> list[tuple[int, Entry]]:
    """The entries of ``law-tree`` in the order of the law, each with its depth."""
    below: dict[str, list[Entry]] = {}
    for entry in entries:
        below.setdefault(entry.text("parent"), []).append(entry)
    found: list[tuple[int, Entry]] = []

    def walk(iri: str, depth: int) -> None:
        for entry in sorted(below.get(iri, []), key=lambda e: natural(e.item.value)):
            found.append((depth, entry))
            walk(entry.item.value, depth + 1)

    walk(top, 0)
    return found


def natural(text: str) -> list[tuple[int, str]]:
    """A key to order by that takes a run of digits as a number."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", text) if part]


def around(kind: str, key: str) -> Picture:
    """What a thing points at, and what points at it, by the view of the day."""
    show = Shower(texts(g.lang))
    iri = known(kind, key)
    title, about = _told("around")
    sides = ((site().rows("neighbours-in", entity=iri), True), (site().rows("neighbours-out", entity=iri), False))
    edges = [
        Edge(show.plain(e.item.value), show.href(e.item.value) or "", _capital(show.plain(e.property.value)), incoming)
        for rows, incoming in sides
        for e in gather(rows)[:NEIGHBOURS]
        if e.property is not None
    ]
    name = show.plain(iri.value)
    ways = {True: texts(g.lang)("picture.in"), False: texts(g.lang)("picture.out")}
    data = [(Cell(ways[e.incoming]), Cell(e.relation), Cell(e.label, e.href)) for e in edges]
    svg = neighbourhood(f"{title}: {name}", about, name, [replace(e, label=_brief(e.label)) for e in edges])
    return Picture(f"{title}: {name}", about, svg, ("direction", "property", "thing"), data)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _brief(name: str) -> str:
    """A provision by the name of its act alone, so that what is cut off is not the provision."""
    return re.sub(r" \((?:LOV|FOR)-[\d-]+\) (?=\S)", " ", name)


WHOLE: dict[str, Callable[[], Picture]] = {"periods": periods, "controllers": controllers, "matrix": matrix}
"""The pictures of the whole graph."""
OF_A_THING: dict[str, Callable[[str, str], Picture]] = {"around": around, "tree": law_tree}
"""The pictures of one thing."""


@blueprint.get("/picture/")
def pictures() -> Response:
    """The pictures of the whole graph."""
    laws = sorted((row["item"].value for row in site().rows("law-with-parts")), key=order)
    return render("pictures.html", g.lang, names=[*WHOLE], laws=laws)


@blueprint.get("/picture/<any(periods, controllers, matrix):name>")
@blueprint.get("/picture/<any(periods, controllers, matrix):name>.<any(svg, csv):form>")
def whole(name: str, form: str = "") -> Response:
    """A picture of the whole graph: a page, the picture alone, or its data."""
    return _answer(WHOLE[name](), f"/picture/{name}", form)


@blueprint.get("/picture/<any(around, tree):name>/<kind:kind>/<key>")
def of_a_thing(name: str, kind: str, key: str) -> Response:
    """A picture of one thing: a page, the picture alone, or its data, by the suffix."""
    stem, dot, form = key.rpartition(".")
    if dot and form in {"svg", "csv"}:
        return _answer(OF_A_THING[name](kind, stem), f"/picture/{name}/{kind}/{stem}", form)
    if name == "tree" and kind not in {"act", "provision"}:
        raise UnknownThing("act", key)
    return _answer(OF_A_THING[name](kind, key), f"/picture/{name}/{kind}/{key}", "")


def _answer(picture: Picture, path: str, form: str) -> Response:
    if form == "svg":
        return Response(str(picture.svg), mimetype="image/svg+xml")
    if form == "csv":
        return Response(picture.table(), content_type="text/csv; charset=utf-8")
    return render("picture.html", g.lang, picture=picture, address=f"/{g.lang}{path}")
