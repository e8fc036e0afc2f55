"""The quality scores of a release's own catalogue, reckoned when it is built and kept with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import RdfFormat, parse

from registergraf.assessment.reach import limits
from registergraf.assessment.scores import offline_score
from registergraf.assessment.telling import summary_json
from registergraf.json_text import json_text
from registergraf.release.store import SCORES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyoxigraph import Store

    from registergraf.content import Content

VIEWS = {"eu-mqa": "dcat-ap", "fdk-mqa": "dcat-ap-no"}
"""Each score, and the view of the catalogue that is made for who reckons it."""


def score_files(view: Store, content: Content, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The scores of the catalogue documents among the files of a release; `view` is the view of its day."""
    told = []
    for name, profile in VIEWS.items():
        document = files[f"catalogue/{profile}.nt"]
        triples = [quad.triple for quad in parse(document, format=RdfFormat.N_TRIPLES)]
        score = offline_score(triples, content.files, content.base, name)
        within = limits(view, content.files, profile)
        summary = summary_json(score, within, content.files)
        told.append({"score": name, "view": profile, "datasets": len(score.datasets), **summary})
    return {SCORES: json_text(told)}
