"""HTML put together in Python, where there is too much of it for a template."""

from __future__ import annotations

from markupsafe import Markup, escape

__all__ = ["filled", "joined"]

_AS_THEY_ARE = frozenset({Markup, int, float})


def filled(template: str, *values: object) -> Markup:
    """HTML with its blanks filled in, as `str.format` does it: numbers and markup as they are, all else escaped.

    A third of what `Markup.format` takes, which reads the template in Python.
    """
    given = [value if type(value) in _AS_THEY_ARE else escape(value) for value in values]
    return Markup(template.format(*given))  # noqa: S704 - the template is ours, and what is filled in was escaped


def joined(pieces: list[Markup], between: str = "") -> Markup:
    """Pieces of HTML one after another."""
    return Markup(between.join(pieces))  # noqa: S704 - of markup
