import subprocess
import sys
from datetime import datetime

import pytest
import sqlalchemy as sa

from iop_pipelines.domain.calendars import CalendarDeclaration
from iop_pipelines.drm.source import DrmRun, SharedDatabase
from iop_pipelines.drm.tables import RunStatus
from iop_pipelines.errors import Conflict, InvalidDeclaration, NotFound
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import dataset_versions
from iop_pipelines.transform import table
from iop_pipelines.transform.table import ensure_table, prepared_table, table_name
from iop_pipelines.transform.versions import (
    data_version,
    dataset,
    dataset_by_id,
    datasets_of_source,
    ensure_version,
    latest_version,
    list_datasets,
    record_quality,
    register_dataset,
    register_system_datasets,
    version,
)

ENDED = datetime(2013, 2, 2, 5, 16, 26)


def run(run_id=1, status="success", checksum: str | None = "c1", finished_at=ENDED):
    return DrmRun(
        id=run_id,
        pipeline="ingest_sales",
        dataset="sales",
        status=RunStatus(status),
        scheduled_for=ENDED,
        started_at=ENDED,
        finished_at=finished_at,
        window_start=datetime(2013, 2, 1),
        window_end=datetime(2013, 2, 2),
        rows_ingested=1,
        bytes_ingested=1,
        content_checksum=checksum,
        error_msg=None,
        run_key=None,
    )


def ensure(engine, stored, drm_run):
    with begin_write(engine) as connection:
        return ensure_version(connection, stored, drm_run)


def test_a_data_version_follows_each_of_its_four_parts():
    versions = {
        data_version("sales", 1, 1, "c"),
        data_version("sale", 1, 1, "c"),
        data_version("sales", 2, 1, "c"),
        data_version("sales", 1, 2, "c"),
        data_version("sales", 1, 1, "d"),
    }
    assert len(versions) == 5
    assert all(len(digest) == 32 and int(digest, 16) >= 0 for digest in versions)
    assert data_version("sales", 1, 1, "c") == "60fdceff39c7b020f2306ae02845eacc"


def test_a_declaration_is_stored_and_found_by_name_id_and_source(iop_engine, sales):
    stored = register_dataset(iop_engine, sales())
    assert dataset(iop_engine, "sales") == stored == dataset_by_id(iop_engine, stored.id)
    assert datasets_of_source(iop_engine, "sales") == [stored]
    assert datasets_of_source(iop_engine, "Sales") == []
    assert list_datasets(iop_engine) == [stored]


def test_the_same_declaration_again_changes_nothing(iop_engine, sales):
    assert register_dataset(iop_engine, sales()) == register_dataset(iop_engine, sales())


def test_other_content_under_the_same_version_is_refused(iop_engine, sales):
    register_dataset(iop_engine, sales())
    with pytest.raises(Conflict, match="raise its version"):
        register_dataset(iop_engine, sales(description="other"))
    newer = register_dataset(iop_engine, sales(description="other", version=2))
    assert dataset(iop_engine, "sales") == newer
    with pytest.raises(Conflict, match="at version 2; version 1 is older"):
        register_dataset(iop_engine, sales())


def test_a_declaration_with_wrong_steps_is_not_stored(iop_engine, sales):
    with pytest.raises(InvalidDeclaration, match=r"^steps\.1"):
        register_dataset(iop_engine, sales({"kind": "guess"}))
    with pytest.raises(NotFound, match="no dataset 'sales'; there are none"):
        dataset(iop_engine, "sales")


def test_the_same_run_seen_twice_is_one_version(iop_engine, sales):
    stored = register_dataset(iop_engine, sales())
    first = ensure(iop_engine, stored, run())
    assert ensure(iop_engine, stored, run()) == first
    found = version(iop_engine, first)
    assert (found.status, found.drm_run_id, found.window_start) == (
        "pending",
        1,
        datetime(2013, 2, 1),
    )


def test_another_run_or_another_declaration_is_another_version(iop_engine, sales):
    stored = register_dataset(iop_engine, sales())
    ids = {ensure(iop_engine, stored, run()), ensure(iop_engine, stored, run(2))}
    ids.add(ensure(iop_engine, register_dataset(iop_engine, sales(version=2)), run()))
    assert len(ids) == 3


@pytest.mark.parametrize(("status", "finished_at"), [("failed", ENDED), ("running", None)])
def test_a_run_that_delivered_nothing_has_no_version(iop_engine, sales, status, finished_at):
    stored = register_dataset(iop_engine, sales())
    with pytest.raises(Conflict, match=f"DRM run 1 is {status}"):
        ensure(iop_engine, stored, run(status=status, finished_at=finished_at))


def test_each_ended_run_is_a_version_of_the_system_dataset_that_needs_no_preparing(iop_engine):
    stored = register_system_datasets(iop_engine)
    assert register_system_datasets(iop_engine) == stored
    assert stored.is_system
    found = version(iop_engine, ensure(iop_engine, stored, run(status="failed", checksum=None)))
    assert found.status == "prepared"
    assert found.window_start == datetime(2013, 2, 2, 5, 16, 26)
    assert found.window_end == datetime(2013, 2, 2, 5, 16, 27)
    assert latest_version(iop_engine, stored.id) == found
    with iop_engine.connect() as connection:
        assert connection.scalar(sa.select(dataset_versions.c.phase)) == "done"


