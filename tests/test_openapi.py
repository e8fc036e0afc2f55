"""The OpenAPI description: every route is in it, its examples answer, and schemathesis finds nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from registergraf.settings import Settings
from registergraf.web import create_app
from registergraf.web.openapi import describe, path_of, written
from service import options, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from registergraf.release import Release
    from registergraf.sparql import Answer, Question, Ticket

HERE = Path(__file__).parent


class NoPool:
    """A pool that nothing is asked of."""

    def ask(self, question: Question, ticket: Ticket | None = None) -> Answer:
        """No question comes here."""
        raise AssertionError(question, ticket)


@pytest.fixture(scope="module")
def app(release: Release) -> Flask:
    """The application."""
    return create_app(release, Settings.read({}), NoPool())


def references(node: Any) -> Iterator[str]:
    """Every reference of the description."""
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_every_route_is_described_and_every_description_is_a_route(app: Flask) -> None:
    """No route is forgotten, and what is told of a view is told of one that there is."""
    told = app.test_client().get("/openapi.json")
    assert told.mimetype == "application/json"
    routes = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
    own = set(written()["paths"])
    assert set(told.json["paths"]) == {path_of(rule) for rule in routes} | own
    assert set(written()["operations"]) <= {rule.endpoint for rule in routes}
    for rule in routes:
        methods = {method.lower() for method in rule.methods or ()} & {"get", "post", "put", "delete", "patch"}
        assert set(told.json["paths"][path_of(rule)]) >= methods, rule


def test_data_says_what_it_is(app: Flask) -> None:
    """A route that is no page is described by hand; only pages are told by their route alone."""
    for rule in app.url_map.iter_rules():
        is_page = rule.rule.startswith("/<any(nb, nn, en):lang>/")
        assert is_page or rule.endpoint == "static" or rule.endpoint in written()["operations"], rule


def test_the_description_holds_together(app: Flask) -> None:
    """Every reference leads somewhere, every name is used once, every path has its parameters, every example fits."""
    told = describe(app)
    for reference in references(told):
        node: Any = told
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
    operations = [(path, one) for path, methods in told["paths"].items() for one in methods.values()]
    names = [one["operationId"] for _, one in operations]
    assert len(names) == len(set(names))
    tags = {tag["name"] for tag in told["tags"]}
    for path, one in operations:
        assert set(one["tags"]) <= tags
        assert one["summary"].endswith("."), path
        in_path = {p["name"] for p in one.get("parameters", ()) if p.get("in") == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", path))
        for parameter in one.get("parameters", ()):
            if "example" in parameter:
                Draft202012Validator(parameter["schema"]).validate(parameter["example"])


@pytest.mark.slow
def test_schemathesis_finds_nothing(release: Release, settings: Settings, tmp_path: Path) -> None:
    """Over a real socket: no failure of the service, nothing undocumented, nothing wrong that is taken."""
    assert release
    program = str(Path(sys.executable).parent / "schemathesis")
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": str(HERE)}
    with running(tmp_path, *options(settings), access_log="", query_seconds=60) as service:
        call = [
            program,
            "--no-color",
            "--config-file",
            str(HERE / "schemathesis.toml"),
            "run",
            f"{service.base}/openapi.json",
        ]
        answer = subprocess.run(
            call, cwd=tmp_path, env=environment, check=False, capture_output=True, text=True, timeout=300
        )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert re.search(r"Tested: (?:[4-9]\d|\d{3})", answer.stdout), answer.stdout
