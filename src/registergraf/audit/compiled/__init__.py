"""SHACL shapes compiled to SPARQL: a rule is a query that can be shown, restricted to some things, and run anywhere.

``shapes`` reads a shapes graph; ``compiling`` makes a query for each constraint, over all focus nodes at once, out of
the patterns of ``domains`` (targets and paths), ``values`` (what a value shows by itself), ``constraints`` (values
together), ``nesting`` (shapes within shapes) and ``own_queries`` (sh:sparql); ``running`` asks them of a store or of a
remote service. What no query says is judged by ``reference``, which is pySHACL, and the reason is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from registergraf.audit.compiled.compiling import Check, compile_shape, target_query
from registergraf.audit.compiled.running import Result, results
from registergraf.audit.compiled.shapes import Shapes
from registergraf.audit.compiled.terms import ShapesGraph
from registergraf.audit.compiled.validation import Data, Plan, Validated, plan, validate
from registergraf.lazily import importing

if TYPE_CHECKING:
    from registergraf.audit.compiled.reference import reference_results

__all__ = [
    "Check",
    "Data",
    "Plan",
    "Result",
    "Shapes",
    "ShapesGraph",
    "Validated",
    "compile_shape",
    "plan",
    "reference_results",
    "results",
    "target_query",
    "validate",
]

if not TYPE_CHECKING:
    __getattr__ = importing(__name__, {"reference": ["reference_results"]})
