"""Making the index: the rows of ``queries/search/*.rq`` into SQLite's FTS5, the same bytes for the same rows."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from typing import TYPE_CHECKING

from registergraf.graph.named import named_queries
from registergraf.graph.queries import select
from registergraf.search.words import analysed, folded, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyoxigraph import Store

FIELDS = ("name", "short", "context", "text")
"""What a thing is called, what it is called for short, what it is part of, and what is said of it. A row
may have the field `called` too: a whole name, for those who write just that."""

_SCHEMA = """
PRAGMA page_size = 4096;
PRAGMA journal_mode = OFF;
CREATE TABLE thing (id INTEGER PRIMARY KEY, iri TEXT NOT NULL, type TEXT NOT NULL);
CREATE TABLE name (name TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (name, id)) WITHOUT ROWID;
CREATE VIRTUAL TABLE word USING fts5(name, short, context, text, content='', tokenize="unicode61 tokenchars '§¶-.'");
CREATE VIRTUAL TABLE part USING fts5(name, content='', tokenize='trigram');
"""

_Texts = dict[tuple[str, str], defaultdict[str, set[str]]]


def build_index(store: Store, queries: Mapping[str, str], base: str) -> bytes:
    """The index as an SQLite database: each thing of the graph by its words, and each named query."""
    texts: _Texts = {}
    for thing, type_, field, text in [*_of_graph(store, queries), *_of_queries(queries, base)]:
        texts.setdefault((thing, type_), defaultdict(set))[field].add(text)
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.executescript(_SCHEMA)
        connection.execute("BEGIN")
        for number, (thing, type_) in enumerate(sorted(texts), 1):
            _insert(connection, number, thing, type_, texts[thing, type_])
        connection.execute("COMMIT")
        connection.execute("INSERT INTO word(word) VALUES ('optimize')")
        connection.execute("INSERT INTO part(part) VALUES ('optimize')")
        connection.execute("VACUUM")
        return connection.serialize()
    finally:
        connection.close()


def _insert(connection: sqlite3.Connection, number: int, thing: str, type_: str, texts: Mapping[str, set[str]]) -> None:
    connection.execute("INSERT INTO thing VALUES (?, ?, ?)", (number, thing, type_))
    columns = [" ".join(analysed(text) for text in sorted(texts.get(field, ()))) for field in FIELDS]
    connection.execute("INSERT INTO word(rowid, name, short, context, text) VALUES (?, ?, ?, ?, ?)", (number, *columns))
    names = {text for field in ("name", "short") for text in texts.get(field, ())}
    connection.execute("INSERT INTO part(rowid, name) VALUES (?, ?)", (number, "\n".join(sorted(map(folded, names)))))
    called = sorted({" ".join(words(text)) for text in names | texts.get("called", set())})
    connection.executemany("INSERT INTO name VALUES (?, ?)", [(name, number) for name in called])


def _of_graph(store: Store, queries: Mapping[str, str]) -> Iterator[tuple[str, str, str, str]]:
    for path in sorted(queries):
        if path.startswith("search/"):
            for row in select(store, queries[path]):
                yield row["thing"].value, row["type"].value, row["field"].value, row["text"].value


def _of_queries(queries: Mapping[str, str], base: str) -> Iterator[tuple[str, str, str, str]]:
    for query in named_queries(queries).values():
        thing = f"{base}query/{query.name}"
        yield thing, "query", "short", query.name
        for question in query.questions.values():
            yield thing, "query", "text", question
        for title in query.titles.values():
            yield thing, "query", "name", title
