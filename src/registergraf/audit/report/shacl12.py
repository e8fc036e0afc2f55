"""Terms of the drafts of SHACL 1.2 on what a validation used; kept apart because they may change.

SHACL 1.2 Core, working draft: `sh:conformanceDisallows` gives the severities that speak against conformance, and
`sh:usedDataGraph` and `sh:usedShapesGraph` what was validated by what.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Triple

from registergraf.audit.report.rdf import release_part, term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import NamedNode

    from registergraf.audit.identity import Identity


def used(report: NamedNode, identity: Identity, disallowed: Iterable[str]) -> Iterator[Triple]:
    """What a report used, and the severities that it does not conform with."""
    yield Triple(report, term("sh", "usedDataGraph"), release_part(identity, "graph"))
    yield Triple(report, term("sh", "usedShapesGraph"), release_part(identity, "shapes"))
    for severity in disallowed:
        yield Triple(report, term("sh", "conformanceDisallows"), term("sh", severity))
