"""The verbs that judge a catalogue, ours or anybody's: quality, harvest-check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from registergraf import catalogue as views
from registergraf.assessment import assess, ckan, fdk, harvest_telling, read_document
from registergraf.assessment.conformance import PROFILES
from registergraf.assessment.documents import SYNTAXES
from registergraf.assessment.harvest import FAILS, Finding, Harvest, differ
from registergraf.assessment.reach import Limit, limits
from registergraf.assessment.scores import addresses
from registergraf.assessment.telling import to_dqv, to_json, to_text
from registergraf.cli.releases import current_or_built
from registergraf.content import read_files
from registergraf.errors import DocumentError, UsageError
from registergraf.fetching import fetch, is_address, statuses

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registergraf.assessment import Document
    from registergraf.assessment.harvest import Difference
    from registergraf.settings import Settings

profile_option = click.option(
    "--profile",
    type=click.Choice(sorted(views.PROFILES)),
    default="neutral",
    show_default=True,
    help="The view of the release's own catalogue, where no other catalogue is named.",
)
syntax_option = click.option(
    "--syntax", type=click.Choice(sorted(SYNTAXES)), help="Syntax of the document, where neither type nor suffix tells."
)


@click.command()
@click.option(
    "--catalogue", metavar="FILE|URL", help="The catalogue to score; without it, that of the current release."
)
@profile_option
@syntax_option
@click.option("--format", "format_", type=click.Choice(["table", "json", "dqv"]), default="table", show_default=True)
@click.option("--datasets", is_flag=True, help="Tell the points of each dataset in the table too.")
@click.option("--network", is_flag=True, help="Try every access and download address, one HEAD request each.")
@click.option(
    "--shapes", multiple=True, metavar="SCORE=FILE", help="Judge conformance by these SHACL shapes; may be repeated."
)
@click.option("--at-least", type=float, metavar="POINTS", help="Leave with 1 where the European score is below this.")
@click.pass_obj
def quality(  # noqa: PLR0913, PLR0917 - click passes each option as a parameter
    settings: Settings,
    catalogue: str | None,
    profile: str,
    syntax: str | None,
    format_: str,
    datasets: bool,  # noqa: FBT001 - click's call
    network: bool,  # noqa: FBT001
    shapes: Sequence[str],
    at_least: float | None,
) -> int:
    """Score a DCAT catalogue as data.europa.eu and data.norge.no do, and look its codes up in their lists.

    Works on any catalogue, offline unless --network is given; what the network would have told is said not to be
    checked.

    Example: registergraf quality --catalogue https://example.org/catalog.ttl --format json
    """
    document = read_place(settings, catalogue, syntax or "", profile)
    files = read_files(settings.content_dir, settings.base_iri)
    answers = None
    if network:
        wanted = addresses(document.triples, files, settings.base_iri)
        answers = statuses(wanted, settings.probe_seconds, settings.probes)
    assessment = assess(document.triples, files, settings.base_iri, answers, read_shapes(shapes))
    if not any(score.datasets for score in assessment.scores):
        raise DocumentError(f"{document.place} describes no dcat:Dataset, so there is nothing to score")
    within = own_limits(settings, files, profile) if catalogue is None else ()
    match format_:
        case "json":
            click.echo(to_json(assessment, document.place, files, within), nl=False)
        case "dqv":
            click.echo(to_dqv(assessment), nl=False)
        case _:
            click.echo(to_text(assessment, document.place, files, within, datasets=datasets), nl=False)
    return 1 if at_least is not None and assessment.scores[0].mean < at_least else 0


@click.command("harvest-check")
@click.argument("place", metavar="FILE|URL", required=False)
@click.option("--former", metavar="FILE|URL", help="The copy of the harvest before, to tell what looks changed.")
@profile_option
@syntax_option
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--datasets", is_flag=True, help="Tell each dataset with its identity in the table too.")
@click.pass_obj
def harvest_check(  # noqa: PLR0913, PLR0917 - click passes each option as a parameter
    settings: Settings,
    place: str | None,
    former: str | None,
    profile: str,
    syntax: str | None,
    format_: str,
    datasets: bool,  # noqa: FBT001 - click's call
) -> int:
    """Tell what the harvesters of data.norge.no and of CKAN would take from a catalogue, and what they would drop.

    Without FILE or URL: from the catalogue of the current release. Leaves with 1 when a harvest would fail or leave
    something out, or, with --former, when it would find something to do.

    Example: registergraf harvest-check catalog.ttl --former yesterday.ttl
    """
    now = harvests(settings, place, syntax or "", profile)
    before = harvests(settings, former, syntax or "", profile) if former else None
    told: list[tuple[Harvest, Difference | None]] = [
        (harvest, differ(before[number], harvest) if before else None) for number, harvest in enumerate(now)
    ]
    name = place or "the catalogue of the current release"
    if format_ == "json":
        click.echo(harvest_telling.to_json(name, told), nl=False)
    else:
        click.echo(harvest_telling.to_text(name, told, datasets=datasets), nl=False)
    wrong = any(harvest.fails or harvest.loses or not harvest.taken for harvest, _ in told)
    return 1 if wrong or any(difference and not difference.is_none for _, difference in told) else 0


def own_limits(settings: Settings, files: Mapping[str, str], profile: str) -> Sequence[Limit]:
    """What the catalogue of the current release cannot have of the scores, in one of its views."""
    return limits(current_or_built(settings).store, files, profile)


def harvests(settings: Settings, place: str | None, syntax: str, profile: str) -> list[Harvest]:
    """What each harvester makes of a place; an address is asked as each of them asks.

    Raises `DocumentError` for a document that neither of them, or none of ours, can read.
    """
    if place is None or not is_address(place):
        document = read_place(settings, place, syntax, profile)
        return [fdk.harvest(document), ckan.harvest(document)]
    fetched, failures = [], []
    for emulated, accept, forced in ((fdk, fdk.ACCEPT, "turtle"), (ckan, ckan.ACCEPT, "")):
        try:
            answer = fetch(place, settings.fetch_seconds, settings.fetch_mb, accept)
            document = read_document(answer.body, place, answer.media_type or ckan.MEDIA_TYPE, syntax or forced)
            fetched.append(emulated.harvest(document, answer))
        except DocumentError as error:
            failures.append(error)
            fetched.append(Harvest(emulated.NAME, (), (Finding(FAILS, str(error)),)))
    if len(failures) == len(fetched):
        raise failures[0]
    return fetched


def read_place(settings: Settings, place: str | None, syntax: str, profile: str) -> Document:
    """The document at a file's path or a web address; without a place, a view of the current release's catalogue.

    Raises `DocumentError` for one that is not there or cannot be read.
    """
    if place is None:
        release = current_or_built(settings)
        return read_document(
            release.catalogue(profile, "turtle"), f"release {release.name}, {profile}", syntax="turtle"
        )
    if is_address(place):
        fetched = fetch(place, settings.fetch_seconds, settings.fetch_mb)
        return read_document(fetched.body, place, fetched.media_type, syntax)
    return read_document(_read_file(place), place, syntax=syntax)


def read_shapes(given: Sequence[str]) -> dict[str, list[tuple[str, bytes]]]:
    """The shapes of each --shapes SCORE=FILE; raises `UsageError` for a score that does not exist."""
    found: dict[str, list[tuple[str, bytes]]] = {}
    for pair in given:
        score, _, path = pair.partition("=")
        if score not in PROFILES or not path:
            raise UsageError(f"--shapes {pair} names no score; write it like --shapes eu-mqa=shapes.ttl")
        found.setdefault(score, []).append((path, _read_file(path)))
    return found


def _read_file(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise DocumentError(f"{path} cannot be read: {error.strerror}") from error
