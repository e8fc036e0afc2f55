"""What schemathesis is to know beside the description: how a query is sent as the body."""

from __future__ import annotations

from typing import Any

import schemathesis


@schemathesis.serializer("application/sparql-query")
def as_it_is(_: Any, value: Any) -> bytes:
    """A query is sent as its text."""
    return str(value).encode("utf-8", "replace")
