"""The release that a verb is about: the current one, which is built where there is none, or one by its name."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import click

from registergraf.errors import ReleaseError, UnknownNameError
from registergraf.release.store import current, open_release

if TYPE_CHECKING:
    from registergraf.release import Release
    from registergraf.settings import Settings


def build_release(settings: Settings, as_of: datetime.date | None, *, allow_removal: bool = False) -> Release:
    """Build, telling what happens on standard error; without a day, as of today."""
    from registergraf.release import build  # noqa: PLC0415 - not needed where there is a release

    day = as_of or datetime.datetime.now(tz=datetime.UTC).date()
    summary = build(settings, day, lambda step: click.echo(f"… {step}", err=True), allow_removal=allow_removal)
    failures = ", ".join(f"{summary.failures.get(s, 0)} {s.lower()}" for s in ("Violation", "Warning", "Info"))
    click.echo(
        f"release {summary.release.name} as of {day}: {summary.registries} data sources, {summary.claims} claims, "
        f"{summary.quads} quads; findings: {failures}; {summary.seconds:.1f} s",
        err=True,
    )
    return summary.release


def current_or_built(settings: Settings) -> Release:
    """The current release, built first where there is none; says so when the content has changed since."""
    try:
        release = current(settings.releases_dir)
    except ReleaseError:
        if (settings.releases_dir / "current").is_symlink():
            raise
        return build_release(settings, None)
    tell_if_changed(settings, release)
    return release


def named_release(settings: Settings, name: str | None) -> Release:
    """The release of a name, or of its beginning where only one begins so; the current one without a name.

    Raises `UnknownNameError`.
    """
    if name is None:
        return current_or_built(settings)
    known = sorted(path.name for path in settings.releases_dir.glob("[0-9a-f]*") if path.is_dir())
    found = [release for release in known if release.startswith(name)]
    if len(found) != 1:
        raise UnknownNameError("release", name, found[:3] or known[:3])
    return open_release(settings.releases_dir / found[0])


def tell_if_changed(settings: Settings, release: Release) -> None:
    """Say so when the content is no longer what a release was made from."""
    from registergraf.content import read_files  # noqa: PLC0415 - not needed to serve

    if (
        settings.content_dir.is_dir()
        and read_files(settings.content_dir, settings.base_iri).digest != release.manifest.content
    ):
        click.echo(
            f"the content has changed since release {release.name}; 'registergraf build' makes a new one", err=True
        )
