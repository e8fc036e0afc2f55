"""Judging data that we did not make, by our rules, the application profiles, and shapes of anybody's own."""

from __future__ import annotations

import difflib
import hashlib
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import RdfFormat, Store, parse

from registergraf import audit, graph
from registergraf.audit.apart import Lost
from registergraf.audit.asking import StoreAsker
from registergraf.audit.compiled import Data
from registergraf.audit.engine import verdicts_of
from registergraf.audit.evidence import Evidence
from registergraf.audit.names import Names
from registergraf.audit.others import EndpointAsker, ShapeSet, judge_others, read_data, read_shape_set
from registergraf.audit.report import Report
from registergraf.audit.rows import Seen, parts_of, rows_of
from registergraf.content import WHITELIST
from registergraf.errors import UnknownNameError, UsageError
from registergraf.release.judging import identity_of, limits_of
from registergraf.release.manifest import engine_versions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from registergraf.audit import Rules, Verdict
    from registergraf.audit.asking import Asker
    from registergraf.release.store import Release
    from registergraf.settings import Settings

OWN_SETS = {"structure": "S", "law": "L"}
"""Our own rules, by the letter that their ids begin with."""
PROFILES = """
PREFIX dct: <http://purl.org/dc/terms/> PREFIX prof: <http://www.w3.org/ns/dx/prof/>
SELECT ?name ?file WHERE { ?profile a prof:Profile ; dct:identifier ?name ; dct:source ?file } ORDER BY ?name ?file
"""
LAID_BESIDE = ("graph/whitelist", "graph/documents", "graph:whitelist", "graph:documents")
"""Graphs that are laid beside a store while it is judged; a service has no such place."""
NOT_BESIDE = "it reads the documents or the whitelist, which cannot be laid beside the data of a service"


@dataclass(frozen=True)
class Asked:
    """What is judged and by what, as the command line names it."""

    data: str
    """A file, or the address of a SPARQL service."""
    sets: tuple[str, ...] = ()
    shapes: tuple[Path, ...] = ()
    graphs: tuple[str, ...] = field(default=())
    """The graphs of a service that are judged; its own default graph where none is named."""

    @property
    def is_service(self) -> bool:
        """Whether the data are asked for at an address."""
        return self.data.startswith(("http://", "https://"))


def judge_data(release: Release, settings: Settings, asked: Asked) -> Report:
    """The verdicts on data of somebody else by sets of rules, those of ours as the release has them.

    Raises `UnknownNameError` for a set that does not exist, `UsageError` where its shapes are not at hand,
    `RegistergrafError` for a file that cannot be read.
    """
    rules, sets = _rules(release, asked.sets), _shape_sets(release, settings, asked)
    digest = ""
    if asked.is_service:
        service = EndpointAsker(asked.data, settings.endpoint_seconds, asked.graphs)
        verdicts = [*_by_own_queries(rules, service, release.base), *_by_shapes(sets, service, None, release.base)]
    else:
        read = read_data(Path(asked.data), settings.audit_input_mb)
        digest, data = read.digest, Data(read.store, read.as_written)
        local = StoreAsker(read.store, limits_of(settings))
        verdicts = [*_by_own_rules(rules, data, release, settings), *_by_shapes(sets, local, data, release.base)]
    digests = [*(d for s in sets for d in s.digests), *((rule.id, rule.iri) for rule in rules.rules)]
    identity = replace(
        identity_of(release.manifest),
        graph=digest,
        shapes=hashlib.sha256(json.dumps(digests).encode()).hexdigest(),
        sources={},
        engines=engine_versions(),
        data=asked.data,
        sets=asked.sets,
        shape_files=tuple(map(str, asked.shapes)),
        graphs=asked.graphs,
    )
    told = {rule.id: rule for rule in (*rules.rules, *(verdict.rule for verdict in verdicts))}
    judged = {rule.iri for rule in told.values()}
    # a shape that applies to nothing is told too
    idle = (s.rule(root, "Violation") for s in sets for root in s.shapes.roots())
    told |= {rule.id: rule for rule in idle if rule.iri not in judged}
    return Report.of(identity, list(told.values()), verdicts, [], Names())


def _rules(release: Release, sets: Sequence[str]) -> Rules:
    letters = tuple(OWN_SETS[name] for name in sets if name in OWN_SETS)
    rules = audit.load_rules(release.under("shapes"), release.base)
    return rules.only([rule.id for rule in rules.rules if rule.id.startswith(letters)] if letters else [])


def _shape_sets(release: Release, settings: Settings, asked: Asked) -> list[ShapeSet]:
    profiles = known_profiles(release)
    for name in asked.sets:
        if name not in {*OWN_SETS, *profiles}:
            names = [*OWN_SETS, *profiles]
            raise UnknownNameError("set of rules", name, difflib.get_close_matches(name, names, 3, 0.3) or names)
    wanted = {name: profiles[name] for name in asked.sets if name in profiles}
    sets = []
    for name, files in wanted.items():
        paths = [settings.profiles_dir / file for file in files] if settings.profiles_dir else []
        missing = [str(path) for path in paths if not path.is_file()] or ([] if paths else ["it"])
        if missing:
            raise UsageError(
                f"the shapes of {name} are not at hand: there is no {missing[0]}; say where the profiles' files are "
                "with REGISTERGRAF_PROFILES"
            )
        sets.append(read_shape_set(name, paths))
    return [*sets, *(read_shape_set(path.stem, [path]) for path in asked.shapes)]


def known_profiles(release: Release) -> dict[str, list[str]]:
    """The files of each application profile, as `shapes/profiles.ttl` names them."""
    text = release.under("shapes").get("profiles.ttl", "")
    store = Store()
    store.extend(parse(text.encode(), format=RdfFormat.TURTLE, base_iri=release.base))
    found: dict[str, list[str]] = {}
    for row in graph.select(store, PROFILES):
        found.setdefault(row["name"].value, []).append(row["file"].value)
    return found


def _by_own_rules(rules: Rules, data: Data, release: Release, settings: Settings) -> list[Verdict]:
    terms = [line for line in release.read(WHITELIST).decode().split("\n") if line and not line.startswith("#")]
    documents = audit.read_documents(settings.sources_dir)
    if not rules.rules:
        return []
    return audit.judge(data.store, rules, documents, terms, release.base, limits=limits_of(settings))


def _by_own_queries(rules: Rules, service: EndpointAsker, base: str) -> Iterator[Verdict]:
    """Our rules as queries to a service; those that need a graph beside its data say so."""
    needy = {r.id for r in rules.rules if any(name in q for q in r.checks.values() for name in LAID_BESIDE)}
    able = rules.only([rule.id for rule in rules.rules if rule.id not in needy])
    yield from verdicts_of(rows_of(parts_of(able), service), _no_evidence(base))
    lost = (Lost("error", NOT_BESIDE),)
    needing = (Seen(r, run, [], lost) for r in rules.rules if r.id in needy for run in r.checks)
    yield from verdicts_of(needing, _no_evidence(base))


def _by_shapes(sets: Sequence[ShapeSet], asker: Asker, data: Data | None, base: str) -> Iterator[Verdict]:
    yield from verdicts_of(judge_others(sets, asker, data), _no_evidence(base))


def _no_evidence(base: str) -> Evidence:
    """Data of others are named by their addresses, and have no claims."""
    return Evidence(Store(), base, {}, {}, {}, {})
