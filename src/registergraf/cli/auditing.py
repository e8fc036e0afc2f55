"""The verbs of the auditor: judge a release, explain a verdict, verify a report, compare two releases."""

from __future__ import annotations

import re
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from registergraf.audit import trend as trends
from registergraf.audit.apart import done_watched
from registergraf.audit.explain import explain as explain_in_words
from registergraf.audit.report import FORMATS, Report, write_report
from registergraf.audit.rules import LANGUAGES, load_rules
from registergraf.cli.group import registergraf
from registergraf.cli.options import as_of_option
from registergraf.cli.releases import named_release
from registergraf.content import read_files
from registergraf.errors import RegistergrafError, UsageError
from registergraf.release.judging import judge_release
from registergraf.release.judging_others import Asked, judge_data
from registergraf.release.judging_since import judge_release_since, release_since
from registergraf.release.store import CURRENT
from registergraf.release.verifying import verify

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from registergraf.settings import Settings

DIFFERS, BROKEN = 1, 4
VERDICT = re.compile(r"[0-9a-fA-F]{4,12}")
"""The id of a verdict, or its beginning."""
one_language = click.option(
    "--language", type=click.Choice(LANGUAGES), default="nb", show_default=True, help="Language of the text."
)
release_option = click.option("--release", "release_name", metavar="NAME", help="This release, not the current one.")


@registergraf.command("audit")
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), default="text", show_default=True)
@click.option(
    "--language",
    type=click.Choice([*LANGUAGES, "all"]),
    help="Language of the texts, or all. Without it: nb for text and HTML, all for the other formats.",
)
@click.option("--rule", "rule_ids", multiple=True, metavar="ID", help="Judge by this rule only; may be repeated.")
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to this file, whole or not at all."
)
@click.option(
    "--since",
    metavar="RELEASE|COMMIT",
    help="Judge only what changed since an earlier release; the report is the same.",
)
@click.option("--data", metavar="FILE|URL", help="Judge this RDF file, or the data of this SPARQL service, instead.")
@click.option(
    "--rules",
    "sets",
    metavar="SETS",
    default="",
    help="Sets of rules for --data, with commas: structure, law, and the profiles dcat-ap, dcat-ap-no, healthdcat-ap …",
)
@click.option(
    "--shapes", type=click.Path(path_type=Path), multiple=True, metavar="FILE", help="SHACL of your own, for --data."
)
@click.option("--graph", "graphs", multiple=True, metavar="IRI", help="Judge this graph of the service of --data.")
@release_option
@as_of_option
@click.pass_obj
def audit_command(  # noqa: PLR0913, PLR0917 - click passes each option as a parameter
    settings: Settings,
    format_: str,
    language: str | None,
    rule_ids: Sequence[str],
    output: Path | None,
    since: str | None,
    data: str | None,
    sets: str,
    shapes: Sequence[Path],
    graphs: Sequence[str],
    release_name: str | None,
    as_of: datetime.date | None,
) -> int:
    """Judge a release by every rule, over the view and over the claims, and write the report.

    With --data: judge a file or a service that we did not make, by sets of rules or by SHACL of your own.

    Leaves with 1 when the view has a violation that no waiver accepts, with 3 when a rule could not be judged.

    Example: registergraf audit --format html --language nn --output report.html
    """
    release = named_release(settings, release_name)
    languages = () if language is None else LANGUAGES if language == "all" else (language,)
    tell = partial(_told, format_=format_, languages=languages)
    if since is not None:
        if rule_ids or data or (as_of and as_of != release.as_of):
            raise UsageError("--since is for all rules, on a release, as of its own day")
        judge = partial(judge_release_since, release, release_since(since, settings), settings)
        told = done_watched(lambda: tell(judge(watched=True))) or tell(judge())
    elif data is None:
        if sets or shapes or graphs:
            raise UsageError(
                "--rules, --shapes and --graph say by what, and what of, --data is judged; give --data too"
            )
        told = tell(judge_release(release, settings, as_of or release.as_of, rule_ids))
    else:
        if rule_ids or as_of:
            raise UsageError("--rule and --as-of are for a release; with --data say --rules or --shapes")
        told = tell(judge_data(release, settings, asked_of(data, sets, shapes, graphs)))
    code, written = told[0], told[1:]
    if output is None:
        click.echo(written, nl=False)
    else:
        write_whole(output, written)
    return code


