"""`iop dataset`: what IOP prepares of DRM's data."""

from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError

from iop_pipelines.cli.console import (
    command,
    engine_of,
    print_done,
    print_json,
    print_rows,
    progress_console,
)
from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.settings import Settings
from iop_pipelines.transform import versions
from iop_pipelines.transform.declarations import load_declaration
from iop_pipelines.transform.steps import steps_json_schema

dataset = click.Group("dataset", help="Datasets: register, list, and the steps they can declare.")


@command(dataset)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def register(settings: Settings, as_json: bool, file: Path) -> None:
    """Register a dataset declaration from a JSON or YAML FILE."""
    stored = versions.register_dataset(engine_of(settings), load_declaration(file))
    name, version = stored.declaration.name, stored.declaration.version
    warning = _source_warning(settings, stored.declaration.source)
    print_done(
        f"Dataset {name}, declaration {version}, has id {stored.id}.",
        {"id": stored.id, "name": name, "version": version, "warning": warning},
        as_json,
    )
    if warning and not as_json:
        progress_console.print(f"Warning: {warning}", markup=False, highlight=False)


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
    engine = engine_of(settings)
    rows = []
    for stored in versions.list_datasets(engine):
        latest = versions.latest_version(engine, stored.id, is_prepared=False)
        rows.append(
            {
                "id": stored.id,
                "name": stored.declaration.name,
                "declaration": stored.declaration.version,
                "source": stored.declaration.source,
                "data version": latest.data_version[:12] if latest else None,
                "data until": latest.window_end if latest else None,
                "status": latest.status if latest else None,
                "quality": latest.quality_score if latest else None,
            }
        )
    columns = ("id", "name", "declaration", "source", "data version", "data until", "status")
    print_rows(rows, (*columns, "quality"), as_json, "No dataset is registered yet.")


@command(dataset)
def steps(settings: Settings, as_json: bool) -> None:
    """Print the JSON Schema of the steps that a declaration can name."""
    print_json(steps_json_schema())


commands = {"dataset": dataset}
