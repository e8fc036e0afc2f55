"""The command `registergraf` itself; its verbs are loaded when they are called, so that serving starts at once."""

from __future__ import annotations

import click

from registergraf import __version__
from registergraf.settings import SETTINGS, Settings

AUDITING = {"audit", "explain", "verify", "trend"}
"""The verbs of `registergraf.cli.auditing`."""


class Verbs(click.Group):
    """A group that loads what serves or audits alone, and for everything else all verbs."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb of a name."""
        if cmd_name == "serve":
            from registergraf.cli.serving import serve  # noqa: PLC0415 - needs little of the rest

            return serve
        if cmd_name in AUDITING:
            from registergraf.cli import auditing  # noqa: F401, PLC0415 - needs little of what builds
        else:
            _load_all()
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all verbs."""
        _load_all()
        return super().list_commands(ctx)


def _load_all() -> None:
    from registergraf.cli import auditing, commands  # noqa: F401, PLC0415 - they add their verbs where they are imported


def settings_help(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's call
    """Print the table of settings and leave."""
    if wanted:
        for setting in SETTINGS:
            click.echo(f"{setting.variable:34} {str(setting.default) or '-':32} {setting.help}")
        context.exit()


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="registergraf")
@click.option(
    "--settings",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=settings_help,
    help="Print every setting and leave.",
)
@click.option("--content", metavar="DIR", help="Folder with ontology/, data/, shapes/ and queries/.")
@click.option("--releases", metavar="DIR", help="Folder that keeps the releases.")
@click.option("--sources", metavar="DIR", help="Folder with the source documents.")
@click.pass_context
def registergraf(context: click.Context, content: str | None, releases: str | None, sources: str | None) -> None:
    """Norway's health registries as a knowledge graph: build it, check it, audit it, ask it, serve it.

    Example: registergraf query roles --param slug=kpr --as-of 2022-06-01

    Exit codes: 0 fine; 1 does not conform, or differs; 2 wrong usage; 3 could not be checked or read;
    4 integrity broken.
    """
    context.obj = Settings.read(content=content, releases=releases, sources=sources)