def test_the_latest_version_is_the_latest_prepared_unless_told_otherwise(iop_engine, sales):
    stored = register_dataset(iop_engine, sales())
    pending = ensure(iop_engine, stored, run())
    assert latest_version(iop_engine, stored.id) is None
    assert latest_version(iop_engine, stored.id, is_prepared=False).id == pending


def test_a_score_is_noted_on_the_versions_of_its_run(iop_engine, sales):
    stored = register_dataset(iop_engine, sales())
    first, second = ensure(iop_engine, stored, run()), ensure(iop_engine, stored, run(2))
    with begin_write(iop_engine) as connection:
        assert record_quality(connection, 2, 71.5, (stored.id,)) == 1
    assert version(iop_engine, second).quality_score == 71.5
    assert version(iop_engine, first).quality_score is None


def test_what_is_not_there_is_named(iop_engine, sales):
    register_dataset(iop_engine, sales())
    with pytest.raises(NotFound, match="no dataset 'trains'; there are sales"):
        dataset(iop_engine, "trains")
    with pytest.raises(NotFound, match="no data version with id 7"):
        version(iop_engine, 7)


def test_two_long_names_have_two_tables_within_mysqls_limit():
    names = {table_name("a" * 62 + tail) for tail in "bc"}
    assert len(names) == 2
    assert all(len(name) <= 64 for name in names)
    assert table_name("sales") == "prepared_sales"


def test_fields_that_begin_with_iop_are_refused(sales):
    with pytest.raises(InvalidDeclaration, match=r"^fields\.iop_from: "):
        prepared_table(sales(more_fields={"iop_from": {"type": "integer"}}))


def test_a_newer_declaration_adds_its_columns_and_never_changes_a_type(iop_engine, sales):
    engine = iop_engine
    ensure_table(engine, sales())
    ensure_table(engine, sales())
    wider = sales(
        version=2, more_fields={"town": {"type": "string"}, "is_open": {"type": "boolean"}}
    )
    name = ensure_table(engine, wider).name
    columns = {column["name"] for column in sa.inspect(engine).get_columns(name)}
    assert {"iop_id", "iop_from", "iop_to", "town", "is_open"} <= columns
    with pytest.raises(Conflict, match=r"prepared_sales\.town holds text values"):
        ensure_table(engine, sales(more_fields={"town": {"type": "number"}}))


def test_a_fresh_process_finds_the_table_as_declared(iop_engine, sales):
    """Types read back from the database are of the families that were written."""
    engine = iop_engine
    kinds = ("string", "integer", "number", "boolean", "date", "datetime")
    every = sales(more_fields={f"a_{kind}": {"type": kind} for kind in kinds})
    ensure_table(engine, every)
    table._ENSURED.clear()
    ensure_table(engine, every)


def test_sensors_do_not_load_pandas():
    code = (
        "import sys, iop_pipelines.transform.versions, iop_pipelines.transform.table, "
        "iop_pipelines.transform.steps, iop_pipelines.transform.declarations, "
        "iop_pipelines.drm.source, iop_pipelines.drm.clock, iop_pipelines.drm.standin; "
        "print({'pandas', 'numpy', 'holidays'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_demo_runs_have_versions_in_the_order_in_which_they_were_seen(iop_engine, february, sales):
    runs = [r for r in SharedDatabase(february).finished_runs(limit=500) if r.is_success]
    stored = register_dataset(iop_engine, sales())
    ids = [ensure(iop_engine, stored, each) for each in runs]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(runs) == 61


@pytest.mark.parametrize(
    ("calendar", "says"),
    [
        ({"countries": [{"country": "NG"}]}, False),
        ({"countries": [{"country": "NG"}], "month_end": False}, True),
        ({"month_end": True}, True),
        ({"pay_day": 25}, True),
    ],
)
def test_what_a_calendar_leaves_unsaid_is_unsaid_when_it_comes_back(
    iop_engine, sales, calendar, says
):
    declared = sales(calendar=calendar)
    register_dataset(iop_engine, declared)
    stored = dataset(iop_engine, "sales").declaration
    assert stored == declared
    assert stored.calendar.says_month_days is says
    register_dataset(iop_engine, declared)


def test_a_calendar_that_a_release_of_before_stored_says_what_somebody_said():
    """It wrote every field of it, said or not."""
    unsaid = {
        "countries": [{"country": "NG", "subdivision": None, "categories": ["public"]}],
        "events": [],
        "opening_days": [],
        "pay_day": None,
        "month_end": False,
        "quarter_end": False,
    }
    read = CalendarDeclaration.model_validate(unsaid)
    assert read == CalendarDeclaration.model_validate({"countries": [{"country": "NG"}]})
    assert not read.says_month_days
    with_end = CalendarDeclaration.model_validate({**unsaid, "month_end": True})
    assert with_end.says_month_days
    assert with_end == CalendarDeclaration.model_validate(
        {"countries": [{"country": "NG"}], "month_end": True}
    )
