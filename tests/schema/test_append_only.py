"""The audit trail takes rows and gives none back, whichever client asks."""

import pymysql
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from iop_pipelines.schema import append_only, migrate
from iop_pipelines.schema.engine import begin_write, engine_for

COLUMNS = "occurred_at, user_name, `procedure`, request_id, address"
ADD = f"INSERT INTO audit_events ({COLUMNS}) VALUES ('2026-01-01', 'ada', 'x.y', '', '')"


@pytest.fixture
def engine(migrated_url: str) -> sa.Engine:
    engine = engine_for(migrated_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(ADD)
        connection.exec_driver_sql(ADD)
    return engine


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_events SET user_name = 'eve'",
        "DELETE FROM audit_events WHERE id = 1",
        f"REPLACE INTO audit_events (id, {COLUMNS}) VALUES (1, '2026-01-01', 'eve', 'x.y', '', '')",
    ],
)
def test_what_was_recorded_cannot_be_changed_or_removed(engine: sa.Engine, statement: str) -> None:
    with pytest.raises(DBAPIError, match="audit_events is append-only"), engine.begin() as write:
        write.exec_driver_sql(statement)
    with engine.connect() as connection:
        names = connection.scalars(sa.text("SELECT user_name FROM audit_events")).all()
        assert names == ["ada", "ada"]


def test_triggers_that_were_dropped_come_back_with_the_next_migration(engine: sa.Engine) -> None:
    with begin_write(engine) as connection:
        assert append_only.is_protected(connection)
        connection.exec_driver_sql("DROP TRIGGER trg_audit_events__no_update")
        assert not append_only.is_protected(connection)
    assert migrate.upgrade(str(engine.url)) == []
    with engine.connect() as connection:
        assert append_only.is_protected(connection)


def test_an_account_that_may_not_make_triggers_still_gets_its_tables(server_url: str) -> None:
    url = sa.make_url(server_url)
    account = {"host": url.host, "port": url.port or 0, "user": url.username}
    with pymysql.connect(**account, autocommit=True) as connection:
        cursor = connection.cursor()
        cursor.execute("DROP USER IF EXISTS plain@'%'")
        cursor.execute("CREATE USER plain@'%' IDENTIFIED BY 'p'")
        cursor.execute(
            "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, INDEX, ALTER, REFERENCES "
            f"ON {url.database}.* TO plain@'%'"
        )
    plain = url.set(username="plain", password="p").render_as_string(hide_password=False)
    try:
        assert migrate.upgrade(plain)
        with engine_for(plain).connect() as connection:
            assert not append_only.is_protected(connection)
    finally:
        engine_for(plain).dispose()
    migrate.upgrade(server_url)
    with engine_for(server_url).connect() as connection:
        assert append_only.is_protected(connection)
