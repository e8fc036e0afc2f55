"""The catalogue in pages, for harvesters that page (Hydra Core Vocabulary: a PartialCollectionView with hydra:next)."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Triple

from registergraf.catalogue.lines import joined, object_of, ordered, split, to_lines
from registergraf.namespaces import RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registergraf.catalogue.slices import Slices

MEMBER = "http://www.w3.org/ns/dcat#dataset"
HYDRA = "http://www.w3.org/ns/hydra/core#"
XSD_INTEGER = NamedNode("http://www.w3.org/2001/XMLSchema#integer")


def pages(slices: Slices, size: int) -> int:
    """How many pages of so many data sets a document has; one at least."""
    return max(1, -(-len(slices.datasets) // size))


def page(slices: Slices, catalog: NamedNode, number: int, size: int, ending: str) -> bytes:
    """A page, counted from 1, as sorted N-Triples: the catalogue with the data sets of the page, and how to go on.

    The address of a page is that of the catalogue, ``/pages/``, its number and `ending`. The last one has no next.
    """
    own = slices.datasets[(number - 1) * size : number * size]
    member, listed = f"{catalog} <{MEMBER}> ".encode(), {str(dataset).encode() for dataset in own}
    kept = (
        line for line in split(slices.document_of(catalog)) if not line.startswith(member) or object_of(line) in listed
    )
    described = (line for dataset in own for line in split(slices.document_of(dataset)))
    return joined(ordered(chain(kept, described, to_lines(_steps(slices, catalog, number, size, ending)))))


def _steps(slices: Slices, catalog: NamedNode, number: int, size: int, ending: str) -> Iterator[Triple]:
    last = pages(slices, size)
    here = _address(catalog, number, ending)
    yield Triple(here, NamedNode(RDF_TYPE), NamedNode(HYDRA + "PartialCollectionView"))
    yield Triple(catalog, NamedNode(RDF_TYPE), NamedNode(HYDRA + "Collection"))
    yield Triple(catalog, NamedNode(HYDRA + "view"), here)
    yield Triple(catalog, NamedNode(HYDRA + "totalItems"), Literal(str(len(slices.datasets)), datatype=XSD_INTEGER))
    for name, to in {"first": 1, "last": last, "previous": number - 1, "next": number + 1}.items():
        if 1 <= to <= last:
            yield Triple(here, NamedNode(HYDRA + name), _address(catalog, to, ending))


def _address(catalog: NamedNode, number: int, ending: str) -> NamedNode:
    return NamedNode(f"{catalog.value}/pages/{number}{ending}")
