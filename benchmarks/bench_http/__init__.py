"""The SPARQL service and its peers, measured over HTTP side by side; `python -m bench_http` from the folder above."""

from __future__ import annotations
