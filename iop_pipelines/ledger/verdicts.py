"""What came of the last comparison of the ledger with Dagster's history, for whoever watches the instance."""

import json
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from iop_pipelines.ledger.cursors import read_cursor, write_cursor

NAME = "ledger/verified"


@dataclass(frozen=True)
class Verified:
    """at: naive UTC; drift: how many rows and events did not agree."""

    at: datetime
    drift: int


def keep_verdict(engine: sa.Engine, verified: Verified) -> None:
    value = json.dumps({"at": verified.at.isoformat(), "drift": verified.drift})
    write_cursor(engine, NAME, value)


def last_verdict(engine: sa.Engine) -> Verified | None:
    """None before the first."""
    text = read_cursor(engine, NAME)
    if text is None:
        return None
    content = json.loads(text)
    return Verified(datetime.fromisoformat(content["at"]), content["drift"])
