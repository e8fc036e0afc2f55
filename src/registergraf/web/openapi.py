"""The OpenAPI description: what ``openapi.json`` beside this says of each route, over the routes that there are.

A route has its path, its parameters and its summary from where it is defined; a page needs no more. Routes of data say
in the file what they take and give, by the name of their view, and a test holds the two together.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, current_app

from registergraf import __version__
from registergraf.json_text import json_text
from registergraf.web.ground.i18n import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flask import Flask
    from werkzeug.routing import Rule

blueprint = Blueprint("openapi", __name__)

METHODS = ("get", "post")
"""The methods that are described; HEAD and OPTIONS go with each, and OpenAPI 3.1 has no QUERY."""
PATTERNS = {"KindConverter": "^[a-z][a-z-]+$", "IntegerConverter": "^[0-9]+$"}
PAGE = {"tags": ["pages"], "get": {"responses": {"200": {"$ref": "#/components/responses/Page"}}}}
PROBLEM = {"$ref": "#/components/responses/Problem"}


@blueprint.get("/openapi.json")
def description() -> Response:
    """This description, for tools that read OpenAPI 3.1."""
    body = json_text(describe(current_app))
    return Response(body, content_type="application/json")


def describe(app: Flask) -> dict[str, Any]:
    """The description of an application."""
    told = written()
    paths: dict[str, Any] = dict(told["paths"])
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.endpoint != "static":
            paths.setdefault(path_of(rule), {}).update(_operations(rule, app, told["operations"]))
    kept = {key: value for key, value in told.items() if key != "operations"}
    return {**kept, "info": {**told["info"], "version": __version__}, "paths": paths}


@cache
def written() -> dict[str, Any]:
    """What is written by hand."""
    told: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return told


def path_of(rule: Rule) -> str:
    """The path of a route as OpenAPI writes it."""
    return re.sub(r"<(?:[^<>:]+:)?(\w+)>", r"{\1}", rule.rule)


def _operations(rule: Rule, app: Flask, told: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    fragment = told.get(rule.endpoint, PAGE)
    view = app.view_functions[rule.endpoint]
    for method in METHODS:
        if method.upper() not in (rule.methods or ()) or method not in fragment:
            continue
        said = fragment[method]
        name = _name(rule, app) + ("" if method == "get" else f"-{method}")
        yield (
            method,
            {
                "tags": fragment["tags"],
                "summary": (view.__doc__ or "").partition("\n")[0],
                "operationId": name,
                **said,
                "parameters": [*_in_path(rule, fragment.get("path", {})), *said.get("parameters", ())],
                "responses": {**said["responses"], "4XX": PROBLEM, "503": PROBLEM},
            },
        )


def _name(rule: Rule, app: Flask) -> str:
    """A name of the route of a view, with its path where the view has several."""
    name: str = rule.endpoint.replace(".", "-")
    several = len(list(app.url_map.iter_rules(rule.endpoint))) > 1
    return name + re.sub(r"[^\w]+", "-", path_of(rule)).rstrip("-") if several else name


def _in_path(rule: Rule, examples: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for name in re.findall(r"<(?:[^<>:]+:)?(\w+)>", rule.rule):
        converter: Any = rule._converters[name]  # noqa: SLF001 - werkzeug tells it nowhere else
        schema: dict[str, Any] = {"type": "string", "minLength": 1}
        if name == "lang":
            schema = {"enum": list(LANGUAGES)}
        elif type(converter).__name__ == "AnyConverter":
            schema = {"enum": sorted(converter.items)}
        elif type(converter).__name__ == "IntegerConverter":
            schema = {"type": "integer", "minimum": 0}
        elif type(converter).__name__ in PATTERNS:
            schema["pattern"] = PATTERNS[type(converter).__name__]
        given = examples.get(name)
        example = {"example": int(given) if schema.get("type") == "integer" else given} if given else {}
        yield {"name": name, "in": "path", "required": True, "schema": schema, **example}
