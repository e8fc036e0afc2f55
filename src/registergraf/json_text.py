"""JSON as we publish it: UTF-8, indented so that versions can be compared, the same bytes for the same value."""

from __future__ import annotations

from typing import Any

import orjson

__all__ = ["json_part", "json_text"]


def json_text(value: Any, *, sort_keys: bool = False) -> bytes:
    """Write a value of dicts with text as keys, lists, text, numbers, dates, booleans and None (RFC 8259).

    Raises `TypeError` for anything else.
    """
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(value, option=options | (orjson.OPT_SORT_KEYS if sort_keys else 0))


def json_part(value: Any, *, depth: int) -> orjson.Fragment:
    """Write a value that stands so many levels down in another, as `json_text` takes and writes it there."""
    return orjson.Fragment(orjson.dumps(value, option=orjson.OPT_INDENT_2).replace(b"\n", b"\n" + b"  " * depth))
