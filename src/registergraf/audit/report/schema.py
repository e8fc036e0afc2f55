"""The JSON Schema of the JSON report (JSON Schema 2020-12)."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from registergraf.audit.report.model import SCHEMA
from registergraf.json_text import json_text


def schema(base: str) -> bytes:
    """The schema, with its own address below the base."""
    document: dict[str, Any] = json.loads(files(__package__).joinpath("report.schema.json").read_text(encoding="utf-8"))
    document["$id"] = base + SCHEMA
    return json_text(document)
