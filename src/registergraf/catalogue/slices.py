"""What a catalogue document says of one data set: what a harvester keeps of it, and how large it is as a file."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from registergraf.catalogue.formats import write
from registergraf.namespaces import RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DCAT = "http://www.w3.org/ns/dcat#"
DATASETS = (f"<{DCAT}Dataset>".encode(), f"<{DCAT}DatasetSeries>".encode())
DOWNLOAD = NamedNode(DCAT + "downloadURL")
BYTE_SIZE = NamedNode(DCAT + "byteSize")
COUNT = NamedNode("http://www.w3.org/2001/XMLSchema#nonNegativeInteger")


class Slices:
    """A catalogue document, as N-Triples in order of subject, and what it says of each of its data sets.

    Only the lines of what is asked for are parsed.
    """

    def __init__(self, document: bytes) -> None:
        self._lines: dict[bytes, list[bytes]] = {}
        for line in document.splitlines():
            self._lines.setdefault(line.partition(b" ")[0], []).append(line)
        typed = f" <{RDF_TYPE}> ".encode()
        self._datasets = {
            subject
            for subject, lines in self._lines.items()
            if any(typed in line and line.endswith((DATASETS[0] + b" .", DATASETS[1] + b" .")) for line in lines)
        }

    @cached_property
    def known(self) -> frozenset[NamedNode]:
        """The data sets, to be looked up in."""
        return frozenset(self.datasets)

    @cached_property
    def datasets(self) -> list[NamedNode]:
        """The data sets, series included, in order of IRI."""
        return [NamedNode(iri.decode()) for iri in sorted(subject[1:-1] for subject in self._datasets)]

    def of(self, thing: NamedNode) -> list[Triple]:
        """What is said of a thing and of all that it leads to, other data sets excepted; nothing of what is unknown."""
        start = f"<{thing.value}>".encode()
        pending, seen, found = [start], {start}, []
        while pending:
            for line in self._lines.get(pending.pop(), ()):
                found.append(line)
                object_ = line.split(b" ", 2)[2].removesuffix(b" .")
                if object_ in self._lines and object_ not in seen and object_ not in self._datasets:
                    seen.add(object_)
                    pending.append(object_)
        return [quad.triple for quad in parse(b"\n".join(sorted(found)), format=RdfFormat.N_TRIPLES)]


def sizes(slices: Slices, prefixes: Mapping[str, str]) -> Iterator[Triple]:
    """The size in bytes of the description of each data set as a file, where the document offers one for download."""
    for dataset in slices.datasets:
        triples = slices.of(dataset)
        size = len(write(triples, "json-ld", prefixes))
        for offered in (t.subject for t in triples if t.predicate == DOWNLOAD):
            yield Triple(offered, BYTE_SIZE, Literal(str(size), datatype=COUNT))
