"""The pages of the audit: the whole, its rules, each verdict explained."""

from __future__ import annotations

from collections import Counter

from flask import Response, g, request

from registergraf.errors import ReleaseError
from registergraf.web.ground.site import site
from registergraf.web.pages.audit import TYPES
from registergraf.web.pages.judged import OUTCOMES, runs
from registergraf.web.pages.things import order
from registergraf.web.shown.entries import gather
from registergraf.web.shown.links import page_links
from registergraf.web.shown.localised import localised
from registergraf.web.shown.problems import UnknownThing, problem
from registergraf.web.shown.render import render

blueprint = localised("rules", __name__)


MOVES = ("new", "still", "fixed", "unsure")
"""What may have become of a failure; unsure is one that cannot be checked any more, which is not the same as fixed."""
SEVERITIES = ("Violation", "Warning", "Info")


@blueprint.get("/audit")
def audit() -> Response:
    """The audit of this release: how much of each outcome, its reports, what is accepted, the worst first."""
    verdicts = site().release.verdicts
    failed = Counter(v["registry"] for v in verdicts if v["outcome"] == "failed" and v["registry"])
    return render(
        "audit.html",
        g.lang,
        counts=Counter((v["severity"], v["outcome"]) for v in verdicts),
        severities=SEVERITIES,
        outcomes=OUTCOMES,
        failed=sorted(failed.items(), key=lambda one: (-one[1], order(site().iri("registry", one[0]).value))),
        reports=[name for name in TYPES if not name.endswith((".html", "schema.json"))],
        waivers=gather(site().rows("waivers", lang=g.lang)),
    )


@blueprint.get("/audit/trend")
def trend() -> Response:
    """What became of every failure since another release at hand: the one the address names, or the last."""
    others = sorted(site().release.others().values(), key=lambda one: (one.as_of, one.published, one.name))
    named = request.args.get("release") or (others[-1].name if others else "")
    before = next((other for other in others if other.name == named), None)
    if named and before is None:
        raise UnknownThing("release", named)
    try:
        found = site().release.trend(named) if before else None
    except ReleaseError as error:
        return problem(409, str(error))
    titles = {rule["id"]: rule["title"] for rule in site().release.rules}
    return render("trend.html", g.lang, others=others, before=before, trend=found, moves=MOVES, titles=titles)


@blueprint.get("/verdict/<key>")
def verdict(key: str) -> Response:
    """One verdict explained: the rule, the law it rests on, what was seen and where, and the query that checks it."""
    found = next(iter(site().verdicts("id", key)), None)
    if found is None:
        raise UnknownThing("verdict", key)
    its_rule = next(r for r in site().release.rules if r["id"] == found["rule"])
    return render("verdict.html", g.lang, verdict=found, rule=its_rule, titles={found["rule"]: its_rule["title"]})


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
    links = page_links(f"/rule/{key}", f"{site().release.base}rule/{key}")
    return render("rule.html", g.lang, links, rule=found, runs=runs(site().verdicts("rule", key), order))
