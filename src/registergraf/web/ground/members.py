"""A problem as JSON (RFC 9457), for which no framework is needed."""

from __future__ import annotations

from typing import Any

from registergraf.json_text import json_text

PROBLEM = "application/problem+json"
SLUGS = {
    400: "bad-request",
    403: "refused",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    408: "too-slow",
    410: "gone",
    413: "too-large",
    414: "too-long",
    415: "unsupported-media-type",
    429: "too-many-requests",
    500: "internal-error",
    503: "unavailable",
}
"""The problems that have a page of their own; any other 4xx is a bad request, any other 5xx an internal error."""


def slug_of(status: int) -> str:
    """The problem that a status is told as."""
    return SLUGS.get(status) or ("bad-request" if status < 500 else "internal-error")  # noqa: PLR2004


def problem_members(base: str, status: int, detail: str, instance: str, **extra: Any) -> bytes:
    """A problem as JSON (RFC 9457, section 3.1); `extra` are members beside the usual ones."""
    slug = slug_of(status)
    members = {
        "type": f"{base}problem/{slug}",
        "title": slug.replace("-", " ").capitalize(),
        "status": status,
        "detail": detail,
        "instance": instance,
        **extra,
    }
    return json_text(members)
