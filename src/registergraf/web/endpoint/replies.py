"""From a question to what is to be sent, without a web framework: the endpoint for machines needs none.

The strong entity tag of an answer follows from the release, the question and the format (RFC 9110, section 8.8.3), so
that a client that has it is told so without anything being run.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from registergraf.errors import QueryError, QueryLimitError, QueryRefusedError, QuerySyntaxError
from registergraf.sparql.cache import identity, is_stable
from registergraf.sparql.formats import RESULTS, NotAcceptableError, negotiate
from registergraf.sparql.protocol import ProtocolError
from registergraf.web.ground.headers import HTML, MAX_AGE
from registergraf.web.ground.results import EXCEL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registergraf.sparql import Answer, Question

JSON = RESULTS[0].media_type
ATTACHMENT = {"Content-Disposition": "attachment"}
MADE_HERE = {"html": HTML, "excel": EXCEL}
"""Formats that are made from the JSON of a table, by their name in ``?format=``."""

SAFE = ("GET", "HEAD", "QUERY")
"""Methods whose answers are the same for the same address and body."""

LIMITS = {"query-length": 413, "query-nesting": 400, "answer-mb": 413, "answer-rows": 413}
"""Limits that a query breaks by itself; any other one is the service's (503)."""
BUSY = frozenset({"query-queue", "query-wait-seconds"})
"""Limits that are not reached when it is asked again a little later."""
RETRY_SECONDS = 2

ENGINE = " ".join(f"{name} {version(name)}" for name in ("registergraf", "pyoxigraph"))


@dataclass(frozen=True)
class Call:
    """What of a request its answer depends on, beside the question."""

    method: str
    path: str
    if_none_match: str = ""
    language: str = ""


@dataclass(frozen=True)
class Wanted:
    """A question as the pool is to be asked, and what its table is made into here, if anything."""

    question: Question
    made: str = ""

    def tag(self, release: str, call: Call) -> str:
        """The entity tag; "" for a question whose answer may be another the next time."""
        if call.method not in SAFE or not is_stable(self.question):
            return ""
        made = f"{self.made} {call.language}" if self.made == HTML else self.made
        whole = f"{release} {ENGINE} {call.path} {identity(self.question)} {made}"
        return hashlib.sha256(whole.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Reply:
    """What is to be sent: status and headers, and the answer, if it goes along, with what is to be made of it."""

    status: int
    headers: Mapping[str, str]
    answer: Answer | None = None
    made: str = ""


def wanted(question: Question, *, page: bool) -> Wanted:
    """Tell apart what the workers write and what is made here: a page, where there can be one, and a sheet."""
    name = (question.name or "").lower()
    if name in MADE_HERE and (page or name != "html"):
        return Wanted(replace(question, accept=JSON, name=None), MADE_HERE[name])
    if page and not name and prefers_page(question.accept):
        # A table as JSON, and a graph as the client likes it.
        return Wanted(replace(question, accept=f"{JSON}, {question.accept}"), HTML)
    return Wanted(question)


def prefers_page(accept: str | None) -> bool:
    """Whether a client would rather have a page than any of the formats of a table."""
    return negotiate(accept, [*(form.media_type for form in RESULTS), HTML]) == HTML


@dataclass(frozen=True)
class Prepared:
    """A question that was read, with the headers that its reply has, whatever the answer is."""

    asked: Wanted
    headers: Mapping[str, str]
    known: bool
    """Whether the client has the answer, so that nothing need be run."""
    whatever: bool
    """Whether the client wants nothing where there is an answer at all (``If-None-Match: *``)."""

    def unchanged(self) -> Reply:
        """Tell the client that it has the answer."""
        return Reply(304, self.headers)

    def reply(self, answer: Answer) -> Reply:
        """What is to be sent of an answer."""
        if self.whatever:
            return self.unchanged()
        return Reply(200, self.headers, answer, self.asked.made if answer.media_type == JSON else "")


def prepare(release: str, call: Call, question: Question, *, page: bool) -> Prepared:
    """Prepare the reply to a call; `page` says whether the table can be made into a page."""
    asked = wanted(question, page=page)
    tag = asked.tag(release, call)
    headers = {"Vary": "Accept, Accept-Language" if asked.made == HTML else "Accept"}
    if tag:
        headers |= {"ETag": f'"{tag}"', "Cache-Control": f"public, max-age={MAX_AGE}"}
    elif call.method in SAFE:
        headers["Cache-Control"] = "no-store"
    whatever = bool(tag) and call.if_none_match.strip() == "*"
    return Prepared(asked, headers, bool(tag) and names_tag(call.if_none_match, f'"{tag}"'), whatever)


def names_tag(if_none_match: str, tag: str) -> bool:
    """Whether a tag, with its quotation marks, is among those that a client has (RFC 9110, section 13.1.2)."""
    return if_none_match == tag or any(part.strip().removeprefix("W/") == tag for part in if_none_match.split(","))


def content_type(media_type: str) -> str:
    """The Content-Type of an answer; only the text types have a parameter for the encoding, which is always UTF-8."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def headers_of(error: QueryError) -> dict[str, str]:
    """The headers that a refusal has beside the usual ones."""
    if isinstance(error, ProtocolError) and error.allow:
        return {"Allow": error.allow}
    if isinstance(error, QueryLimitError) and error.limit in BUSY:
        return {"Retry-After": str(RETRY_SECONDS)}
    return {}


def status_of(error: QueryError, lang: str, base: str) -> tuple[int, dict[str, Any]]:
    """The status of a refusal, and the members of its problem that follow from the error; `detail` is one."""
    if isinstance(error, QuerySyntaxError):
        from registergraf.web.endpoint.teaching import members  # noqa: PLC0415 - the texts are needed by few

        return 400, members(error, lang, base)
    status, extra = _status_of(error)
    return status, {"detail": str(error), **extra}


def _status_of(error: QueryError) -> tuple[int, dict[str, Any]]:
    match error:
        case ProtocolError():
            return error.status, {}
        case QueryRefusedError():
            return 403, {}
        case NotAcceptableError():
            return 406, {"available": [*error.offered, *([HTML] if JSON in error.offered else [])]}
        case QueryLimitError():
            return LIMITS.get(error.limit, 503), {"limit": error.limit}
        case _:
            return 500, {}
