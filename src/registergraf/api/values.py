"""RDF terms as Python values (RDF 1.1 Concepts, section 3; XSD 1.1 Part 2)."""

from __future__ import annotations

import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Self

from pyoxigraph import BlankNode, Literal, NamedNode

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyoxigraph import Triple

__all__ = ["IRI", "Blank", "Text", "Value", "term_of", "value_of"]

XSD = "http://www.w3.org/2001/XMLSchema#"


class IRI(str):
    """An IRI; it is the text of it too."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"IRI({str(self)!r})"


class Blank(str):
    """A blank node, by the label it has in this answer."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Blank({str(self)!r})"


class Text(str):
    """A text in a language, which `lang` names (BCP 47)."""

    __slots__ = ("lang",)
    lang: str

    def __new__(cls, text: str, lang: str) -> Self:
        """Make a text that knows its language."""
        made = super().__new__(cls, text)
        made.lang = lang
        return made

    def __repr__(self) -> str:
        return f"Text({str(self)!r}, {self.lang!r})"


Value = IRI | Blank | Text | str | bool | int | float | Decimal | datetime.date | datetime.datetime | None


def _boolean(text: str) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[text]


_READERS: dict[str, Callable[[str], Value]] = {
    XSD + "boolean": _boolean,
    XSD + "date": datetime.date.fromisoformat,
    XSD + "dateTime": datetime.datetime.fromisoformat,
    XSD + "decimal": Decimal,
    XSD + "double": float,
    XSD + "float": float,
    **dict.fromkeys(
        (
            XSD + name
            for name in (
                "integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "unsignedInt",
                "unsignedLong", "unsignedShort", "unsignedByte", "nonPositiveInteger", "negativeInteger",
            )
        ),
        int,
    ),
}  # fmt: skip


def value_of(term: NamedNode | BlankNode | Literal | Triple | None) -> Value:
    """A term as a value; None for what is not bound.

    A datatype that Python has no value for, a year or a duration, and a literal that is not of its datatype, stay text.
    """
    match term:
        case None:
            return None
        case NamedNode():
            return IRI(term.value)
        case BlankNode():
            return Blank(term.value)
        case Literal():
            return Text(term.value, term.language) if term.language else _read(term)
    return str(term)


def _read(literal: Literal) -> Value:
    reader = _READERS.get(literal.datatype.value)
    try:
        return reader(literal.value) if reader else literal.value
    except (ValueError, KeyError, InvalidOperation):
        return literal.value


def term_of(value: Value) -> NamedNode | Literal:
    """A value as a term, for a parameter; raises `TypeError` for a blank node and for None, which name nothing."""
    match value:
        case IRI():
            return NamedNode(value)
        case Text():
            return Literal(value, language=value.lang)
        case Blank() | None:
            raise TypeError(f"{value!r} cannot be asked for")
        case datetime.datetime():
            return Literal(value.isoformat(), datatype=NamedNode(XSD + "dateTime"))
        case datetime.date():
            return Literal(value.isoformat(), datatype=NamedNode(XSD + "date"))
        case Decimal():
            return Literal(f"{value:f}", datatype=NamedNode(XSD + "decimal"))
        case str() | bool() | int() | float():
            return Literal(value)
    raise TypeError(f"{value!r} is no value that a query can have")
