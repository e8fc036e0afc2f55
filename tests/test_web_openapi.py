"""The description of the addresses for machines: valid, and true of what is served."""

from __future__ import annotations

from functools import cache
from typing import Any

from openapi_spec_validator import validate

from registergraf.graph import named_queries
from webpages import client, release

EXAMPLES = {"kind": "registry", "key": "npr", "suffix": "ttl", "slug": "not-found", "path": "graph/law"}


@cache
def description() -> dict[str, Any]:
    """The document as it is served."""
    answer = client().get("/openapi.json")
    assert answer.content_type == "application/json"
    return dict(answer.json)


def test_description_is_openapi() -> None:
    """The document is what OpenAPI 3.1 says a document is."""
    validate(description())


def test_every_named_query_is_described() -> None:
    """Each named query has an address with its parameters."""
    for name, query in named_queries(release().queries).items():
        told = description()["paths"][f"/query/{name}"]["get"]["parameters"]
        assert [parameter["name"] for parameter in told] == [*(p.name for p in query.parameters), "as-of"]


def test_every_address_is_answered_as_described() -> None:
    """A described address answers with a described status, whatever fits its parameters."""
    unknown = {}
    for path, operations in description()["paths"].items():
        if "get" not in operations or path.startswith("/query/"):
            continue
        parameters = {p["name"]: p["schema"] for p in operations["get"]["parameters"]}
        given = {name: schema.get("enum", [EXAMPLES.get(name, "x")])[0] for name, schema in parameters.items()}
        answer = client().get(path.format(**given), headers={"Accept": "*/*"})
        if str(answer.status_code) not in operations["get"]["responses"] and not answer.content_type.startswith(
            ("application/problem+json", "text/html")
        ):
            unknown[path] = answer.status
    assert not unknown