@registergraf.command()
@click.argument("name", metavar="VERDICT|RULE")
@release_option
@one_language
@click.pass_obj
def explain(settings: Settings, name: str, release_name: str | None, language: str) -> None:
    """Say in plain language what a verdict or a rule means: the law, what was seen, where it was read, how to re-check.

    Example: registergraf explain L34 --language en
    """
    if release_name is None and not (settings.releases_dir / CURRENT).exists() and not VERDICT.fullmatch(name):
        shapes_here = read_files(settings.content_dir, settings.base_iri).under("shapes")
        load_rules(shapes_here, settings.base_iri).named(name)  # told before a first release is built
    release = named_release(settings, release_name)
    shapes = (
        release.read(path).decode() for path in release.manifest.files if path.endswith(".ttl") and "shapes/" in path
    )
    click.echo(explain_in_words(release.report, name, language, shapes), nl=False)


@registergraf.command("verify")
@click.argument("report", type=click.Path(path_type=Path), metavar="REPORT")
@click.pass_obj
def verify_command(settings: Settings, report: Path) -> int:
    """Make a report again from the release it names, and say whether it is the same, and if not, what differs.

    Any format will do; what --data named is read again where it was.

    Leaves with 1 when other inputs are at hand here than the report was made from, with 4 when the inputs are the same
    and the report is not.

    Example: registergraf verify report.html
    """
    found = verify(_read(report), settings)
    click.echo(found.command)
    if found.same:
        click.echo("the same bytes: this is the report that the release gives")
        return 0
    for line in (*found.inputs, *found.contents):
        click.echo(line)
    click.echo("not the same bytes: " + ("the inputs differ" if found.inputs else "the report has been changed"))
    return DIFFERS if found.inputs else BROKEN


@registergraf.command("trend")
@click.argument("before", metavar="RELEASE|REPORT.json")
@click.argument("after", metavar="[RELEASE|REPORT.json]", required=False)
@click.option("--format", "format_", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
@one_language
@click.pass_obj
def trend_command(settings: Settings, before: str, after: str | None, format_: str, language: str) -> int:
    """Compare the audits of two releases: which findings are new, fixed, still there, by rule.

    The second is the current one where only one is given.

    Leaves with 1 when there are new findings.

    Example: registergraf trend 6dd6657f579ab21c
    """
    found = trends.compare(_audit(settings, before), _audit(settings, after))
    match format_:
        case "json":
            click.echo(trends.to_json(found), nl=False)
        case "csv":
            click.echo(trends.to_csv(found), nl=False)
        case _:
            click.echo(trends.to_text(found, language), nl=False)
    return 1 if any(move["move"] == "new" for move in found.moves) else 0


def _told(report: Report, format_: str, languages: Sequence[str]) -> bytes:
    """What the command leaves with, as a byte, and the report."""
    code = 3 if not report.complete else 0 if report.conforms else 1
    return bytes([code]) + write_report(report, format_, languages)


def asked_of(data: str, sets: str, shapes: Sequence[Path], graphs: Sequence[str]) -> Asked:
    """What --data and its options ask for; raises `UsageError` where nothing says by what to judge."""
    names = tuple(dict.fromkeys(name.strip() for name in sets.split(",") if name.strip()))
    if not names and not shapes:
        raise UsageError("--data needs rules to judge by: --rules structure,law,dcat-ap-no or --shapes FILE")
    return Asked(data, names, tuple(shapes), tuple(graphs))


def write_whole(place: Path, data: bytes) -> None:
    """Write a file beside its place and rename it; raises `UsageError` where that cannot be done."""
    try:
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix=f".{place.name}-", delete=False) as fresh:
            fresh.write(data)
        Path(fresh.name).chmod(0o644)
        Path(fresh.name).replace(place)
    except OSError as error:
        raise UsageError(f"the report cannot be written to {place}: {error.strerror}") from error


def _audit(settings: Settings, name: str | None) -> Report:
    if name is None or not name.endswith(".json"):
        return named_release(settings, name).report
    try:
        return Report.read(_read(Path(name)))
    except (ValueError, TypeError, KeyError) as error:
        raise RegistergrafError(f"{name} is not a JSON report of 'registergraf audit': {error}") from error


def _read(place: Path) -> bytes:
    try:
        return place.read_bytes()
    except OSError as error:
        raise UsageError(f"there is no report to read at {place}: {error.strerror}") from error
