"""Errors: problem details (RFC 9457) for machines, a page in the reader's language for browsers."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, g, request
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed, NotAcceptable, NotFound

from registergraf.web.ground.client import HTML, accepted, language
from registergraf.web.ground.days import NoDay
from registergraf.web.ground.gone import gone
from registergraf.web.ground.i18n import LANGUAGES
from registergraf.web.ground.members import PROBLEM, problem_members, slug_of
from registergraf.web.ground.site import site
from registergraf.web.shown.render import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flask import Flask

    from registergraf.web.ground.gone import Gone


class UnknownThing(NotFound):
    """A thing that the release says nothing of, with the nearest ones.

    One that an earlier release at hand told of, or the feed, is gone (410): `extra` names that release, the day that it
    was deleted, and what came in its place.
    """

    def __init__(self, kind: str, key: str) -> None:
        self.extra: dict[str, Any] = {"kind": kind}
        if was := gone(site().iri(kind, key).value):
            super().__init__(" ".join(_ends(f"The {kind} '{key}'", was)))
            self.code = 410
            self.extra |= {"successors": was.successors}
            if was.last:
                self.extra |= {"last": was.last.name, "day": was.last.as_of.isoformat()}
            if was.deleted:
                self.extra |= {"deleted": was.deleted}
            return
        super().__init__(f"There is no {kind} '{key}' in this release.")
        if nearest := site().nearest(kind, key):
            self.extra |= {"nearest": nearest}


def _ends(thing: str, was: Gone) -> Iterator[str]:
    if was.last:
        yield f"{thing} was last in release {was.last.name} of {was.last.as_of}."
    if was.deleted:
        yield f"{thing} was taken out of the catalogue on {was.deleted}."


class NothingAcceptable(NotAcceptable):
    """No offer fits what the client accepts; tells what there is."""

    def __init__(self, offers: Sequence[str]) -> None:
        super().__init__(f"Available here: {', '.join(offers)}.")
        self.available = list(offers)


def problem(status: int, detail: str, **extra: Any) -> Response:
    """Tell of an error in the form that the client asks for; `extra` are members of the problem."""
    slug = slug_of(status)
    g.unrepeated = status == HTTPStatus.REQUEST_URI_TOO_LONG
    if wants_page():
        response = render("error.html", language(), status=status, slug=slug, detail=detail, extra=extra)
    else:
        instance = request.path if g.unrepeated else request.full_path.rstrip("?")
        members = problem_members(site().release.base, status, detail, instance, **extra)
        response = Response(members, content_type=PROBLEM)
    response.status_code = status
    response.vary.update(["Accept", "Accept-Language"])
    return response


def wants_page() -> bool:
    """Whether the client of the current request is told of an error with a page."""
    page_first = "lang" in (request.view_args or {}) or request.path.split("/")[1] in LANGUAGES
    offers = [HTML, PROBLEM, "application/json"] if page_first else [PROBLEM, "application/json", HTML]
    return (accepted(offers) or offers[0]) == HTML


def on_http_exception(error: HTTPException) -> Response:
    """Tell of a refusal; a redirect is none."""
    if error.code is None or error.code < 400:  # noqa: PLR2004
        return error.get_response()  # type: ignore[return-value]
    extra: dict[str, Any] = {}
    if isinstance(error, UnknownThing | NoDay):
        extra = {**error.extra}
    if isinstance(error, NothingAcceptable):
        extra = {"available": error.available}
    if isinstance(error, InternalServerError):
        return problem(500, "The service failed on this request; the failure is in its log.")
    response = problem(error.code, error.description or error.name, **extra)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def install(app: Flask) -> None:
    """Register the handlers; an exception that nothing expected becomes a 500, logged by Flask, without a trace."""
    app.register_error_handler(HTTPException, on_http_exception)
