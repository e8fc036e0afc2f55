"""One request to the current release, without a port."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from registergraf.server.world import start_pool
from registergraf.web import create_app

if TYPE_CHECKING:
    from registergraf.release import Release
    from registergraf.settings import Settings

HTTP_BAD_REQUEST = 400


def get(release: Release, settings: Settings, path: str, accept: str | None) -> int:
    """Print what a path answers to a GET, its status and headers on standard error; 1 when it is an error."""
    with start_pool(release, settings) as pool:
        client = create_app(release, settings, pool).test_client()
        response = client.get(path, headers={"Accept": accept} if accept else {})
    click.echo(response.status, err=True)
    for name, value in response.headers:
        click.echo(f"{name}: {value}", err=True)
    click.echo(response.data, nl=False)
    return 1 if response.status_code >= HTTP_BAD_REQUEST else 0
