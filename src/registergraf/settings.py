"""Every setting once: name, default, help. The command line, the documentation and a test read this table.

A setting is read from the environment as ``REGISTERGRAF_`` and its name in capitals
(``query-seconds`` is ``REGISTERGRAF_QUERY_SECONDS``); a command-line option of the same name wins.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from registergraf.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SETTINGS", "Setting", "Settings"]


@dataclass(frozen=True)
class Setting:
    """One row of the table; the type of the default is the type of the value."""

    name: str
    default: Any
    help: str

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return "REGISTERGRAF_" + self.field.upper()

    @property
    def field(self) -> str:
        """Its attribute on `Settings`."""
        return self.name.replace("-", "_")

    def parse(self, text: str) -> Any:
        """Read a value; raises `UsageError` when it is not of the default's type."""
        try:
            return type(self.default)(text)
        except ValueError as error:
            kind = type(self.default).__name__
            raise UsageError(f"{self.variable} is '{text}', which is not {kind}; default is {self.default}") from error


SETTINGS = (
    Setting(
        "content",
        "",
        "Folder with ontology/, data/, shapes/ and queries/; empty: the checkout you stand in, else the packaged one",
    ),
    Setting(
        "releases",
        "",
        "Folder that keeps the releases; empty: releases/ of the checkout you stand in, else one in your data folder",
    ),
    Setting(
        "sources", "", "Folder with the source documents; empty: ../shared/sources beside the content, where it exists"
    ),
    Setting("base-iri", "https://w3id.org/registergraf/", "Base of every IRI of ours"),
    Setting(
        "hdab",
        "hdab-not-named",
        "The health data access body of HealthDCAT-AP: an organisation of ours, by its name in organisation/{name}",
    ),
    Setting("host", "127.0.0.1", "Address the service listens on"),
    Setting("port", 8000, "Port the service listens on"),
    Setting("threads", 8, "Pages and documents the service makes at one time"),
    Setting("query-workers", 4, "Processes that answer SPARQL queries, each one at a time"),
    Setting("query-queue", 32, "SPARQL queries that may wait for a free worker"),
    Setting("query-wait-seconds", 10.0, "Seconds a query may wait for a free worker"),
    Setting("query-seconds", 10.0, "Seconds a SPARQL query may take"),
    Setting("query-memory-mb", 1024, "Memory a SPARQL query may take beside that of the graph, in MiB"),
    Setting(
        "large-pages-mb",
        512,
        "Memory that the front, which makes the pages, keeps in large pages of the processor, in MiB; 0: none",
    ),
    Setting("query-length", 100_000, "Longest SPARQL query, in characters"),
    Setting("query-nesting", 100, "Deepest nesting of brackets in a SPARQL query"),
    Setting("answer-mb", 64, "Largest answer to a SPARQL query, in MiB"),
    Setting("answer-rows", 1_000_000, "Most rows, or triples, of an answer to a SPARQL query"),
    Setting("answer-cache-mb", 64, "Answers that are kept in memory, in MiB; 0 keeps none"),
    Setting("stored-queries-mb", 64, "Queries that are stored to be cited, with their answers, in MiB"),
    Setting("stored-answer-kb", 256, "Longest answer that is kept with a stored query, in KiB; of one above, its hash"),
    Setting("graph-memory-mb", 600, "Largest graph file that is held in memory, in MiB; one above is indexed on disk"),
    Setting("page-days", 3, "Other days than the release's whose views the pages keep in memory; 0 shows no other day"),
    Setting(
        "pages-ahead-mb",
        16,
        "Pages of data sources that are made before anybody asks for them, as they are kept, in MiB; 0 makes none",
    ),
    Setting(
        "choice-length",
        2000,
        "Longest choice in the address of the list of data sources, in characters; each of its links repeats it",
    ),
    Setting("spool", "", "Folder for answers that are too long for memory; empty: that of the system"),
    Setting(
        "request-seconds", 20.0, "Seconds a client may take to send a request, and to take each piece of an answer"
    ),
    Setting("connections", 1024, "Requests the service has under way at one time, waiting ones included"),
    Setting("rate", 0.0, "Requests a second that one client may make in the long run; 0 does not count"),
    Setting("rate-burst", 100, "Requests that a client may make at once before its rate counts"),
    Setting("rate-loopback", 0, "1 counts the requests from this machine too"),
    Setting("proxies", 0, "Reverse proxies in front, each of which adds the client's address to X-Forwarded-For"),
    Setting("compress-bytes", 1024, "Shortest answer that is compressed for a client that asks for it, in bytes"),
    Setting(
        "access-log", "-", "File that a line of JSON is written to for each request; - is standard error, empty none"
    ),
    Setting("access-log-queries", 0, "1 writes the text of queries to the access log too"),
    Setting("metrics", 1, "1 gives figures for Prometheus at /metrics, 0 gives none"),
    Setting(
        "profiles",
        "",
        "Folder with the shapes of the profiles; empty: ../shared/profiles beside the content, where it exists",
    ),
    Setting("audit-input-mb", 512, "Largest file of somebody else's data that is audited, uncompressed, in MiB"),
    Setting("rule-seconds", 60.0, "Seconds a query of an audit rule may take"),
    Setting("rule-memory-mb", 4096, "Memory a query of an audit rule may take beside that of the graph, in MiB"),
    Setting("catalogue-page", 50, "Data sets in a page of the catalogue, for harvesters that page"),
    Setting("feed-page", 100, "Changes in a page of the feed, and in the feed for people"),
    Setting("removal-share", 0.1, "Share of the data sets that may be gone from a new release without --allow-removal"),
    Setting("endpoint-seconds", 30.0, "Seconds to wait for a remote SPARQL service"),
    Setting("fetch-seconds", 60.0, "Seconds to wait for a catalogue of others"),
    Setting("fetch-mb", 75, "Largest catalogue of others that is fetched, in MiB"),
    Setting("probe-seconds", 10.0, "Seconds an address of a catalogue may take to answer when it is tried"),
    Setting("probes", 8, "Addresses of a catalogue that are tried at one time"),
)


