"""Answers kept in memory, bounded by their bytes, in front of a pool; identical questions that meet are asked once."""

from __future__ import annotations

import hashlib
import json
import re
from collections import OrderedDict
from concurrent.futures import Future
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from registergraf.errors import CalledOffError
from registergraf.sparql.formats import GRAPHS, RESULTS, NotAcceptableError, Writer, choose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registergraf.sparql.evaluation import Answer, Question
    from registergraf.sparql.formats import Format
    from registergraf.sparql.pool import Ticket

__all__ = ["CachedPool", "identity", "is_stable"]

_MIB = 1 << 20
_IDENTITY = "_identity"
_OVERHEAD = 512
"""Bytes that an answer is counted as beside its body."""
# What may answer otherwise the next time (SPARQL 1.1 Query, sections 17.4.2 and 17.4.5), and escapes, which could spell
# it. A variable or a word in a text of that name costs a question its place in the cache, and nothing else.
_VOLATILE = re.compile(r"\b(?:now|rand|uuid|struuid|bnode)\b|\\u", re.IGNORECASE)


class _Pool(Protocol):
    def ask(self, question: Question, ticket: Ticket | None = None, /) -> Answer: ...


def is_stable(question: Question) -> bool:
    """Whether a question has the same answer, byte for byte, each time one release is asked."""
    return not _VOLATILE.search(question.query)


def identity(question: Question) -> str:
    """Name a question: equal names have equal answers from one release.

    Which format an answer has depends on the form of the query, which only a parser knows; so it is named by both the
    format that a table and the one that a graph would have.
    """
    if (known := vars(question).get(_IDENTITY)) is not None:
        return str(known)
    named = [
        question.query,
        _chosen(RESULTS, question),
        _chosen(GRAPHS, question),
        question.default_graphs,
        question.named_graphs,
        question.as_of,
        sorted(question.bindings.items()),
        question.most_seconds,
        question.most_rows,
        question.most_bytes,
    ]
    name = hashlib.sha256(json.dumps(named).encode("ascii")).hexdigest()
    vars(question)[_IDENTITY] = name  # it is asked for twice: for the entity tag, and by the cache
    return name


def _chosen(formats: Sequence[Format[Writer]], question: Question) -> str:
    try:
        return choose(formats, question.accept, question.name).media_type
    except NotAcceptableError:
        return ""


class CachedPool:
    """A pool that remembers the last answers of another, up to `mib` MiB; safe to be used from many threads."""

    def __init__(self, pool: _Pool, mib: int) -> None:
        self._pool = pool
        self._most = mib * _MIB
        self._lock = Lock()
        self._kept: OrderedDict[str, Answer] = OrderedDict()
        self._size = 0
        self._asked: dict[str, Future[Answer]] = {}

    @property
    def size(self) -> int:
        """The bytes that the answers are counted as."""
        return self._size

    def ask(self, question: Question, ticket: Ticket | None = None) -> Answer:
        """Answer from memory, from a thread that asks the same already, or from the pool; raises what that raises.

        A ticket calls off what its own thread asks; where that was asked for others too, one of them asks again.
        """
        if not is_stable(question):
            return self._pool.ask(question, ticket)
        name = identity(question)
        while True:
            with self._lock:
                if name in self._kept:
                    self._kept.move_to_end(name)
                    return self._kept[name]
                other = self._asked.get(name)
                mine: Future[Answer] = self._asked.setdefault(name, Future())
            if other is None:
                return self._fulfil(name, mine, question, ticket)
            try:
                return other.result()
            except CalledOffError:
                if ticket is not None and ticket.called_off:
                    raise

    def _fulfil(self, name: str, promise: Future[Answer], question: Question, ticket: Ticket | None) -> Answer:
        """Ask the pool, and tell those who wait for the same, be it an answer or an error."""
        try:
            answer = self._pool.ask(question, ticket)
        except BaseException as error:
            with self._lock:
                del self._asked[name]
            called_off = ticket is not None and ticket.called_off
            promise.set_exception(CalledOffError() if called_off else error)
            raise
        with self._lock:
            if answer.file is None:
                self._keep(name, answer)
            del self._asked[name]
        promise.set_result(answer)
        return answer

    def _keep(self, name: str, answer: Answer) -> None:
        """Keep an answer, and forget those not asked for the longest time, until all fit."""
        self._kept[name] = answer
        self._size += _cost(answer)
        while self._size > self._most:
            _, gone = self._kept.popitem(last=False)
            self._size -= _cost(gone)


def _cost(answer: Answer) -> int:
    return len(answer.body) + _OVERHEAD
