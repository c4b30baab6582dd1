import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise

import pandas as pd
import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.errors import InvalidFrame, NotFound, Unavailable
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.tables import (
    dataset_versions,
    input_validations,
    metadata,
    rejected_rows,
)
from iop_pipelines.transform import prepare as preparing
from iop_pipelines.transform import store
from iop_pipelines.transform.declarations import demo_declarations
from iop_pipelines.transform.prepare import prepare
from iop_pipelines.transform.prepare_version import prepare_version
from iop_pipelines.transform.store import write_version
from iop_pipelines.transform.table import prepared_table
from iop_pipelines.transform.versions import (
    datasets_of_source,
    ensure_version,
    register_dataset,
    register_system_datasets,
    version,
)
from read_back import read_version


def day(number):
    return datetime(2013, 2, number)


def add_version(engine, stored, name, start, end, *, status="pending", run=1):
    with begin_write(engine) as connection:
        result = connection.execute(
            dataset_versions.insert().values(
                dataset_id=stored.id,
                data_version=name,
                drm_run_id=run,
                declaration_version=1,
                window_start=day(start),
                window_end=day(end),
                status=status,
            )
        )
        return result.inserted_primary_key[0]


def rows_of(declaration, raw, marker, start, end):
    """One row a day of the window, whose units are `marker`."""
    days = [day(n).strftime("%Y-%m-%d") for n in range(start, end)]
    frame = raw(*((each, "a", "1.5", str(marker)) for each in days))
    return prepare(declaration, frame, (day(start), day(end)))


def units(engine, declaration, version_id=None, **bounds):
    frame = read_version(engine, declaration, version_id, **bounds)
    return dict(zip(frame["day"].dt.day, frame["units"], strict=True))


# Three deliveries: days 1-4, then 2 and 3 restated, then 3 and 4 restated.
WINDOWS = ((1, 5), (2, 4), (3, 5))
AS_OF = [
    {1: 10, 2: 10, 3: 10, 4: 10},
    {1: 10, 2: 20, 3: 20, 4: 10},
    {1: 10, 2: 20, 3: 30, 4: 30},
]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("repeats", [1, 2])
def test_versions_written_in_any_order_and_again_read_the_same(
    iop_engine, sales, raw, order, repeats
):
    declaration = sales()
    stored = register_dataset(iop_engine, declaration)
    ids = [add_version(iop_engine, stored, f"v{n}", *window) for n, window in enumerate(WINDOWS)]
    for n in order * repeats:
        prepared = rows_of(declaration, raw, 10 * (n + 1), *WINDOWS[n])
        start, end = WINDOWS[n]
        write_version(iop_engine, declaration, ids[n], prepared, (day(start), day(end)))
    for version_id, expected in zip(ids, AS_OF, strict=True):
        assert units(iop_engine, declaration, version_id) == expected
    assert units(iop_engine, declaration) == AS_OF[-1]
    assert len(read_version(iop_engine, declaration)) == 4
    with iop_engine.connect() as connection:
        table = prepared_table(declaration)
        assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == 8


# Of the six columns that are written 166 rows make a statement of SQLite, and 10,000 a part.
@pytest.mark.parametrize("count", [0, 1, 165, 166, 167, 333, 10_001])
def test_every_row_is_there_with_its_own_cells(iop_engine, sales, raw, count):
    declaration = sales()
    stored = register_dataset(iop_engine, declaration)
    cells = [
        (
            "2013-02-01",
            f"s{n:05}",
            None if n % 5 == 0 else f"{n / 4}",
            None if n % 7 == 0 else f"{n}",
        )
        for n in range(count)
    ]
    prepared = prepare(declaration, raw(*cells), (day(1), day(2)))
    version_id = add_version(iop_engine, stored, "v", 1, 2)
    written = write_version(iop_engine, declaration, version_id, prepared, (day(1), day(2)))
    table = prepared_table(declaration)
    columns = (table.c.shop, table.c.amount, table.c.units, table.c.iop_from, table.c.iop_to)
    with iop_engine.connect() as connection:
        rows = connection.execute(sa.select(*columns).order_by(table.c.iop_id)).all()
    assert written == count
    assert [tuple(row) for row in rows] == [
        (f"s{n:05}", None if n % 5 == 0 else n / 4, None if n % 7 == 0 else n, version_id, None)
        for n in range(count)
    ]


