"""The catalogue in pages, for harvesters that page (Hydra Core Vocabulary: a PartialCollectionView with hydra:next)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Triple

from registergraf.namespaces import RDF_TYPE

if TYPE_CHECKING:
    from registergraf.catalogue.slices import Slices

HYDRA = "http://www.w3.org/ns/hydra/core#"
XSD_INTEGER = NamedNode("http://www.w3.org/2001/XMLSchema#integer")


def pages(slices: Slices, size: int) -> int:
    """How many pages of so many data sets a document has; one at least."""
    return max(1, -(-len(slices.datasets) // size))


def page(slices: Slices, catalog: NamedNode, number: int, size: int, ending: str) -> list[Triple]:
    """The triples of a page, counted from 1: the catalogue with the data sets of the page, and how to go on.

    The address of a page is that of the catalogue, ``/pages/``, its number and `ending`. The last one has no next.
    """
    own = slices.datasets[(number - 1) * size : number * size]
    others = set(slices.datasets) - set(own)
    described = {triple for thing in (catalog, *own) for triple in slices.of(thing)}
    kept = [t for t in described if not (t.subject == catalog and t.object in others)]
    last = pages(slices, size)
    steps = {"first": 1, "last": last, "previous": number - 1, "next": number + 1}
    here = _address(catalog, number, ending)
    told = [
        Triple(here, NamedNode(RDF_TYPE), NamedNode(HYDRA + "PartialCollectionView")),
        Triple(catalog, NamedNode(RDF_TYPE), NamedNode(HYDRA + "Collection")),
        Triple(catalog, NamedNode(HYDRA + "view"), here),
        Triple(catalog, NamedNode(HYDRA + "totalItems"), Literal(str(len(slices.datasets)), datatype=XSD_INTEGER)),
        *(
            Triple(here, NamedNode(HYDRA + n), _address(catalog, to, ending))
            for n, to in steps.items()
            if 1 <= to <= last
        ),
    ]
    return sorted({*kept, *told}, key=str)


def _address(catalog: NamedNode, number: int, ending: str) -> NamedNode:
    return NamedNode(f"{catalog.value}/pages/{number}{ending}")
