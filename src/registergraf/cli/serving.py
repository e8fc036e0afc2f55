"""The verb `serve`: the service, or one request to the current release without a port."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from registergraf.cli.releases import build_release, current_or_built, tell_if_changed
from registergraf.release.store import CURRENT, current

if TYPE_CHECKING:
    from registergraf.release import Release
    from registergraf.settings import Settings

HTTP_BAD_REQUEST = 400


@click.command()
@click.option("--host", metavar="ADDRESS", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), metavar="PORT", help="Port to listen on; 0 takes a free one.")
@click.option("--get", "path", metavar="PATH", help="Print what this path answers, and leave; no port is opened.")
@click.option("--accept", metavar="TYPES", help="The Accept header of --get.")
@click.pass_obj
def serve(settings: Settings, host: str | None, port: int | None, path: str | None, accept: str | None) -> int:
    """Serve the current release; builds it first where there is none.

    Example: registergraf serve --port 8080
    """
    if path is not None:
        return get(current_or_built(settings), settings, path, accept)
    from registergraf.server import serve as listen  # noqa: PLC0415 - not needed for one request

    release = _current(settings)
    host, port = settings.host if host is None else host, settings.port if port is None else port
    listen(settings, host, port, partial(tell_if_changed, settings, release))
    return 0


def _current(settings: Settings) -> Release:
    if (settings.releases_dir / CURRENT).is_symlink():
        return current(settings.releases_dir)
    return build_release(settings, None)


def get(release: Release, settings: Settings, path: str, accept: str | None) -> int:
    """Print what a path answers to a GET, its status and headers on standard error; 1 when it is an error."""
    from registergraf.server.starting import start_pool  # noqa: PLC0415 - the service makes it in another process
    from registergraf.web import create_app  # noqa: PLC0415

    with start_pool(release, settings) as pool:
        client = create_app(release, settings, pool).test_client()
        response = client.get(path, headers={"Accept": accept} if accept else {})
    click.echo(response.status, err=True)
    for name, value in response.headers:
        click.echo(f"{name}: {value}", err=True)
    click.echo(response.data, nl=False)
    return 1 if response.status_code >= HTTP_BAD_REQUEST else 0
