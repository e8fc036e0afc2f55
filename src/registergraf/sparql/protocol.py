"""Reading a request: the query operation of the SPARQL 1.1 Protocol (section 2.1), without a web framework.

The safe method QUERY (the HTTP QUERY Method, draft-ietf-httpbis-safe-method-w-body) carries the query as its body.
"""

from __future__ import annotations

import re
from binascii import a2b_qp
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from pyoxigraph import NamedNode

from registergraf.errors import QueryError
from registergraf.sparql.evaluation import Question
from registergraf.sparql.formats import GRAPHS, RESULTS, Format

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["METHODS", "ProtocolError", "QueryRequest", "read_query"]

METHODS = ("GET", "HEAD", "POST", "QUERY")
"""The methods a query is asked with."""

_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"
_BODIES = {"POST": (_FORM, _QUERY), "QUERY": (_QUERY,)}
_MOST_PARAMETERS = 1000
_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,6})?", re.ASCII)
_NO_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_READ_ONLY = "this service only reads: SPARQL updates are refused"

Parameters = dict[str, list[str]]


class ProtocolError(QueryError):
    """A request that is not one for a query; `status` is that of HTTP, `allow` the Allow header of a 405."""

    def __init__(self, status: int, message: str, allow: str | None = None) -> None:
        self.status = status
        self.allow = allow
        super().__init__(message)


@dataclass(frozen=True)
class QueryRequest:
    """What a request asks: the query, the format it overrides Accept with, the graphs to ask, and the most it wants.

    The last three are in seconds, rows and bytes, 0 where the request does not say; more than the service allows is no
    more than that.
    """

    query: str
    format: str | None = None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    most_seconds: float = 0
    most_rows: int = 0
    most_bytes: int = 0

    def question(self, accept: str | None) -> Question:
        """The question, for a client with that Accept header."""
        return Question(
            self.query,
            accept,
            self.format or None,
            self.default_graphs,
            self.named_graphs,
            most_seconds=self.most_seconds,
            most_rows=self.most_rows,
            most_bytes=self.most_bytes,
        )


def read_query(method: str, query_string: bytes, content_type: str | None, body: bytes) -> QueryRequest:
    """Read the query of a request by GET, by POST of a form, or by POST or QUERY of the query itself.

    Beside a body, what the query string says counts too, as the W3C's protocol tests do with the graphs. Raises
    `ProtocolError`: 400 for no query, several, text that is not UTF-8 or a graph that is not an IRI, 403 for an update,
    405 for another method, 415 for another media type.
    """
    if method not in METHODS:
        allow = ", ".join((*METHODS, "OPTIONS"))
        raise ProtocolError(405, f"queries are asked with {', '.join(METHODS)}, not {method}", allow)
    parameters = _parameters(query_string)
    if method in _BODIES:
        _add_body(parameters, _BODIES[method], content_type, body)
    if "update" in parameters:
        raise ProtocolError(403, _READ_ONLY)
    query = _single(parameters, "query")
    if not query:
        raise ProtocolError(400, "there is no query: the parameter 'query' is missing or empty")
    return QueryRequest(
        query,
        _format(parameters),
        _iris(parameters, "default-graph-uri"),
        _iris(parameters, "named-graph-uri"),
        _number(parameters, "timeout"),
        _whole(_number(parameters, "max-rows")),
        _whole(_number(parameters, "max-bytes")),
    )


def _add_body(parameters: Parameters, readable: Sequence[str], content_type: str | None, body: bytes) -> None:
    media_type, charset = _read_content_type(content_type)
    if media_type == _UPDATE:
        raise ProtocolError(403, _READ_ONLY)
    if media_type not in readable:
        given = media_type or "none"
        raise ProtocolError(415, f"the media type of a query sent so is {' or '.join(readable)}, not {given}")
    if charset not in ("", "utf-8", "utf8"):
        raise ProtocolError(400, f"the query is to be UTF-8, not {charset}")
    added = {"query": [_decode(body)]} if media_type == _QUERY else _parameters(body)
    for name, values in added.items():
        parameters.setdefault(name, []).extend(values)


def _read_content_type(content_type: str | None) -> tuple[str, str]:
    """Split a Content-Type header into the media type and the charset, in lower case; "" for what is not there."""
    if not content_type or not content_type.strip():
        return "", ""
    from email.message import Message  # noqa: PLC0415 - large, and most queries come without a body

    essence = content_type.partition(";")[0].strip().lower()
    message = Message()
    message["Content-Type"] = content_type
    return essence, (message.get_content_charset() or "")


def _parameters(encoded: bytes) -> Parameters:
    """Read form-encoded parameters, each with its values in order."""
    fields = [field for field in encoded.split(b"&") if field]
    if len(fields) > _MOST_PARAMETERS:
        raise ProtocolError(400, f"there are more than {_MOST_PARAMETERS} parameters")
    parameters: Parameters = {}
    for field in fields:
        name, _, value = field.partition(b"=")
        parameters.setdefault(_unescape(name), []).append(_unescape(value))
    return parameters


def _unescape(text: bytes) -> str:
    """Resolve the escapes of a name or value; a percent sign that begins none stands for itself."""
    text = text.replace(b"+", b" ")
    if b"%" not in text:
        return _decode(text)
    if _NO_ESCAPE.search(text):
        return _decode(unquote_to_bytes(text))
    # The escapes of quoted-printable with another sign, which the standard library reads twenty times as fast.
    return _decode(a2b_qp(text.replace(b"=", b"=3D").replace(b"%", b"=")))


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProtocolError(400, f"the request is not UTF-8: {error.reason} at byte {error.start}") from error


def _single(parameters: Mapping[str, Sequence[str]], name: str) -> str | None:
    values = parameters.get(name, ())
    if len(values) > 1:
        raise ProtocolError(400, f"the parameter '{name}' is given {len(values)} times; once is allowed")
    return values[0] if values else None


def _format(parameters: Mapping[str, Sequence[str]]) -> str | None:
    """Read the format; SPARQLWrapper names the same one twice, ``tsv`` and its media type, or a list of those."""
    values = parameters.get("format", ())
    if len(values) > 1 and any(_are(one, values) for one in (*RESULTS, *GRAPHS)):
        return values[0]
    return _single(parameters, "format")


def _are(one: Format[Any], names: Sequence[str]) -> bool:
    return all(any(one.is_called(part.strip()) for part in name.split(",")) for name in names)


def _number(parameters: Mapping[str, Sequence[str]], name: str) -> float:
    """Read a bound of the client's own; 0 where there is none."""
    text = _single(parameters, name)
    if text is None:
        return 0
    if not _NUMBER.fullmatch(text) or float(text) <= 0:
        raise ProtocolError(400, f"'{text}', given as {name}, is not a number above 0, like 5")
    return float(text)


def _whole(number: float) -> int:
    return max(1, int(number)) if number else 0


def _iris(parameters: Mapping[str, Sequence[str]], name: str) -> tuple[str, ...]:
    values = tuple(parameters.get(name, ()))
    for value in values:
        try:
            NamedNode(value)
        except ValueError as error:
            raise ProtocolError(400, f"'{value}', given as {name}, is not an absolute IRI") from error
    return values
