"""Reference data that steps look things up in: files that IOP carries, and tables that DRM maintains."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.exc import NoSuchTableError

from iop_pipelines.errors import InvalidDeclaration
from iop_pipelines.transform.steps import CsvReference, ReferenceSource

REFERENCE_FOLDER = Path(__file__).resolve().parent.parent / "demo" / "data"

References = Callable[[ReferenceSource], pd.DataFrame]


def read_carried(source: ReferenceSource) -> pd.DataFrame:
    """A carried file, all cells text, empty ones None.

    Raises:
        InvalidDeclaration: the file is not there, or `source` is a table, which needs the database.
    """
    if not isinstance(source, CsvReference):
        raise InvalidDeclaration("reference.needs_shared_database", table=source.table)
    return _read_csv(source.csv)


@cache
def _read_csv(name: str) -> pd.DataFrame:
    path = REFERENCE_FOLDER / f"{name}.csv"
    if not path.exists():
        there = sorted(p.stem for p in REFERENCE_FOLDER.glob("*.csv"))
        raise InvalidDeclaration("reference.not_among", name=name, known=there)
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    return frame.astype(object).mask(frame == "", None)


def references_of(engine: sa.Engine) -> References:
    """Carried files, and the tables of the shared database behind `engine`, each read once."""

    @cache
    def read_table(name: str) -> pd.DataFrame:
        try:
            table = sa.Table(name, sa.MetaData(), autoload_with=engine)
        except NoSuchTableError as error:
            raise InvalidDeclaration("reference.no_such_table", name=name) from error
        with engine.connect() as connection:
            rows = connection.execute(sa.select(table)).all()
        frame = pd.DataFrame(rows, columns=list(table.columns.keys()), dtype=object)
        return frame.map(lambda cell: None if cell is None else str(cell))

    def read(source: ReferenceSource) -> pd.DataFrame:
        if isinstance(source, CsvReference):
            return _read_csv(source.csv)
        return read_table(source.table)

    return read
