"""Pictures as SVG, drawn on the server: deterministic, printable, every mark with words (WCAG 2.1, 1.1.1 and 1.4.1).

Colours are classes of the style sheet, with an attribute for a picture that stands alone. Lengths are in user units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from registergraf.web.ground.markup import filled, joined

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROW, CHARACTER, PAD = 22, 7.4, 8
"""The height of a row, the width of a letter in the widest of the usual fonts, and the room around marks."""
LABEL = 46
"""Characters of a label before it is cut."""
SIDE = 38
"""Characters of a label beside a neighbourhood."""
CELL = 18
PLOT = 540
"""The width of a plot beside its labels."""

TEXT = '<text class="{}" x="{:g}" y="{:g}" text-anchor="{}" dominant-baseline="central" font-size="13">{}</text>'
RECTANGLE = '<rect class="{}" x="{:g}" y="{:g}" width="{:g}" height="{:g}" rx="2" fill="#0d7a5f"/>'
LINE = '<line class="{}" x1="{:g}" y1="{:g}" x2="{:g}" y2="{:g}" stroke="#77797b"/>'
BOX = '<rect class="box" x="{:g}" y="{:g}" width="{:g}" height="36" rx="6" fill="#dcece8" stroke="#0d7a5f"/>'
OPENING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {:g} {:g}" width="{:g}" height="{:g}" role="group" '
    'aria-label="{}" font-family="system-ui, sans-serif"><title>{}</title><desc>{}</desc>'
)
SIGNS = {"passed": "✓", "failed": "✗", "not-checked": "?", "not-applicable": "·"}


@dataclass(frozen=True)
class Span:
    """One row of a timeline: from a year to another, None where it is open."""

    label: str
    href: str
    start: float | None
    end: float | None
    detail: str
    faded: bool = False


@dataclass(frozen=True)
class Branch:
    """One row of a tree: its depth, and how much rests on it."""

    label: str
    href: str
    depth: int
    weight: int


@dataclass(frozen=True)
class Edge:
    """One thing beside the middle of a neighbourhood, and how it is related."""

    label: str
    href: str
    relation: str
    incoming: bool


def cut(text: str, length: int = LABEL) -> str:
    """A label that fits; the whole one stands in the title."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def words(x: float, y: float, text: str, *, anchor: str = "start", name: str = "ink") -> Markup:
    """Text on a line whose middle is at `y`."""
    return filled(TEXT, name, x, y, anchor, text)


def linked(href: str, title: str, inner: Markup) -> Markup:
    """Marks that lead somewhere, with the whole label as title."""
    return filled('<a href="{}"><title>{}</title>{}</a>', href, title, inner)


def bar(x: float, y: float, width: float, height: float, name: str = "bar") -> Markup:
    """A filled rectangle."""
    return filled(RECTANGLE, name, x, y, max(width, 2), height)


def stroke(points: Sequence[float], name: str = "rule") -> Markup:
    """A line between two points."""
    return filled(LINE, name, *points)


def framed(width: float, height: float, title: str, about: str, marks: list[Markup]) -> Markup:
    """The whole picture, with a name and a description for those who do not see it."""
    head = filled(OPENING, width, height, width, height, title, title, about)
    return joined([head, joined(marks, "\n"), Markup("</svg>")])


