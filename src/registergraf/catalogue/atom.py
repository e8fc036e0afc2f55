"""The changes of the catalogue for people: Atom (RFC 4287), one feed in each language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from pyoxigraph import Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registergraf.catalogue.feed import Event

ATOM = "http://www.w3.org/2005/Atom"
TITLE = "http://purl.org/dc/terms/title"
WORDS = {
    "nb": {
        "feed": "Endringer i katalogen over helsedatakilder",
        "Create": "Ny: {}",
        "Update": "Endret: {}",
        "Delete": "Fjernet: {}",
    },
    "nn": {
        "feed": "Endringar i katalogen over helsedatakjelder",
        "Create": "Ny: {}",
        "Update": "Endra: {}",
        "Delete": "Fjerna: {}",
    },
    "en": {
        "feed": "Changes in the catalogue of health data sources",
        "Create": "New: {}",
        "Update": "Changed: {}",
        "Delete": "Removed: {}",
    },
}


@dataclass(frozen=True)
class Entry:
    """A change as people read it."""

    kind: str
    """Create, Update or Delete."""
    title: str
    link: str
    day: str


def newest(feed: bytes, most: int) -> list[Entry]:
    """The newest entries of a feed, as `atom` wrote it, at most so many."""
    return [
        Entry(
            next(category.get("term", "") for category in entry.iter(f"{{{ATOM}}}category")),
            entry.findtext(f"{{{ATOM}}}title", ""),
            next(link.get("href", "") for link in entry.iter(f"{{{ATOM}}}link")),
            entry.findtext(f"{{{ATOM}}}updated", "").partition("T")[0],
        )
        for entry in ET.fromstring(feed).findall(f"{{{ATOM}}}entry")[:most]  # noqa: S314 - what we wrote
    ]


def atom(events: Sequence[Event], base: str, language: str, most: int) -> bytes:
    """The newest events, at most so many, the last one first; `events` are all there are, in their order."""
    words = WORDS[language]
    ET.register_namespace("", ATOM)
    feed = ET.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": language})
    here = f"{base}feed/atom.{language}.xml"
    _tell(feed, id=here, title=words["feed"], updated=events[-1].published)
    ET.SubElement(feed, f"{{{ATOM}}}link", rel="self", href=here, type="application/atom+xml")
    author = ET.SubElement(feed, f"{{{ATOM}}}author")
    _tell(author, name="Registergraf")
    names = {event.thing: name for event in events if (name := _name(event, language))}
    for event in reversed(events[-most:]):
        entry = ET.SubElement(feed, f"{{{ATOM}}}entry")
        title = words[event.kind].format(names.get(event.thing, event.thing))
        _tell(entry, id=event.iri, title=title, updated=event.published, content=title)
        page = event.thing.replace(base, f"{base}{language}/") if "/registry/" in event.thing else event.thing
        ET.SubElement(entry, f"{{{ATOM}}}link", rel="alternate", href=page)
        ET.SubElement(entry, f"{{{ATOM}}}category", term=event.kind)
    ET.indent(feed)
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True)) + b"\n"


def _tell(parent: ET.Element, **texts: str) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, f"{{{ATOM}}}{name}").text = text


def _name(event: Event, language: str) -> str:
    """What the thing is called: in the language, else in any."""
    titles = {
        t.object.language: t.object.value
        for t in event.triples
        if t.predicate.value == TITLE and str(t.subject) == f"<{event.thing}>" and isinstance(t.object, Literal)
    }
    return titles.get(language) or titles.get("nb") or next(iter(titles.values()), "")
