"""The day that a page is shown as of goes along with every link and form of the page to others of ours.

Here, in one place, so that no template can forget it.
"""

from __future__ import annotations

import re
from html import escape, unescape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from registergraf.web.ground.days import AS_OF

__all__ = ["carried", "carry"]

_LINK = re.compile(r'(<a\b(?![^>]*\bdata-day=)[^>]*?\bhref=")(/[^"]*|\?[^"]*)(")')
_FORM = re.compile(r'(<form\b(?=[^>]*method="get")[^>]*>)(.*?</form>)', re.DOTALL)


def carry(html: str, day: str) -> str:
    """The day put in its links and forms; a link with `data-day`, and a form that asks for a day, keep theirs."""
    html = _LINK.sub(lambda m: m[1] + escape(carried(unescape(m[2]), day)) + m[3], html)
    return _FORM.sub(lambda m: m[0] if f'name="{AS_OF}"' in m[2] else m[1] + _hidden(day) + m[2], html)


def carried(address: str, day: str) -> str:
    """An address of ours with the day, where it has none and is not of a file."""
    parts = urlsplit(address)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    if parts.path.startswith("/static/") or any(name == AS_OF for name, _ in pairs):
        return address
    return urlunsplit(parts._replace(query=urlencode([*pairs, (AS_OF, day)])))


def _hidden(day: str) -> str:
    return f'<input type="hidden" name="{AS_OF}" value="{day}">'
