"""What the web needs from below, as protocols, so that it can be tested without a build."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping, Sequence

    from pyoxigraph import Store

    from registergraf.search import Index
    from registergraf.sparql import Answer, Home, Question, Ticket


TICKET = "registergraf.ticket"
"""Where the server puts the ticket of a request in the WSGI environment, with which its question can be called off."""


class Trend(Protocol):
    """Two audits compared; `registergraf.audit.trend.Trend` is one."""

    @property
    def moves(self) -> Sequence[Mapping[str, Any]]:
        """Each failure of either audit: `move`, `verdict` (its id), `rule`, `focus`, `severity`, `message`."""

    @property
    def by_rule(self) -> Mapping[str, Mapping[str, int]]:
        """How many of each move there are, for each rule that has any."""

    @property
    def rules_added(self) -> Sequence[str]:
        """The rules that only the later audit judged by."""

    @property
    def rules_removed(self) -> Sequence[str]:
        """The rules that only the earlier audit judged by."""

    @property
    def rules_changed(self) -> Sequence[str]:
        """The rules that are not the same, so that their verdicts may move by that alone."""


class Release(Protocol):
    """An immutable release; `registergraf.release.Release` is one."""

    @property
    def name(self) -> str:
        """The hash that names it."""

    @property
    def as_of(self) -> datetime.date:
        """The day of its view."""

    @property
    def published(self) -> datetime.datetime:
        """When it was published, in UTC."""

    @property
    def base(self) -> str:
        """Base of every IRI of ours."""

    @property
    def store(self) -> Store:
        """The dataset: the view as default graph, each claim and each layer as a named graph."""

    @property
    def queries(self) -> Mapping[str, str]:
        """The SPARQL, by path below `queries/`."""

    @property
    def index(self) -> Index:
        """The full-text index."""

    @property
    def verdicts(self) -> Sequence[Mapping[str, Any]]:
        """The verdicts of the audit."""

    @property
    def rules(self) -> Sequence[Mapping[str, Any]]:
        """The rules of the audit."""

    @property
    def told(self) -> Mapping[str, frozenset[str]]:
        """Each thing that it says anything of, with what is said to have come in its place."""

    def trend(self, other: str, /) -> Trend:
        """Tell what became of every failure since another of `others`; raises `ReleaseError` where that is unknown."""

    @property
    def scores(self) -> Sequence[Mapping[str, Any]]:
        """The quality scores of the catalogue; none in an older release."""

    def audit_file(self, name: str, /) -> bytes | None:
        """Give a file of the audit, such as `report.csv`; None for one that the release does not hold."""

    def others(self) -> Mapping[str, Release]:
        """Give the other releases that are at hand, by name."""

    def catalogue(self, profile: str, format_name: str, /) -> bytes:
        """Give the catalogue document of a profile, in a format of `registergraf.catalogue.FORMATS`."""

    def feed(self, name: str, /) -> bytes | None:
        """Give a file of the feed of changes ("index.trig", "1.trig", "atom.nb.xml"), None for one it does not have."""

    def description(self, document: str, format_name: str, /) -> bytes:
        """Give the description of the dataset ("void") or of the service ("service-description")."""

    @property
    def dumps(self) -> Mapping[str, int]:
        """The files of the whole dataset, each with its size in bytes."""

    def dump(self, name: str, /) -> bytes:
        """Give one of them."""


class Pool(Protocol):
    """Workers that answer SPARQL; `registergraf.sparql.pool.WorkerPool` is one."""

    @property
    def home(self) -> Home:
        """The event loop that questions are asked in."""

    def ask(self, question: Question, ticket: Ticket | None = None, /) -> Answer:
        """Answer a question; raises `QueryError`. A ticket can call it off."""

    async def ask_soon(self, question: Question, /) -> Answer:
        """The same in the running event loop; cancelling calls it off."""
