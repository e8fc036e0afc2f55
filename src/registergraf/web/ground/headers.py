"""Headers that responses have in common."""

from __future__ import annotations

HTML = "text/html"
MAX_AGE = 300
"""Seconds a client may keep an address that shows another release later."""

# No scripts and nothing from others: a page can neither run what the graph holds nor tell anybody who reads it.
# The style sheet of Designsystemet has its icons as data: images.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}

# The query page has an editor: scripts of ours only, which may ask us only.
SCRIPTED_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

# Any page on the web may read the data; nothing here depends on who asks, so no credentials (Fetch, CORS protocol).
CORS_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Link, ETag, Content-Location, Content-Profile, Last-Modified, Location",
}
PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, QUERY, OPTIONS",
    "Access-Control-Allow-Headers": (
        "Accept, Accept-Language, Accept-Profile, Content-Type, If-Modified-Since, If-None-Match"
    ),
    "Access-Control-Max-Age": "3600",
}
