"""Other days than that of the release: `?as-of=2022-06-01` on any page, with a site of its own for each day.

The view of a day is made when it is asked for, one at a time, and the last few are kept.
"""

from __future__ import annotations

import datetime
from collections import OrderedDict
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

from flask import current_app, g, request
from werkzeug.exceptions import HTTPException, NotFound, ServiceUnavailable

from registergraf.graph import view_as_of
from registergraf.web.ground.site import EXTENSION, Site

if TYPE_CHECKING:
    from pyoxigraph import Store

    from registergraf.web.ground.contract import Release

AS_OF = "as-of"
"""The parameter of an address that names the day."""
SITES = "registergraf.sites"


class NoDay(HTTPException):
    """A day that is none, or of which nothing is known; `extra` are the members of its problem."""

    def __init__(self, code: int, detail: str, **extra: str) -> None:
        super().__init__(detail)
        self.code = code
        self.extra = extra


class OnDay:
    """A release with the view of another day; all else is the release's own, the verdicts too."""

    def __init__(self, release: Release, as_of: datetime.date) -> None:
        self._release = release
        self.as_of = as_of

    def __getattr__(self, name: str) -> Any:
        return getattr(self._release, name)

    @cached_property
    def store(self) -> Store:
        """The dataset with the view of the day as its default graph."""
        return view_as_of(self._release.store, self._release.queries, self.as_of, self._release.base)


class Sites:
    """The sites beside that of the release; any thread may ask."""

    def __init__(self, today: Site) -> None:
        self.today = today
        self._made: OrderedDict[tuple[str, datetime.date], Site] = OrderedDict()
        self._lock = Lock()

    def on(self, day: datetime.date, release: Release | None = None) -> Site:
        """The site of a day, in this release or another; raises `ServiceUnavailable` when others are waited for."""
        of = release or self.today.release
        if of is self.today.release and day == of.as_of:
            return self.today
        key = (of.name, day)
        if not self._lock.acquire(timeout=self.today.settings.query_wait_seconds):
            raise ServiceUnavailable(
                "The views of other days that were asked for before this one are still being made."
            )
        try:
            if key not in self._made:
                self._made[key] = self._make(of, day)
            self._made.move_to_end(key)
            while len(self._made) > self.today.settings.page_days:
                self._made.popitem(last=False)
            return self._made[key]
        finally:
            self._lock.release()

    def _make(self, release: Release, day: datetime.date) -> Site:
        if self.today.settings.page_days < 1:
            raise NotFound("This service shows no other day than its own: the setting page-days is 0.")
        shown = release if day == release.as_of else cast("Release", OnDay(release, day))
        made = Site(shown, self.today.settings, self.today.pool)
        made.names  # noqa: B018  # read below the lock, so that nobody waits for it twice
        return made


def sites() -> Sites:
    """The sites of the running application."""
    return cast("Sites", current_app.extensions[SITES])


def choose_day() -> None:
    """Have the request shown as of the day that its address names."""
    asked = request.args.get(AS_OF)
    today: Site = current_app.extensions[EXTENSION]
    if asked and (g.get("lang") or request.blueprint == "linked_data"):
        day = read_day(asked)
        if day != today.release.as_of:
            g.day = day
            g.site = sites().on(day)


def read_day(text: str) -> datetime.date:
    """A day as the address writes it; raises `NoDay`, also where nothing is known so early."""
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError as error:
        raise NoDay(400, f"'{text}' is no day: write it as 2022-06-01.", no_day=text) from error
    first = first_day(current_app.extensions[EXTENSION])
    if day < first:
        detail = f"Nothing is known of {day}: the first day that anything here is dated is {first}."
        raise NoDay(404, detail, first_day=first.isoformat())
    return day


def first_day(site: Site) -> datetime.date:
    """The first day of any period; a year or a month begins with its first day."""
    text = site.once("first day", lambda: next((row["first"].value for row in site.rows("first-day")), "0001"))
    return datetime.date.fromisoformat((text + "-01-01")[:10])
