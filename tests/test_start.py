"""What serving loads, and what it leaves alone."""

from __future__ import annotations

import subprocess
import sys

LATER = {"flask", "owlrl", "prometheus_client", "pyshacl", "rdflib", "SPARQLWrapper", "werkzeug", "xlsxwriter"}


def test_serving_loads_neither_reasoner_nor_pyshacl_nor_what_makes_pages() -> None:
    """They take longer to load than the graph; nothing that serves needs the first two, and no query the last."""
    program = (
        "import sys, registergraf.cli, registergraf.cli.serving, registergraf.server.front;"
        f"print(sorted({LATER} & set(sys.modules)))"
    )
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert loaded.stdout.strip() == "[]"
