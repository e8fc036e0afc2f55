"""One release, made ready to be shown: its queries asked, its things named and addressed."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import quote, unquote

from flask import current_app, g
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store

from registergraf.catalogue import Slices
from registergraf.graph.named import named_queries
from registergraf.graph.queries import construct, select
from registergraf.namespaces import prefixes
from registergraf.web.ground.behind import Asked, recording, remember
from registergraf.web.ground.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pyoxigraph import Triple

    from registergraf.graph.named import NamedQuery
    from registergraf.graph.queries import Row, Term
    from registergraf.settings import Settings
    from registergraf.web.ground.contract import Pool, Release

EXTENSION = "registergraf"
PROFILE = "dcat-ap-no"
"""The profile of the catalogue document that pages and sitemap are made of."""

T = TypeVar("T")


def alphabetical(text: str) -> str:
    """What a text is sorted by: å after æ and ø as in Norwegian, and § 9 before § 10."""
    return re.sub(r"\d+", lambda number: number[0].zfill(9), text.lower().replace("å", "ÿ"))


@dataclass(frozen=True)
class Site:
    """What every view reads; nothing of it changes while the application lives."""

    release: Release
    settings: Settings
    pool: Pool

    def rows(self, page_query: str, **bindings: Term | str) -> list[Row]:
        """Ask ``queries/pages/{page_query}.rq``; of the bindings, those that the query speaks of are used."""
        return self._asked(page_query, bindings, {})

    def rows_of(self, page_query: str, name: str, terms: Iterable[Term], **bindings: Term | str) -> list[Row]:
        """Ask a query that has ``VALUES ?name { }`` to be filled in, about those terms."""
        return self._asked(page_query, bindings, {name: tuple(terms)})

    def _asked(
        self, page_query: str, bindings: Mapping[str, Term | str], values: Mapping[str, tuple[Term, ...]]
    ) -> list[Row]:
        """Ask with the terms written into the query: what is known before it is planned makes for the better plan."""
        query = Asked(page_query, *self._query(page_query, bindings), values)
        remember(query)
        return select(self.release.store, query.standalone)

    def _query(self, page_query: str, bindings: Mapping[str, Term | str]) -> tuple[str, dict[str, Term | str]]:
        """The text of a query, and of the bindings those that it speaks of."""
        text = self.release.queries[f"pages/{page_query}.rq"]
        return text, {name: value for name, value in bindings.items() if f"?{name} " in text}

    def rows_of_one(self, page_query: str, name: str, term: Term, **bindings: Term | str) -> list[Row]:
        """The same as `rows` with `name` bound to a term; asked once for every term, of which few have an answer."""
        text, used = self._query(page_query, bindings)

        def asked() -> dict[Term, list[Row]]:
            found: dict[Term, list[Row]] = {}
            for row in select(self.release.store, Asked(page_query, text, used).standalone):
                found.setdefault(row[name], []).append(row)
            return found

        remember(Asked(page_query, text, {name: term, **used}))
        return self.once(f"{page_query} {used}", asked).get(term, [])

    def asked(self, text: str) -> list[Row]:
        """Ask a query of the day."""
        return select(self.release.store, text)

    @cached_property
    def _made(self) -> dict[str, tuple[Any, list[Asked]]]:
        return {}

    def once(self, key: str, make: Callable[[], T]) -> T:
        """What a view makes once; two that ask at the same time may both make it."""
        if key not in self._made:
            self._made[key] = recording(make)
        made, asked = self._made[key]
        for query in asked:
            remember(query)
        return cast("T", made)

    @cached_property
    def _catalogue(self) -> Store:
        """The catalogue document, to be asked."""
        store = Store()
        store.bulk_load(self.release.catalogue(PROFILE, "n-triples"), format=RdfFormat.N_TRIPLES)
        return store

    def offered(self, page_query: str, **bindings: Term) -> list[Triple]:
        """What the CONSTRUCT ``queries/pages/{page_query}.rq`` makes of the catalogue document."""
        return list(construct(self._catalogue, self.release.queries[f"pages/{page_query}.rq"], bindings))

    def slices(self, profile: str) -> Slices:
        """The catalogue in a profile, ready to be cut up."""
        if profile not in self._slices:
            self._slices[profile] = Slices(self.release.catalogue(profile, "n-triples"))
        return self._slices[profile]

    @cached_property
    def _slices(self) -> dict[str, Slices]:
        return {}

    def verdicts(self, member: str, value: str) -> list[Mapping[str, Any]]:
        """The verdicts of which a member (registry, focus, rule, id) has a value."""
        found = self._verdicts.get(member)
        if found is None:
            grouped: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
            for verdict in self.release.verdicts:
                grouped[verdict.get(member, "")].append(verdict)
            found = self._verdicts[member] = dict(grouped)
        return found.get(value, [])

    @cached_property
    def _verdicts(self) -> dict[str, Mapping[str, list[Mapping[str, Any]]]]:
        """By each member that was asked by, which are few of those they have."""
        return {}

    # ---------------------------------------------------------------- names

    @cached_property
    def names(self) -> Mapping[str, list[Literal]]:
        """Every name of each thing, the one to prefer first."""
        names: defaultdict[str, list[Literal]] = defaultdict(list)
        for row in select(self.release.store, self.release.queries["pages/labels.rq"]):
            if isinstance(row["label"], Literal):
                names[row["thing"].value].append(row["label"])
        for query in self.named.values():
            titles = [Literal(title, language=lang) for lang, title in query.titles.items()]
            names[f"{self.release.base}query/{query.name}"] = titles
        return dict(names)

    def name(self, iri: str, lang: str) -> Literal | None:
        """What a thing is called: in the language, else in bokmål, else without language, else in any."""
        candidates = self.names.get(iri, [])
        for wanted in (lang, "nb", None):
            found = next((c for c in candidates if c.language == wanted), None)
            if found:
                return found
        return candidates[0] if candidates else None

    def order(self, iri: str, lang: str) -> str:
        """What a thing is sorted by: its name, by the alphabet."""
        named = self.name(iri, lang)
        return alphabetical(named.value if named else iri)

    @cached_property
    def prefixes(self) -> Mapping[str, str]:
        """The prefixes, ours under the base of the release."""
        return prefixes(self.release.base)

    def compact(self, iri: str) -> str:
        """An IRI as a prefixed name where a prefix fits."""
        fitting = [(len(namespace), prefix) for prefix, namespace in self.prefixes.items() if iri.startswith(namespace)]
        if not fitting:
            return iri
        length, prefix = max(fitting)
        return f"{prefix}:{iri[length:]}"

    def expand(self, name: str) -> str:
        """The IRI of a prefixed name."""
        prefix, _, local = name.partition(":")
        return self.prefixes[prefix] + local

    @cached_property
    def shelf(self) -> Shelf:
        """The stored queries."""
        s = self.settings
        return Shelf(s.releases_dir, s.stored_queries_mb, s.stored_answer_kb)

    @cached_property
    def named(self) -> Mapping[str, NamedQuery]:
        """The named queries, by name."""
        return named_queries(self.release.queries)

    # ---------------------------------------------------------------- addresses

    @cached_property
    def law_ids(self) -> Mapping[str, str]:
        """The local id of each act and regulation, by its IRI, which is Lovdata's."""
        return {
            row["item"].value: row["id"].value
            for row in select(self.release.store, self.release.queries["pages/law.rq"])
        }

    def iri(self, kind: str, key: str) -> NamedNode:
        """The IRI that a page or a data document is about."""
        if kind == "act" and (law := next((iri for iri, local in self.law_ids.items() if local == key), "")):
            return NamedNode(law)
        return NamedNode(f"{self.release.base}{kind}/{quote(unquote(key), safe='.-_~')}")

    def path(self, iri: str) -> str | None:
        """The path of a thing below the language ("registry/npr"), or None where we have no page for it."""
        if iri in self.law_ids:
            return f"act/{self.law_ids[iri]}"
        if iri.startswith(self.release.base + "ns#"):
            return "ns#" + iri.rsplit("#", 1)[1]
        path = iri.removeprefix(self.release.base)
        kind, _, key = path.partition("/")
        return path if path != iri and key and "/" not in key and kind != "graph" else None

    def knows(self, iri: NamedNode) -> bool:
        """Whether anything is said of a thing, in the view or in a claim."""
        return any(True for _ in self._about(iri))

    def _about(self, iri: NamedNode) -> Iterable[Quad]:
        return cast("Iterable[Quad]", self.release.store.quads_for_pattern(iri, None, None, None))

    def nearest(self, kind: str, key: str, count: int = 3) -> list[str]:
        """The keys of a kind that are most like one that does not exist."""
        start = f"{self.release.base}{kind}/"
        keys = (
            [*self.law_ids.values()]
            if kind == "act"
            else [i.removeprefix(start) for i in self.names if i.startswith(start)]
        )
        return difflib.get_close_matches(key, keys, n=count, cutoff=0.4)


def site() -> Site:
    """The site that the running application serves; that of another day where the request is shown as of one."""
    return cast("Site", g.get("site") or current_app.extensions[EXTENSION])
