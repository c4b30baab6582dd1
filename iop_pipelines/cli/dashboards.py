"""`iop dashboard`: dashboards from files, and taking them away."""

from pathlib import Path

import click

from iop_pipelines.cli.console import command, engine_of, print_done, print_rows, witness_as
from iop_pipelines.cli.hints import hint
from iop_pipelines.cli.plans import confirmed
from iop_pipelines.drm import clock
from iop_pipelines.registry import dashboards as registry
from iop_pipelines.settings import Settings
from iop_pipelines.validation.files import located

dashboard = click.Group("dashboard", help="Dashboards: register from a file, list, delete.")


@command(dashboard)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def register(settings: Settings, as_json: bool, file: Path) -> None:
    """Register a dashboard from a JSON or YAML FILE; one of that name stays as people have made it."""
    with located(file):
        spec = registry.load_dashboard(file)
        found = registry.register_dashboard(engine_of(settings), spec, now=clock.now(settings))
    print_done(f"Dashboard {spec.name!r} has id {found}.", {"id": found}, as_json)


@command(dashboard, "list")
@click.option("--limit", default=50, show_default=True)
def list_(settings: Settings, as_json: bool, limit: int) -> None:
    """List dashboards, newest first."""
    engine = engine_of(settings)
    rows = [
        {"id": each.id, "name": each.name, "panels": len(each.panels), "changed": each.updated_at}
        for each in registry.list_dashboards(engine, limit=limit)
    ]
    empty = f"There is no dashboard yet: {hint('dashboard register FILE')}."
    columns = ("id", "name", "panels", "changed")
    print_rows(rows, columns, as_json, empty, total=registry.count_dashboards(engine))


@command(dashboard)
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do it without asking.")
def delete(settings: Settings, as_json: bool, name: str, yes: bool) -> None:
    """Delete a dashboard with its panels; shows first what would go. NAME is a name or an id."""
    engine = engine_of(settings)
    found = registry.dashboard_named(engine, name)
    shown = {"dashboard": found.name, "panels": [each.title for each in found.panels]}
    if not confirmed(f"dashboard {found.name}", shown, yes, as_json):
        return
    registry.delete_dashboard(engine, found.id, witness=witness_as("dashboards.delete"))
    print_done(f"Dashboard {found.name!r} is deleted.", {"deleted": True, "plan": shown}, as_json)


commands = {"dashboard": dashboard}
