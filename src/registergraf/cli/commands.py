"""The verbs of the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from registergraf import catalogue, graph
from registergraf.cli.assessing import harvest_check, quality
from registergraf.cli.group import registergraf
from registergraf.cli.options import as_of_option
from registergraf.cli.releases import build_release, current_or_built
from registergraf.cli.results import FORMATS, write_answer
from registergraf.cli.serving import serve
from registergraf.content import read_files
from registergraf.content.layout import lay_out
from registergraf.errors import ReleaseError, UsageError
from registergraf.graph.asking import ask_endpoint, ask_release
from registergraf.release.judging import check_content, uncovered_lines
from registergraf.release.judging_since import keep_what_rules_read

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping, Sequence

    from registergraf.settings import Settings


@registergraf.command("build")
@as_of_option
@click.option(
    "--allow-removal", is_flag=True, help="Build also when many data sets are gone, which harvesters would delete."
)
@click.pass_obj
def build_command(settings: Settings, as_of: datetime.date | None, allow_removal: bool) -> None:  # noqa: FBT001 - click
    """Build a release from the curated files, and make it the current one.

    Example: registergraf build --as-of 2026-11-21
    """
    keep_what_rules_read(build_release(settings, as_of, allow_removal=allow_removal))


@registergraf.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.pass_obj
def check(settings: Settings, files: Sequence[Path]) -> int:
    """Check curated files: syntax, unknown terms, the rules of structure.

    Everything is read; FILES limits what is told.

    Leaves with 1 when something is wrong, with 3 when a rule could not be judged.

    Example: registergraf check data/registries/npr.trig
    """
    only = {path.resolve() for path in files}
    _refuse_missing(files)
    checked = check_content(settings)
    told = [p for p in checked.problems if not only or (settings.content_dir / p.file).resolve() in only]
    for problem in told:
        click.echo(str(problem))
    for lost in checked.lost:
        click.echo(lost, err=True)
    click.echo(f"{len(told)} problems" if told else "no problem found", err=True)
    return 3 if checked.lost else 1 if told else 0


@registergraf.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--check", "only_check", is_flag=True, help="Change nothing; leave with 1 when a file has another layout."
)
@click.pass_obj
def fmt(settings: Settings, files: Sequence[Path], only_check: bool) -> int:  # noqa: FBT001 - click's call
    """Bring registry files into the one layout: prefixes, order of claims, headings. No statement is changed.

    Example: registergraf fmt data/registries/npr.trig
    """
    _refuse_missing(files)
    other = 0
    for path in files or sorted((settings.content_dir / "data" / "registries").glob("*.trig")):
        text = path.read_text(encoding="utf-8")
        written = lay_out(str(path), text)
        if written != text:
            other += 1
            click.echo(str(path))
            if not only_check:
                path.write_text(written, encoding="utf-8")
    click.echo(f"{other} files {'have another layout' if only_check else 'were laid out'}", err=True)
    return 1 if other and only_check else 0


def _refuse_missing(files: Sequence[Path]) -> None:
    missing = [str(path) for path in files if not path.is_file()]
    if missing:
        raise UsageError(f"there is no file {', '.join(missing)}")


@registergraf.command()
@click.argument("document", required=False)
@click.pass_obj
def coverage(settings: Settings, document: str | None) -> int:
    """Name the lines of the source documents that no claim points at, by data source.

    Leaves with 1 when there are any. Needs the documents at hand (--sources).

    Example: registergraf coverage datakilder-2020
    """
    left = uncovered_lines(settings, document)
    for line in left:
        click.echo(f"{line.document}:{line.line}: {line.entry or '-'}: {line.text}")
    click.echo(f"{len(left)} lines that no claim points at" if left else "every line is accounted for", err=True)
    return 1 if left else 0


@registergraf.command()
@click.argument("name", metavar="NAME|FILE|-", required=False)
@click.option("--format", "format_", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="Fix a parameter; may be repeated.")
@click.option("--endpoint", metavar="URL", help="Ask this SPARQL service instead of the current release.")
@as_of_option
@click.pass_obj
def query(  # noqa: PLR0913, PLR0917 - click passes each option as a parameter
    settings: Settings,
    name: str | None,
    format_: str,
    params: Sequence[str],
    endpoint: str | None,
    as_of: datetime.date | None,
) -> None:
    """Run a named query, a file or standard input. Without a name: list the named queries.

    Example: registergraf query legal-basis --param slug=hjerneslag --format csv
    """
    if endpoint and as_of:
        raise UsageError("--as-of needs the release at hand; an endpoint answers for its own day")
    release = None if endpoint else current_or_built(settings)
    queries = (
        release.queries if release else read_files(settings.content_dir, settings.base_iri).under("queries", ".rq")
    )
    if name is None:
        list_queries(queries)
        return
    asked = query_text(queries, name)
    if release:
        answer = ask_release(asked, pairs(params), release, as_of)
    else:
        answer = ask_endpoint(asked, pairs(params), endpoint or "", settings.endpoint_seconds)
    click.echo(write_answer(answer, format_), nl=False)


@registergraf.command()
@click.option("--profile", type=click.Choice(sorted(catalogue.PROFILES)), default="dcat-ap-no", show_default=True)
@click.option("--format", "format_", type=click.Choice(sorted(catalogue.FORMATS)), default="turtle", show_default=True)
@click.pass_obj
def export(settings: Settings, profile: str, format_: str) -> None:
    """Write the DCAT catalogue of the current release.

    Example: registergraf export --profile dcat-ap-no --format json-ld > catalog.jsonld
    """
    click.echo(current_or_built(settings).catalogue(profile, format_), nl=False)


registergraf.add_command(quality)
registergraf.add_command(harvest_check)
registergraf.add_command(serve)


def curated_queries(settings: Settings) -> Mapping[str, str]:
    """The queries of the content at hand."""
    return read_files(settings.content_dir, settings.base_iri).under("queries", ".rq")


def query_text(queries: Mapping[str, str], name: str) -> graph.NamedQuery:
    """The query that a name, a file's path or `-` means."""
    if name == "-":
        return graph.NamedQuery.read("-", sys.stdin.read())
    path = Path(name)
    if path.suffix in {".rq", ".sparql"} or "/" in name:
        try:
            return graph.NamedQuery.read(name, path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise ReleaseError(
                f"the query file {name} cannot be read: {getattr(error, 'strerror', None) or error}"
            ) from error
    return graph.find_query(queries, name)


def pairs(params: Sequence[str]) -> dict[str, str]:
    """The name and value of each --param."""
    for param in params:
        if "=" not in param:
            raise UsageError(f"--param {param} has no value; write it like --param slug=npr")
    return {name: value for name, _, value in (param.partition("=") for param in params)}


def list_queries(queries: Mapping[str, str]) -> None:
    """The named queries with their questions."""
    for named in graph.named_queries(queries).values():
        click.echo(f"{named.name:28} {named.questions.get('en', '')}")
        click.echo(f"{'':28} {', '.join(named.columns)}")