@dataclass(frozen=True)
class Settings:
    """The values in force; see `SETTINGS` for what each means."""

    content: str
    releases: str
    sources: str
    base_iri: str
    hdab: str
    host: str
    port: int
    threads: int
    query_workers: int
    query_queue: int
    query_wait_seconds: float
    query_seconds: float
    query_memory_mb: int
    large_pages_mb: int
    query_length: int
    query_nesting: int
    answer_mb: int
    answer_rows: int
    answer_cache_mb: int
    stored_queries_mb: int
    stored_answer_kb: int
    graph_memory_mb: int
    page_days: int
    pages_ahead_mb: int
    choice_length: int
    spool: str
    request_seconds: float
    connections: int
    rate: float
    rate_burst: int
    rate_loopback: int
    proxies: int
    compress_bytes: int
    access_log: str
    access_log_queries: int
    metrics: int
    profiles: str
    audit_input_mb: int
    rule_seconds: float
    rule_memory_mb: int
    catalogue_page: int
    feed_page: int
    removal_share: float
    endpoint_seconds: float
    fetch_seconds: float
    fetch_mb: int
    probe_seconds: float
    probes: int

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None, **given: Any) -> Self:
        """The defaults, overridden by the environment, overridden by what is given (`None` is not given).

        Raises `UsageError` for a value of the wrong type.
        """
        environment = os.environ if environment is None else environment
        values = {
            s.field: s.parse(environment[s.variable]) if s.variable in environment else s.default for s in SETTINGS
        }
        values |= {name: value for name, value in given.items() if value is not None}
        return cls(**{f.name: values[f.name] for f in fields(cls)})

    @property
    def content_dir(self) -> Path:
        """Where the curated files are."""
        if self.content:
            return Path(self.content)
        here = Path.cwd()
        return here if is_content(here) else Path(__file__).parent / "content_files"

    @property
    def releases_dir(self) -> Path:
        """Where the releases are kept."""
        if self.releases:
            return Path(self.releases)
        here = Path.cwd()
        if is_content(here):
            return here / "releases"
        data_home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
        return Path(data_home) / "registergraf" / "releases"

    @property
    def sources_dir(self) -> Path | None:
        """Where the source documents are, or None where they are not at hand."""
        folder = Path(self.sources) if self.sources else self.content_dir / ".." / "shared" / "sources"
        return folder if folder.is_dir() else None

    @property
    def profiles_dir(self) -> Path | None:
        """Where the shapes of the application profiles are, or None where they are not at hand."""
        folder = Path(self.profiles) if self.profiles else self.content_dir / ".." / "shared" / "profiles"
        return folder if folder.is_dir() else None


def is_content(folder: Path) -> bool:
    """Whether a folder has the four content folders."""
    return all((folder / name).is_dir() for name in ("ontology", "data", "shapes", "queries"))