def test_a_version_that_is_not_prepared_yet_ends_nothing(iop_engine, sales, raw):
    declaration = sales()
    stored = register_dataset(iop_engine, declaration)
    first = add_version(iop_engine, stored, "v1", 1, 3)
    add_version(iop_engine, stored, "v2", 1, 3)
    add_version(iop_engine, stored, "v3", 1, 3, status="failed")
    write_version(
        iop_engine, declaration, first, rows_of(declaration, raw, 1, 1, 3), (day(1), day(3))
    )
    assert units(iop_engine, declaration) == {1: 1, 2: 1}


def test_a_restated_window_with_fewer_rows_drops_the_others(iop_engine, sales, raw):
    declaration = sales()
    stored = register_dataset(iop_engine, declaration)
    ids = [add_version(iop_engine, stored, name, 1, 4) for name in ("v1", "v2")]
    write_version(
        iop_engine, declaration, ids[0], rows_of(declaration, raw, 1, 1, 4), (day(1), day(4))
    )
    write_version(
        iop_engine, declaration, ids[1], rows_of(declaration, raw, 2, 1, 2), (day(1), day(4))
    )
    assert units(iop_engine, declaration) == {1: 2}
    assert units(iop_engine, declaration, ids[0]) == {1: 1, 2: 1, 3: 1}


def test_datasets_do_not_end_each_others_rows(iop_engine, sales, raw):
    one, other = sales(), sales(name="returns")
    for declaration in (one, other):
        stored = register_dataset(iop_engine, declaration)
        version_id = add_version(iop_engine, stored, "v1", 1, 3)
        write_version(
            iop_engine,
            declaration,
            version_id,
            rows_of(declaration, raw, 1, 1, 3),
            (day(1), day(3)),
        )
    assert len(read_version(iop_engine, one)) == len(read_version(iop_engine, other)) == 2


def test_reading_is_bounded_in_local_time_half_open(iop_engine, sales, raw):
    declaration = sales()
    stored = register_dataset(iop_engine, declaration)
    version_id = add_version(iop_engine, stored, "v1", 1, 6)
    write_version(
        iop_engine, declaration, version_id, rows_of(declaration, raw, 1, 1, 6), (day(1), day(6))
    )
    assert set(units(iop_engine, declaration, since=day(2), until=day(4))) == {2, 3}
    noon = timedelta(hours=12)
    assert set(units(iop_engine, declaration, since=day(2) + noon, until=day(4) + noon)) == {3, 4}


def test_a_dataset_never_prepared_reads_as_no_rows_of_the_right_types(iop_engine, sales):
    frame = read_version(iop_engine, sales())
    assert frame.empty
    assert [str(t) for t in frame.dtypes] == ["datetime64[ns]", "object", "float64", "Int64"]


def test_rejects_are_kept_with_step_reason_and_row_and_written_once(iop_engine, sales, raw):
    declaration = sales()
    stored = register_dataset(iop_engine, declaration)
    version_id = add_version(iop_engine, stored, "v1", 1, 3)
    frame = raw(("2013-02-01", None, "1", "1"), ("2013-02-01", "a", "much", "1"))
    prepared = prepare(declaration, frame, (day(1), day(3)))
    for _ in range(2):
        write_version(iop_engine, declaration, version_id, prepared, (day(1), day(3)))
    with iop_engine.connect() as connection:
        rows = connection.execute(
            sa.select(rejected_rows.c.step, rejected_rows.c.reason, rejected_rows.c.row)
        ).all()
    assert [tuple(row) for row in rows] == [
        ("cast", "shop: missing", {"day": "2013-02-01", "shop": None, "amount": "1", "units": "1"}),
        (
            "cast",
            "amount: not a number",
            {"day": "2013-02-01", "shop": "a", "amount": "much", "units": "1"},
        ),
    ]
    found = version(iop_engine, version_id)
    assert (found.status, found.rows_in, found.rows_out, found.rows_rejected) == (
        "prepared",
        2,
        0,
        2,
    )


def test_writing_to_a_version_that_is_not_there_leaves_nothing(iop_engine, sales, raw):
    declaration = sales()
    with pytest.raises(NotFound, match="no data version with id 5"):
        write_version(
            iop_engine, declaration, 5, rows_of(declaration, raw, 1, 1, 3), (day(1), day(3))
        )
    assert len(read_version(iop_engine, declaration)) == 0


