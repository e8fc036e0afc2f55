"""The addresses of the service for machines, described by OpenAPI 3.1, made from the routes and the named queries.

A view tells what it does in its docstring, so the description cannot name an address that is not there, or miss one.
"""

from __future__ import annotations

import inspect
import re
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, current_app
from werkzeug.routing import AnyConverter

from registergraf.web.documents import MAX_AGE
from registergraf.web.problems import PROBLEM
from registergraf.web.site import site

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from werkzeug.routing import Rule

    from registergraf.graph.named import NamedQuery

blueprint = Blueprint("openapi", __name__)

DATA_BLUEPRINTS = ("linked_data", "catalog", "sparql", "graph_store", "descriptions", "examples", "named", "permalinks")
"""The blueprints that answer machines."""
METHODS = ("get", "post")
"""What OpenAPI 3.1 has a name for; QUERY of the SPARQL endpoint is told in docs/sparql.md."""
FORMATS = {"iri": "uri", "date": "date"}
NAMED_QUERY = "/query/<name>"


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Describe the addresses for machines by OpenAPI 3.1."""
    response = Response(current_app.json.dumps(site().once("openapi", describe), indent=1), mimetype="application/json")
    response.cache_control.public = True
    response.cache_control.max_age = MAX_AGE
    return response


def describe() -> dict[str, Any]:
    """The document (OpenAPI Specification 3.1.0)."""
    rules = [rule for rule in current_app.url_map.iter_rules() if rule.endpoint.partition(".")[0] in DATA_BLUEPRINTS]
    paths: dict[str, Any] = {}
    for rule in sorted(rules, key=str):
        if rule.rule != NAMED_QUERY:
            paths.setdefault(_path(rule), {}).update(_operations(rule))
    for name, query in site().named.items():
        paths[f"/query/{name}"] = {"get": _named(name, query)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Registergraf",
            "summary": "Norway's health registries as a knowledge graph",
            "version": version("registergraf"),
            "license": {"name": "CC BY 4.0", "identifier": "CC-BY-4.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
    }


def _path(rule: Rule) -> str:
    return re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule.rule)


def _operations(rule: Rule) -> dict[str, Any]:
    view = current_app.view_functions[rule.endpoint]
    parameters = [_in_path(name, rule) for name in re.findall(r"<(?:[^<>]*:)?(\w+)>", rule.rule)]
    return {
        method: {
            "operationId": f"{rule.endpoint}.{method}",
            "summary": inspect.getdoc(view),
            "parameters": parameters,
            "responses": _responses(),
        }
        for method in METHODS
        if method.upper() in (rule.methods or ())
    }


def _in_path(name: str, rule: Rule) -> dict[str, Any]:
    converter = rule._converters.get(name)  # noqa: SLF001  # werkzeug has no public way to the words of `any`
    schema: dict[str, Any] = {"type": "string"}
    if isinstance(converter, AnyConverter):
        schema["enum"] = sorted(converter.items)
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _named(name: str, query: NamedQuery) -> dict[str, Any]:
    parameters = [
        {"name": p.name, "in": "query", "description": p.helps.get("en", ""), "schema": _schema(p.type, p.choices)}
        for p in query.parameters
    ]
    day = {"name": "as-of", "in": "query", "description": "the day of the view", "schema": _schema("date", ())}
    return {
        "operationId": f"query.{name}",
        "summary": query.titles.get("en", name),
        "description": query.questions.get("en", ""),
        "parameters": [*parameters, day],
        "responses": _responses(),
    }


def _schema(type_: str, choices: Iterable[str]) -> Mapping[str, Any]:
    schema: dict[str, Any] = {"type": "integer" if type_ == "integer" else "string"}
    if type_ in FORMATS:
        schema["format"] = FORMATS[type_]
    if choices:
        schema["enum"] = list(choices)
    return schema


def _responses() -> dict[str, Any]:
    return {
        "200": {"description": "The answer, in the format of ?format or of the Accept header"},
        "303": {"description": "The page or the data document of a thing"},
        "304": {"description": "The client has the answer"},
        "default": {"description": "A problem (RFC 9457)", "content": {PROBLEM: {"schema": {"type": "object"}}}},
    }
