"""A generated report as everyone reads it: its row, with what its template says of it."""

import sqlalchemy as sa
from typing_extensions import TypedDict

from iop_pipelines.errors import NotFound
from iop_pipelines.schema.engine import Record
from iop_pipelines.schema.tables import generated_reports, report_templates

# The `form` of the result itself, among `files`.
KEPT_AS = "parquet"


class FurtherFile(TypedDict):
    """A file of a report besides its own: the kept result, and what the template asks for.

    `separator` parts the columns of the CSVs that are made of the result.
    """

    form: str
    url: str
    size_bytes: int
    checksum: str
    separator: str


def further_files(row: Record) -> list[FurtherFile]:
    """None for a report that was made before results were kept."""
    return row.files or []


def report_row(connection: sa.Connection, report_id: int) -> Record:
    """The columns of `generated_reports`, and `template`, `description`, `query_config`, `schedule`,
    `empty`.

    `format` is the template's where the report has none of its own. Raises NotFound.
    """
    reports, templates = generated_reports.c, report_templates.c
    query = (
        sa.select(
            *(column for column in reports if column is not reports.format),
            sa.func.coalesce(reports.format, templates.format).label("format"),
            templates.name.label("template"),
            templates.description,
            templates.query_config,
            templates.schedule,
            templates.empty,
        )
        .join_from(generated_reports, report_templates, templates.id == reports.template_id)
        .where(reports.id == report_id)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("report.no_such_id", id=report_id)
    return row
