"""Judging a release from the audit of an earlier one: only what the changed quads can have moved is judged again."""

from __future__ import annotations

import hashlib
import subprocess
import tarfile
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import RdfFormat, parse

from registergraf import audit
from registergraf.audit.asking import HereAsker, StoreAsker
from registergraf.audit.since.merging import judge_since, keep_reads_of
from registergraf.audit.since.moving import Before
from registergraf.content import WHITELIST, read_files
from registergraf.errors import UsageError
from registergraf.release.differing import differing_lines
from registergraf.release.judging import assembled, identity_of, limits_of
from registergraf.release.manifest import GRAPH_FILE, engine_versions
from registergraf.release.store import open_release

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Quad

    from registergraf.audit import Rules
    from registergraf.audit.report import Report
    from registergraf.release.store import Release
    from registergraf.settings import Settings


def judge_release_since(release: Release, earlier: Release, settings: Settings, *, watched: bool = False) -> Report:
    """The report on a release, the same as `judge_release` gives for its day, from that of an earlier release.

    `watched` says that it is done under `registergraf.audit.apart.done_watched`, so that a query may end this process.
    """
    rules = audit.load_rules(release.under("shapes"), release.base)
    terms = [line for line in release.read(WHITELIST).decode().split("\n") if line and not line.startswith("#")]
    documents = audit.read_documents(settings.sources_dir)
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in documents.files.items()}
    same = release.read(WHITELIST) == earlier.read(WHITELIST) and hashes == dict(earlier.manifest.sources)
    with ThreadPoolExecutor(1) as beside:
        loading = beside.submit(lambda: release.store)  # pyoxigraph reads it while Python reads the rest
        before = _before(release, earlier, rules, same_surroundings=same)
        store = loading.result()
    asker = (HereAsker if watched else StoreAsker)(store, limits_of(settings))
    judged = judge_since(before, store, rules, documents, terms, release.base, asker=asker)
    failures = {(verdict["rule"], verdict["focus"]) for verdict in judged.verdicts if verdict["outcome"] == "failed"}
    waivers = [waiver.as_json(judged.day, failures) for waiver in judged.waivers]
    identity = replace(identity_of(release.manifest), sources=dict(sorted(hashes.items())), engines=engine_versions())
    return assembled(judged.verdicts, judged.rules, waivers, store, identity)


def keep_what_rules_read(release: Release) -> None:
    """Have ready what the rules of a release read, so that the first audit from it takes no longer than the next."""
    keep_reads_of(audit.load_rules(release.under("shapes"), release.base), release.base)


def release_since(name: str, settings: Settings) -> Release:
    """The release of a name, of its beginning, or one built from the content of a git commit.

    Raises `UsageError` where there is none.
    """
    releases = sorted(path for path in settings.releases_dir.glob("[0-9a-f]*") if path.is_dir())
    found = [path for path in releases if path.name.startswith(name)]
    if len(found) == 1:
        return open_release(found[0])
    digest = _content_at(name, settings)
    built = [release for release in map(open_release, releases) if release.manifest.content == digest]
    if not built:
        raise UsageError(
            f"no release here is called {name}, and none was built from the content of that commit; "
            "--since needs the audit of an earlier release"
        )
    return built[-1]


def _content_at(ref: str, settings: Settings) -> str:
    """The digest of the curated files at a git commit."""
    call = ["git", "-C", str(settings.content_dir), "archive", ref, "ontology", "data", "shapes", "queries"]
    try:
        packed = subprocess.run(call, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise UsageError(f"there is no release and no git commit called {ref}") from error
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
        return read_files(Path(folder), settings.base_iri).digest


def _before(release: Release, earlier: Release, rules: Rules, *, same_surroundings: bool) -> Before:
    removed, added = differing_lines(earlier.read(GRAPH_FILE), release.read(GRAPH_FILE))
    changed_files = {
        path
        for path in {*release.manifest.files, *earlier.manifest.files}
        if path.startswith("shapes/") and release.manifest.files.get(path) != earlier.manifest.files.get(path)
    }
    shapes_changed = any(path.endswith(".ttl") for path in changed_files)
    lost = {told["rule"] for told in earlier.verdicts if told["outcome"] == "not-checked" and "/rule/" in told["focus"]}
    days = [one.as_of.isoformat() for one in (earlier, release)]
    same = frozenset(
        rule.id
        for rule in rules.rules
        if same_surroundings
        and rule.id not in lost
        and not shapes_changed
        # outside its period a rule's verdicts in the view are told otherwise than they were given
        and all(map(rule.applies_on, days))
        and not any(path.startswith(f"shapes/checks/{rule.id}.") for path in changed_files)
    )
    return Before(earlier.verdicts, _quads(removed), _quads(added), same)


def _quads(lines: Iterable[bytes]) -> list[Quad]:
    return list(parse(b"\n".join(sorted(lines)), format=RdfFormat.N_QUADS))
