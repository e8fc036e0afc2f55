"""Imports run downwards: what each part may know of the others."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import registergraf

PACKAGE = Path(registergraf.__file__).parent
MAY_KNOW = {
    "querytext": set(),
    "content": {"querytext"},
    "graph": {"querytext"},
    "catalogue": {"graph"},
    "assessment": {"graph", "catalogue"},
    "search": {"graph"},
    "audit": {"content", "graph", "querytext"},
    "sparql": {"graph", "querytext"},
    "release": {"content", "graph", "audit", "catalogue", "assessment", "search"},
    "web": {"catalogue", "graph", "search", "sparql"},
    "server": {"release", "sparql", "web"},
    "api": {"graph", "querytext", "release"},
    "cli": {"content", "graph", "audit", "catalogue", "assessment", "release", "search", "sparql", "web", "server"},
}
"""Beside the flat modules (errors, settings, namespaces, …), which know nothing of the packages."""

WEB_FROM_BELOW = ["ground", "shown", "data", "endpoint", "pages"]
"""The packages of the web, each of which may know those before it."""


def known(part: Path) -> set[str]:
    """The packages that the modules of a part import."""
    names = set()
    for path in part.rglob("*.py") if part.is_dir() else [part]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("registergraf"):
                inside = (node.module or "").split(".")[1:2] or [alias.name for alias in node.names]
                names |= set(inside)
    return names & set(MAY_KNOW)


@pytest.mark.parametrize("name", MAY_KNOW)
def test_a_package_knows_only_what_lies_below_it(name: str) -> None:
    """No import runs upwards."""
    assert known(PACKAGE / name) - {name} <= MAY_KNOW[name]


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.stem)
def test_a_flat_module_knows_no_package(path: Path) -> None:
    """They are the ground everything stands on; the package itself is the door to the Python interface."""
    assert known(path) <= ({"api"} if path.stem == "__init__" else set())


def test_every_package_has_its_place() -> None:
    """A new package is put into the order."""
    assert {path.parent.name for path in PACKAGE.glob("*/__init__.py")} == set(MAY_KNOW)


def imported_of_web(path: Path) -> set[str]:
    """The packages of the web that a module imports when it is loaded."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.module or "" for node in module.body if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[2] for name in names if name.startswith("registergraf.web.")}


@pytest.mark.parametrize("name", WEB_FROM_BELOW)
def test_a_package_of_the_web_knows_only_those_below_it(name: str) -> None:
    """How things are shown knows no page, and no document knows the endpoint."""
    allowed = {*WEB_FROM_BELOW[: WEB_FROM_BELOW.index(name) + 1]}
    known_here = {path.name: imported_of_web(path) - allowed for path in (PACKAGE / "web" / name).glob("*.py")}
    assert {path: names for path, names in known_here.items() if names} == {}
