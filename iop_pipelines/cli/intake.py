"""`iop intake`: folders, files and tables that are watched for deliveries."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape

from iop_pipelines.cli.console import (
    command,
    console,
    engine_of,
    print_done,
    print_json,
    print_rows,
    progress_console,
    table_of,
)
from iop_pipelines.cli.hints import hint
from iop_pipelines.cli.start import (
    absolute,
    folder_of,
    given_of,
    of_database,
    pausing_ask,
    source_specs,
    understanding,
    with_country,
)
from iop_pipelines.settings import Settings

if TYPE_CHECKING:
    from iop_pipelines.intake.seen import Looked, Standing
    from iop_pipelines.intake.sources import SourceSpec
    from iop_pipelines.intake.understand import Understood
    from iop_pipelines.intake.watched import WatchedSource

intake = click.Group("intake", help="Watched folders and files: add, list, check, retry, remove.")


@command(intake)
@click.argument("where")
@understanding
@of_database
@click.option(
    "--overlap",
    type=click.IntRange(0),
    metavar="SECONDS",
    help="Of a database, how far behind the last watermark the next stretch begins, for rows that come late.",
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the declarations are written. Default: iop-datasets/NAME beside the home.",
)
@click.option("--yes", is_flag=True, help="Ask nothing; what only you can decide is an error then.")
def add(settings: Settings, as_json: bool, where: str, **options: Any) -> None:
    """Watch WHERE for deliveries of one dataset: a folder, a pattern of files, or any source of `iop start`.

    The largest item that is there shows how all of them are read; what was understood is written to
    intake.yaml, beside the other declarations. An instance that runs delivers what is there and what
    comes later. WHERE may also be an intake.yaml that you edited.
    """
    from iop_pipelines.intake.load import INTAKE

    if Path(where).name == INTAKE:
        _register(settings, Path(where), as_json)
        return
    source = add_source(settings, where, options, is_asked=not (options["yes"] or as_json))
    if not as_json and source.spec.where.startswith("env:") and source.spec.where != where:
        name = source.spec.where.removeprefix("env:")
        _warn(f"The URL has a secret: an instance takes it from the variable {name}; set it there.")
    say = f"Dataset {source.dataset} is watched; an instance that runs delivers what is there."
    print_done(say, _as_json(source), as_json)


def add_source(
    settings: Settings, where: str, options: dict[str, Any], *, is_asked: bool
) -> "WatchedSource":
    """Understands one item, shows and asks where somebody is there, declares, and watches."""
    from iop_pipelines.cli.instance import open_home
    from iop_pipelines.cli.understood import print_understood
    from iop_pipelines.domain import moments
    from iop_pipelines.intake.load import watch
    from iop_pipelines.intake.own import require_own
    from iop_pipelines.orchestration.launch import migrate_instance
    from iop_pipelines.orchestration.supervisor import is_held
    from iop_pipelines.platform import Platform

    spec = absolute(source_specs([where], options)[0])
    given = _understand(settings, spec, options, is_asked)
    if is_asked:
        print_understood(given, [spec])
        if options["country"] is None and sys.stdin.isatty():
            given = with_country(given)
        if not click.confirm("Watch this?", default=True):
            raise click.Abort
    platform = Platform(settings)
    open_home(settings, signs_in=False)
    require_own(platform.drm_engine, settings)
    if not is_held(settings):
        migrate_instance(settings)
    folder = folder_of(settings, given, options["folder"])
    done = watch(platform, given, spec, folder, moments.utc_now())
    progress_console.print(
        f"Declarations in {done.folder}", markup=False, highlight=False, soft_wrap=True
    )
    return done.source


def _understand(
    settings: Settings, spec: "SourceSpec", options: dict[str, Any], is_asked: bool
) -> "Understood":
    from iop_pipelines.errors import InvalidInput
    from iop_pipelines.intake.sources import open_source
    from iop_pipelines.intake.understand import understand
    from iop_pipelines.intake.urls import shown

    name = options["name"] or _name_of(spec.where)
    said = given_of(options, name)
    with progress_console.status(f"Looking at {escape(shown(spec.where))}") as status:
        ask = pausing_ask(status, is_asked)
        opened = open_source(spec, ask)
        largest = max(opened.items(), key=lambda item: item.size or 0, default=None)
        if largest is None:
            raise InvalidInput("intake.no_rows", name=shown(spec.where))
        return understand(
            *(opened.read(largest), said, settings.time_zone, ask),
            max_refused_percent=settings.max_refused_percent,
        )


def _name_of(where: str) -> str | None:
    """Files of a folder, or of a pattern, are one dataset, called as the folder; else it is the item that says it."""
    path = Path(where)
    if "://" in where or where.startswith("env:") or path.is_file():
        return None
    return path.name if path.is_dir() else path.parent.name


def _register(settings: Settings, path: Path, as_json: bool) -> None:
    from iop_pipelines.intake.intake_file import load_intake, register_source
    from iop_pipelines.transform.versions import dataset

    engine = engine_of(settings)
    declaration = load_intake(path)
    dataset(engine, declaration.dataset)
    source = register_source(engine, declaration)
    print_done(f"Dataset {source.dataset} is watched by {path}.", _as_json(source), as_json)


@command(intake, "list")
def list_(settings: Settings, as_json: bool) -> None:
    """List what is watched, and how its items stand."""
    from iop_pipelines.intake.seen import standing
    from iop_pipelines.intake.watched import watched_sources

    engine = engine_of(settings)
    rows = [
        _as_json(each) | _counts(standing(engine, each))
        for each in sorted(watched_sources(engine), key=lambda each: each.dataset)
    ]
    columns = ("dataset", "where", "state", "delivered", "waiting", "failed", "looked at")
    empty = f"Nothing is watched yet: {hint('intake add FOLDER')}."
    print_rows(rows, columns, as_json, empty)
    if not as_json:
        for row in rows:
            for each in (row["problem"], *row["failures"]):
                if each:
                    _warn(f"{row['dataset']}: {each}")


def _counts(items: "list[Standing]") -> dict[str, Any]:
    counts = dict.fromkeys(("delivered", "waiting", "failed"), 0)
    names = {"unchanged": "delivered", "pending": "waiting"}
    for each in items:
        name = names.get(each.status, each.status)
        if name in counts:
            counts[name] += 1
    failures = [f"{each.name}: {each.reason}" for each in items if each.status == "failed"]
    return {**counts, "failures": failures}


def _as_json(source: "WatchedSource") -> dict[str, Any]:
    from iop_pipelines.intake.urls import shown

    state = "paused" if source.is_paused else "has a problem" if source.problem else "watched"
    return {
        "dataset": source.dataset,
        "where": shown(source.spec.where),
        "state": state,
        "looked at": source.looked_at,
        "problem": str(source.problem) if source.problem else None,
    }


def _warn(text: str) -> None:
    console.print(f"[bold red]![/] {escape(text)}", highlight=False, soft_wrap=True)


@command(intake)
@click.argument("name")
def check(settings: Settings, as_json: bool, name: str) -> None:
    """Look at the source of dataset NAME now, and show how each of its items stands."""
    from iop_pipelines.domain.moments import utc_now
    from iop_pipelines.intake.seen import Looked, look_at, standing
    from iop_pipelines.intake.watched import watched_source

    engine = engine_of(settings)
    source = watched_source(engine, name)
    looked = Looked() if source.is_paused else look_at(engine, source, utc_now())
    items = [_item(each) for each in standing(engine, source)]
    if as_json:
        print_json({"dataset": name, **_looked(looked), "items": items})
        return
    if looked.problem:
        _warn(str(looked.problem))
    columns = ("item", "status", "rows", "DRM run", "reason")
    console.print(table_of(items, columns) if items else "No item was seen yet.")


def _looked(looked: "Looked") -> dict[str, Any]:
    problem = str(looked.problem) if looked.problem else None
    return {"new": looked.new, "queued": looked.queued, "gone": looked.gone, "problem": problem}


def _item(each: "Standing") -> dict[str, Any]:
    status = f"{each.status}, no longer there" if each.is_gone else each.status
    return {
        "item": each.name,
        "status": status,
        "rows": each.rows,
        "DRM run": each.drm_run_id,
        "reason": str(each.reason) if each.reason else None,
    }


@command(intake)
@click.argument("name")
@click.argument("item", required=False)
def retry(settings: Settings, as_json: bool, name: str, item: str | None) -> None:
    """Deliver again what failed of dataset NAME, or one ITEM of it."""
    from iop_pipelines.domain.moments import utc_now
    from iop_pipelines.intake import seen
    from iop_pipelines.intake.watched import watched_source

    engine = engine_of(settings)
    count = seen.retry(engine, watched_source(engine, name), utc_now(), item)
    print_done(f"{count} failed items of {name} are delivered again.", {"queued": count}, as_json)


@command(intake)
@click.argument("name")
def pause(settings: Settings, as_json: bool, name: str) -> None:
    """Stop looking at the source of dataset NAME."""
    _pause(settings, name, as_json, is_paused=True)


@command(intake)
@click.argument("name")
def resume(settings: Settings, as_json: bool, name: str) -> None:
    """Look at the source of dataset NAME again."""
    _pause(settings, name, as_json, is_paused=False)


def _pause(settings: Settings, name: str, as_json: bool, *, is_paused: bool) -> None:
    from iop_pipelines.intake.watched import pause as change

    change(engine_of(settings), name, is_paused=is_paused)
    said = "is paused" if is_paused else "is watched again"
    print_done(f"The source of {name} {said}.", {"dataset": name, "paused": is_paused}, as_json)


@command(intake)
@click.argument("name")
def remove(settings: Settings, as_json: bool, name: str) -> None:
    """Watch the source of dataset NAME no more; what it delivered stays."""
    from iop_pipelines.intake.watched import remove as forget

    forget(engine_of(settings), name)
    say = f"The source of {name} is no longer watched; what it delivered stays."
    print_done(say, {"dataset": name}, as_json)


commands = {"intake": intake}
