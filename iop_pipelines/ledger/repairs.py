"""What was repaired, in words; kept as rows, since the ticks that did it are soon purged by Dagster."""

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from iop_pipelines.schema.tables import ledger_repairs
from iop_pipelines.schema.transactions import change, writes

# Characters of one line that are kept.
_LINE_LIMIT = 4000


@dataclass
class Repairs:
    """What a pass did; each line says what was found and what was done."""

    lines: list[str] = field(default_factory=list[str])

    def add(self, line: str) -> None:
        self.lines.append(line)


def keep_repairs(engine: sa.Engine, now: datetime, repairs: Repairs) -> None:
    if repairs.lines:
        change(
            engine,
            ledger_repairs.insert(),
            [{"repaired_at": now, "what": line[:_LINE_LIMIT]} for line in repairs.lines],
        )


def list_repairs(engine: sa.Engine, limit: int) -> list[dict[str, object]]:
    """Newest first: `at` (UTC) and `what`."""
    columns = ledger_repairs.c
    query = sa.select(columns.repaired_at.label("at"), columns.what).order_by(columns.id.desc())
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query.limit(limit)).mappings()]


def count_repairs(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(ledger_repairs)) or 0


@writes
def forget_repairs(connection: sa.Connection, before: datetime) -> int:
    return connection.execute(
        ledger_repairs.delete().where(ledger_repairs.c.repaired_at < before)
    ).rowcount
