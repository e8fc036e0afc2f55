"""The tokens of SPARQL as far as they hide what stands in them, for scanning without parsing.

A scan is a guess: ``<`` may start an IRI or compare, and only the grammar knows. What must not be wrong asks a parser.
The patterns are possessive, and a string may lack its end, so that they are linear in the query, whatever it holds.
They are for `re.VERBOSE` with `re.DOTALL`.
"""

from __future__ import annotations

import re

__all__ = ["COMMENT", "IRI", "SERVICE", "STRING", "has_service", "without_service"]

STRING = r"""
      "{3} (?: [^"\\] | \\. | "(?!"") )*+ (?: "{3} | \Z )
    | '{3} (?: [^'\\] | \\. | '(?!'') )*+ (?: '{3} | \Z )
    | " (?: [^"\\\n\r] | \\[^\n\r] )*+ "?
    | ' (?: [^'\\\n\r] | \\[^\n\r] )*+ '?
"""
COMMENT = r"[#][^\n\r]*+"
IRI = r'<(?: [^<>"{}|^`\\\x00-\x20] | \\[uU] )*+>'

# Without re.ASCII a long s fits too: what folds to the keyword in any parser is looked at.
SERVICE = re.compile("service", re.IGNORECASE)


def has_service(query: str) -> bool:
    """Whether the letters of "service" stand anywhere; looked for the faster way where no letter folds to another."""
    return "service" in query.lower() if query.isascii() else bool(SERVICE.search(query))


def without_service(query: str) -> str:
    """Exchange the letters of "service" for others, as many, wherever they stand: what is left connects to nobody."""
    return SERVICE.sub("xqvzjkw", query)
