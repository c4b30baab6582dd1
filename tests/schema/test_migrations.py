"""Migrations against the tables in code, beside Dagster's own, twice at once, and half done."""

import json
import subprocess
import sys

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from dagster_mysql import DagsterMySQLStorage

from iop_pipelines.domain.sentences import read
from iop_pipelines.errors import InvalidInput
from iop_pipelines.orchestration.instance import dagster_mysql_url
from iop_pipelines.schema import migrate
from iop_pipelines.schema.document import loses_order, with_order
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import (
    analytical_models,
    datasets,
    metadata,
    model_executions,
    recommendations,
    report_templates,
    user_settings,
    users,
)
from iop_pipelines.transform.table import table_name

REVISIONS = sorted(path.name[:4] for path in (migrate.MIGRATIONS / "versions").glob("0*.py"))
MIGRATE = (
    "import sys; from iop_pipelines.schema import migrate; print(migrate.upgrade(sys.argv[1]))"
)


def test_a_migrated_database_agrees_with_the_tables_in_code_and_upgrading_again_runs_nothing(
    database_url: str,
) -> None:
    assert migrate.current(database_url) is None
    assert migrate.pending(database_url) == REVISIONS
    assert migrate.upgrade(database_url) == REVISIONS
    assert _differences(database_url) == []
    assert migrate.upgrade(database_url) == []
    assert (migrate.current(database_url), migrate.pending(database_url)) == (REVISIONS[-1], [])


