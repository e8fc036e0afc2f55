"""A release as something to ask: by SPARQL or by the name of a query, of its day or of any other."""

from __future__ import annotations

import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import QueryBoolean, QuerySolutions
from rdflib import Graph

from registergraf.api.answers import Row, Rows
from registergraf.api.values import term_of, value_of
from registergraf.errors import UsageError
from registergraf.graph import find_query, named_queries, view_as_of
from registergraf.graph.queries import evaluate
from registergraf.namespaces import BASE, PREFIXES
from registergraf.querytext.fixing import fix
from registergraf.release import current, open_release
from registergraf.release.store import CURRENT
from registergraf.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyoxigraph import QueryTriples, Store

    from registergraf.api.values import Value
    from registergraf.graph.named import NamedQuery
    from registergraf.graph.queries import Term
    from registergraf.release import Release

__all__ = ["Dataset", "open_dataset"]


def open_dataset(release: str | Path | None = None) -> Dataset:
    """Open a release: a folder of one, a folder of releases, the name of one, or the current one for None.

    Raises `ReleaseError` where there is none, and `IntegrityError` where it is not what its manifest names.
    """
    folder = Settings.read().releases_dir
    if release is None:
        return Dataset(current(folder))
    path = Path(release)
    if not path.exists():
        path = folder / release
    return Dataset(current(path) if (path / CURRENT).exists() else open_release(path))


class Dataset:
    """The dataset of a release, its default graph the view of a day."""

    def __init__(self, release: Release, as_of: datetime.date | None = None, store: Store | None = None) -> None:
        self._release = release
        self._store = store
        self.as_of = as_of or release.as_of
        """The day of the view."""

    def __repr__(self) -> str:
        return f"<release {self.name} as of {self.as_of.isoformat()}>"

    @property
    def name(self) -> str:
        """The hash that names the release."""
        return self._release.name

    @cached_property
    def store(self) -> Store:
        """The dataset as pyoxigraph has it; not to be written to."""
        return self._store if self._store is not None else self._release.store

    @cached_property
    def queries(self) -> Mapping[str, NamedQuery]:
        """The named queries, by name."""
        return named_queries(self._release.queries)

    @cached_property
    def prefixes(self) -> Mapping[str, str]:
        """The prefixes, each with its namespace."""
        base = self._release.base
        return {p: base + n.removeprefix(BASE) if n.startswith(BASE) else n for p, n in PREFIXES.items()}

    def view(self, as_of: datetime.date | str) -> Dataset:
        """The same release as of another day; raises `UsageError` for what is no day."""
        try:
            day = as_of if isinstance(as_of, datetime.date) else datetime.date.fromisoformat(as_of)
        except ValueError as error:
            raise UsageError(f"'{as_of}' is not a day like 2022-06-01") from error
        if day == self.as_of:
            return self
        release = self._release
        return Dataset(release, day, view_as_of(release.store, release.queries, day, release.base))

    def query(self, query: str, /, **parameters: Value) -> Rows | Graph | bool:
        """Ask a named query by its name, or SPARQL by its text.

        A SELECT gives `Rows`, an ASK a truth, a CONSTRUCT or DESCRIBE an `rdflib.Graph`. A parameter fixes a variable
        that the query projects. Raises `QuerySyntaxError`, `UnknownNameError` for a name that is none, and `UsageError`
        for a parameter.
        """
        if query.replace("-", "").isalnum():
            named = find_query(self._release.queries, query)
            given = {name: str(value) for name, value in parameters.items()}
            terms = named.bind(given)
            return self._ask(fix(named.text, terms), terms, named.columns)
        return self._ask(query, {name: term_of(value) for name, value in parameters.items()})

    def _ask(self, text: str, bindings: Mapping[str, Term], columns: tuple[str, ...] = ()) -> Rows | Graph | bool:
        answer = evaluate(self.store, text, bindings)
        if isinstance(answer, QueryBoolean):
            return bool(answer)
        if not isinstance(answer, QuerySolutions):
            return self._graph(answer)
        hyphened = {column.replace("-", "_"): column for column in columns}
        named = tuple(hyphened.get(variable.value, variable.value) for variable in answer.variables)
        return Rows(named, [Row(named, [value_of(term) for term in row]) for row in answer])

    def _graph(self, triples: QueryTriples) -> Graph:
        graph = Graph(bind_namespaces="none")
        for prefix, namespace in self.prefixes.items():
            graph.bind(prefix, namespace)
        graph.parse(data="".join(f"{triple} .\n" for triple in triples), format="nt")
        return graph
