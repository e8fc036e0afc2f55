"""Rules over the view and over the claims, and the verdicts they give; knows nothing of HTTP and DCAT.

A rule is Turtle under ``shapes/``: what it asks, in three languages, how grave it is, and the provision it rests on.
It is judged by its SHACL shape, by the queries ``shapes/checks/{id}.view.rq`` and ``{id}.claims.rq``, or by both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from registergraf.lazily import importing

if TYPE_CHECKING:
    from registergraf.audit.documents import Documents, read_documents
    from registergraf.audit.engine import judge
    from registergraf.audit.identity import Identity
    from registergraf.audit.judgement import Judgement, examine
    from registergraf.audit.rules import Rule, Rules, load_rules
    from registergraf.audit.verdicts import Detail, Passage, Verdict

__all__ = [
    "Detail",
    "Documents",
    "Identity",
    "Judgement",
    "Passage",
    "Rule",
    "Rules",
    "Verdict",
    "examine",
    "judge",
    "load_rules",
    "read_documents",
]

if not TYPE_CHECKING:
    __getattr__ = importing(
        __name__,
        {
            "documents": ["Documents", "read_documents"],
            "engine": ["judge"],
            "identity": ["Identity"],
            "judgement": ["Judgement", "examine"],
            "rules": ["Rule", "Rules", "load_rules"],
            "verdicts": ["Detail", "Passage", "Verdict"],
        },
    )