def test_downgrading_to_base_drops_our_tables_and_no_others(database_url: str) -> None:
    engine = engine_for(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE somebody_elses (id INT)"))
    migrate.upgrade(database_url)
    migrate.downgrade(database_url, "base")
    assert set(sa.inspect(engine).get_table_names()) == {"somebody_elses", migrate.VERSION_TABLE}
    assert migrate.upgrade(database_url) == REVISIONS


def test_prepared_rows_of_moments_get_a_mark_of_the_second_hour(database_url: str) -> None:
    migrate.upgrade(database_url, "0016")
    engine = engine_for(database_url)
    names = {"hourly": "datetime", "daily": "date", "n" * 62: "datetime", "unprepared": "datetime"}
    with engine.begin() as connection:
        for name, type_ in names.items():
            content = {"time": "at", "fields": {"at": {"type": type_}}}
            row = {"name": name, "source": "s", "version": 1, "declaration": content}
            connection.execute(datasets.insert().values(**row))
            if name != "unprepared":
                table = table_name(name)
                connection.execute(sa.text(f"CREATE TABLE {table} (iop_id INT)"))
                connection.execute(sa.text(f"INSERT INTO {table} VALUES (7)"))
    for _ in range(2):
        migrate.upgrade(database_url)
        with engine.connect() as connection:
            for name in ("hourly", "n" * 62):
                query = sa.text(f"SELECT iop_id, iop_fold FROM {table_name(name)}")
                assert [tuple(row) for row in connection.execute(query)] == [(7, 0)]
            daily = sa.inspect(connection).get_columns(table_name("daily"))
            assert [each["name"] for each in daily] == ["iop_id"]
        migrate.downgrade(database_url, "0016")
    columns = sa.inspect(engine).get_columns(table_name("hourly"))
    assert [each["name"] for each in columns] == ["iop_id"]
    engine.dispose()


def test_what_was_superseded_before_it_had_a_column_is_known_by_its_reason(
    database_url: str,
) -> None:
    migrate.upgrade(database_url, "0009")
    reason = "held for its data quality until DRM run 17 delivered the window again"
    reasons = [reason, "no sufficient data quality score came within 24:00:00", None]
    columns = "model_id, status, phase, error_msg"
    engine = engine_for(database_url)
    with engine.begin() as connection:
        model = {
            "name": "m",
            "type": "ml",
            "version": "v1.0.0",
            "input_schema": {},
            "output_schema": {},
        }
        connection.execute(analytical_models.insert().values(**model))
        for error in reasons:
            connection.execute(
                sa.text(
                    f"INSERT INTO model_executions ({columns}) VALUES (1, 'failed', 'done', :e)"
                ),
                {"e": error},
            )
    migrate.upgrade(database_url)
    table = model_executions.c
    with engine.connect() as connection:
        found = connection.execute(
            sa.select(table.error_msg, table.superseded_by).order_by(table.id)
        )
        assert [tuple(row) for row in found] == list(zip(reasons, (17, None, None), strict=True))
    engine.dispose()


def test_what_was_told_of_silent_series_is_found_by_its_finder(database_url: str) -> None:
    migrate.upgrade(database_url, "0022")
    engine = engine_for(database_url)
    told = {
        "silence:Store 3@2026-11-02T00:00:00": "Store 3",
        "silence:42": "all",
        "delivery:43": "all",
        "execution:7": "Store 3",
    }
    row = {"title": "t", "category": "optimisation"}
    with engine.begin() as connection:
        for source_ref, series in told.items():
            values = row | {"source_ref": source_ref, "unique_id": series}
            # Not by the table in code, whose defaults name columns of later releases.
            then = sa.table("recommendations", *(sa.column(name) for name in values))
            connection.execute(then.insert().values(**values))
    migrate.upgrade(database_url)
    query = sa.select(recommendations.c.source_ref).order_by(recommendations.c.id)
    with engine.connect() as connection:
        found = connection.scalars(query).all()
    assert found == ["data-silence:Store 3@2026-11-02T00:00:00", *list(told)[1:]]
    engine.dispose()


def test_the_order_of_keys_is_kept_up_and_taken_out_on_the_way_down(database_url: str) -> None:
    config = {"version": 2, "datasets": {"summary": {}, "all": {}, "detail": {}}}
    migrate.upgrade(database_url)
    engine = engine_for(database_url)
    insert = sa.text("INSERT INTO report_templates (name, query_config) VALUES (:name, :config)")
    with engine.begin() as connection:
        connection.execute(
            report_templates.insert().values(name="new", query_config=with_order(config))
        )
        connection.execute(insert, {"name": "old", "config": json.dumps(config)})
        connection.execute(user_settings.insert().values(user_id=_a_user(connection), settings={}))
        read_back = sa.select(report_templates.c.query_config).order_by(report_templates.c.id)
        new, old = connection.scalars(read_back).all()
    assert list(new["datasets"]) == ["summary", "all", "detail"]
    # What was stored before keeps the order that the database has given it.
    keeps = not loses_order(engine.dialect)
    by_length = ["all", "detail", "summary"]
    assert list(old["datasets"]) == (list(config["datasets"]) if keeps else by_length)
    migrate.downgrade(database_url, "0023")
    with engine.connect() as connection:
        stored = connection.scalars(sa.text("SELECT query_config FROM report_templates")).all()
    assert [json.loads(each) for each in stored] == [config, config]
    migrate.upgrade(database_url)
    engine.dispose()


def _a_user(connection: sa.Connection) -> int:
    result = connection.execute(users.insert().values(name="Ada", role="admin"))
    return result.inserted_primary_key[0]


def test_an_unknown_revision_is_refused_before_anything_is_locked(tmp_path) -> None:
    with pytest.raises(InvalidInput, match=r"'0815' is unknown; there are base, 0001"):
        migrate.upgrade(f"sqlite:///{tmp_path / 'absent.db'}", "0815")
    assert not (tmp_path / "absent.db").exists()


def test_of_replicas_that_migrate_at_once_one_runs_and_the_others_wait(database_url: str) -> None:
    command = [sys.executable, "-W", "error", "-c", MIGRATE, database_url]
    replicas = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    outputs = [replica.communicate(timeout=120) for replica in replicas]
    assert [replica.returncode for replica in replicas] == [0, 0, 0], outputs
    assert sorted(output.strip() for output, _ in outputs) == [str(REVISIONS), "[]", "[]"]
    assert _differences(database_url) == []


def test_a_migration_that_died_half_way_is_completed(server_url: str) -> None:
    migrate.upgrade(server_url)
    with engine_for(server_url).begin() as connection:
        for statement in (
            "DROP TABLE model_outputs",
            "DROP TABLE findings",
            "DROP TABLE sign_in_links",
            "DROP TRIGGER trg_audit_events__no_update",
            "DROP INDEX ix_recommendations__status ON recommendations",
            f"DELETE FROM {migrate.VERSION_TABLE}",
        ):
            connection.execute(sa.text(statement))
    assert migrate.upgrade(server_url) == REVISIONS
    assert _differences(server_url) == []


@pytest.mark.parametrize("is_dagster_first", [True, False])
def test_dagster_and_iop_share_a_database_in_either_order(
    server_url: str, is_dagster_first: bool
) -> None:
    if is_dagster_first:
        _use_dagster(server_url)
    migrate.upgrade(server_url)
    dagsters_version = _use_dagster(server_url)
    migrate.downgrade(server_url, "base")
    migrate.upgrade(server_url)
    assert _use_dagster(server_url) == dagsters_version
    assert migrate.current(server_url) == REVISIONS[-1]
    assert _differences(server_url) == []


@pytest.mark.parametrize("table", metadata.tables)
def test_names_fit_every_database_and_none_is_dagsters(table: str) -> None:
    from dagster._core.storage.event_log.schema import SqlEventLogStorageMetadata
    from dagster._core.storage.runs.schema import RunStorageSqlMetadata
    from dagster._core.storage.schedules.schema import ScheduleStorageSqlMetadata

    for theirs in (
        SqlEventLogStorageMetadata,
        RunStorageSqlMetadata,
        ScheduleStorageSqlMetadata,
    ):
        assert table not in theirs.tables
    dialect = sa.create_engine("mysql+pymysql://").dialect
    preparer = dialect.identifier_preparer
    parts = [*metadata.tables[table].constraints, *metadata.tables[table].indexes]
    names = [
        preparer.format_index(part)
        if isinstance(part, sa.Index)
        else preparer.format_constraint(part)
        for part in parts
    ]
    assert [name for name in names if name and len(name.strip("`")) > 64] == []


def _differences(url: str) -> list:
    with engine_for(url).connect() as connection:
        context = MigrationContext.configure(connection, opts=migrate.context_options())
        return compare_metadata(context, metadata)


def _use_dagster(url: str) -> list[str]:
    """Opens Dagster's storage as an instance does, writes to it, and gives its schema version."""
    storage = DagsterMySQLStorage(dagster_mysql_url(url))
    try:
        storage.event_log_storage.add_dynamic_partitions("models", ["1.storms@v1.0.0"])
        assert storage.event_log_storage.get_dynamic_partitions("models") == ["1.storms@v1.0.0"]
        assert storage.run_storage.get_runs() == []
    finally:
        for part in (storage.run_storage, storage.event_log_storage, storage.schedule_storage):
            part.dispose()
    with engine_for(url).connect() as connection:
        return list(connection.scalars(sa.text("SELECT version_num FROM alembic_version")))


def test_what_is_looked_for_by_its_code_is_known_by_the_words_that_it_had(
    database_url: str,
) -> None:
    migrate.upgrade(database_url, "0014")
    told = {
        "its data could not be prepared: DRM has no pipeline run 7": {
            "code": "execution.not_prepared",
            "values": {"why": "DRM has no pipeline run 7"},
        },
        "output of m v1.0.0: column y breaks minimum 0: twice": {
            "code": "output.broken",
            "values": {"label": "m v1.0.0", "said": "column y breaks minimum 0: twice"},
        },
        "inputs of many kinds": None,
    }
    engine = engine_for(database_url)
    with engine.begin() as connection:
        model = {"name": "m", "type": "ml", "version": "v1.0.0"}
        schemas: dict[str, object] = {"input_schema": {}, "output_schema": {}}
        connection.execute(analytical_models.insert().values(**model, **schemas))
        for error in told:
            connection.execute(
                sa.text(
                    "INSERT INTO model_executions (model_id, status, phase, error_msg) "
                    "VALUES (1, 'failed', 'done', :e)"
                ),
                {"e": error},
            )
    migrate.upgrade(database_url)
    table = model_executions.c
    with engine.connect() as connection:
        found = connection.execute(sa.select(table.error_msg, table.said).order_by(table.id)).all()
    assert {row.error_msg: row.said for row in found} == told
    assert all(read(row.said) for row in found if row.said is not None)
    engine.dispose()
