"""A query restricted to some of the things that it is about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from registergraf.audit.since.reads import reads_of

if TYPE_CHECKING:
    from collections.abc import Iterable

WHERE = re.compile(r"\bWHERE\s*\{", re.IGNORECASE)


def restricted(query: str, things: Iterable[str]) -> str:
    """A query with its rows restricted to some things: at its beginning where that means the same, else behind it."""
    values = f"VALUES ?this {{ {' '.join(f'<{thing}>' for thing in sorted(things))} }}"
    place = WHERE.search(query)
    if place is None or not reads_of(query).leads:
        return f"{query.rstrip()}\n{values}\n"
    return f"{query[: place.end()]} {values} {query[place.end() :]}"
