"""HTTP: linked data, the catalogue, the query form and the pages; thin, because a release holds the work done.

Everything a page shows comes from a query in ``queries/pages`` over the release's dataset, or from its audit report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from registergraf.lazily import importing

if TYPE_CHECKING:
    from registergraf.web.app import create_app

__all__ = ["create_app"]

if not TYPE_CHECKING:
    __getattr__ = importing(__name__, {"app": ["create_app"]})
