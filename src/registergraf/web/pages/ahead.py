"""The pages of data sources as they are today, made before anybody asks: they follow from the release.

Made when it is asked for, such a page takes its queries and its template; one that was made ahead takes neither.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, cast

from flask import Response, request

from registergraf.web.ground.i18n import LANGUAGES
from registergraf.web.ground.site import EXTENSION
from registergraf.web.pages.browse import facets_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from registergraf.web.ground.site import Site

__all__ = ["AHEAD", "Ahead", "ahead_of"]

AHEAD = "registergraf.ahead"
"""Where an application has them."""
_LEVEL = 1
"""Of compression, the quickest there is."""


class Ahead:
    """The pages that were made, by their address, in at most so many MiB; any thread may ask for one."""

    def __init__(self, mib: int) -> None:
        self._left = mib << 20
        self._pages: dict[str, tuple[bytes, list[tuple[str, str]]]] = {}

    def __len__(self) -> int:
        return len(self._pages)

    def make(self, app: Flask) -> Iterator[bool]:
        """Make the pages of an application, one with each step (true), until all are there or the next has no room."""
        asking = app.test_client()
        for path in _addresses(app.extensions[EXTENSION]) if self._left > 0 else ():
            answer = asking.get(path)
            if answer.status_code != 200:  # noqa: PLR2004 - whoever asks is to be told
                continue
            body = zlib.compress(answer.get_data(), _LEVEL)
            self._left -= len(body)
            if self._left < 0:
                return
            del answer.headers["Date"]
            self._pages[path] = body, list(answer.headers)
            yield True

    def page(self) -> Response | None:
        """The page that the current request asks for, if it is among them."""
        found = None if request.query_string else self._pages.get(request.path)
        if found is None:
            return None
        body, headers = found
        response = Response(zlib.decompress(body), headers=headers)
        response.make_conditional(request)
        return response


def _addresses(site: Site) -> Iterator[str]:
    """The addresses of the pages of all data sources; none of a data source before all of the one before it."""
    for iri in facets_of(site, LANGUAGES[0]).order:
        yield from (f"/{lang}/{site.path(iri)}" for lang in LANGUAGES)


def ahead_of(app: Flask) -> Ahead:
    """The pages of an application that were made ahead."""
    return cast("Ahead", app.extensions[AHEAD])
