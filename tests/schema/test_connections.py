"""Connections to a server are cheap, whoever opens them: Dagster opens one for each use."""

import ssl

import pytest
import sqlalchemy as sa

from database_servers import DatabaseAccount
from iop_pipelines.orchestration.instance import dagster_mysql_url
from iop_pipelines.orchestration.mysql_storage import BoundedMySQLStorage
from iop_pipelines.schema.engine import engine_for


class ReadCertificates(Exception):
    """The machine's certificates were asked for."""


@pytest.fixture
def unread(server_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on: the server itself is asked for beforehand, by the suite's own connection."""

    def read(*_: object, **named: object) -> None:
        raise ReadCertificates(named)

    monkeypatch.setattr(ssl, "create_default_context", read)


@pytest.mark.usefixtures("unread")
def test_certificates_that_nobody_checks_are_not_read(server_url: str) -> None:
    with engine_for(server_url).connect() as connection:
        assert connection.scalar(sa.text("SELECT 1")) == 1
    storage = BoundedMySQLStorage(dagster_mysql_url(server_url))
    assert storage.run_storage.get_runs_count() == 0


@pytest.mark.usefixtures("unread")
def test_certificates_that_are_to_be_checked_are_read(server_url: str) -> None:
    checked = sa.make_url(server_url).update_query_dict({"ssl_ca": "/etc/ssl/ours.pem"})
    engine = engine_for(checked.render_as_string(hide_password=False))
    with pytest.raises(ReadCertificates, match=r"ours\.pem"):
        engine.connect()


@pytest.mark.mysql
def test_a_connection_is_encrypted_where_the_server_can(mysql_server: DatabaseAccount) -> None:
    url = mysql_server.create_database()
    with engine_for(url).connect() as plain:
        assert _cipher(plain) == ""
        plain.exec_driver_sql("SET GLOBAL tls_version = 'TLSv1.2,TLSv1.3'")
        plain.exec_driver_sql("ALTER INSTANCE RELOAD TLS")
        try:
            with engine_for(url).connect() as encrypted:
                assert _cipher(encrypted)
        finally:
            plain.exec_driver_sql("SET GLOBAL tls_version = ''")
            # To encrypt nothing any more counts as an error of the reload, which is not to be undone.
            plain.exec_driver_sql("ALTER INSTANCE RELOAD TLS NO ROLLBACK ON ERROR")
    engine_for(url).dispose()
    mysql_server.drop_database(url)


def test_a_connection_to_a_mariadb_of_today_is_encrypted(
    mariadb_11_8_server: DatabaseAccount,
) -> None:
    url = mariadb_11_8_server.create_database()
    with engine_for(url).connect() as encrypted:
        assert _cipher(encrypted)
    engine_for(url).dispose()
    mariadb_11_8_server.drop_database(url)


def _cipher(connection: sa.Connection) -> str:
    _, cipher = connection.execute(sa.text("SHOW SESSION STATUS LIKE 'Ssl_cipher'")).one()
    return cipher