def test_a_write_that_fails_half_way_leaves_the_former_state(iop_engine, sales, raw, monkeypatch):
    declaration = sales()
    stored = register_dataset(iop_engine, declaration)
    ids = [add_version(iop_engine, stored, name, 1, 3) for name in ("v1", "v2")]
    window = (day(1), day(3))
    write_version(iop_engine, declaration, ids[0], rows_of(declaration, raw, 1, 1, 3), window)

    def fail(*args):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(store, "_mark_prepared", fail)
        with pytest.raises(ZeroDivisionError):
            write_version(
                iop_engine, declaration, ids[1], rows_of(declaration, raw, 2, 1, 3), window
            )
    assert units(iop_engine, declaration) == {1: 1, 2: 1}
    assert version(iop_engine, ids[1]).status == "pending"


def test_preparing_tells_before_every_step_and_before_every_part_that_it_writes(
    iop_engine, sales, raw, monkeypatch
):
    monkeypatch.setattr(store, "_BATCH", 2)
    heard: list[str] = []
    apply_step = preparing.apply_step

    def overheard(step, *given):
        heard.append("step")
        return apply_step(step, *given)

    monkeypatch.setattr(preparing, "apply_step", overheard)
    event.listen(
        iop_engine,
        "before_cursor_execute",
        lambda connection, cursor, statement, *rest: (
            heard.append("insert") if statement.startswith("INSERT") else None
        ),
    )
    declaration = sales()
    version_id = add_version(iop_engine, register_dataset(iop_engine, declaration), "v", 1, 6)
    # Five rows that are good and three of another day.
    days = ["01", "02", "03", "04", "05", "20", "21", "22"]
    delivered = raw(*((f"2013-02-{each}", "a", "1.5", "1") for each in days))
    window = (day(1), day(6))
    heard.clear()

    tell = partial(heard.append, "told")
    prepared = prepare(declaration, delivered, window, tick=tell)
    write_version(iop_engine, declaration, version_id, prepared, window, tick=tell)

    work = [each for each in heard if each != "told"]
    assert work == ["step"] * len(prepared.steps) + ["insert"] * (3 + 2)
    assert work.count("step") >= 1
    assert all(before == "told" for before, then in pairwise(heard) if then != "told")


def test_every_type_comes_back_as_it_was_written(iop_engine, sales, raw):
    engine = iop_engine
    declaration = sales(
        {
            "kind": "derive",
            "columns": {
                "is_big": {
                    "type": "boolean",
                    "value": {"field": "amount", "op": "gt", "value": 1},
                }
            },
        },
        more_fields={"is_big": {"type": "boolean"}, "seen_at": {"type": "datetime"}},
    )
    cast = {**declaration.steps[0]}
    cast["columns"] = {**cast["columns"], "seen_at": {"to": "datetime", "source": "day"}}
    declaration = declaration.model_copy(update={"steps": (cast, *declaration.steps[1:])})
    stored = register_dataset(engine, declaration)
    version_id = add_version(engine, stored, "v1", 1, 3)
    frame = raw(
        ("2013-02-01", "Café 🛫", "1.25", "9007199254740993"),
        ("2013-02-01", "cafe 🛫", "0.5", None),
        ("2013-02-02", "b", None, "-1"),
    )
    prepared = prepare(declaration, frame, (day(1), day(3)))
    assert prepared.rows_out == 3
    write_version(engine, declaration, version_id, prepared, (day(1), day(3)))
    write_version(engine, declaration, version_id, prepared, (day(1), day(3)))
    pd.testing.assert_frame_equal(read_version(engine, declaration, version_id), prepared.frame)
    pd.testing.assert_frame_equal(read_version(engine, declaration), prepared.frame)


# with DRM's data


@pytest.fixture
def demo(iop_engine, february):
    """Prepares versions of both demo datasets for runs in the order of their ends."""
    for declaration in demo_declarations():
        register_dataset(iop_engine, declaration)
    register_system_datasets(iop_engine)
    drm = SharedDatabase(february)

    def prepare_runs(choose=lambda run: True):
        summaries = {}
        runs = sorted(drm.finished_runs(limit=500), key=lambda run: run.finished_at or datetime.max)
        for run in runs:
            if not (run.is_success and choose(run)):
                continue
            for stored in datasets_of_source(iop_engine, run.dataset):
                with begin_write(iop_engine) as connection:
                    version_id = ensure_version(connection, stored, run)
                # The garbled day too: what is usable of it is what these tests look at.
                done = prepare_version(iop_engine, drm, version_id, max_refused_percent=50)
                summaries[run.run_key] = done
        return summaries

    return prepare_runs


