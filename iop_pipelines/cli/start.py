"""`iop start`: from files as people have them to the first advice, without a DRM platform."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click
from rich.markup import escape

from iop_pipelines.cli.console import command, console, print_json, progress_console
from iop_pipelines.cli.hints import carried
from iop_pipelines.cli.instance import (
    open_home,
    print_sign_in_links,
    serve_until_stopped,
    serving,
    sign_in_links_at,
    stop_on_signals,
)
from iop_pipelines.errors import InvalidInput
from iop_pipelines.settings import Settings

if TYPE_CHECKING:
    from rich.status import Status

    from iop_pipelines.intake.datasets import Datasets
    from iop_pipelines.intake.load import Loaded
    from iop_pipelines.intake.questions import Ask, Question
    from iop_pipelines.intake.sources import SourceSpec
    from iop_pipelines.intake.understand import Given, Understood
    from iop_pipelines.orchestration.supervisor import Supervisor
    from iop_pipelines.platform import Platform

group = click.Group()
_SHOWN_ADVICE = 5


def understanding(function: Any) -> Any:
    """What a person can say of a file beforehand, so that nothing is asked."""
    options = (
        click.option("--name", help="Of the dataset. Default: the file's."),
        click.option("--time", metavar="COLUMN", help="The column that says when."),
        click.option(
            "--dates",
            type=click.Choice(["day-first", "month-first"]),
            help="How 01/02/2026 is read.",
        ),
        click.option(
            "--decimal",
            type=click.Choice([".", ","]),
            help="The decimal sign, for 1,234 and 1.234.",
        ),
        click.option(
            "--country",
            metavar="CODE",
            help="Whose public holidays hold there, such as DE or DE-BY; none for no calendar.",
        ),
        click.option("--sheet", help="Of a workbook. Default: the fullest."),
        click.option(
            "--encoding", help="Of a text file, where its bytes do not tell, such as cp1251."
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def of_database(function: Any) -> Any:
    """What a database has to be told."""
    options = (
        click.option("--table", metavar="NAME", help="Of a database, the table or view to read."),
        click.option(
            "--query", metavar="SQL", help="Of a database, one SELECT in place of a table."
        ),
        click.option(
            "--watermark",
            metavar="COLUMN",
            help="Of a database, a column that only grows. Default: the one that says when.",
        ),
        click.option(
            "--timeout",
            "timeout_s",
            type=click.IntRange(1, 86_400),
            metavar="SECONDS",
            help="Of a database, the longest that a statement may take. Default: 60.",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


@command(group)
@click.argument("sources", nargs=-1, required=True)
@understanding
@of_database
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the declarations are written. Default: iop-datasets/NAME beside the home.",
)
@click.option("--yes", is_flag=True, help="Ask nothing; what only you can decide is an error then.")
@click.option("--dry-run", is_flag=True, help="Show what was understood, and stop.")
@click.option("--once", is_flag=True, help="Stop when the history is scored.")
@click.option(
    "--watch", is_flag=True, help="Go on to deliver what comes later; see `iop intake --help`."
)
@serving
def start(settings: Settings, as_json: bool, sources: tuple[str, ...], **options: Any) -> None:
    """Load SOURCES of your own, and get advice from them.

    A source is a file, a folder, a pattern such as 'data/*.csv', a URL (http, https, s3), or a database by its
    SQLAlchemy URL with --table or --query; env:NAME is the URL in a variable, so that no password is in a
    history. A file is CSV or TSV in any dialect, XLSX, XLS, ODS, Parquet, JSON or NDJSON, also as .gz, .zst or
    .zip. Files with the same head are one dataset. IOP shows what it understood, writes declarations that you
    can edit, watches each measure of each series, scores the history, and serves until Ctrl-C. The same again
    loads nothing; what changed replaces what was delivered before.
    """
    from iop_pipelines.intake.own import require_own
    from iop_pipelines.platform import Platform

    is_asked = not options["yes"] and not as_json
    found = _understand(settings, sources, options, is_asked)
    given = found.understood
    _check_names(given)
    if options["watch"]:
        _check_watched(found)
    if not as_json:
        _show(found)
    if options["dry_run"]:
        if as_json:
            print_json(_as_json(found))
        return
    if is_asked and options["country"] is None and sys.stdin.isatty():
        found = replace(found, understood=tuple(map(with_country, given)))
    if is_asked and not click.confirm("Load this and watch it?", default=True):
        return
    platform = Platform(settings)
    open_home(settings, signs_in=True)
    require_own(platform.drm_engine, settings)
    _run(platform, found, as_json, options)


def _understand(
    settings: Settings, sources: Sequence[str], options: dict[str, Any], is_asked: bool
) -> "Datasets":
    from iop_pipelines.intake.datasets import read_sources, understand_all

    said = given_of(options)
    with progress_console.status("Looking at the data") as status:
        ask = pausing_ask(status, is_asked)
        found = read_sources(source_specs(sources, options), ask)
        return understand_all(
            found, said, settings.time_zone, ask, max_refused_percent=settings.max_refused_percent
        )


def given_of(options: dict[str, Any], name: str | None = None) -> "Given":
    """Raises InvalidInput for a country that there is not."""
    from iop_pipelines.intake.country import country_told
    from iop_pipelines.intake.understand import Given

    country = options["country"]
    if country is not None:
        country_told(country)
    named = name or options["name"]
    return Given(named, options["time"], options["dates"], options["decimal"], country)


def with_country(given: "Understood") -> "Understood":
    """Where the data names none, the person is asked; Enter takes what is offered, or none."""
    from iop_pipelines.intake.country import NONE, CountryFound, country_told

    found = given.country
    if found.days is not None or not found.matters:
        return given

    def checked(text: str) -> CountryFound:
        try:
            return CountryFound(country_told(text))
        except InvalidInput as error:
            raise click.BadParameter(str(error)) from error

    because = f", by its {found.because}" if found.because else ""
    console.print(
        f"Whose public holidays hold for {given.name}? A country such as DE or DE-BY, or {NONE}{because}",
        markup=False,
        highlight=False,
    )
    answer = click.prompt("Country", default=found.offered or NONE, value_proc=checked)
    return replace(given, country=answer)


def source_specs(sources: Sequence[str], options: dict[str, Any]) -> "list[SourceSpec]":
    from iop_pipelines.intake.sources import SourceSpec

    names = ("sheet", "encoding", "table", "query", "watermark", "timeout_s", "overlap")
    parts = {name: options.get(name) for name in names}
    return [SourceSpec(each, **parts) for each in sources]


def absolute(spec: "SourceSpec") -> "SourceSpec":
    """What is watched is looked at from another working folder."""
    from iop_pipelines.intake.sources import is_of_this_machine

    if not is_of_this_machine(spec):
        return spec
    where = Path(spec.where.removeprefix("file://")).expanduser().absolute()
    return replace(spec, where=str(where))


def pausing_ask(status: "Status", is_asked: bool) -> "Ask":
    """Questions are asked below the line that turns, not within it."""
    from iop_pipelines.intake.questions import refuse_to_guess

    def ask(question: "Question") -> str:
        status.stop()
        return _ask(question) if is_asked else refuse_to_guess(question)

    return ask


def _ask(question: "Question") -> str:
    console.print(str(question.text), markup=False, highlight=False)
    for number, (value, words) in enumerate(question.choices, start=1):
        console.print(
            f"  {number}. {escape(words)}  ({question.option} {escape(value)})", highlight=False
        )
    answers = click.Choice([str(number) for number in range(1, len(question.choices) + 1)])
    answer = click.prompt("Which", type=answers, show_choices=True)
    return question.choices[int(answer) - 1][0]


def _check_names(given: Sequence["Understood"]) -> None:
    names = [each.name for each in given]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidInput("intake.same_name", name=twice)


def _check_watched(found: "Datasets") -> None:
    if (len(found.specs), len(found.understood)) != (1, 1):
        names = [each.name for each in found.understood]
        raise InvalidInput("intake.watch_one", sources=len(found.specs), names=names)


def _show(found: "Datasets") -> None:
    from iop_pipelines.cli.understood import print_skipped, print_understood

    for each in found.understood:
        print_understood(each, found.specs)
    print_skipped(found.skipped)


def _as_json(found: "Datasets") -> dict[str, Any]:
    from iop_pipelines.cli.understood import as_json, skipped_as_json

    understood = [as_json(each, found.specs) for each in found.understood]
    return {"understood": understood, "skipped": skipped_as_json(found.skipped)}


def _run(platform: "Platform", found: "Datasets", as_json: bool, options: dict[str, Any]) -> None:
    from iop_pipelines.orchestration.launch import migrate_instance, running
    from iop_pipelines.orchestration.supervisor import is_held, require_free

    settings = platform.settings
    if is_held(settings):
        _load_all(platform, found, as_json, options)
        say = f"IOP runs on {settings.home} already and takes up what was loaded."
        progress_console.print(say, markup=False, highlight=False, soft_wrap=True)
        return
    require_free(options["port"])
    migrate_instance(settings)
    loaded = _load_all(platform, found, as_json, options)
    with stop_on_signals(), running(settings, options["port"], options["workers"]) as supervisor:
        try:
            supervisor.wait_until_served()
            links = sign_in_links_at(supervisor.url, settings)
            if not as_json:
                console.print(f"IOP: {supervisor.url}", highlight=False)
                print_sign_in_links(console, links)
            advice = _wait(platform, supervisor, as_json)
        except KeyboardInterrupt:
            progress_console.print("Stopping …")
            return
        if as_json:
            print_json({**_as_json(found), "loaded": loaded, "url": supervisor.url, **advice})
        if options["once"]:
            return
        if not as_json:
            console.print(f"IOP runs at {supervisor.url}; Ctrl-C stops it.", highlight=False)
        serve_until_stopped(supervisor, as_json)


def _load_all(
    platform: "Platform", found: "Datasets", as_json: bool, options: dict[str, Any]
) -> list[dict[str, Any]]:
    from iop_pipelines.domain import moments
    from iop_pipelines.intake.load import load, watch

    loaded = []
    for each in found.understood:
        folder = folder_of(platform.settings, each, options["folder"])
        with progress_console.status(f"Loading {escape(each.table.name)}"):
            done = load(platform, each, folder, moments.utc_now())
            if options["watch"]:
                watch(platform, each, absolute(found.specs[0]), folder, moments.utc_now())
        loaded.append({"dataset": each.name, "folder": done.folder, "rows": done.delivered.rows})
        if not as_json:
            _print_loaded(each, done)
    return loaded


def folder_of(settings: Settings, given: "Understood", folder: Path | None) -> Path:
    from iop_pipelines.intake.folder import beside_home

    return folder / given.name if folder else beside_home(settings, given.name)


def _print_loaded(given: "Understood", done: "Loaded") -> None:
    words: dict[Literal["written", "unchanged", "yours"], str] = {
        "written": "written",
        "unchanged": "as they were",
        "yours": "edited by you, and left as they are",
    }
    console.print(
        f"\nDeclarations in {done.folder}:", markup=False, highlight=False, soft_wrap=True
    )
    for state, said in words.items():
        names = [
            str(each.path.relative_to(done.folder)) for each in done.files if each.state == state
        ]
        if names:
            console.print(
                f"  {said}: {', '.join(names)}", markup=False, highlight=False, soft_wrap=True
            )
    delivered = done.delivered
    new = [each for each in done.deliveries if each.is_new]
    if not new:
        say = "The rows are there already: nothing was loaded."
    else:
        again = ", in place of what was delivered before" if delivered.is_restated else ""
        bad = len(given.refused)
        kept = f"; {bad} of them cannot be read and are kept with their reason" if bad else ""
        count = f" in {len(new)} deliveries" if len(new) > 1 else ""
        rows = sum(each.rows for each in new)
        say = f"Loaded {rows} rows{count} into {given.name}{again}{kept}. Quality {delivered.score:g} of 100."
    console.print(say, markup=False, highlight=False, soft_wrap=True)
    if not done.models:
        console.print("No model watches it: its step is too coarse for one.", highlight=False)


def _wait(platform: "Platform", supervisor: "Supervisor", as_json: bool) -> dict[str, Any]:
    """Until the history is scored; says what came of it."""
    from iop_pipelines.demo.replay import catch_up
    from iop_pipelines.intake.outcome import outcome

    with progress_console.status("Preparing the rows and scoring the history"):
        catch_up(platform, supervisor.keep_alive)
    found = outcome(platform.engine)
    if as_json:
        return {
            "recommendations": found.recommendations,
            "goneAway": found.gone_away,
            "problems": found.problems,
        }
    for problem in found.problems:
        failed = f"[bold red]Failed:[/] {escape(carried(problem))}"
        console.print(failed, highlight=False, soft_wrap=True)
    count = len(found.recommendations)
    words = "recommendation" if count == 1 else "recommendations"
    gone = f", {found.gone_away} of them no longer found" if found.gone_away else ""
    console.print(f"\n[bold]{count} {words}[/]{gone}{':' if count else ''}", highlight=False)
    for title in found.recommendations[:_SHOWN_ADVICE]:
        console.print(f"  - {escape(title)}", highlight=False, soft_wrap=True)
    if count > _SHOWN_ADVICE:
        console.print(f"  … and {count - _SHOWN_ADVICE} more in the inbox")
    return {}


commands = group.commands
