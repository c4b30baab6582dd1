"""Every step of time, on days on which clocks are set and on those around the ends of weeks, months and years."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.frequencies import BUCKETS, STEPS, Bucket, Frequency, ModelFrequency
from iop_pipelines.domain.languages import TRANSLATED
from iop_pipelines.domain.models import InputSpec
from iop_pipelines.errors import InvalidDeclaration
from iop_pipelines.query.compile import Bucket as InBucket
from iop_pipelines.query.labels import Label
from iop_pipelines.query.panel import read_panel
from iop_pipelines.query.run import run_query
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import dataset_versions
from iop_pipelines.transform.apply.periods import floors, nexts
from iop_pipelines.transform.check import check_declaration
from iop_pipelines.transform.prepare import Prepared, prepare
from iop_pipelines.transform.store import write_version
from iop_pipelines.transform.versions import StoredDataset, register_dataset

FREQUENCIES: tuple[Frequency, ...] = get_args(Frequency)
WITHIN_DAY = [name for name in FREQUENCIES if STEPS[name].minutes is not None]
# (zone, a day whose clocks are set, its length in hours), from the tz database's own tables.
SET_DAYS = [
    ("Europe/Berlin", date(2024, 3, 31), 23),
    ("Europe/Berlin", date(2024, 10, 27), 25),
    ("America/New_York", date(2024, 3, 10), 23),
    ("America/New_York", date(2024, 11, 3), 25),
    # In Ramadan clocks go back, and forward after it.
    ("Africa/Casablanca", date(2024, 3, 10), 25),
    ("Africa/Casablanca", date(2024, 4, 14), 23),
    ("Asia/Kathmandu", date(2024, 10, 27), 24),
]
WEEKDAYS = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]


def start_of(name: str, moment: datetime) -> datetime:
    """By pandas' periods and numpy's business days, which know nothing of ours."""
    stamp = pd.Timestamp(moment)
    if name.endswith("min") or name == "h":
        return stamp.floor(name).to_pydatetime()
    if name == "B":
        day = np.busday_offset(np.datetime64(moment.date()), 0, roll="backward")
        return datetime.combine(day.astype(date), datetime.min.time())
    if name == "2QS":
        return datetime(moment.year, 1 if moment.month < 7 else 7, 1)
    # pandas names quarters by the month that a year of them ends with.
    of_fiscal_years = {"QS-FEB": "Q-JAN", "QS-MAR": "Q-FEB"}
    of_the_calendar = {"D": "D", "W": "W-SUN", "MS": "M", "QS": "Q", "YS": "Y"}
    alias = {**of_fiscal_years, **of_the_calendar}.get(name, name)
    return stamp.to_period(alias).start_time.to_pydatetime()


def moments() -> list[datetime]:
    """Half a day apart through two years with a leap day, and each minute of an hour."""
    first = datetime(2023, 6, 1, 0, 0)
    return [
        *(first + timedelta(hours=12 * n, minutes=7 * n % 60, seconds=n % 60) for n in range(1500)),
        *(datetime(2024, 12, 31, 23, minute, 59) for minute in range(60)),
    ]


@pytest.mark.parametrize("name", FREQUENCIES)
def test_a_period_begins_where_pandas_says(name: Frequency) -> None:
    step, given = STEPS[name], moments()
    right = [start_of(name, moment) for moment in given]
    assert [step.floor(moment) for moment in given] == right
    whole = floors(pd.Series(pd.DatetimeIndex(given, dtype="datetime64[ns]")), step)
    assert whole.tolist() == [pd.Timestamp(each) for each in right]


@pytest.mark.parametrize("name", FREQUENCIES)
def test_the_next_period_is_the_next_that_any_moment_is_in(name: Frequency) -> None:
    step = STEPS[name]
    size = timedelta(minutes=1) if step.minutes else timedelta(hours=12)
    first = step.floor(datetime(2023, 12, 28))
    seen: list[datetime] = []
    for at in range(2200):
        start = step.floor(first + at * size)
        if not seen or seen[-1] != start:
            seen.append(start)
    assert len(seen) >= 2
    for before, after in pairwise(seen):
        assert step.shift(before, 1) == after
        assert step.shift(after, -1) == before
        assert step.ceil(before) == before
        assert step.ceil(before + timedelta(seconds=1)) == after
    starts = pd.DatetimeIndex(seen)
    assert nexts(starts[:-1], step).tolist() == starts[1:].tolist()
    assert step.shift(seen[0], len(seen) - 1) == seen[-1]
    assert pd.date_range(seen[0], seen[-1], freq=step.offset).tolist() == starts.tolist()


@pytest.mark.parametrize("bucket", get_args(Bucket))
def test_every_database_cuts_time_as_the_step_does(iop_engine: sa.Engine, bucket: Bucket) -> None:
    step = BUCKETS[bucket]
    name = bucket if step.first_month > 1 else step.name
    table = sa.Table("moments", sa.MetaData(), sa.Column("at", sa.DateTime, nullable=False))
    given = moments()[::5]
    table.create(iop_engine)
    try:
        with begin_write(iop_engine) as connection:
            connection.execute(table.insert(), [{"at": moment} for moment in given])
        query = sa.select(table.c.at, InBucket(bucket, table.c.at)).order_by(table.c.at)
        with iop_engine.connect() as connection:
            found = [(at, str(start)) for at, start in connection.execute(query)]
    finally:
        table.drop(iop_engine)
    assert len(found) == len(given)
    for at, start in found:
        assert step.floor(at) == datetime.fromisoformat(start) == start_of(name, at), at


def test_every_step_has_a_name_in_queries_and_words_in_every_language() -> None:
    assert set(STEPS) == set(FREQUENCIES)
    assert set(BUCKETS) == set(get_args(Bucket))
    said = [Label.given("x").by(bucket) for bucket in BUCKETS]
    for language in TRANSLATED:
        # Both kinds of fiscal quarters are called alike.
        assert len({label.within(language) for label in said}) == len(BUCKETS) - 1


def declare(freq: Frequency, zone: str, *steps: dict[str, Any], **more: Any) -> DatasetDeclaration:
    is_moment = STEPS[freq].minutes is not None
    content = {
        "name": "load",
        "source": "load",
        "time": "period",
        "freq": freq,
        "time_zone": zone,
        "key": ["period", "place"],
        "fields": {
            "period": {"type": "datetime" if is_moment else "date", "nullable": False},
            "place": {"type": "string"},
            "total": {"type": "integer"},
            "coverage": {"type": "number"},
        },
        "steps": [
            {
                "kind": "cast",
                "columns": {
                    "at": {"to": "datetime", "formats": ["epoch_s"]},
                    "place": {"to": "string"},
                    "value": {"to": "integer"},
                },
            },
            {
                "kind": "resample",
                "time": "at",
                "into": "period",
                "freq": freq,
                "by": ["place"],
                "step_minutes": 1,
                "coverage_into": "coverage",
                "aggregate": {"total": {"column": "value", "how": "sum"}},
            },
            *steps,
        ],
        "measures": {"total": {"kind": "sum", "field": "total"}, "rows": {"kind": "count"}},
    }
    declaration = DatasetDeclaration.model_validate(content | more)
    check_declaration(declaration)
    return declaration


def midnights(zone: str, day: date) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The instants that bound a local day; none of these zones sets its clocks at midnight."""
    return pd.Timestamp(day, tz=zone), pd.Timestamp(day + timedelta(days=1), tz=zone)


