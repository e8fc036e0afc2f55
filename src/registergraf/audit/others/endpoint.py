"""A SPARQL 1.1 service of somebody else: the queries of the rules are sent to it, its data stay where they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.error import URLError

from SPARQLWrapper import JSON, POST, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

from registergraf.audit.apart import Lost
from registergraf.audit.asking import rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registergraf.graph.queries import Row

LONGEST = 2_000
"""Characters of a service's own words that are told."""


@dataclass(frozen=True)
class EndpointAsker:
    """A service by its address, the graphs that are its default graph for us, and how long it may take."""

    address: str
    seconds: float
    graphs: tuple[str, ...] = ()

    def ask_all(self, queries: Sequence[str]) -> list[list[Row] | Lost]:
        """The answers in the order of the queries, one at a time; none is asked of a service that does not answer."""
        if isinstance(silent := self._ask("SELECT (1 AS ?here) WHERE {}"), Lost):
            return [silent] * len(queries)
        return [self._ask(query) for query in queries]

    def _ask(self, query: str) -> list[Row] | Lost:
        client = SPARQLWrapper(self.address)
        client.setMethod(POST)
        client.setTimeout(int(self.seconds) or 1)
        client.setReturnFormat(JSON)
        client.setQuery(query)
        for graph in self.graphs:
            client.addParameter("default-graph-uri", graph)
        try:
            return rows(client.query().response.read())
        except TimeoutError:
            return Lost("time", f"{self.seconds:g}")
        except (SPARQLWrapperException, URLError, OSError) as error:
            if isinstance(getattr(error, "reason", None), TimeoutError):
                return Lost("time", f"{self.seconds:g}")
            said = getattr(error, "reason", None) or getattr(error, "msg", None) or error
            return Lost("error", f"{self.address} did not answer the query: {str(said)[:LONGEST]}")
        except (SyntaxError, ValueError) as error:
            return Lost("error", f"{self.address} answered with something that is not a SPARQL result: {error}")
