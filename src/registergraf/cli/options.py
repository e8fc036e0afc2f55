"""Options that several verbs have."""

from __future__ import annotations

import datetime
from typing import Any

import click


class Day(click.ParamType[datetime.date]):
    """A day as ISO 8601 writes it."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime.date:
        """Read it, or say what would be right."""
        try:
            return value if isinstance(value, datetime.date) else datetime.date.fromisoformat(value)
        except ValueError:
            self.fail(f"'{value}' is not a date; write it like 2022-06-01", param, ctx)


as_of_option = click.option("--as-of", type=Day(), metavar="DATE", help="The day to answer for, like 2022-06-01.")
