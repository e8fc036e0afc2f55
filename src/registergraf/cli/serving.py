"""Serving a release on a port, or one request without a port."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import click
import waitress

from registergraf.errors import ReleaseError
from registergraf.namespaces import PREFIXES
from registergraf.sparql import WorkerPool
from registergraf.web import create_app

if TYPE_CHECKING:
    from registergraf.release import Release
    from registergraf.settings import Settings

HTTP_BAD_REQUEST = 400


def serve(release: Release, settings: Settings, host: str, port: int) -> None:
    """Serve until interrupted or terminated; raises `ReleaseError` when the port cannot be had."""
    with _pool(release, settings) as pool:
        app = create_app(release, settings, pool)
        try:
            server = waitress.create_server(app, host=host, port=port, threads=settings.threads, ident=None)
        except OSError as error:
            raise ReleaseError(
                f"port {port} on {host} cannot be used: {error.strerror}; choose another with --port"
            ) from error
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        click.echo(
            f"serving release {release.name} at http://{host}:{server.effective_port}/  (Ctrl+C stops)", err=True
        )
        try:
            server.run()
        finally:
            server.close()


def _pool(release: Release, settings: Settings) -> WorkerPool:
    return WorkerPool(release.graph_file, settings, PREFIXES, queries=release.queries, base=release.base)


def get(release: Release, settings: Settings, path: str, accept: str | None) -> int:
    """Print what a path answers to a GET, its status and headers on standard error; 1 when it is an error."""
    with _pool(release, settings) as pool:
        client = create_app(release, settings, pool).test_client()
        response = client.get(path, headers={"Accept": accept} if accept else {})
    click.echo(response.status, err=True)
    for name, value in response.headers:
        click.echo(f"{name}: {value}", err=True)
    click.echo(response.data, nl=False)
    return 1 if response.status_code >= HTTP_BAD_REQUEST else 0
