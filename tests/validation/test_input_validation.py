"""Inputs are validated once for each data version and schema, and only the rows that are new."""

import datetime as dt

import pandas as pd
import pytest
import sqlalchemy as sa

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.errors import Conflict
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.tables import dataset_versions, datasets, input_validations
from iop_pipelines.transform.table import ensure_table
from iop_pipelines.transform.versions import StoredDataset
from iop_pipelines.validation import inputs
from iop_pipelines.validation.inputs import validate_once, validate_version
from iop_pipelines.validation.outcomes import failures

DECLARATION = DatasetDeclaration.model_validate(
    {
        "name": "delays",
        "source": "delays",
        "time": "day",
        "freq": "D",
        "key": ["day", "origin"],
        "fields": {
            "day": {"type": "date"},
            "origin": {"type": "string"},
            "delay": {"type": "number"},
            "flights": {"type": "integer"},
            "is_holiday": {"type": "boolean"},
        },
    }
)
SCHEMA = {
    "type": "object",
    "required": ["day", "origin", "delay"],
    "x-unique": ["day", "origin"],
    "properties": {
        "day": {"type": "string", "format": "date"},
        "origin": {"type": "string"},
        "delay": {"type": ["number", "null"], "maximum": 2000},
        "flights": {"type": ["integer", "null"]},
        "is_holiday": {"type": "boolean"},
    },
}


class Delays:
    """Versions of one dataset, each a day of two rows, written as `transform.store` does."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.table = ensure_table(engine, DECLARATION)
        with begin_write(engine) as connection:
            result = connection.execute(
                datasets.insert().values(
                    name="delays",
                    source="delays",
                    version=1,
                    declaration=DECLARATION.model_dump(mode="json"),
                )
            )
        self.stored = StoredDataset(result.inserted_primary_key[0], DECLARATION)
        self.count = 0

    def deliver(self, day: dt.date, delay: float | None) -> int:
        """A new version in which the rows of `day` are replaced."""
        self.count += 1
        window = dt.datetime.combine(day, dt.time())
        with begin_write(self.engine) as connection:
            result = connection.execute(
                dataset_versions.insert().values(
                    dataset_id=self.stored.id,
                    data_version=f"v{self.count}",
                    drm_run_id=self.count,
                    declaration_version=1,
                    window_start=window,
                    window_end=window + dt.timedelta(days=1),
                    status="prepared",
                )
            )
            version_id = result.inserted_primary_key[0]
            columns = self.table.c
            connection.execute(
                self.table.update()
                .where(columns.day == day, columns.iop_to.is_(None))
                .values(iop_to=version_id)
            )
            common = {"iop_from": version_id, "day": day, "is_holiday": False}
            connection.execute(
                self.table.insert(),
                [
                    {**common, "origin": "EWR", "delay": delay, "flights": 3},
                    {**common, "origin": "JFK", "delay": 1.5, "flights": None},
                ],
            )
        return version_id

    def validate(self, version_id: int, schema=SCHEMA):
        return validate_version(self.engine, self.stored, version_id, schema)


MONDAY, TUESDAY, WEDNESDAY = (dt.date(2013, 2, day) for day in (4, 5, 6))


@pytest.fixture
def delays(migrated_url):
    return Delays(engine_for(migrated_url))


@pytest.fixture
def rows_asked(monkeypatch):
    """Row counts of the frames that were really validated."""
    asked = []
    real = inputs.validate

    def validate(frame, schema, **options):
        asked.append(len(frame))
        return real(frame, schema, **options)

    monkeypatch.setattr(inputs, "validate", validate)
    return asked


def test_a_good_version_passes_and_a_bad_one_is_told(delays):
    version_id = delays.deliver(MONDAY, None)
    outcomes = delays.validate(version_id)
    assert failures(outcomes) == []
    assert delays.validate(version_id) == outcomes
    bad = delays.deliver(TUESDAY, 2400)
    (failure,) = failures(delays.validate(bad))
    assert failure.describe().english.startswith("column delay breaks maximum 2000 in 1 of 2 rows")
    assert failure.sample[0]["day"] == "2013-02-05"


def test_a_whole_number_beside_a_null_is_compared_exactly_with_its_bound(delays):
    """One more than 2^53, which a float64 cannot tell from it."""
    version_id = delays.deliver(MONDAY, 1.0)
    columns = delays.table.c
    with begin_write(delays.engine) as connection:
        connection.execute(
            delays.table.update().where(columns.origin == "EWR").values(flights=2**53 + 1)
        )
    flights = {"type": ["integer", "null"]}
    exact = {"type": "object", "properties": {"flights": {**flights, "maximum": 2**53 + 1}}}
    assert failures(delays.validate(version_id, exact)) == []
    below = {"type": "object", "properties": {"flights": {**flights, "maximum": 2**53}}}
    (failure,) = failures(delays.validate(version_id, below))
    assert failure.sample[0]["flights"] == 2**53 + 1


def test_the_same_version_and_schema_are_asked_once(delays, rows_asked):
    version_id = delays.deliver(MONDAY, 5)
    first = delays.validate(version_id)
    assert delays.validate(version_id) == first
    assert rows_asked == [2]
    delays.validate(version_id, {**SCHEMA, "required": ["day"]})
    assert rows_asked == [2, 2]


def test_only_rows_that_came_after_the_last_good_version_are_asked(delays, rows_asked):
    delays.validate(delays.deliver(MONDAY, 5))
    delays.deliver(TUESDAY, 5)
    delays.validate(delays.deliver(WEDNESDAY, 5))
    assert rows_asked == [2, 4]


def test_rows_that_failed_stay_in_question_until_they_are_restated(delays, rows_asked):
    delays.validate(delays.deliver(MONDAY, 5))
    assert failures(delays.validate(delays.deliver(TUESDAY, 2400)))
    assert failures(delays.validate(delays.deliver(WEDNESDAY, 5)))
    restated = delays.deliver(TUESDAY, 24)
    assert failures(delays.validate(restated)) == []
    assert rows_asked == [2, 2, 4, 4]


def test_an_older_version_is_judged_by_what_was_true_then(delays):
    bad = delays.deliver(MONDAY, 2400)
    delays.deliver(MONDAY, 24)
    (failure,) = failures(delays.validate(bad))
    assert failure.failed_count == 1


@pytest.mark.parametrize("status", ["pending", "failed"])
def test_a_version_that_is_not_prepared_is_not_judged(delays, status):
    version_id = delays.deliver(MONDAY, 5)
    delays.validate(version_id)
    with begin_write(delays.engine) as connection:
        connection.execute(dataset_versions.update().values(status=status))
    with pytest.raises(Conflict, match=f"data version v1 of delays is {status}, not prepared"):
        delays.validate(version_id)


def test_two_that_ask_at_once_store_one_answer(delays):
    version_id = delays.deliver(MONDAY, 5)
    frame = pd.DataFrame({"day": [MONDAY], "origin": ["EWR"], "delay": [1.0]})

    def read():
        # Another worker is done in the meantime.
        delays.validate(version_id)
        return [frame]

    validate_once(delays.engine, version_id, SCHEMA, read)
    with delays.engine.connect() as connection:
        query = sa.select(sa.func.count()).select_from(input_validations)
        assert connection.scalar(query) == 1
