"""The named queries over HTTP: a list, a form and an address for each, with its parameters checked and bound.

A parameter fixes a variable of the query (`registergraf.graph.named`); it is never made part of the query's text.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, request
from pyoxigraph import Literal

from registergraf.errors import ParameterError, UnknownNameError
from registergraf.graph.named import Parameter, find_query
from registergraf.json_text import json_text
from registergraf.sparql.evaluation import Question
from registergraf.sparql.formats import RESULTS
from registergraf.web.endpoint.answers import respond
from registergraf.web.endpoint.sparql import ROWS_SHOWN
from registergraf.web.endpoint.teaching import language_of
from registergraf.web.ground.client import HTML, accepted, language
from registergraf.web.ground.i18n import texts
from registergraf.web.ground.site import alphabetical, site
from registergraf.web.shown.problems import NothingAcceptable, problem, wants_page
from registergraf.web.shown.render import render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registergraf.graph.named import NamedQuery
    from registergraf.graph.queries import Term
    from registergraf.web.ground.results import Table

blueprint = Blueprint("named", __name__)

JSON = "application/json"
DAY = Parameter("as-of", "date")
"""The parameter that every query has: the day of the view."""
RESERVED = ("format", DAY.name)

INPUTS = {"date": "date", "integer": "number", "iri": "url", "text": "text"}
"""The kind of input of a form for each type of a parameter."""


@blueprint.get("/query/")
def listing() -> Response:
    """The named queries, as JSON or as a page."""
    offer = accepted([JSON, HTML])
    if offer is None:
        raise NothingAcceptable([JSON, HTML])
    response = listing_page() if offer == HTML else Response(_as_json(), content_type=JSON)
    response.headers["Vary"] = "Accept, Accept-Language"
    return response


def listing_page() -> Response:
    """The page with the named queries."""
    lang = language()
    queries = sorted(site().named.values(), key=lambda q: alphabetical(q.titles.get(lang, q.name)))
    return render("queries.html", lang, queries=queries)


def _as_json() -> bytes:
    told = [
        {
            "name": query.name,
            "title": dict(query.titles),
            "question": dict(query.questions),
            "parameters": [
                {"name": p.name, "type": p.type, "help": dict(p.helps), "choices": list(p.choices)}
                for p in query.parameters
            ],
            "columns": query.columns,
            "address": f"{site().release.base}query/{query.name}",
        }
        for query in site().named.values()
    ]
    return json_text(told)


@blueprint.get("/query/<name>")
def answer(name: str) -> Response:
    """The answer to a named query, in any format of the endpoint; ``as-of`` is the day of the view."""
    given = {key: value for key, value in request.args.items() if value}
    if twice := [key for key, values in request.args.lists() if len(values) > 1]:
        return problem(400, _told("twice", name=twice[0]))
    try:
        query = find_query(site().release.queries, name)
    except UnknownNameError as error:
        return problem(404, str(error), kind="query", nearest=list(error.nearest))
    try:
        bound = query.bind({key: value for key, value in given.items() if key not in RESERVED})
        day = DAY.read(given[DAY.name]).value if DAY.name in given else ""
    except ParameterError as error:
        return problem(400, _told(error.key, **error.values))
    bindings = {key: _packed(term) for key, term in bound.items()}
    wanted = given.get("format") or ("html" if "lang" in g else None)
    question = Question(query.text, request.headers.get("Accept"), wanted, as_of=day, bindings=bindings)
    return respond(question, partial(_page, query, given))


def _told(key: str, **values: str) -> str:
    """What is wrong with a parameter, in the language of a page or of the client's Accept-Language header."""
    lang = language() if wants_page() else language_of(request.headers.get("Accept-Language"))
    return texts(lang)(f"parameter.{key}", **values)


def _packed(term: Term) -> tuple[str, str]:
    return term.value, term.datatype.value if isinstance(term, Literal) else ""


def _page(query: NamedQuery, given: Mapping[str, str], table: Table) -> Response:
    """The page of an answer: what is asked, the form of the parameters, the rows, the whole in every format."""
    asked = [(key, value) for key, value in given.items() if key != "format"]
    names = [(form.media_type, form.name) for form in RESULTS] + [("Excel", "excel")]
    addresses = [(shown, f"/query/{query.name}?" + urlencode([*asked, ("format", name)])) for shown, name in names]
    values: dict[str, Any] = {
        "table": table,
        "addresses": addresses,
        "given": given,
        "inputs": INPUTS,
    }
    return render("query.html", language(), query=query, day_name=DAY.name, shown=ROWS_SHOWN, **values)
