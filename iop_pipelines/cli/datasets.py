"""`iop dataset`: what IOP prepares of DRM's data."""

import shlex
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from rich.progress import Progress as ProgressBar
from rich.text import Text
from sqlalchemy.exc import DBAPIError

from iop_pipelines.cli.console import (
    command,
    console,
    engine_of,
    print_done,
    print_json,
    print_rows,
    print_text,
    progress_console,
    witness_as,
)
from iop_pipelines.cli.hints import hint
from iop_pipelines.cli.plans import confirmed
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.errors import Conflict
from iop_pipelines.intake import urls
from iop_pipelines.ledger import deliveries
from iop_pipelines.ledger.deleting import delete_dataset, plan_dataset
from iop_pipelines.ledger.history import score_history
from iop_pipelines.ledger.replacing import Progress, progress, replace_dataset
from iop_pipelines.registry.models import active_models_of
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.settings import Settings
from iop_pipelines.transform import versions
from iop_pipelines.transform.declarations import load_declaration
from iop_pipelines.transform.steps import steps_json_schema
from iop_pipelines.transform.versions import StoredDataset, StoredVersion

dataset = click.Group(
    "dataset", help="Datasets: register, list, accept, replace, score, delete, steps."
)
_SHOWN_WAITING = 10


@command(dataset)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def register(settings: Settings, as_json: bool, file: Path) -> None:
    """Register a dataset declaration from a JSON or YAML FILE."""
    engine = engine_of(settings)
    stored = versions.register_dataset(engine, load_declaration(file))
    name, version = stored.declaration.name, stored.declaration.version
    warning = _source_warning(settings, stored.declaration.source)
    delivered = 0 if warning else _delivered_before(settings, engine, stored)
    value = {"id": stored.id, "name": name, "version": version, "warning": warning}
    print_done(
        f"Dataset {name}, declaration {version}, has id {stored.id}.",
        {**value, "delivered_before": delivered},
        as_json,
    )
    if as_json:
        return
    if warning:
        progress_console.print(f"Warning: {warning}", markup=False, highlight=False)
    if delivered:
        way = hint(f"dataset replace {shlex.quote(str(file))}")
        say = f"{delivered:,} deliveries came before it was declared; {way} prepares them."
        print_text(say)


def _delivered_before(settings: Settings, engine: sa.Engine, stored: StoredDataset) -> int:
    """Runs of a dataset that has no data version yet."""
    if versions.latest_version(engine, stored.id, is_prepared=False) is not None:
        return 0
    drm = SharedDatabase(engine_for(settings.drm_database_url))
    return drm.count_successful(stored.declaration.source)


@command(dataset)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def check(settings: Settings, as_json: bool, file: Path) -> None:
    """Check a dataset declaration in a JSON or YAML FILE, and say all that is wrong; registers nothing."""
    declaration = load_declaration(file)
    name, version = declaration.name, declaration.version
    print_done(
        f"{file.name} is in order: dataset {name}, declaration {version}.",
        {"name": name, "version": version},
        as_json,
    )


def _source_warning(settings: Settings, source: str) -> str | None:
    """DRM may come later than its declaration: what it lacks is told, and refuses nothing."""
    drm = SharedDatabase(engine_for(settings.drm_database_url))
    try:
        lacking = drm.lacks(source)
    except DBAPIError:
        return f"DRM's catalogue cannot be read yet, so whether it has {source!r} is not known"
    return lacking and f"{lacking}: nothing is prepared until it has it"


@command(dataset, "list")
def list_(settings: Settings, as_json: bool) -> None:
    """List datasets with the state of their latest data version."""
    from iop_pipelines.intake.seen import failures

    engine = engine_of(settings)
    with engine.connect() as connection:
        waiting = deliveries.unprepared(connection)
        under_way = progress(connection)
    undelivered = failures(engine)
    rows = []
    for stored in versions.list_datasets(engine):
        latest = versions.latest_version(engine, stored.id, is_prepared=False)
        status = _status(latest, under_way.get(stored.id))
        of_it = [each for each in waiting if each.dataset_id == stored.id]
        rows.append(
            {
                "id": stored.id,
                "name": stored.declaration.name,
                "declaration": stored.declaration.version,
                "source": stored.declaration.source,
                "data version": latest.data_version[:12] if latest else None,
                "data until": latest.window_end if latest else None,
                "status": status if as_json or not of_it else Text(f"{status}", "bold red"),
                "quality": latest.quality_score if latest else None,
                "usable %": latest and latest.usable_pct and round(latest.usable_pct, 1),
                "not prepared": [_problem(each) for each in of_it],
                "undelivered": undelivered.get(stored.declaration.source, []),
            }
        )
    columns = ("name", "status", "quality", "usable %", "data until", "declaration")
    empty = f"No dataset is registered yet: {hint('dataset register FILE')}."
    print_rows(rows, (*columns, "data version", "source", "id"), as_json, empty)
    if not as_json:
        _print_waiting(waiting)
        for name, reasons in undelivered.items():
            for reason in reasons[-_SHOWN_WAITING:]:
                told = Text.assemble((f"{name}: ", "bold red"), f"{reason}.")
                console.print(told, soft_wrap=True)


def _status(latest: StoredVersion | None, left: Progress | None) -> str | None:
    if left is None:
        return latest.status if latest else None
    return f"preparing, {left.total - left.left} of {left.total} done"


def _problem(failed: deliveries.Unprepared) -> dict[str, Any]:
    names = ("id", "data_version", "window_start", "window_end", "failed_at", "is_refused")
    problem = {name: getattr(failed, name) for name in names}
    return {**problem, "usable_pct": failed.usable_pct, "reason": failed.error_msg}


