"""What changed between two days, or between two releases: of one thing, or of the whole, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, g, request

from registergraf.web.ground.days import read_day, sites
from registergraf.web.ground.site import Site, site
from registergraf.web.shown.localised import localised
from registergraf.web.shown.problems import UnknownThing, problem
from registergraf.web.shown.render import render

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Sequence

    from registergraf.graph.queries import Term

blueprint = localised("changes", __name__)

KINDS = ("registry", "organisation", "provision", "act")
"""What the changes can be narrowed to, by the name of its parameter."""
LAW = "force"
"""The row of what is in force."""

Fact = tuple[str, str, "Term"]
"""A thing, the row it has a value in, and the value."""


@dataclass(frozen=True)
class Change:
    """What one row of a thing was, and what it became."""

    row: str
    before: Sequence[Term]
    after: Sequence[Term]

    @property
    def key(self) -> str:
        """The text that says it."""
        kind = "turned" if self.before and self.after else "came" if self.after else "went"
        return f"changes.{kind}.{LAW}" if self.row == LAW else f"changes.{kind}"


@blueprint.get("/changes")
def changes() -> Response:
    """The changes between two days of this release, or between another release and this one."""
    named = request.args.get("release", "")
    if named:
        others = sites().today.release.others()
        if named not in others:
            raise UnknownThing("release", named)
        before, after = sites().on(others[named].as_of, others[named]), sites().today
    else:
        first, last = _days()
        if first > last:
            return problem(400, f"{first} is after {last}: the first day comes first")
        before, after = sites().on(first), sites().on(last)
    about = next(((kind, request.args[kind]) for kind in KINDS if request.args.get(kind)), None)
    iri = _iri(about)
    found = between(facts(before), facts(after), iri)
    law = {thing: told for thing, told in found.items() if any(change.row == LAW for change in told)}
    return render(
        "changes.html",
        g.lang,
        before=before.release,
        after=after.release,
        named=named,
        about=about,
        iri=iri,
        law=law,
        found={thing: told for thing, told in found.items() if thing not in law},
        number=sum(len(told) for told in found.values()),
        others=sorted(sites().today.release.others().values(), key=lambda other: (other.as_of, other.name)),
    )


def _days() -> tuple[datetime.date, datetime.date]:
    """The two days of the address; those left out are a year before the other, and the day of the release."""
    last = read_day(request.args["to"]) if request.args.get("to") else site().release.as_of
    if request.args.get("from"):
        return read_day(request.args["from"]), last
    leap = (last.month, last.day) == (2, 29)
    return last.replace(year=last.year - 1, day=28 if leap else last.day), last


def _iri(about: tuple[str, str] | None) -> str:
    if about is None:
        return ""
    iri = site().iri(*about)
    if not site().knows(iri):
        raise UnknownThing(*about)
    return iri.value


def facts(of: Site) -> frozenset[Fact]:
    """What holds on the day of a site, made once; asked in the words of this release of another one too."""
    text = sites().today.release.queries["pages/facts.rq"]
    return of.once("facts", lambda: frozenset((r["thing"].value, r["row"].value, r["item"]) for r in of.asked(text)))


def between(before: frozenset[Fact], after: frozenset[Fact], about: str = "") -> dict[str, list[Change]]:
    """The changes by thing, those of one thing or of what it is a value of where one is named."""
    gone, come = before - after, after - before
    rows = {fact[:2] for fact in gone | come if not about or about in {fact[0], fact[2].value}}
    found: dict[str, list[Change]] = {}
    for thing, row in sorted(rows, key=lambda pair: (site().order(pair[0], g.lang), pair)):
        found.setdefault(thing, []).append(Change(row, _values(gone, thing, row), _values(come, thing, row)))
    return found


def _values(changed: Iterable[Fact], thing: str, row: str) -> list[Term]:
    return sorted(
        (item for subject, its, item in changed if (subject, its) == (thing, row)), key=lambda term: term.value
    )
