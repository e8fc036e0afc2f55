"""The rows of an answer, and the same as a pandas frame."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self, overload

from registergraf.errors import UsageError

if TYPE_CHECKING:
    from registergraf.api.values import Value

__all__ = ["Row", "Rows"]


class Row(tuple["Value", ...]):  # noqa: SLOT001 - a tuple has no room for slots
    """One row: a tuple of values, which are had by column too, as `row["from"]` or, for a plain name, `row.slug`."""

    columns: tuple[str, ...]

    def __new__(cls, columns: tuple[str, ...], values: Sequence[Value]) -> Self:
        """Make a row of as many values as there are columns."""
        made = super().__new__(cls, values)
        made.columns = columns
        return made

    def __getitem__(self, key: Any) -> Any:
        """A value by its column or its place; raises `KeyError` for a column that is not there."""
        if not isinstance(key, str):
            return super().__getitem__(key)
        if key not in self.columns:
            raise KeyError(f"there is no column '{key}'; there are {', '.join(self.columns)}")
        return super().__getitem__(self.columns.index(key))

    def __getattr__(self, name: str) -> Value:
        """A value by its column, with an underscore for each hyphen."""
        for column in (name, name.replace("_", "-")):
            if column in self.columns:
                return super().__getitem__(self.columns.index(column))
        raise AttributeError(f"there is no column '{name}'; there are {', '.join(self.columns)}")

    def dict(self) -> dict[str, Value]:
        """The values by their columns."""
        return dict(zip(self.columns, self, strict=True))

    def __repr__(self) -> str:
        return f"Row({', '.join(f'{column}={value!r}' for column, value in self.dict().items())})"


class Rows(Sequence[Row]):
    """The answer to a SELECT: its rows in the order of the query."""

    def __init__(self, columns: tuple[str, ...], rows: Sequence[Row]) -> None:
        self.columns = columns
        self._rows = rows

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        """One row, or several."""
        return self._rows[index]

    def __len__(self) -> int:
        """The number of rows."""
        return len(self._rows)

    def __repr__(self) -> str:
        return f"<{len(self)} rows of {', '.join(self.columns)}>"

    def frame(self) -> Any:
        """The rows as a `pandas.DataFrame`, days as `datetime64[s]`, numbers and truth as pandas' types that may be NA.

        Raises `UsageError` where pandas is not installed.
        """
        try:
            import pandas as pd  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise UsageError("pandas is not installed; install it with: pip install 'registergraf[pandas]'") from error
        frame = pd.DataFrame(list(map(list, self)), columns=list(self.columns), dtype=object)
        days = [column for column in self.columns if _are_days([row[column] for row in self])]
        return frame.astype(dict.fromkeys(days, "datetime64[s]")).convert_dtypes()


def _are_days(values: Sequence[Value]) -> bool:
    held = [value for value in values if value is not None]
    return bool(held) and all(type(value) is datetime.date for value in held)
