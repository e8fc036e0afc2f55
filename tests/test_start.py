"""What serving loads, and what it leaves alone."""

from __future__ import annotations

import subprocess
import sys


def test_serving_loads_neither_reasoner_nor_pyshacl() -> None:
    """They take longer to load than the graph, and nothing that serves needs them."""
    program = (
        "import sys, registergraf.cli, registergraf.cli.serving, registergraf.server.front;"
        "print(sorted({'owlrl', 'pyshacl', 'rdflib', 'SPARQLWrapper', 'xlsxwriter'} & set(sys.modules)))"
    )
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert loaded.stdout.strip() == "[]"
