"""What a catalogue document says of one data set: what a harvester keeps of it, and how large it is as a file."""

from __future__ import annotations

from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from registergraf.catalogue.export import COUNT, NEUTRAL, UNSIZED
from registergraf.catalogue.formats import write_document
from registergraf.catalogue.lines import by_subject, joined, led_to, ordered, split, to_triples
from registergraf.namespaces import RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pyoxigraph import Triple

DCAT = "http://www.w3.org/ns/dcat#"
TYPED = f" <{RDF_TYPE}> ".encode()
DATASETS = (f" <{DCAT}Dataset> .".encode(), f" <{DCAT}DatasetSeries> .".encode())
DOWNLOAD, BYTE_SIZE = f"<{DCAT}downloadURL>".encode(), f"<{DCAT}byteSize>".encode()


class Slices:
    """A catalogue document, as N-Triples in order of subject, and what it says of each of its data sets.

    Only the lines of what is asked for are parsed.
    """

    def __init__(self, document: bytes) -> None:
        self._about = by_subject(split(document))
        self._datasets = {
            subject
            for subject, lines in self._about.items()
            if any(line.endswith(DATASETS) for line in lines if line.startswith(TYPED, len(subject)))
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
        """What `document_of` says."""
        return list(to_triples(self.document_of(thing)))

    def document_of(self, thing: NamedNode) -> bytes:
        """What is said of a thing and of all that it leads to, other data sets excepted; nothing of what is unknown.

        As N-Triples in order of subject.
        """
        nodes = led_to([f"<{thing.value}>".encode()], self._about, self._datasets)
        return joined(sorted(line for node in nodes for line in self._about.get(node, ())))


def sized(documents: Iterable[tuple[str, bytes]], prefixes: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """The document of each profile, as `export_all` makes them, with the size of each file that it offers.

    The file has what the neutral document says, so that one comes first.
    """
    told: list[bytes] = []
    for profile, document in documents:
        if profile == NEUTRAL:
            told = list(_sizes(Slices(document), prefixes))
        yield profile, document if profile in UNSIZED else joined(ordered(chain(split(document), told)))


def _sizes(slices: Slices, prefixes: Mapping[str, str]) -> Iterator[bytes]:
    """A line for the size in bytes of the description of each data set, where the document offers it for download."""
    for dataset in slices.datasets:
        document = slices.document_of(dataset)
        size = len(write_document(document, "json-ld", prefixes))
        for subject, predicate, _ in (line.split(b" ", 2) for line in split(document)):
            if predicate == DOWNLOAD:
                yield b'%b %b "%d"^^<%b> .' % (subject, BYTE_SIZE, size, COUNT.encode())
