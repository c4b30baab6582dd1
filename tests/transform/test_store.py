import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pandas as pd
import pytest
import sqlalchemy as sa

from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.errors import Conflict, InvalidFrame, NotFound
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.tables import dataset_versions, metadata, rejected_rows
from iop_pipelines.transform import store
from iop_pipelines.transform.declarations import demo_declarations
from iop_pipelines.transform.prepare import Prepared, prepare
from iop_pipelines.transform.prepare_version import prepare_version
from iop_pipelines.transform.store import current_rows, read_version, write_version
from iop_pipelines.transform.table import prepared_table
from iop_pipelines.transform.versions import (
    datasets_of_source,
    ensure_version,
    register_dataset,
    register_system_datasets,
    version,
)


def day(number):
    return datetime(2013, 2, number)


def add_version(engine, stored, name, start, end, *, status="pending"):
    with begin_write(engine) as connection:
        result = connection.execute(
            dataset_versions.insert().values(
                dataset_id=stored.id,
                data_version=name,
                drm_run_id=1,
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
    assert current_rows(iop_engine, declaration) == 4
    with iop_engine.connect() as connection:
        table = prepared_table(declaration)
        assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == 8


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
    assert current_rows(iop_engine, one) == current_rows(iop_engine, other) == 2


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
    assert current_rows(iop_engine, declaration) == 0


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


def test_every_type_comes_back_as_it_was_written_on_every_database(database_url, sales, raw):
    engine = engine_for(database_url)
    metadata.create_all(engine)
    declaration = sales(
        {
            "kind": "derive",
            "columns": {
                "is_big": {
                    "type": "boolean",
                    "value": {"op": "greater", "args": [{"column": "amount"}, {"value": 1}]},
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
                summaries[run.run_key] = prepare_version(iop_engine, drm, version_id)
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
    assert current_rows(iop_engine, demo_declarations()[1]) == 73


def test_a_delivery_that_lacks_a_column_fails_its_version_with_the_reason(
    iop_engine, february, sales
):
    declaration = sales(source="flights_daily", time_zone="America/New_York")
    stored = register_dataset(iop_engine, declaration)
    drm = SharedDatabase(february)
    with begin_write(iop_engine) as connection:
        version_id = ensure_version(connection, stored, drm.run(4))
    with pytest.raises(InvalidFrame, match="no column 'day'"):
        prepare_version(iop_engine, drm, version_id)
    found = version(iop_engine, version_id)
    assert found.status == "failed"
    assert "no column 'day'" in found.error_msg


def test_a_version_asked_for_by_an_older_declaration_is_refused(iop_engine, february, sales):
    stored = register_dataset(iop_engine, sales(source="flights_daily"))
    drm = SharedDatabase(february)
    with begin_write(iop_engine) as connection:
        version_id = ensure_version(connection, stored, drm.run(4))
    register_dataset(iop_engine, sales(source="flights_daily", version=2))
    with pytest.raises(Conflict, match="by declaration 1; it is at 2 now"):
        prepare_version(iop_engine, drm, version_id)


def test_a_day_is_prepared_and_ten_thousand_rows_are_read_within_their_budgets(
    demo, iop_engine, february
):
    demo(lambda run: run.id < 8)
    before = time.process_time()
    demo(lambda run: 8 <= run.id < 18)
    per_version = (time.process_time() - before) / 10
    assert per_version < 0.12  # 0.025 on an idle core; the budget is 0.04 there
    flights = demo_declarations()[1]
    frame = read_version(iop_engine, flights)
    times = -(-10_000 // len(frame))
    many = pd.concat([frame] * times, ignore_index=True).head(10_000)
    many["destination"] = [f"D{n}" for n in range(len(many))]
    stored = datasets_of_source(iop_engine, "flights_daily")[0]
    version_id = add_version(iop_engine, stored, "many", 1, 28)
    window = (datetime(2013, 1, 1), datetime(2014, 1, 1))
    prepared = Prepared(many, pd.DataFrame({"step": [], "reason": [], "row": []}), 1, 1, {})
    write_version(iop_engine, flights, version_id, prepared, window)
    before = time.process_time()
    assert len(read_version(iop_engine, flights)) == 10_000
    assert time.process_time() - before < 0.4  # 0.09 on an idle core


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
