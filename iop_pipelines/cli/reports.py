"""`iop report`: templates, and the files made of them."""

from pathlib import Path

import click
import sqlalchemy as sa

from iop_pipelines.cli.console import command, engine_of, print_done, print_rows, rows_of
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.drm import clock
from iop_pipelines.ledger.requests import request_report
from iop_pipelines.registry import templates as registry
from iop_pipelines.reporting.schedule import next_times, parse_schedule
from iop_pipelines.schema.tables import generated_reports, report_templates
from iop_pipelines.settings import Settings
from iop_pipelines.validation.files import located

report = click.Group("report", help="Reports: templates, schedules, generate, list files.")


@command(report)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def create(settings: Settings, as_json: bool, file: Path) -> None:
    """Create a report template from a JSON or YAML FILE."""
    with located(file):
        spec = registry.load_template(file)
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
    print_rows(rows, columns, as_json, "There is no template yet: `iop report create FILE`.")


@command(report)
@click.argument("template_id", type=int)
@click.option("--key", help="Idempotency key: a second request with it is the same report.")
def generate(settings: Settings, as_json: bool, template_id: int, key: str | None) -> None:
    """Request a report; a running instance generates it."""
    report_id = request_report(
        engine_of(settings), template_id, utc_now(), trigger="cli", idempotency_key=key
    )
    print_done(
        f"Report {report_id} is queued; `iop report generated` shows its file.",
        {"reportId": report_id},
        as_json,
    )


@command(report)
@click.option("--template", "template_id", type=int, help="Only of this template.")
@click.option("--limit", default=20, show_default=True)
def generated(settings: Settings, as_json: bool, template_id: int | None, limit: int) -> None:
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
            made.size_bytes.label("bytes"),
            made.storage_url.label("file"),
            made.error_msg.label("error"),
        )
        .select_from(generated_reports)
        .join(report_templates, report_templates.c.id == made.template_id)
        .order_by(made.id.desc())
        .limit(limit)
    )
    if template_id is not None:
        query = query.where(made.template_id == template_id)
    rows = rows_of(engine_of(settings), query)
    columns = ("id", "template", "status", "slot", "error", "format", "rows", "bytes", "file")
    print_rows(rows, columns, as_json, "No report has been generated yet.")


def _checker(settings: Settings) -> registry.CheckSchedule:
    return lambda text: parse_schedule(text, settings.time_zone)


commands = {"report": report}
