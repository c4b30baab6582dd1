"""`model_outputs` with the rows that lie in files alone, as one thing that can be selected from.

They are given to the database with the statement, as JSON: so they are filtered, grouped, sorted and joined as all
others are, on a connection that may only read.
"""

import json
import math
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from iop_pipelines.errors import InvalidQuery
from iop_pipelines.query.output_files import (
    IN_LEDGER,
    KEPT_BEFORE,
    POINT,
    OutputFile,
    Wanted,
    files_of,
    ranks_in,
    read,
)
from iop_pipelines.schema.tables import COLLATION, model_outputs

if TYPE_CHECKING:
    import pandas as pd

# Of all files together, and of the JSON that they are given as: a server takes sixteen megabytes at least, in which a
# driver writes some characters twice.
MOST_ROWS = 100_000
MOST_BYTES = 8_000_000
_NO_LIMIT = 2**63 - 1
# A row of `model_outputs` comes after those of files that have its rank.
_LAST = 2**31 - 1
_NUMBERS = ("y", "yhat", "lo", "hi", "score")
# Types of what is in `_documents`, in its order.
_SERVER = {
    "execution_id": "BIGINT",
    "model_id": "BIGINT",
    "rank": "BIGINT",
    "unique_id": "VARCHAR(255)",
    "ds": "DATETIME(6)",
    "measure": "VARCHAR(64)",
    **dict.fromkeys(_NUMBERS, "DOUBLE"),
    "is_finding": "INT",
}
_TEXTS = ("unique_id", "measure")
# Of every row of `outputs_with`, besides the columns of `model_outputs`: what they are in order by. Rows of a file
# have the rank of the next of their execution that is in the table, and no id.
_ORDER = ("rank", "place")


def outputs_with(connection: sa.Connection, wanted: Wanted, most: int = MOST_ROWS) -> sa.FromClause:
    """`model_outputs` itself where it has all rows that are asked for; otherwise those rows, with `rank` and `place`.

    Raises InvalidQuery where more than `most` rows lie in files alone, or more bytes than a statement may have, and
    what reading them raises.
    """
    files = files_of(connection, wanted)
    texts: list[str] = []
    count = size = 0
    for file in files:
        for part in read(file, wanted, (*POINT, IN_LEDGER, KEPT_BEFORE)):
            beside = part[~part[IN_LEDGER]]
            ranks = ranks_in(file, beside).tolist()
            for row in _documents(beside, file, ranks) if count + len(beside) <= most else ():
                texts.append(json.dumps(row, ensure_ascii=False, separators=(",", ":")))
                size += len(texts[-1].encode()) + 1
                if size > MOST_BYTES:
                    break
            count += len(beside)
            if count > most or size > MOST_BYTES:
                before = max(each.complete_since for each in files)
                reached = most if count > most else len(texts) - 1
                raise InvalidQuery("outputs.too_many", most=reached, before=before)
    if not texts:
        return model_outputs
    kept = sa.select(
        *model_outputs.c, model_outputs.c.id.label("rank"), sa.literal(_LAST).label("place")
    ).where(*wanted.of_rows())
    given = _given(connection.dialect.name, f"[{','.join(texts)}]").subquery("given")
    beside = sa.select(*(given.c[each.key] for each in kept.selected_columns))
    both = sa.union_all(kept, beside)
    if connection.dialect.name != "sqlite":
        # MySQL moves a condition on bytes of text into a union, and finds no letter beyond ASCII there any more; not
        # into one with a limit.
        both = both.limit(_NO_LIMIT)
    return both.subquery("outputs")


def first_points(file: OutputFile, most: int) -> list[Any]:
    """The first of a file, as rows of `model_outputs` by their names; they have no id."""
    points: list[dict[str, Any]] = []
    for part in read(file, Wanted()) if most else ():
        points += _points_of(part.iloc[: most - len(points)], file)
        if len(points) == most:
            break
    return points


