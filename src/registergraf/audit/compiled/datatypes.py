r"""The lexical spaces of the datatypes of XML Schema, as regular expressions that any SPARQL engine runs.

A literal is of a datatype only if its lexical form is in the datatype's lexical space (SHACL 1.0, section 4.1.2). The
ranges of the bounded integers are not in the expressions: see `RANGES`.
"""

from __future__ import annotations

from registergraf.audit.compiled.terms import XSD

_ZONE = "(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
_YEAR = "-?([1-9][0-9]{3,}|0[0-9]{3})"
_LEAP = "-?(([0-9]*[0-9]{2})(0[48]|[2468][048]|[13579][26])|([0-9]*)([02468][048]|[13579][26])00)"
_OF_MONTH = "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
_DAY = f"({_YEAR}-{_OF_MONTH}|{_LEAP}-02-29)"
_TIME = r"(([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?|24:00:00(\.0+)?)"
_INTEGER = "[+-]?[0-9]+"
_DECIMAL = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)"
_DOUBLE = rf"({_DECIMAL}([eE][+-]?[0-9]+)?|[+-]?INF|NaN)"
_TIMES = r"(T(([0-9]+H)([0-9]+M)?([0-9]+(\.[0-9]+)?S)?|([0-9]+M)([0-9]+(\.[0-9]+)?S)?|[0-9]+(\.[0-9]+)?S))"
_DAYS = rf"([0-9]+D{_TIMES}?|{_TIMES})"
_MONTHS = "(([0-9]+Y)([0-9]+M)?|[0-9]+M)"

LEXICAL = {
    XSD + name: f"^{expression}$"
    for name, expression in {
        "boolean": "(true|false|1|0)",
        "decimal": _DECIMAL,
        "double": _DOUBLE,
        "float": _DOUBLE,
        "date": _DAY + _ZONE,
        "dateTime": f"{_DAY}T{_TIME}{_ZONE}",
        "dateTimeStamp": f"{_DAY}T{_TIME}{_ZONE.removesuffix('?')}",
        "time": _TIME + _ZONE,
        "gYear": _YEAR + _ZONE,
        "gYearMonth": f"{_YEAR}-(0[1-9]|1[0-2]){_ZONE}",
        "duration": rf"-?P({_MONTHS}{_DAYS}?|{_DAYS})",
        "dayTimeDuration": f"-?P{_DAYS}",
        "yearMonthDuration": f"-?P{_MONTHS}",
        "language": "[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*",
        **dict.fromkeys(("integer", "long", "int", "short", "byte"), _INTEGER),
        **dict.fromkeys(
            ("nonNegativeInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"), r"([+]?[0-9]+|-0+)"
        ),
        "positiveInteger": "[+]?0*[1-9][0-9]*",
        "nonPositiveInteger": r"(-[0-9]+|[+]?0+)",
        "negativeInteger": "-0*[1-9][0-9]*",
    }.items()
}
"""The expression by datatype; every string is of a datatype that is not here."""

BITS = {"Long": 64, "Int": 32, "Short": 16, "Byte": 8}
RANGES = {
    **{f"{XSD}{name.lower()}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for name, bits in BITS.items()},
    **{f"{XSD}unsigned{name}": (0, 2**bits - 1) for name, bits in BITS.items()},
}
"""Least and greatest value of the bounded integers."""


def well_formed(datatype: str, variable: str) -> str:
    """The expression for whether a literal of the datatype is well-formed; empty where every literal is."""
    parts = []
    if datatype in LEXICAL:
        expression = LEXICAL[datatype].replace("\\", "\\\\")
        parts.append(f'REGEX(STR(?{variable}), "{expression}")')
    if datatype in RANGES:
        low, high = RANGES[datatype]
        number = f"<{XSD}decimal>(STR(?{variable}))"
        parts.append(f"{number} >= {low} && {number} <= {high}")
    return " && ".join(parts)
