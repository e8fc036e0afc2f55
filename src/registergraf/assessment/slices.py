"""What belongs to a dataset in a catalogue document, as fdk-harvester cuts it out.

A slice is the dataset's own triples and those of everything that is reached from it and described in the document,
stopping at other datasets and series (DatasetHarvester.recursiveAddNonDatasetResource, fdk-harvester 40dd0fc).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode

from registergraf.namespaces import PREFIXES, RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Triple

Node = NamedNode | BlankNode

TYPE = NamedNode(RDF_TYPE)
DATASET = NamedNode(PREFIXES["dcat"] + "Dataset")
SERIES = NamedNode(PREFIXES["dcat"] + "DatasetSeries")


class Slices:
    """The triples of a document by subject, from which slices are cut."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._about: defaultdict[Node, list[Triple]] = defaultdict(list)
        for triple in triples:
            if isinstance(triple.subject, Node):
                self._about[triple.subject].append(triple)
        self.datasets = frozenset(node for node in self._about if self.types(node) & {DATASET, SERIES})
        """Everything typed as a dataset or a series, blank nodes included."""

    @property
    def described(self) -> Iterable[Node]:
        """Every node that something is said of."""
        return self._about.keys()

    def about(self, node: Node) -> list[Triple]:
        """The triples whose subject is the node."""
        return self._about.get(node, [])

    def types(self, node: Node) -> set[Node]:
        """The classes that the node is said to be of."""
        return {t.object for t in self.about(node) if t.predicate == TYPE and isinstance(t.object, NamedNode)}

    def nodes(self, dataset: Node) -> set[Node]:
        """The nodes whose triples are in the dataset's slice."""
        found, pending = {dataset}, [dataset]
        while pending:
            fresh = set(self.next(pending.pop())) - found
            found |= fresh
            pending.extend(fresh)
        return found

    def next(self, node: Node) -> Iterator[Node]:
        """The described nodes that one node leads to, datasets and series left out."""
        for triple in self.about(node):
            object_ = triple.object
            if isinstance(object_, Node) and object_ in self._about and object_ not in self.datasets:
                yield object_

    def cut(self, dataset: Node) -> list[Triple]:
        """The triples of the dataset's slice."""
        return [triple for node in self.nodes(dataset) for triple in self.about(node)]
