"""Answers as a table for people and in the W3C formats for programs."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, serialize

from registergraf.errors import UsageError
from registergraf.json_text import json_text
from registergraf.namespaces import PREFIXES

if TYPE_CHECKING:
    from registergraf.graph.asking import Answer, Table
    from registergraf.graph.queries import Term

FORMATS = ("table", "csv", "tsv", "json", "xml")
SRX = "http://www.w3.org/2005/sparql-results#"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"


def write_answer(answer: Answer, format_: str) -> bytes:
    """An answer in one of `FORMATS`; a graph is Turtle, whatever was asked for as a table.

    Raises `UsageError` for a graph in a format that has rows.
    """
    if isinstance(answer, list):
        if format_ != "table":
            raise UsageError(
                f"the query answers with a graph, which {format_} cannot hold; leave out --format for Turtle"
            )
        return serialize(answer, format=RdfFormat.TURTLE, prefixes=PREFIXES) or b""
    if format_ == "json":
        return json_text(_json(answer))
    if format_ == "xml":
        return bytes(ET.tostring(_xml(answer), encoding="utf-8", xml_declaration=True)) + b"\n"
    if isinstance(answer, bool):
        return b"true\n" if answer else b"false\n"
    return {"table": _table, "csv": _csv, "tsv": _tsv}[format_](answer).encode()


def _table(table: Table) -> str:
    rows = [table.columns, *([_plain(term) for term in row] for row in table.rows)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.columns))]
    rule = ["-" * width for width in widths]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [rows[0], rule, *rows[1:]]
    ]
    return "\n".join([*lines, f"({len(table.rows)} rows)"]) + "\n"


def _csv(table: Table) -> str:
    """SPARQL 1.1 Query Results CSV: plain values, RFC 4180."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(table.columns)
    writer.writerows([_plain(term) for term in row] for row in table.rows)
    return buffer.getvalue()


def _tsv(table: Table) -> str:
    """SPARQL 1.1 Query Results TSV: terms in Turtle syntax."""
    rows = ["\t".join(f"?{column}" for column in table.columns)]
    rows += ["\t".join("" if term is None else str(term).replace("\t", "\\t") for term in row) for row in table.rows]
    return "\n".join(rows) + "\n"


def _json(answer: Table | bool) -> dict[str, Any]:  # noqa: FBT001 - an ASK answers with a boolean
    """SPARQL 1.1 Query Results JSON."""
    if isinstance(answer, bool):
        return {"head": {}, "boolean": answer}
    bindings = [
        {column: _json_term(term) for column, term in zip(answer.columns, row, strict=True) if term is not None}
        for row in answer.rows
    ]
    return {"head": {"vars": list(answer.columns)}, "results": {"bindings": bindings}}


def _json_term(term: Term) -> dict[str, str]:
    if isinstance(term, Literal):
        told = {"type": "literal", "value": term.value}
        if term.language:
            told["xml:lang"] = term.language
        elif term.datatype.value != XSD_STRING:
            told["datatype"] = term.datatype.value
        return told
    return {"type": "bnode" if isinstance(term, BlankNode) else "uri", "value": term.value}


def _xml(answer: Table | bool) -> ET.Element:  # noqa: FBT001 - an ASK answers with a boolean
    """SPARQL Query Results XML Format."""
    root = ET.Element("sparql", xmlns=SRX)
    head = ET.SubElement(root, "head")
    if isinstance(answer, bool):
        ET.SubElement(root, "boolean").text = str(answer).lower()
        return root
    for column in answer.columns:
        ET.SubElement(head, "variable", name=column)
    results = ET.SubElement(root, "results")
    for row in answer.rows:
        result = ET.SubElement(results, "result")
        for column, term in zip(answer.columns, row, strict=True):
            if term is not None:
                _xml_term(ET.SubElement(result, "binding", name=column), term)
    return root


def _xml_term(parent: ET.Element, term: Term) -> None:
    kind = "literal" if isinstance(term, Literal) else "uri" if isinstance(term, NamedNode) else "bnode"
    element = ET.SubElement(parent, kind)
    element.text = term.value
    if isinstance(term, Literal) and term.language:
        element.set(XML_LANG, term.language)
    elif isinstance(term, Literal) and term.datatype.value != XSD_STRING:
        element.set("datatype", term.datatype.value)


def _plain(term: Term | None) -> str:
    return "" if term is None else str(term.value)
