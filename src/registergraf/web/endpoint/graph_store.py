"""The SPARQL 1.1 Graph Store HTTP Protocol, as far as it reads (section 5.2, GET and HEAD).

A graph is named in the address as ``?default`` or ``?graph=IRI`` (indirect, section 4.2), or by what stands below
``/rdf-graph-store/``, which is what stands below the base in the graph's IRI (direct, section 4.1).
"""

from __future__ import annotations

from flask import Blueprint, Response, request
from pyoxigraph import NamedNode
from werkzeug.exceptions import BadRequest, NotFound

from registergraf.sparql.evaluation import Question
from registergraf.web.endpoint.answers import respond
from registergraf.web.ground.site import site

blueprint = Blueprint("graph_store", __name__)

WHOLE = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


@blueprint.get("/rdf-graph-store")
def indirect() -> Response:
    """The default graph, or a graph by its IRI."""
    named, default = request.args.getlist("graph"), "default" in request.args
    if len(named) + default != 1 or "" in named:
        raise BadRequest("A graph is named by ?default or by ?graph= with its IRI, once.")
    return graph("" if default else named[0])


@blueprint.get("/rdf-graph-store/<path:path>")
def direct(path: str) -> Response:
    """A graph by the part of its IRI that follows the base."""
    return graph(site().release.base + path)


def graph(iri: str) -> Response:
    """The triples of a named graph, or of the default graph for "", in the format that the client prefers."""
    if iri and not is_known(iri):
        raise NotFound(f"There is no graph <{iri}> in this release.")
    name = request.args.get("format") or None
    return respond(Question(WHOLE, request.headers.get("Accept"), name, (iri,) if iri else ()))


def is_known(iri: str) -> bool:
    """Whether there is a graph of that IRI; the view of a day is made when it is asked for."""
    try:
        named = NamedNode(iri)
    except ValueError as error:
        raise BadRequest(f"'{iri}' is not an absolute IRI.") from error
    return iri.startswith(site().release.base + "as-of/") or site().release.store.contains_named_graph(named)
