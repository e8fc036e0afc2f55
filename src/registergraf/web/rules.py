"""The pages of the audit's rules, with their verdicts."""

from __future__ import annotations

from flask import Response, g

from registergraf.web.links import page_links
from registergraf.web.localised import localised
from registergraf.web.problems import UnknownThing
from registergraf.web.render import render
from registergraf.web.site import site
from registergraf.web.things import OUTCOMES, ordered

blueprint = localised("rules", __name__)


@blueprint.get("/rule/")
def rules() -> Response:
    """The rules of the audit, with how many verdicts of each outcome there are."""
    counted: dict[str, dict[str, int]] = {}
    for verdict in site().release.verdicts:
        outcomes = counted.setdefault(verdict["rule"], dict.fromkeys(OUTCOMES, 0))
        outcomes[verdict["outcome"]] += 1
    return render("rules.html", g.lang, rules=site().release.rules, counted=counted, outcomes=OUTCOMES)


@blueprint.get("/rule/<key>")
def rule(key: str) -> Response:
    """A rule: its text, the law it rests on, its verdicts."""
    found = next((r for r in site().release.rules if r["id"] == key), None)
    if found is None:
        raise UnknownThing("rule", key)
    verdicts = ordered(v for v in site().release.verdicts if v["rule"] == key)
    links = page_links(f"/rule/{key}", f"{site().release.base}rule/{key}")
    return render("rule.html", g.lang, links, rule=found, verdicts=verdicts)
