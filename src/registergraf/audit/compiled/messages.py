"""The messages that shapes give their results: {?name} and {$name} stand for what the row says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyoxigraph import Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from registergraf.graph.queries import Row

PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")


def message_variables(messages: Iterable[Literal]) -> tuple[str, ...]:
    """The variables that messages mention."""
    return tuple(dict.fromkeys(name for message in messages for name in PLACEHOLDER.findall(message.value)))


def filled(message: Literal, row: Row) -> Literal:
    """A message with the values of a row in the places of their variables; what the row does not say stays."""
    text = PLACEHOLDER.sub(lambda found: str(row[found[1]].value) if found[1] in row else found[0], message.value)
    return Literal(text, language=message.language) if message.language else Literal(text)
