"""One frozen result as any of the formats."""

from dataclasses import dataclass

from iop_pipelines.domain.vocabulary import ReportFormat
from iop_pipelines.query.config import QueryConfig
from iop_pipelines.query.result import FrozenResult
from iop_pipelines.reporting.document import Heading, render_pdf
from iop_pipelines.reporting.rows import render_csv, render_json


@dataclass(frozen=True)
class Rendered:
    """`row_count` counts the rows of the file's main table, as many as it really holds."""

    content: bytes
    row_count: int


def render(
    heading: Heading, config: QueryConfig, result: FrozenResult, form: ReportFormat
) -> Rendered:
    """Raises MissingDependency for a PDF where Pango or a font is absent."""
    if form == ReportFormat.CSV:
        return Rendered(*render_csv(config, result))
    if form == ReportFormat.JSON:
        return Rendered(*render_json(heading.name, config, result))
    return Rendered(*render_pdf(heading, config, result))
