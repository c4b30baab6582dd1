"""One result as any of the formats."""

import gzip
import shutil
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import BinaryIO

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import FileFormat
from iop_pipelines.query.config import QueryConfig
from iop_pipelines.reporting.document import render_pdf
from iop_pipelines.reporting.frozen import Frozen, held
from iop_pipelines.reporting.rows import write_csv, write_json
from iop_pipelines.reporting.xlsx import write_xlsx

# A CSV beyond goes out packed: some mail and phone networks end such a download, and it packs to a fifth.
PACKED_FROM_BYTES = 10_000_000
_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Rendered:
    """`row_count` counts the rows that the file's main table really holds, of `row_total` that there are."""

    row_count: int
    row_total: int
    extension: str
    faults: tuple[Sentence, ...] = ()

    @property
    def remark(self) -> Sentence | None:
        """What whoever gets the file must know of it."""
        said = list(self.faults)
        if self.row_count < self.row_total:
            said.insert(0, Sentence("report.rows_of", shown=self.row_count, total=self.row_total))
        return Sentence.listed(said, "said.parts") if len(said) > 1 else next(iter(said), None)


def tables_of(config: QueryConfig, form: FileFormat) -> tuple[str, ...]:
    """Those that the file needs, its main one first; a page needs all."""
    if form is FileFormat.CSV:
        return (config.csv_table(),)
    if form is FileFormat.JSON:
        return config.json_tables()
    if form is FileFormat.XLSX:
        return config.xlsx_tables()
    return tuple(dict.fromkeys((*config.pdf_tables(), *config.datasets)))


def main_table(config: QueryConfig, form: FileFormat) -> str:
    return tables_of(config, form)[0]


def render(frozen: Frozen, form: FileFormat, out: BinaryIO) -> Rendered:
    """Writes the file. Raises MissingDependency for a PDF where Pango or a font is absent."""
    heading, config, result = frozen.heading, frozen.config, frozen.result
    extension, faults = form.value, ()
    if form is FileFormat.CSV:
        count, extension = _write_packed(frozen, out)
    elif form is FileFormat.JSON:
        count = write_json(heading.name, config, result, out)
    elif form is FileFormat.XLSX:
        count = write_xlsx(frozen, out)
    else:
        printed = render_pdf(heading, config, held(result))
        out.write(printed.content)
        count, faults = printed.rows, printed.faults
    total = result.table(main_table(config, form)).total
    lacks = () if result.incomplete is None else (result.incomplete,)
    return Rendered(count, count if total is None else total, extension, (*lacks, *faults))


def _write_packed(frozen: Frozen, out: BinaryIO) -> tuple[int, str]:
    """(rows, extension)"""
    with TemporaryFile() as plain:
        count = write_csv(frozen.config, frozen.result, plain)
        is_large = plain.tell() > PACKED_FROM_BYTES
        plain.seek(0)
        if not is_large:
            shutil.copyfileobj(plain, out, _CHUNK_BYTES)
            return count, "csv"
        with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=6, mtime=0, filename="") as packed:
            shutil.copyfileobj(plain, packed, _CHUNK_BYTES)
    return count, "csv.gz"
