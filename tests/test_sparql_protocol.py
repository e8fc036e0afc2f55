from __future__ import annotations

from contextlib import suppress
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registergraf.sparql import ProtocolError, QueryRequest, read_query

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
ASK = b"query=ASK%20%7B%7D"


@pytest.mark.parametrize(
    ("method", "query_string", "content_type", "body", "expected"),
    [
        ("GET", ASK, None, b"", QueryRequest("ASK {}")),
        ("GET", b"query=ASK+%7B%7D&other=1", None, b"", QueryRequest("ASK {}")),
        ("HEAD", ASK, None, b"", QueryRequest("ASK {}")),
        ("GET", ASK, UPDATE, b"ignored", QueryRequest("ASK {}")),
        ("GET", "query=ASK{?s ?p 'æ'}".encode(), None, b"", QueryRequest("ASK{?s ?p 'æ'}")),
        ("GET", ASK + b"&format=csv", None, b"", QueryRequest("ASK {}", "csv")),
        ("GET", ASK + b"&format=tsv&format=text/tab-separated-values", None, b"", QueryRequest("ASK {}", "tsv")),
        (
            "GET",
            ASK + b"&format=json-ld&format=application/ld%2Bjson,application/x-json%2Bld",
            None,
            b"",
            QueryRequest("ASK {}", "json-ld"),
        ),
        ("POST", b"", FORM, ASK, QueryRequest("ASK {}")),
        ("POST", b"", f"{FORM}; charset=UTF-8", ASK, QueryRequest("ASK {}")),
        ("POST", b"", FORM.upper(), ASK + b"&format=xml", QueryRequest("ASK {}", "xml")),
        ("POST", b"format=tsv", FORM, ASK, QueryRequest("ASK {}", "tsv")),
        ("POST", b"", QUERY, b"ASK {}", QueryRequest("ASK {}")),
        ("POST", b"format=nt", f'{QUERY};charset="utf-8"', b"ASK {}", QueryRequest("ASK {}", "nt")),
        (
            "GET",
            ASK + b"&default-graph-uri=http%3A%2F%2Fx%2F1&default-graph-uri=http://x/2&named-graph-uri=urn:x:3",
            None,
            b"",
            QueryRequest("ASK {}", None, ("http://x/1", "http://x/2"), ("urn:x:3",)),
        ),
        (
            "POST",
            b"default-graph-uri=http://x/1&named-graph-uri=http://x/2",
            QUERY,
            b"ASK {}",
            QueryRequest("ASK {}", None, ("http://x/1",), ("http://x/2",)),
        ),
        ("POST", b"default-graph-uri=http://x/1", FORM, ASK, QueryRequest("ASK {}", None, ("http://x/1",))),
        ("QUERY", b"", QUERY, b"ASK {}", QueryRequest("ASK {}")),
        ("QUERY", b"format=csv", QUERY, b"ASK {}", QueryRequest("ASK {}", "csv")),
    ],
)
def test_requests(method: str, query_string: bytes, content_type: str, body: bytes, expected: QueryRequest) -> None:
    """A query is read from GET, from a form and from a body, with the graphs and the format named beside it."""
    assert read_query(method, query_string, content_type, body) == expected


@pytest.mark.parametrize(
    ("method", "query_string", "content_type", "body", "status"),
    [
        ("GET", b"", None, b"", 400),
        ("GET", b"query=", None, b"", 400),
        ("GET", ASK + b"&" + ASK, None, b"", 400),
        ("GET", ASK + b"&format=csv&format=xml", None, b"", 400),
        ("GET", b"query=%FF", None, b"", 400),
        ("GET", b"query=\xff", None, b"", 400),
        ("GET", ASK + b"&default-graph-uri=here", None, b"", 400),
        ("GET", ASK + b"&named-graph-uri=", None, b"", 400),
        ("GET", b"a=1&" * 2000, None, b"", 400),
        ("GET", b"update=CLEAR%20ALL", None, b"", 403),
        ("POST", b"", FORM, b"", 400),
        ("POST", b"", QUERY, b"", 400),
        ("POST", b"", FORM, ASK + b"&" + ASK, 400),
        ("POST", ASK, FORM, ASK, 400),
        ("POST", ASK, QUERY, b"ASK {}", 400),
        ("POST", b"", QUERY, "ASK {}".encode("utf-16"), 400),
        ("POST", b"", f"{QUERY}; charset=UTF-16", "ASK {}".encode("utf-16-le"), 400),
        ("POST", b"", "text/plain", b"ASK {}", 415),
        ("POST", b"", None, ASK, 415),
        ("POST", b"", "", ASK, 415),
        ("POST", b"", FORM, b"update=CLEAR%20ALL", 403),
        ("POST", b"", FORM, ASK + b"&update=CLEAR%20ALL", 403),
        ("POST", b"", UPDATE, b"CLEAR ALL", 403),
        ("QUERY", b"", FORM, ASK, 415),
        ("QUERY", b"", QUERY, b"", 400),
        ("QUERY", b"", UPDATE, b"CLEAR ALL", 403),
        ("PUT", ASK, None, b"", 405),
        ("DELETE", ASK, None, b"", 405),
        ("get", ASK, None, b"", 405),
    ],
)
def test_refusals(method: str, query_string: bytes, content_type: str, body: bytes, status: int) -> None:
    """What is not one query of the protocol is refused with the status that says why."""
    with pytest.raises(ProtocolError) as caught:
        read_query(method, query_string, content_type, body)
    assert caught.value.status == status
    assert (caught.value.allow is not None) == (status == 405)


def test_allow() -> None:
    """A 405 names the methods there are."""
    with pytest.raises(ProtocolError) as caught:
        read_query("PATCH", b"", None, b"")
    assert caught.value.allow == "GET, HEAD, POST, QUERY, OPTIONS"


@given(st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs"])))
def test_three_ways_are_one(query: str) -> None:
    """The same text arrives by GET, by form and as body."""
    encoded = urlencode({"query": query}).encode()
    read = {
        read_query("GET", encoded, None, b""),
        read_query("POST", b"", FORM, encoded),
        read_query("POST", b"", QUERY, query.encode()),
    }
    assert read == {QueryRequest(query)}


@given(st.binary(), st.sampled_from([None, FORM, QUERY, UPDATE]) | st.text(), st.binary())
def test_only_protocol_errors(query_string: bytes, content_type: str | None, body: bytes) -> None:
    """Whatever bytes arrive, the outcome is a request or a `ProtocolError`."""
    for method in ("GET", "POST"):
        with suppress(ProtocolError):
            assert read_query(method, query_string, content_type, body).query


PIECES = st.sampled_from(
    [
        b"%",
        b"=",
        b"+",
        b"\n",
        b"\r\n",
        b" ",
        b"g",
        b"1",
        b"_",
        b";",
        b"\0",
        b"%3D",
        b"%3d",
        b"%26",
        b"%C3%A5",
        b"%2",
        b"%zz",
    ]
)


@given(st.lists(PIECES, min_size=1).map(b"".join))
def test_escapes_are_those_of_a_form(value: bytes) -> None:
    """As the standard library reads them, whatever is escaped, or only looks so."""
    ((_, expected),) = parse_qsl(f"query={value.decode()}", keep_blank_values=True)
    assert read_query("GET", b"query=" + value, None, b"").query == expected