def _print_waiting(waiting: Sequence[deliveries.Unprepared]) -> None:
    """In red, each with its reason and what can be done about it."""
    for each in waiting[-_SHOWN_WAITING:]:
        when = f"{each.window_start:%Y-%m-%d} to {each.window_end:%Y-%m-%d}"
        what = "refused" if each.is_refused else "could not be prepared"
        console.print(
            Text.assemble((f"{each.dataset}, {when}, {what}: ", "bold red"), f"{each.error_msg}."),
            soft_wrap=True,
        )
        ways = f"{hint('dataset replace FILE')} mends the declaration"
        if each.is_refused:
            ways = f"{hint(f'dataset accept {each.id}')} takes what is usable; {ways}"
        print_text(f"  {ways}.")
    if len(waiting) > _SHOWN_WAITING:
        shown = (
            f"The newest {_SHOWN_WAITING} of {len(waiting)} deliveries that wait; --json has all."
        )
        console.print(shown, highlight=False)


@command(dataset)
@click.argument("version")
def accept(settings: Settings, as_json: bool, version: str) -> None:
    """Take a refused delivery all the same: what of it can be used is prepared by a running instance.

    VERSION is the id of its data version, or eight digits or more of its hash. Asked again, it changes nothing.
    """
    engine = engine_of(settings)
    version_id = deliveries.version_named(engine, version)
    done = deliveries.accept(engine, version_id, witness_as("datasets.accept"))
    said = "is accepted" if done.is_new else "was accepted already, or is prepared"
    print_done(
        f"Data version {done.data_version[:12]} of {done.dataset} {said}.",
        {"id": done.id, "dataset": done.dataset, "is_new": done.is_new},
        as_json,
    )


@command(dataset)
def steps(settings: Settings, as_json: bool) -> None:
    """Print the JSON Schema of the steps that a declaration can name."""
    print_json(steps_json_schema())


@command(dataset)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--wait", is_flag=True, help="Show the progress until all is prepared.")
def replace(settings: Settings, as_json: bool, file: Path, wait: bool) -> None:
    """Register FILE as the next version of its dataset's declaration, and prepare all deliveries again.

    A running instance prepares them in the background; what is prepared stays until then. The number in
    FILE need not be raised. A column may change its type. The same content again prepares only what failed.
    """
    engine = engine_of(settings)
    drm = SharedDatabase(engine_for(settings.drm_database_url))
    done = replace_dataset(
        *(engine, drm, load_declaration(file), utc_now()), witness=witness_as("datasets.replace")
    )
    name, version = done.stored.declaration.name, done.stored.declaration.version
    what = f"is at declaration {version}" if done.is_new else "is declared so already"
    print_done(
        f"Dataset {name} {what}; {done.queued:,} deliveries are prepared by a running instance.",
        {"name": name, "version": version, "queued": done.queued, "models": done.models},
        as_json,
    )
    if wait:
        _show_progress(engine, done.stored)
    if as_json:
        return
    if not wait and done.queued:
        console.print(f"{hint('dataset list')} shows how far it is.", highlight=False)
    if done.models and done.queued:
        way = hint(f"dataset score {name}")
        say = f"{', '.join(done.models)} read it; {way} scores the history again."
        print_text(say)


def _show_progress(engine: sa.Engine, stored: StoredDataset) -> None:
    """Until nothing is left to prepare; ends with Ctrl-C, and then it goes on without being looked at."""
    with ProgressBar(console=progress_console) as bar:
        task = bar.add_task(f"Preparing {stored.declaration.name}", total=None)
        while True:
            with engine.connect() as connection:
                left = progress(connection).get(stored.id)
            if left is None:
                return
            bar.update(task, total=left.total, completed=left.total - left.left)
            time.sleep(1)


@command(dataset)
@click.argument("name")
def score(settings: Settings, as_json: bool, name: str) -> None:
    """Have every active model of the dataset NAME score its whole history, once a running instance comes to it."""
    engine = engine_of(settings)
    versions.dataset(engine, name)
    models = active_models_of(engine, name)
    asked = score_history(engine, models, utc_now(), trigger="cli")
    print_done(
        f"{len(asked)} executions over the history of {name} are queued.",
        {"dataset": name, "executionIds": asked},
        as_json,
    )


@command(dataset)
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@click.option("--with-models", is_flag=True, help="Delete the models that read it too.")
def delete(settings: Settings, as_json: bool, name: str, yes: bool, with_models: bool) -> None:
    """Take away what was prepared of the dataset NAME; shows first what would go.

    DRM keeps what it delivered: declared again, it can be prepared again. It is refused while models that are
    active or drafts read it. A folder, file or table that is watched for it is watched no more.
    """
    from iop_pipelines.orchestration.launch import dagster_instance

    engine = engine_of(settings)
    plan = plan_dataset(engine, name)
    shown = {
        "prepared rows": plan.rows,
        "data versions": plan.versions,
        "rejected rows": plan.rejected,
        "sources that deliver into it, which are watched no more": [
            urls.shown(each) for each in plan.sources
        ],
        "models that read it": [f"{each.label} ({each.status.value})" for each in plan.models],
        "reports that ask it, which stay and will fail": plan.templates,
        "panels that ask it, which stay and will fail": plan.panels,
    }
    if plan.users and not with_models:
        raise Conflict("dataset.in_use", name=name, models=[each.label for each in plan.users])
    if not confirmed(f"dataset {name}", shown, yes, as_json):
        return
    with dagster_instance(settings) as instance:
        delete_dataset(
            *(engine, instance, name, utc_now()),
            with_models=with_models,
            witness=witness_as("datasets.delete"),
        )
    print_done(f"Dataset {name} is deleted.", {"deleted": True, "plan": shown}, as_json)


commands = {"dataset": dataset}
