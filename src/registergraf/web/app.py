"""The application: a release, the settings and a pool of query workers go in, a Flask application comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, g, request
from werkzeug.routing import BaseConverter

from registergraf.sparql.cache import CachedPool
from registergraf.web import openapi
from registergraf.web.data import catalog, descriptions, discovery, dumps, examples, feed
from registergraf.web.endpoint import graph_store, named, permalinks, sparql
from registergraf.web.ground.days import SITES, Sites, choose_day
from registergraf.web.ground.headers import CORS_HEADERS, PREFLIGHT_HEADERS, SCRIPTED_POLICY, SECURITY_HEADERS
from registergraf.web.ground.i18n import LANGUAGES
from registergraf.web.ground.site import EXTENSION, Site
from registergraf.web.pages import (
    about,
    audit,
    browse,
    changes,
    compare,
    general,
    law,
    linked_data,
    organisations,
    pictures,
    registry,
    rules,
    search,
)
from registergraf.web.pages.ahead import AHEAD, Ahead
from registergraf.web.shown import problems
from registergraf.web.shown.plain_code import PlainCode

if TYPE_CHECKING:
    from registergraf.settings import Settings
    from registergraf.web.ground.contract import Pool, Release

DATA_BLUEPRINTS = (
    "linked_data",
    "catalog",
    "feed",
    "sparql",
    "graph_store",
    "descriptions",
    "dumps",
    "examples",
    "named",
    "openapi",
    "permalinks",
    "audit",
)
STATIC_SECONDS = 365 * 24 * 60 * 60
"""How long a client may keep a static file; its address has its hash."""

BYTES_PER_CHARACTER = 12
"""The most that one character of a query takes in a form: four bytes, each written as %XX."""


MODULES = (
    about,
    law,
    organisations,
    general,
    pictures,
    registry,
    rules,
    browse,
    compare,
    changes,
    search,
    catalog,
    feed,
    sparql,
    graph_store,
    descriptions,
    discovery,
    dumps,
    examples,
    named,
    openapi,
    permalinks,
    audit,
    linked_data,
)
"""Each has a blueprint."""


class KindConverter(BaseConverter):
    """The first step of an entity's address: a word that is neither a language nor the folder of the static files."""

    regex = rf"(?!(?:{'|'.join(LANGUAGES)}|static)/)[a-z][a-z-]+"


def create_app(release: Release, settings: Settings, pool: Pool) -> Flask:
    """Make the application that serves one release."""
    app = Flask("registergraf.web")
    answers = pool if isinstance(pool, CachedPool) else CachedPool(pool, settings.answer_cache_mb)
    app.extensions[EXTENSION] = Site(release, settings, answers)
    app.url_map.converters["kind"] = KindConverter
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = STATIC_SECONDS
    app.config["MAX_CONTENT_LENGTH"] = BYTES_PER_CHARACTER * settings.query_length
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.code_generator_class = PlainCode
    app.extensions[SITES] = Sites(app.extensions[EXTENSION])
    app.extensions[AHEAD] = Ahead(settings.pages_ahead_mb)
    app.before_request(read_language)
    app.before_request(choose_day)
    app.after_request(add_headers)
    for module in MODULES:
        app.register_blueprint(module.blueprint)
    app.register_blueprint(general.root)
    app.register_blueprint(dumps.page)
    app.register_blueprint(about.root)
    problems.install(app)
    return app


def warm(app: Flask) -> None:
    """Have it make what is made once for a release, in every language, and compile its templates."""
    for template in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(template)
    site: Site = app.extensions[EXTENSION]
    asking = app.test_client()
    for lang in LANGUAGES:
        first = [site.path(iri) for iri in browse.facets_of(site, lang).order[:1]]
        for path in ("registry/", *first):
            asking.get(f"/{lang}/{path}")


def read_language() -> None:
    """Remember the language of the address, for error pages too, which no view has run for."""
    first = request.path.split("/")[1]
    if first in LANGUAGES:
        g.lang = first


def refuse(status: int, detail: str) -> Response:
    """Tell why the request of the current context is not let in, as if a view had refused it."""
    read_language()
    return add_headers(problems.problem(status, detail))


def add_headers(response: Response) -> Response:
    """Security headers on everything; the headers of CORS on data, preflight included."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if g.get("scripted"):
        response.headers["Content-Security-Policy"] = SCRIPTED_POLICY
    if request.blueprint in DATA_BLUEPRINTS:
        response.headers.update(CORS_HEADERS)
        if request.method == "OPTIONS":
            response.headers.update(PREFLIGHT_HEADERS)
            response.status_code = 204
    return response