def line_in(
    file: OutputFile, unique_id: str, measure: str, around: tuple[datetime, int] | None = None
) -> list[Any]:
    """A line's points as `first_points` gives them, by period, however many they are.

    around: of which moment, and how many up to it and how many after it.
    """
    import pandas as pd

    parts = list(read(file, Wanted(series=(unique_id,), measures=(measure,))))
    if not parts:
        return []
    line = pd.concat(parts).sort_values("ds", kind="stable")
    if around is not None:
        moment, most = around
        upto = int((line["ds"] <= moment).sum())
        line = line.iloc[max(0, upto - most) : upto + most]
    return _points_of(line, file)


def _points_of(part: "pd.DataFrame", file: OutputFile) -> list[dict[str, Any]]:
    moments = part["ds"].to_numpy().astype("datetime64[us]").tolist()
    rows = (dict(zip(_SERVER, row, strict=True)) for row in _documents(part, file, [0] * len(part)))
    return [
        {
            "id": None,
            **{name: row[name] for name in POINT},
            "ds": ds,
            "is_finding": bool(row["is_finding"]),
        }
        for ds, row in zip(moments, rows, strict=True)
    ]


def order_of(outputs: sa.FromClause) -> tuple[sa.ColumnElement[Any], ...]:
    """As the model gave them: later executions last."""
    if outputs is model_outputs:
        return (model_outputs.c.id,)
    return tuple(outputs.c[name] for name in _ORDER)


def _documents(part: "pd.DataFrame", file: OutputFile, ranks: Iterable[int]) -> Iterator[list[Any]]:
    moments = part["ds"].to_numpy().astype("datetime64[us]").tolist()
    numbers = [_plain(part[name].to_numpy()) for name in _NUMBERS]
    names = [part[name].astype(object).tolist() for name in _TEXTS]
    found = part["is_finding"].astype(int).tolist()
    for rank, unique_id, measure, ds, is_finding, *values in zip(
        ranks, *names, moments, found, *numbers, strict=True
    ):
        yield [
            *(file.execution_id, file.model_id, rank, unique_id, _text(ds), measure),
            *(*values, is_finding),
        ]


def _text(ds: datetime) -> str:
    """As SQLite has it."""
    return ds.isoformat(" ", "microseconds")


def _plain(values: Any) -> list[float | None]:
    return [None if math.isnan(value) else value for value in values.tolist()]


def _given(dialect: str, rows: str) -> sa.TextualSelect:
    types = {**{each.name: each.type for each in model_outputs.c}, "rank": sa.Integer()}
    columns = [sa.column(name, types.get(name, sa.Integer())) for name in (*_SERVER, "id", "place")]
    text = _of_sqlite() if dialect == "sqlite" else _of_servers()
    return sa.text(text).bindparams(sa.bindparam("beside", rows, sa.Text())).columns(*columns)


def _of_sqlite() -> str:
    listed = ", ".join(
        f"json_extract(value, '$[{at}]') AS \"{name}\"" for at, name in enumerate(_SERVER)
    )
    return f"SELECT {listed}, NULL AS id, key + 1 AS place FROM json_each(:beside)"  # noqa: S608


def _of_servers() -> str:
    """Text has a collation by its column, as `model_outputs` has it: two that differ are an error."""
    columns = ", ".join(
        f"`{name}` {kind} PATH '$[{at}]'" for at, (name, kind) in enumerate(_SERVER.items())
    )
    listed = ", ".join(
        f"CONVERT(given_rows.`{name}` USING utf8mb4) COLLATE {COLLATION} AS `{name}`"
        if name in _TEXTS
        else f"given_rows.`{name}` AS `{name}`"
        for name in _SERVER
    )
    return (
        f"SELECT {listed}, NULL AS id, given_rows.place AS place "  # noqa: S608
        f"FROM JSON_TABLE(:beside, '$[*]' COLUMNS (place FOR ORDINALITY, {columns})) AS given_rows"
    )