def test_the_whole_demo_is_prepared_and_shows_its_incidents(demo, iop_engine, february):
    summaries = demo()
    airports, flights = demo_declarations()
    garbled = summaries["flights_daily:2013-02-15#1"]
    assert garbled.reject_reasons == {
        "origin: missing": 11,
        "flights: below 1": 10,
        "flights: not an integer": 10,
    }
    assert (garbled.rows_in, garbled.rows_out, garbled.rows_rejected) == (104, 73, 31)
    assert garbled.quality_score < 80
    stammering = summaries["flights_daily:2013-02-11#1"]
    assert stammering.reject_reasons == {
        "exact duplicate of a later row": 6,
        "restated by a later row": 2,
    }
    others = [s for s in summaries.values() if s not in (garbled, stammering)]
    assert all(s.rows_rejected == 0 for s in others)
    frame = read_version(iop_engine, flights)
    daily = frame.groupby("date")[["flights", "cancelled"]].sum()
    assert len(daily) == 59
    assert daily.loc["2013-02-08", :].to_dict() == {"flights": 930, "cancelled": 472}
    # What is true in the end is what the suppliers meant, incidents or not.
    assert daily.loc["2013-02-12", "cancelled"] == 6
    assert daily.loc["2013-02-15", :].to_dict() == {"flights": 954, "cancelled": 6}
    weather = read_version(iop_engine, airports)
    assert len(weather) == 59 * 3
    storm = weather[weather["date"] == "2013-02-08"].set_index("origin")
    assert storm.loc["JFK", "wind_max_kmh"] == pytest.approx(28.7695 * 1.609344)
    assert storm.loc["JFK", "visibility_min_km"] == pytest.approx(0.5 * 1.609344)
    assert storm.loc["JFK", "temp_min_c"] == pytest.approx((28.4 - 32) / 1.8)
    assert storm["precip_mm"].max() == pytest.approx(19.812)


def test_rows_as_of_the_garbled_delivery_are_not_those_of_its_redelivery(demo, iop_engine):
    summaries = demo(lambda run: "02-15" in run.run_key and run.dataset == "flights_daily")
    flights = demo_declarations()[1]
    bad, good = (summaries[f"flights_daily:2013-02-15#{n}"].version_id for n in (1, 2))
    assert len(read_version(iop_engine, flights, bad)) == 73
    assert len(read_version(iop_engine, flights, good)) == 104


def test_preparing_a_version_again_says_the_same_and_writes_nothing(demo, iop_engine):
    choose = lambda run: run.run_key == "flights_daily:2013-02-15#1"  # noqa: E731
    first = demo(choose)["flights_daily:2013-02-15#1"]
    again = demo(choose)["flights_daily:2013-02-15#1"]
    assert again.as_metadata() == first.as_metadata()
    assert len(read_version(iop_engine, demo_declarations()[1])) == 73


@pytest.fixture
def asked_for(iop_engine, february):
    """A declaration is registered and one of DRM's runs asked for: (drm, version id)."""

    def ask(declaration):
        stored = register_dataset(iop_engine, declaration)
        drm = SharedDatabase(february)
        with begin_write(iop_engine) as connection:
            return drm, ensure_version(connection, stored, drm.run(4))

    return ask


def test_preparing_that_fails_leaves_the_verdict_to_who_called(iop_engine, asked_for, sales):
    drm, version_id = asked_for(sales(source="flights_daily"))
    with pytest.raises(InvalidFrame, match="no column 'day'"):
        prepare_version(iop_engine, drm, version_id)
    found = version(iop_engine, version_id)
    assert (found.status, found.error_msg) == ("pending", None)


@pytest.mark.parametrize(
    "error",
    [Unavailable("drm_api.not_trpc", procedure="runs"), OperationalError("SELECT", {}, OSError())],
)
def test_a_database_that_is_away_for_a_while_fails_no_version(
    iop_engine, asked_for, monkeypatch, error
):
    drm, version_id = asked_for(demo_declarations()[1])

    def fail(*args):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(drm, "latest_score", fail)
        with pytest.raises(type(error)):
            prepare_version(iop_engine, drm, version_id)
    assert version(iop_engine, version_id).status == "pending"
    assert read_version(iop_engine, demo_declarations()[1]).empty
    assert prepare_version(iop_engine, drm, version_id).rows_out > 0