def timeline(title: str, about: str, spans: Sequence[Span], today: float) -> Markup:
    """Periods below each other over one axis of years up to the day of the view; an open end runs on to it."""
    years = [year for span in spans for year in (span.start, span.end) if year is not None]
    first = int(min([*years, today]) // 10 * 10)
    last = max([*years, today])
    left = LABEL * CHARACTER
    scale = PLOT / (last - first)
    height = (len(spans) + 1) * ROW + PAD
    marks = []
    for year in range(first, int(last) + 1, 10 if last - first > 20 else 5):  # noqa: PLR2004
        x = left + (year - first) * scale
        marks += [stroke((x, ROW, x, height)), words(x, ROW / 2, str(year), anchor="middle", name="quiet")]
    for number, span in enumerate(spans, 1):
        y = number * ROW + PAD / 2
        start = left + ((span.start if span.start is not None else first) - first) * scale
        end = left + ((span.end if span.end is not None else last) - first) * scale
        name = "bar faded" if span.faded else "bar"
        marks.append(
            linked(
                span.href,
                f"{span.label}: {span.detail}",
                words(0, y + ROW / 2, cut(span.label)) + bar(start, y + 4, end - start, ROW - 8, name),
            )
        )
    return framed(left + PLOT + PAD * 3, height + PAD, title, about, marks)


def tree(title: str, about: str, branches: Sequence[Branch]) -> Markup:
    """A tree as indented rows, each with a bar as long as what rests on it, and the number."""
    most = max((branch.weight for branch in branches), default=1) or 1
    left = 60 * CHARACTER
    marks = []
    for number, branch in enumerate(branches):
        y = number * ROW + ROW / 2
        inner = words(branch.depth * 18, y, cut(branch.label, 58 - 3 * branch.depth))
        if branch.weight:
            width = branch.weight / most * (PLOT / 2)
            inner += bar(left, y - ROW / 2 + 4, width, ROW - 8) + words(left + width + 6, y, str(branch.weight))
        marks.append(linked(branch.href, f"{branch.label}: {branch.weight}", inner))
    return framed(left + PLOT / 2 + 40, len(branches) * ROW + PAD, title, about, marks)


def grid(
    title: str,
    about: str,
    rows: Sequence[tuple[str, str]],
    columns: Sequence[tuple[str, str]],
    cells: Mapping[tuple[str, str], str],
) -> Markup:
    """A matrix: rows and columns are (label, address), a cell an outcome or "held", told by its sign."""
    left = LABEL * CHARACTER
    top = max((len(cut(label)) for label, _ in columns), default=1) * CHARACTER * 0.87 + PAD * 2
    marks = []
    for number, (label, href) in enumerate(columns):
        x = left + number * CELL + CELL / 2
        turned = filled('<g transform="translate({:g} {:g}) rotate(-60)">{}</g>', x, top - 6, words(0, 0, cut(label)))
        marks.append(linked(href, label, turned))
    for number, (label, href) in enumerate(rows):
        y = top + number * CELL + CELL / 2
        marks.append(linked(href, label, words(0, y, cut(label))))
        marks.append(stroke((left, y + CELL / 2, left + len(columns) * CELL, y + CELL / 2)))
        for place, (column, _) in enumerate(columns):
            if outcome := cells.get((label, column)):
                x = left + place * CELL + CELL / 2
                marks.append(words(x, y, SIGNS.get(outcome, "●"), anchor="middle", name=f"sign {outcome}"))
    return framed(left + len(columns) * CELL + top * 0.6, top + len(rows) * CELL + PAD, title, about, marks)


def neighbourhood(title: str, about: str, middle: str, edges: Sequence[Edge]) -> Markup:
    """What points at a thing on the left, the thing in the middle, what it points at on the right."""
    sides = [[e for e in edges if e.incoming], [e for e in edges if not e.incoming]]
    height = max(len(sides[0]), len(sides[1]), 2) * ROW * 2
    column = SIDE * CHARACTER
    width, y_middle = column * 3 + 240, height / 2
    box = column + 120
    marks = []
    for side, things in enumerate(sides):
        for number, edge in enumerate(things):
            y = (number + 0.5) * height / len(things)
            x_text, x_line, x_box = (
                (column, column + PAD, box) if side == 0 else (width - column, width - column - PAD, box + column)
            )
            anchor = "end" if side == 0 else "start"
            inner = words(x_text, y - 7, cut(edge.label, SIDE), anchor=anchor)
            inner += words(x_text, y + 8, edge.relation, anchor=anchor, name="quiet")
            marks += [stroke((x_line, y, x_box, y_middle)), linked(edge.href, f"{edge.relation}: {edge.label}", inner)]
    marks.append(filled(BOX, box, y_middle - 18, column))
    marks.append(words(box + column / 2, y_middle, cut(middle, SIDE - 2), anchor="middle"))
    return framed(width, height, title, about, marks)


def year_of(value: str) -> float | None:
    """A date, a month or a year as a number of years; None without one."""
    if not value:
        return None
    year, month, day = ([*(int(part) for part in value.split("-")), 1, 1])[:3]
    return year + (month - 1) / 12 + (day - 1) / 365
