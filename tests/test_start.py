"""What serving and auditing load, and what they leave alone."""

from __future__ import annotations

import subprocess
import sys

MAKING = {"flask", "owlrl", "pyshacl", "rdflib", "xlsxwriter"}
LATER = {*MAKING, "prometheus_client", "SPARQLWrapper", "werkzeug"}


def loaded(modules: str, among: set[str]) -> str:
    """Those of some packages that are loaded with some modules, as a list in Python's words."""
    program = f"import sys, {modules}; print(sorted({among} & set(sys.modules)))"
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.strip()


def test_serving_loads_neither_reasoner_nor_pyshacl_nor_what_makes_pages() -> None:
    """They take longer to load than the graph; nothing that serves needs the first two, and no query the last."""
    assert loaded("registergraf.cli, registergraf.cli.serving, registergraf.server.front", LATER) == "[]"


def test_auditing_loads_neither_reasoner_nor_pyshacl_nor_what_writes_other_formats() -> None:
    """They take longer to load than it takes to judge what changed."""
    assert loaded("registergraf.cli, registergraf.cli.auditing", {*MAKING, "jinja2"}) == "[]"