@pytest.mark.parametrize("status", ["pending", "failed"])
def test_a_version_asked_for_by_an_older_declaration_is_prepared_by_the_current_one(
    iop_engine, asked_for, status
):
    flights = demo_declarations()[1]
    drm, version_id = asked_for(flights)
    before = version(iop_engine, version_id)
    with begin_write(iop_engine) as connection:
        connection.execute(dataset_versions.update().values(status=status, error_msg="wrong"))
    register_dataset(iop_engine, flights.model_copy(update={"version": 2, "steps": OF_TWO}))
    # A third of the rows is not of the two airports that are left.
    summary = prepare_version(iop_engine, drm, version_id, max_refused_percent=50)
    found = version(iop_engine, version_id)
    assert (found.status, found.declaration_version, found.error_msg) == ("prepared", 2, None)
    assert found.data_version == summary.data_version == before.data_version
    assert set(read_version(iop_engine, flights)["origin"]) == {"EWR", "JFK"}


OF_TWO = (
    {
        **demo_declarations()[1].steps[0],
        "columns": {
            **demo_declarations()[1].steps[0]["columns"],
            "origin": {"to": "string", "required": True, "one_of": ["EWR", "JFK"]},
        },
    },
    *demo_declarations()[1].steps[1:],
)


# Two runs of overlapping windows: the one that started first (7) is seen to end last.
LATE = [(8, (2, 4)), (7, (1, 4)), (9, (3, 4))]
AS_OF_LATE = [{2: 8, 3: 8}, {1: 7, 2: 8, 3: 8}, {1: 7, 2: 8, 3: 9}]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("repeats", [1, 2])
def test_a_run_that_started_before_another_and_ended_after_it_replaces_nothing(
    iop_engine, sales, raw, order, repeats
):
    declaration = sales()
    stored = register_dataset(iop_engine, declaration)
    ids = [add_version(iop_engine, stored, f"v{run}", *window, run=run) for run, window in LATE]
    for n in order * repeats:
        run, (start, end) = LATE[n]
        prepared = rows_of(declaration, raw, run, start, end)
        write_version(iop_engine, declaration, ids[n], prepared, (day(start), day(end)))
    for version_id, expected in zip(ids, AS_OF_LATE, strict=True):
        assert units(iop_engine, declaration, version_id) == expected
    assert units(iop_engine, declaration) == AS_OF_LATE[-1]


def test_writing_a_version_forgets_what_was_said_of_it_and_of_those_after_it(
    iop_engine, sales, raw
):
    declaration = sales()
    stored = register_dataset(iop_engine, declaration)
    other = register_dataset(iop_engine, sales(name="returns"))
    ids = [add_version(iop_engine, stored, f"v{n}", 1, 3) for n in range(3)]
    ids.append(add_version(iop_engine, other, "v0", 1, 3))
    with begin_write(iop_engine) as connection:
        connection.execute(
            input_validations.insert(),
            [
                {
                    "dataset_version_id": each,
                    "schema_hash": "h",
                    "is_success": False,
                    "outcomes": "[]",
                }
                for each in ids
            ],
        )
    prepared = rows_of(declaration, raw, 1, 1, 3)
    write_version(iop_engine, declaration, ids[1], prepared, (day(1), day(3)))
    with iop_engine.connect() as connection:
        query = sa.select(input_validations.c.dataset_version_id)
        assert set(connection.scalars(query)) == {ids[0], ids[3]}


def test_two_writers_of_one_dataset_on_a_server_see_each_other(server_url, sales, raw):
    """Without the lock on the dataset both would read before either wrote, and two rows stay true."""
    engine = engine_for(server_url)
    metadata.create_all(engine)
    declaration = sales()
    stored = register_dataset(engine, declaration)
    window = (day(1), day(4))
    ids = [add_version(engine, stored, f"v{n}", 1, 4) for n in range(24)]
    prepared = [rows_of(declaration, raw, n, 1, 4) for n in range(24)]
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(
                lambda n: write_version(engine, declaration, ids[n], prepared[n], window), range(24)
            )
        )
    assert units(engine, declaration) == {1: 23, 2: 23, 3: 23}
    for n in range(24):
        assert set(units(engine, declaration, ids[n]).values()) == {n}
