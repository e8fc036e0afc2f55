"""The story of the whole program, in the order it happens."""

from __future__ import annotations

import difflib
import hashlib
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from registergraf import audit, catalogue, graph, search
from registergraf.audit.report import report_files
from registergraf.content import WHITELIST, Content, load, read_files
from registergraf.errors import ContentError, UnknownNameError
from registergraf.namespaces import prefixes
from registergraf.release import history
from registergraf.release.dumps import dump_files
from registergraf.release.judging import identity_of, limits_of, report_of, structure_problems
from registergraf.release.manifest import GRAPH_FILE, Manifest
from registergraf.release.scoring import score_files
from registergraf.release.store import DESCRIPTIONS, Release, prepare, publish

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pyoxigraph import Store

    from registergraf.audit import Verdict
    from registergraf.settings import Settings


@dataclass(frozen=True)
class BuildSummary:
    """What a build made, for the last line it prints."""

    release: Release
    registries: int
    claims: int
    quads: int
    failures: Mapping[str, int]
    """Failed verdicts by severity."""
    seconds: float = field(compare=False)


def build(
    settings: Settings, as_of: datetime.date, tell: Callable[[str], None], *, allow_removal: bool = False
) -> BuildSummary:
    """Read, infer, audit, publish: leave a release for the day and point `current` at it.

    Raises `ContentError` when the content is malformed or breaks a structure rule, `ReleaseError` when the releases
    folder cannot be written, or when too many data sets would be gone and that is not allowed; in any case the release
    before it keeps serving.
    """
    started = time.monotonic()
    prepare(settings.releases_dir)
    tell("reading the curated files")
    content = load(read_files(settings.content_dir, settings.base_iri), settings.base_iri)
    documents = audit.read_documents(settings.sources_dir)
    tell(f"inferring the view of {as_of}")
    rules = audit.load_rules(content.files.under("shapes"), content.base)
    store = graph.assemble([*content.quads, *rules.quads], content.queries, as_of, content.base)
    tell(f"auditing by {len(rules.rules)} rules")
    judged = audit.examine(store, rules, documents, content.terms, content.base, limits=limits_of(settings))
    if problems := structure_problems(judged.verdicts, content):
        raise ContentError(problems)
    tell("writing the catalogue")
    files = {
        GRAPH_FILE: graph.to_nquads(store),
        **dict(catalogue_files(store, content, settings.hdab)),
        **description_files(store, content),
        **{f"queries/{path}": text.encode() for path, text in content.queries.items()},
        **{f"shapes/{path}": text.encode() for path, text in content.files.under("shapes").items()},
        WHITELIST: content.files[WHITELIST].encode(),
    }
    files |= score_files(store, content, files)
    previous = history.before(settings, content.base)
    if not allow_removal:
        history.refuse_removal(previous, files, settings.removal_share)
    files |= history.feed_files(previous, files, content.base, as_of, settings.feed_page)
    tell("indexing the text")
    files |= dump_files(files[GRAPH_FILE], prefixes(content.base))
    files[search.INDEX_FILE] = search.build_index(store, content.queries, content.base)
    tell("writing the reports")
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in documents.files.items()}
    manifest = Manifest.of(content.base, as_of, content.files.digest, hashes, files)
    report = report_of(judged, rules, store, identity_of(manifest))
    reports = {f"audit/{name}": data for name, data in report_files(report).items()}
    tell("publishing")
    release = publish(settings.releases_dir, manifest.with_reports(reports), {**files, **reports})
    return BuildSummary(
        release, *_counts(store, content.base), len(store), _failures(judged.verdicts), time.monotonic() - started
    )


def catalogue_files(store: Store, content: Content, hdab: str) -> Iterator[tuple[str, bytes]]:
    """The catalogue in each profile and format, one file after the other.

    Raises `UnknownNameError` for an organisation that is none of ours.
    """
    own = prefixes(content.base)
    documents = catalogue.export_all(store, content.queries, _organisation(store, content.base, hdab))
    for profile, document in catalogue.sized(documents, own):
        for name, written in catalogue.write_all(document, own):
            yield f"catalogue/{profile}{catalogue.FORMATS[name].suffix}", written


def _organisation(store: Store, base: str, name: str) -> NamedNode:
    start = f"{base}organisation/"
    found = graph.select(store, "SELECT DISTINCT ?it WHERE { ?it <http://xmlns.com/foaf/0.1/name> ?name }")
    names = [row["it"].value.removeprefix(start) for row in found if row["it"].value.startswith(start)]
    if name not in names:
        raise UnknownNameError("organisation", name, difflib.get_close_matches(name, names))
    return NamedNode(start + name)


def description_files(store: Store, content: Content) -> dict[str, bytes]:
    """The descriptions of the dataset and of the service over it, in each format."""
    files = {}
    for document, folder in DESCRIPTIONS.items():
        for name, written in catalogue.write_all(catalogue.made_by(folder, store, content.queries)):
            files[f"service/{document}{catalogue.FORMATS[name].suffix}"] = written
    return files


def _counts(store: Store, base: str) -> tuple[int, int]:
    counted = graph.select(
        store,
        f"PREFIX rg: <{base}ns#> SELECT (COUNT(DISTINCT ?s) AS ?sources) (COUNT(DISTINCT ?c) AS ?claims) "
        "WHERE { { ?s a rg:DataSource } UNION { ?c a rg:Claim } }",
    )[0]
    return int(counted["sources"].value), int(counted["claims"].value)


def _failures(verdicts: Iterable[Verdict]) -> Counter[str]:
    return Counter(v.severity for v in verdicts if v.failed)
