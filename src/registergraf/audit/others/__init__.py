"""Judging data that we did not make: a file in any RDF syntax, or a SPARQL service that is asked and not copied.

``reading`` makes a file a store, ``endpoint`` asks a service; ``shape_rules`` makes rules of any SHACL; ``judging``
applies them, and our own rules, and gives the verdicts that a report is made of.
"""

from __future__ import annotations

from registergraf.audit.others.endpoint import EndpointAsker
from registergraf.audit.others.judging import judge_others
from registergraf.audit.others.reading import Read, read_data
from registergraf.audit.others.shape_rules import ShapeSet, read_shape_set

__all__ = ["EndpointAsker", "Read", "ShapeSet", "judge_others", "read_data", "read_shape_set"]
