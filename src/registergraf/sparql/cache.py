"""Answers kept in memory, bounded by their bytes, in front of a pool; identical questions that meet are asked once."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import re
from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from registergraf.errors import CalledOffError
from registergraf.sparql.formats import GRAPHS, RESULTS, NotAcceptableError, Writer, choose
from registergraf.sparql.home import Ticket
from registergraf.sparql.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registergraf.sparql.evaluation import Answer, Question
    from registergraf.sparql.formats import Format
    from registergraf.sparql.home import Home

__all__ = ["CachedPool", "identity", "is_stable"]

_MIB = 1 << 20
_IDENTITY = "_identity"
_OVERHEAD = 512
"""Bytes that an answer is counted as beside its body."""
# What may answer otherwise the next time (SPARQL 1.1 Query, sections 17.4.2 and 17.4.5), and escapes, which could spell
# it. A variable or a word in a text of that name costs a question its place in the cache, and nothing else.
_VOLATILE = re.compile(r"\b(?:now|rand|uuid|struuid|bnode)\b|\\u")
_WORTH_READING = ("now", "rand", "uuid", "bnode", "\\u")


class _Pool(Protocol):
    @property
    def home(self) -> Home: ...

    async def ask_soon(self, question: Question, /) -> Answer: ...


def is_stable(question: Question) -> bool:
    """Whether a question has the same answer, byte for byte, each time one release is asked."""
    query = question.query.lower()
    return not any(word in query for word in _WORTH_READING) or not _VOLATILE.search(query)


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

    def __init__(self, pool: _Pool, mib: float) -> None:
        self._pool = pool
        self._most = int(mib * _MIB)
        self._lock = Lock()
        self._kept: OrderedDict[str, Answer] = OrderedDict()
        self._size = 0
        self._seen = Seen()
        self._asked: dict[str, asyncio.Future[Answer]] = {}

    @property
    def home(self) -> Home:
        """The event loop that questions are asked in."""
        return self._pool.home

    @property
    def size(self) -> int:
        """The bytes that the answers are counted as."""
        return self._size

    def ask(self, question: Question, ticket: Ticket | None = None) -> Answer:
        """Answer a question, from a thread other than that of the loop; raises what `ask_soon` raises."""
        return self.known(question) or (ticket or Ticket()).wait(self._pool.home, self.ask_soon(question))

    def known(self, question: Question) -> Answer | None:
        """The answer, where it is in memory."""
        if not is_stable(question):
            return None
        return self._recall(identity(question))

    async def ask_soon(self, question: Question) -> Answer:
        """Answer from memory, with one who asks the same already, or from the pool; raises what that raises.

        One who is cancelled calls off what was asked for it; where that was for others too, one of them asks again.
        """
        if not is_stable(question):
            return await self._pool.ask_soon(question)
        name = identity(question)
        while (answer := self._recall(name)) is None:
            asked = self._asked.get(name)
            if asked is None:
                return await self._fulfil(name, question)
            with contextlib.suppress(CalledOffError):
                return await asyncio.shield(asked)
        return answer

    def _recall(self, name: str) -> Answer | None:
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
            return self._kept.get(name)

    async def _fulfil(self, name: str, question: Question) -> Answer:
        """Ask the pool, and tell those who wait for the same, be it an answer or an error."""
        promise = self._asked[name] = asyncio.get_running_loop().create_future()
        try:
            answer = await self._pool.ask_soon(question)
        except BaseException as error:
            promise.set_exception(CalledOffError() if isinstance(error, asyncio.CancelledError) else error)
            promise.exception()  # told, where nobody else waits
            raise
        else:
            promise.set_result(answer)
        finally:
            del self._asked[name]
        if answer.file is None and self._seen.again(name):
            self._keep(name, answer)
        return answer

    def _keep(self, name: str, answer: Answer) -> None:
        """Keep an answer, and forget those not asked for the longest time, until all fit."""
        with self._lock:
            self._kept[name] = answer
            self._size += _cost(answer)
            while self._size > self._most:
                _, gone = self._kept.popitem(last=False)
                self._size -= _cost(gone)


def _cost(answer: Answer) -> int:
    return len(answer.body) + _OVERHEAD