def minutes(zone: str, day: date, place: str = "a") -> list[tuple[str, str, str]]:
    start, end = midnights(zone, day)
    seconds = range(int(start.timestamp()), int(end.timestamp()), 60)
    return [(str(second), place, "1") for second in seconds]


def prepared(declaration: DatasetDeclaration, rows: list[Any], day: date) -> Prepared:
    frame = pd.DataFrame(rows, columns=["at", "place", "value"], dtype=object)
    start = datetime.combine(day, datetime.min.time())
    if STEPS[declaration.freq or "D"].minutes is None:
        start = STEPS[declaration.freq or "D"].floor(start)
    return prepare(
        declaration, frame, (start, datetime.combine(day, datetime.min.time()) + timedelta(days=1))
    )


@pytest.mark.parametrize(("zone", "day", "length"), SET_DAYS)
@pytest.mark.parametrize("freq", FREQUENCIES)
def test_no_minute_of_a_day_is_lost_or_put_with_another_hours(
    freq: Frequency, zone: str, day: date, length: int
) -> None:
    result = prepared(declare(freq, zone), minutes(zone, day), day)
    frame, size = result.frame, STEPS[freq].minutes
    assert result.reject_reasons == {}
    assert frame["total"].sum() == 60 * length
    if size is None:
        assert frame["period"].dt.date.tolist() == [
            start_of(freq, datetime(*day.timetuple()[:3])).date()
        ]
        return
    assert frame["total"].tolist() == [size] * (60 * length // size)
    assert frame["coverage"].tolist() == [100.0] * len(frame)
    shown = list(zip(frame["period"], frame["iop_fold"], strict=True))
    assert len(set(shown)) == len(shown)
    # Counted by hand: the hour that is shown twice is there twice, the one that is not shown is not there.
    assert frame["iop_fold"].sum() == (60 // size if length == 25 else 0)
    assert frame["period"].nunique() == (min(length, 24) * 60 // size)


@pytest.mark.parametrize(("zone", "day", "length"), SET_DAYS)
@pytest.mark.parametrize("freq", FREQUENCIES)
def test_missing_periods_are_those_that_clocks_show(
    freq: Frequency, zone: str, day: date, length: int
) -> None:
    gaps = {
        "kind": "gap_policy",
        "policy": "null",
        "time": "period",
        "freq": freq,
        "series": {"place": ["a", "b"]},
    }
    declaration = declare(freq, zone, gaps)
    rows = minutes(zone, day)[:1]
    frame = prepared(declaration, rows, day).frame
    size = STEPS[freq].minutes
    expected = 60 * length // size if size else 1
    if freq in ("D", "B"):
        # Sundays are no business days: their rows are the Friday's.
        expected = (
            1
            if freq == "D"
            else (
                np.busday_count(
                    start_of("B", datetime(*day.timetuple()[:3])).date(), day + timedelta(days=1)
                )
            )
        )
    assert len(frame) == 2 * expected
    assert frame["total"].notna().sum() == 1


TWICE = ("Europe/Berlin", date(2024, 10, 27))
READINGS = [
    ("2024-10-27T01:30+02:00", 1, 1),
    ("2024-10-27T02:00+02:00", 1, 10),
    ("2024-10-27T02:30+02:00", 1, 20),
    ("2024-10-27T02:00+01:00", 1, 100),
    ("2024-10-27T02:30+01:00", 1, 200),
    ("2024-10-27T03:00+01:00", 1, 1000),
]


def offsets(freq: Frequency | None = "30min") -> DatasetDeclaration:
    """As delivered, with offsets and in the dataset's own zone: nothing puts hours together."""
    return DatasetDeclaration.model_validate(
        {
            "name": "meter",
            "source": "meter",
            "time": "at",
            "freq": freq,
            "time_zone": TWICE[0],
            "key": ["at"],
            "fields": {"at": {"type": "datetime"}, "load": {"type": "integer"}},
            "steps": [
                {
                    "kind": "cast",
                    "columns": {
                        "at": {"to": "datetime", "zone": TWICE[0]},
                        "load": {"to": "integer"},
                    },
                },
                {"kind": "deduplicate", "key": ["at"]},
            ],
            "measures": {"load": {"kind": "sum", "field": "load"}, "rows": {"kind": "count"}},
        }
    )


def stored_meter(engine: sa.Engine, declaration: DatasetDeclaration) -> tuple[StoredDataset, int]:
    stored = register_dataset(engine, declaration)
    window = (datetime(2024, 10, 27), datetime(2024, 10, 28))
    with begin_write(engine) as connection:
        values = {
            "dataset_id": stored.id,
            "data_version": "a" * 32,
            "drm_run_id": 1,
            "declaration_version": 1,
            "window_start": window[0],
            "window_end": window[1],
        }
        version_id = connection.execute(
            dataset_versions.insert().values(**values)
        ).inserted_primary_key[0]
    rows = pd.DataFrame(
        [(at, str(load)) for at, _, load in READINGS], columns=["at", "load"], dtype=object
    )
    write_version(engine, declaration, version_id, prepare(declaration, rows, window), window)
    return stored, version_id


def ask(engine: sa.Engine, drm: sa.Engine, *select: dict[str, Any]) -> list[tuple[Any, ...]]:
    config = {
        "version": 2,
        "source": "dataset:meter",
        "datasets": {"main": {"select": list(select), "sort": [{"by": "at"}]}},
    }
    result = run_query(config, engine=engine, drm_engine=drm, now=datetime(2024, 11, 1))
    return list(result.table("main").rows)


def test_a_repeated_hour_is_two_hours_on_every_database(
    iop_engine: sa.Engine, february: sa.Engine
) -> None:
    stored_meter(iop_engine, offsets())
    measures = ({"measure": "load"}, {"measure": "rows"})
    hours = ask(iop_engine, february, {"field": "at", "bucket": "hour"}, *measures)
    one, two, three = (datetime(2024, 10, 27, hour) for hour in (1, 2, 3))
    assert hours == [(one, 1, 1), (two, 30, 2), (two, 300, 2), (three, 1000, 1)]
    halves = ask(iop_engine, february, {"field": "at", "bucket": "30min"}, *measures)
    assert sorted(load for _, load, _ in halves) == [1, 10, 20, 100, 200, 1000]
    exact = ask(iop_engine, february, {"field": "at"}, *measures)
    assert len(exact) == len(READINGS)
    # A day holds both.
    days = ask(iop_engine, february, {"field": "at", "bucket": "day"}, *measures)
    assert days == [(date(2024, 10, 27), 1331, 6)]


def test_a_model_gets_what_an_hour_of_the_two_has(iop_engine: sa.Engine) -> None:
    stored, version_id = stored_meter(iop_engine, offsets("h"))
    given = InputSpec.model_validate({"measures": ["load", "rows"], "history": 1})
    window = (datetime(2024, 10, 27), datetime(2024, 10, 28))
    panel = read_panel(iop_engine, stored, given, version_id, window)
    by_moment = {
        at.strftime("%H:%M"): load for at, load in zip(panel["ds"], panel["load"], strict=True)
    }
    assert by_moment == {"01:30": 1, "02:00": 55, "02:30": 110, "03:00": 1000}
    assert panel["rows"].tolist() == [1, 1, 1, 1]


def test_a_text_without_an_offset_is_in_the_first_of_the_two_hours() -> None:
    rows = pd.DataFrame(
        {"at": ["2024-10-27T02:30", "2024-10-27T02:30+01:00"], "load": ["1", "2"]}, dtype=object
    )
    window = (datetime(2024, 10, 27), datetime(2024, 10, 28))
    frame = prepare(offsets(), rows, window).frame
    assert frame[["load", "iop_fold"]].to_numpy().tolist() == [[1, 0], [2, 1]]


def test_local_hours_with_offsets_become_days_of_another_zone() -> None:
    declaration = offsets()
    content = declaration.model_dump(mode="json")
    content["steps"] = [
        {
            "kind": "cast",
            "columns": {
                "then": {"to": "datetime", "zone": TWICE[0], "source": "at"},
                "load": {"to": "integer"},
            },
        },
        {
            "kind": "resample",
            "time": "then",
            "into": "at",
            "freq": "h",
            "from_zone": TWICE[0],
            "aggregate": {"load": {"column": "load", "how": "sum"}},
        },
    ]
    content |= {"time_zone": "UTC", "freq": "h"}
    there = DatasetDeclaration.model_validate(content)
    check_declaration(there)
    rows = pd.DataFrame(
        [(at, str(load)) for at, _, load in READINGS], columns=["at", "load"], dtype=object
    )
    frame = prepare(there, rows, (datetime(2024, 10, 26), datetime(2024, 10, 28))).frame
    # In UTC: 23:30 of the 26th, then midnight, 1 and 2 o'clock.
    assert frame["at"].dt.hour.tolist() == [23, 0, 1, 2]
    assert frame["load"].tolist() == [1, 30, 300, 1000]


@pytest.mark.parametrize("freq", WITHIN_DAY)
def test_steps_within_the_day_need_a_time_of_day(freq: Frequency) -> None:
    fields = {"period": {"type": "date"}, "place": {"type": "string"}, "total": {"type": "integer"}}
    with pytest.raises(
        InvalidDeclaration,
        match=r"^time: 'period' is date; the time of hours or minutes is datetime",
    ):
        declare(freq, "UTC", fields=fields, key=["period"])


def test_a_share_of_a_step_is_not_of_longer_steps() -> None:
    content = declare("15min", "UTC").model_dump(mode="json")
    content["steps"][1]["step_minutes"] = 60
    with pytest.raises(
        InvalidDeclaration, match=r"^steps\.1\.step_minutes: .*longer than a step of 15min"
    ):
        check_declaration(DatasetDeclaration.model_validate(content))


@pytest.mark.parametrize("freq", FREQUENCIES)
def test_what_models_read_is_said_of_every_step(freq: Frequency) -> None:
    # A week is a week to a model, whatever day it ends with.
    assert STEPS[freq].modelled_as == ("W" if freq.startswith("W") else freq)
    assert STEPS[freq].modelled_as in get_args(ModelFrequency)


def test_the_hours_are_told_apart_whatever_parts_a_delivery_comes_in() -> None:
    plain = pd.DataFrame({"at": ["2024-10-27T02:30"], "load": ["1"]}, dtype=object)
    told = pd.DataFrame({"at": ["2024-10-27T02:30+01:00"], "load": ["2"]}, dtype=object)
    window = (datetime(2024, 10, 27), datetime(2024, 10, 28))
    for parts in ([plain, told], [told, plain]):
        frame = prepare(offsets(), parts, window).frame
        assert sorted(frame[["load", "iop_fold"]].to_numpy().tolist()) == [[1, 0], [2, 1]]
