"""One result as any of the formats."""

import gzip
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import BinaryIO

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import FileFormat
from iop_pipelines.errors import Conflict
from iop_pipelines.query.config import MAX_LIMIT, QueryConfig
from iop_pipelines.reporting.brand import PLAIN, Brand
from iop_pipelines.reporting.document import render_pdf
from iop_pipelines.reporting.frozen import Frozen, held
from iop_pipelines.reporting.rows import write_csv, write_json
from iop_pipelines.reporting.xlsx import write_xlsx

# A CSV beyond goes out packed: some mail and phone networks end such a download, and it packs to a third or less.
# Quickly: the sixth level takes four times the CPU, which is half of making the file, for an eighth of the bytes.
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
    def said(self) -> list[Sentence]:
        """What whoever gets the file must know of it."""
        if self.row_count >= self.row_total:
            return list(self.faults)
        return [
            Sentence("report.rows_of", shown=self.row_count, total=self.row_total),
            *self.faults,
        ]


def remark_of(files: Sequence[tuple[FileFormat, Rendered]]) -> Sentence | None:
    """Of all files of a report, the main one first; what is said of another alone names it."""
    said: list[Sentence] = []
    for at, (form, rendered) in enumerate(files):
        new = [each for each in rendered.said if each not in said]
        if at == 0:
            said += new
        else:
            named = form.value.upper()
            said += [Sentence("report.of_file", format=named, said=each) for each in new]
    return Sentence.listed(said, "said.parts") if said else None


def tables_of(config: QueryConfig, form: FileFormat) -> tuple[str, ...]:
    """Those that the file needs, its main one first; a page needs all."""
    if form is FileFormat.CSV:
        return (config.csv_table(),)
    if form is FileFormat.JSON:
        return config.json_tables()
    if form is FileFormat.XLSX:
        return config.xlsx_tables()
    return tuple(dict.fromkeys((config.main_pdf_table(), *config.datasets)))


def main_table(config: QueryConfig, form: FileFormat) -> str:
    return tables_of(config, form)[0]


def render(frozen: Frozen, form: FileFormat, out: BinaryIO, brand: Brand = PLAIN) -> Rendered:
    """Writes the file. brand: of a PDF.

    Raises:
        MissingDependency: a PDF, where Pango or a font is absent.
        Conflict: the file shows tables that were not kept.
    """
    heading, config, result = frozen.heading, frozen.config, frozen.result
    _check_tables(frozen, form)
    extension, faults = form.value, ()
    if form is FileFormat.CSV:
        count, extension = _write_packed(frozen, out)
    elif form is FileFormat.JSON:
        count = write_json(heading.name, config, result, out)
    elif form is FileFormat.XLSX:
        written = write_xlsx(frozen, out)
        count, faults = written.rows, written.faults
    else:
        printed = render_pdf(heading, config, held(result, MAX_LIMIT), brand)
        out.write(printed.content)
        count, faults = printed.rows, printed.faults
    main = result.table(main_table(config, form))
    lacks = () if result.incomplete is None else (result.incomplete,)
    return Rendered(count, main.all_rows, extension, (*lacks, *result.notes, *faults))


def _check_tables(frozen: Frozen, form: FileFormat) -> None:
    kept = {table.name for table in frozen.result.tables}
    missing = [name for name in tables_of(frozen.config, form) if name not in kept]
    if missing:
        raise Conflict("report.lacks_tables", format=form.value.upper(), tables=missing)


def _write_packed(frozen: Frozen, out: BinaryIO) -> tuple[int, str]:
    """(rows, extension)"""
    with TemporaryFile() as plain:
        count = write_csv(frozen.config, frozen.result, plain)
        is_large = plain.tell() > PACKED_FROM_BYTES
        plain.seek(0)
        if not is_large:
            shutil.copyfileobj(plain, out, _CHUNK_BYTES)
            return count, "csv"
        with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1, mtime=0, filename="") as packed:
            shutil.copyfileobj(plain, packed, _CHUNK_BYTES)
    return count, "csv.gz"
