"""One result as any of the formats."""

from dataclasses import dataclass
from typing import BinaryIO

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import ReportFormat
from iop_pipelines.query.config import QueryConfig
from iop_pipelines.query.result import FrozenResult
from iop_pipelines.reporting.document import Heading, render_pdf
from iop_pipelines.reporting.rows import write_csv, write_json


@dataclass(frozen=True)
class Rendered:
    """`row_count` counts the rows that the file's main table really holds, of `row_total` that there are."""

    row_count: int
    row_total: int

    @property
    def remark(self) -> Sentence | None:
        """What whoever gets the file must know of it."""
        if self.row_count >= self.row_total:
            return None
        return Sentence("report.rows_of", shown=self.row_count, total=self.row_total)


def main_table(config: QueryConfig, form: ReportFormat) -> str:
    if form == ReportFormat.CSV:
        return config.csv_table()
    return config.json_tables()[0] if form == ReportFormat.JSON else config.pdf_tables()[0]


def render(
    heading: Heading,
    config: QueryConfig,
    result: FrozenResult,
    form: ReportFormat,
    out: BinaryIO,
) -> Rendered:
    """Writes the file. Raises MissingDependency for a PDF where Pango or a font is absent."""
    if form == ReportFormat.CSV:
        count = write_csv(config, result, out)
    elif form == ReportFormat.JSON:
        count = write_json(heading.name, config, result, out)
    else:
        content, count = render_pdf(heading, config, result)
        out.write(content)
    total = result.table(main_table(config, form)).total
    return Rendered(count, count if total is None else total)
