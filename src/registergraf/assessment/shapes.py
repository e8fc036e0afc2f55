"""Whether a dataset conforms to a profile, by SHACL shapes that are given: pySHACL over each dataset's slice.

Loaded only where shapes are given, because pySHACL is slow to load.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyshacl
from pyoxigraph import RdfFormat, serialize
from rdflib import SH, Graph

from registergraf.assessment.conformance import Breach, of_breaches
from registergraf.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from registergraf.assessment.conformance import Conformance
    from registergraf.assessment.slices import Node, Slices


def by_shapes(slices: Slices, shapes: Graph) -> Conformance:
    """Judge each dataset by SHACL shapes; raises `DocumentError` for shapes that pySHACL cannot run."""
    return of_breaches({dataset: tuple(_validate(slices, dataset, shapes)) for dataset in slices.datasets})


def shapes_graph(files: Iterable[tuple[str, bytes]]) -> Graph:
    """Shapes from Turtle files, each with its place; imports are not followed.

    Raises `DocumentError` for one that cannot be read.
    """
    shapes = Graph()
    for place, body in files:
        try:
            shapes.parse(data=body, format="turtle")
        except Exception as error:  # rdflib's parsers raise whatever they meet
            raise DocumentError(f"the shapes {place} are not Turtle: {error}") from error
    return shapes


def _validate(slices: Slices, dataset: Node, shapes: Graph) -> Iterator[Breach]:
    data = Graph().parse(data=serialize(slices.cut(dataset), format=RdfFormat.N_TRIPLES) or b"", format="nt")
    try:
        _, report, text = pyshacl.validate(data, shacl_graph=shapes, do_owl_imports=False)
    except Exception as error:  # a shapes graph can make pySHACL fail in many ways
        raise DocumentError(f"pySHACL cannot run the shapes over {dataset}: {error}") from error
    if not isinstance(report, Graph):
        raise DocumentError(f"pySHACL cannot run the shapes over {dataset}: {text}")
    for result in sorted(set(report.objects(None, SH.result)), key=str):
        component = str(report.value(result, SH.sourceConstraintComponent) or "").rpartition("#")[2]
        focus, path = report.value(result, SH.focusNode), report.value(result, SH.resultPath)
        yield Breach(f"<{focus}>", str(path or ""), component.removesuffix("ConstraintComponent"))
