"""`iop report`: templates, and the files made of them."""

from pathlib import Path

import click
import sqlalchemy as sa

from iop_pipelines.cli.console import (
    command,
    count_of,
    engine_of,
    print_done,
    print_rows,
    rows_of,
    witness_as,
)
from iop_pipelines.cli.hints import hint
from iop_pipelines.cli.plans import confirmed
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.drm import clock
from iop_pipelines.ledger.requests import request_report
from iop_pipelines.query.config import parse_config
from iop_pipelines.registry import templates as registry
from iop_pipelines.reporting.brand import check_logo
from iop_pipelines.reporting.schedule import next_times, parse_schedule
from iop_pipelines.schema.tables import generated_reports, report_templates
from iop_pipelines.settings import Settings
from iop_pipelines.validation.files import located

report = click.Group("report", help="Reports: templates, schedules, generate, list files, delete.")


@command(report)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def create(settings: Settings, as_json: bool, file: Path) -> None:
    """Create a report template from a JSON or YAML FILE."""
    with located(file):
        spec = registry.load_template(file)
        check_logo(parse_config(spec.query_config), settings)
        template_id = registry.register_template(
            engine_of(settings), spec, check_schedule=_checker(settings), now=clock.now(settings)
        )
    print_done(f"Template {spec.name!r} has id {template_id}.", {"id": template_id}, as_json)


@command(report, "list")
def list_(settings: Settings, as_json: bool) -> None:
    """List templates with their schedule in words and its next time."""
    rows = []
    now = clock.now(settings)
    for each in registry.list_templates(engine_of(settings)):
        schedule = parse_schedule(each.schedule, settings.time_zone) if each.schedule else None
        upcoming = next_times(schedule, now, 1) if schedule else []
        rows.append(
            {
                "id": each.id,
                "name": each.name,
                "format": each.format.value,
                "status": each.status.value,
                "schedule": schedule.describe().english if schedule else "on request",
                "next (UTC)": upcoming[0] if upcoming else None,
            }
        )
    columns = ("id", "name", "format", "status", "schedule", "next (UTC)")
    print_rows(rows, columns, as_json, f"There is no template yet: {hint('report create FILE')}.")


@command(report)
@click.argument("template")
@click.option("--key", help="Idempotency key: a second request with it is the same report.")
def generate(settings: Settings, as_json: bool, template: str, key: str | None) -> None:
    """Request a report; a running instance generates it. TEMPLATE is an id or a name."""
    engine = engine_of(settings)
    template_id = registry.template_named(engine, template).id
    report_id = request_report(engine, template_id, utc_now(), trigger="cli", idempotency_key=key)
    print_done(
        f"Report {report_id} is queued; {hint('report generated')} shows its file.",
        {"reportId": report_id},
        as_json,
    )


@command(report)
@click.option("--template", help="Only of this template: an id or a name.")
@click.option("--limit", default=20, show_default=True)
def generated(settings: Settings, as_json: bool, template: str | None, limit: int) -> None:
    """List generated reports, newest first, with path, rows and bytes."""
    made = generated_reports.c
    query = (
        sa.select(
            made.id,
            report_templates.c.name.label("template"),
            made.format,
            made.status,
            made.slot,
            made.row_count.label("rows"),
            made.row_total.label("of"),
            made.size_bytes.label("bytes"),
            made.storage_url.label("file"),
            made.error_msg.label("error"),
        )
        .select_from(generated_reports)
        .join(report_templates, report_templates.c.id == made.template_id)
        .order_by(made.id.desc())
        .limit(limit)
    )
    engine = engine_of(settings)
    if template is not None:
        query = query.where(made.template_id == registry.template_named(engine, template).id)
    rows = rows_of(engine, query)
    columns = ("id", "template", "status", "slot", "error", "format", "rows", "of", "bytes", "file")
    empty, total = "No report has been generated yet.", count_of(engine, query)
    print_rows(rows, columns, as_json, empty, total=total)


@command(report)
@click.argument("template")
@click.option("--yes", is_flag=True, help="Do it without asking.")
def delete(settings: Settings, as_json: bool, template: str, yes: bool) -> None:
    """Delete a template; shows first what would go. TEMPLATE is an id or a name.

    The reports that were made of it, and their files, stay.
    """
    engine = engine_of(settings)
    found = registry.template_named(engine, template)
    made = sa.select(generated_reports.c.id).where(generated_reports.c.template_id == found.id)
    shown = {
        "template": found.name,
        "schedule": found.schedule or "on request",
        "reports made of it, which stay": count_of(engine, made),
    }
    if not confirmed(f"template {found.name}", shown, yes, as_json):
        return
    now = clock.now(settings)
    registry.delete_template(engine, found.id, now, witness=witness_as("reports.delete"))
    print_done(f"Template {found.name!r} is deleted.", {"deleted": True, "plan": shown}, as_json)


def _checker(settings: Settings) -> registry.CheckSchedule:
    return lambda text: parse_schedule(text, settings.time_zone)


commands = {"report": report}
