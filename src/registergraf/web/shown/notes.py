"""The footnotes of a page as HTML: where a value refers to them, and what each says.

Written here and not in a template, and piece by piece as plain text, since a page has hundreds of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from registergraf.web.shown.evidence import Footnote
    from registergraf.web.shown.show import Shower

__all__ = ["footnote", "references"]


def references(show: Shower, referred: Iterable[tuple[Footnote, str]]) -> Markup:
    """The numbers behind a value, each leading to its footnote, with the id of the reference."""
    numbers = [
        f'<a id="{ref}" href="#note-{note.number}" role="doc-noteref"'
        f' aria-label="{escape(show.t("note.reference", number=note.number))}">{note.number}</a>'
        for note, ref in referred
    ]
    return Markup(f'<sup class="notes">{" ".join(numbers)}</sup>')  # noqa: S704 - ids and numbers, the text escaped


def footnote(show: Shower, note: Footnote) -> Markup:
    """A footnote: document, lines, provision, words, the status of its claim, and the way back to each reference."""
    passage = {name: term.value for name, term in note.passage.items()}
    lines = escape(show.lines(passage.get("first"), passage.get("last")))
    provision = f", {show.link(passage['provision'])}" if "provision" in passage else ""
    words = f': <q lang="nb">{escape(passage["phrase"])}</q>' if "phrase" in passage else ""
    told = f"{show.link(passage['document'])}{lines}{provision}{words}. {show.chip(note.status)}"
    return Markup(told + _ways_back(show, note))  # noqa: S704 - of markup and escaped text


def _ways_back(show: Shower, note: Footnote) -> str:
    label = escape(show.t("note.back", number=note.number))
    several = len(note.references) > 1
    return "".join(
        f'<a class="back" href="#{ref}" aria-label="{label}{f" ({count})" if several else ""}">↑</a>'
        for count, ref in enumerate(note.references, 1)
    )
