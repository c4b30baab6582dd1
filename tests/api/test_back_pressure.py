"""A full disk, a pool without a free connection, a long queue: told by name, answered all the while."""

import io
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from starlette.applications import Starlette

from database_servers import named
from iop_pipelines.api import health
from iop_pipelines.api.app import create_app
from iop_pipelines.api.health import Part
from iop_pipelines.api.registry import Registry
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.errors import Unavailable
from iop_pipelines.ledger.work import EXECUTION, claim
from iop_pipelines.reporting.generate import store
from iop_pipelines.schema.engine import POOL_SIZE, begin_write, engine_for
from iop_pipelines.schema.tables import (
    analytical_models,
    dataset_versions,
    datasets,
    model_executions,
)
from iop_pipelines.settings import Settings
from served_app import Accounts, running, wait_until

BURST = 10_000
# On a machine that does much else; what takes no time is not waited for.
BUSY_S = 60


@pytest.fixture
def settings(tmp_path: Path, migrated_url: str) -> Iterator[Settings]:
    settings = Settings.from_env({"IOP_HOME": str(tmp_path), **named(migrated_url)})
    yield settings
    engine_for(settings.database_url).dispose()
    health.probe_engine(settings).dispose()


def _app(settings: Settings, parts: list[Part]) -> Starlette:
    return create_app(
        settings, registry=Registry(), authenticate=Accounts().authenticate, parts=parts
    )


def _ready(url: str, **headers: str) -> dict:
    return httpx.get(f"{url}/api/ready", headers=headers, timeout=BUSY_S).json()


def test_a_full_disk_is_named_and_leaves_no_half_written_report(
    small_disk: Path, settings: Settings
) -> None:
    url = f"file://{small_disk}"
    kept = store(url, io.BytesIO(b"x" * 500_000), "pdf")

    with pytest.raises(Unavailable, match="No space left on device"):
        store(url, io.BytesIO(b"x" * 4_000_000), "pdf")

    files = [path for path in small_disk.rglob("*") if path.is_file()]
    assert files == [Path(kept.removeprefix("file://"))]
    filler = small_disk / "filler"
    room = shutil.disk_usage(small_disk).free
    filler.write_bytes(b"x" * room)
    storage = Part("storage", lambda: health.check_storage(url), 0.05)
    with running(_app(settings, [storage])) as served:
        wait_until(
            lambda: "No space left" in _ready(served).get("reasons", {}).get("storage", ""), BUSY_S
        )
        filler.unlink()
        wait_until(lambda: _ready(served)["parts"]["storage"] == "ok", BUSY_S)


def test_a_pool_without_a_free_connection_is_named_while_answers_go_on(settings: Settings) -> None:
    engine = engine_for(settings.database_url)
    part = Part("connections", lambda: health.check_connections(engine), 0.05, 0.3)
    with running(_app(settings, [part])) as served:
        wait_until(lambda: _ready(served)["status"] == "ready", BUSY_S)
        held = [engine.connect() for _ in range(POOL_SIZE)]
        try:
            wait_until(lambda: "connections" in _ready(served).get("reasons", {}), BUSY_S)
            assert httpx.get(f"{served}/api/health").status_code == 200
        finally:
            for connection in held:
                connection.close()
        wait_until(lambda: _ready(served)["status"] == "ready", BUSY_S)


def test_why_a_part_is_degraded_is_told_to_loopback_and_to_admins_only(settings: Settings) -> None:
    part = Part("storage", lambda: "no room in /srv/reports", 0.05)
    with running(_app(settings, [part])) as served:
        wait_until(lambda: _ready(served)["status"] == "degraded", BUSY_S)
        assert _ready(served)["reasons"] == {"storage": "no room in /srv/reports"}
        far = {"x-forwarded-for": "203.0.113.9"}
        assert "reasons" not in _ready(served, **far)
        assert "reasons" not in _ready(served, **far, cookie="session=vera")
        assert "reasons" in _ready(served, **far, cookie="session=ada")


def test_a_burst_is_counted_told_once_it_waits_too_long_and_wholly_launched(
    settings: Settings,
) -> None:
    engine = engine_for(settings.database_url)
    long_ago = utc_now() - timedelta(minutes=settings.backlog_minutes + 5)
    with begin_write(engine) as connection:
        model = _insert(connection, analytical_models, name="m", type="ml", config={})
        dataset = _insert(
            connection, datasets, name="d", source="d", version=1, declaration={"name": "d"}
        )
        version = _insert(
            connection,
            dataset_versions,
            dataset_id=dataset,
            data_version="a" * 32,
            drm_run_id=1,
            declaration_version=1,
            window_start=long_ago,
            window_end=long_ago,
            status="prepared",
            phase="done",
        )
        row = {"model_id": model, "dataset_version_id": version, "requested_at": long_ago}
        connection.execute(model_executions.insert(), [row] * BURST)
    with running(_app(settings, [])) as served:
        told = f"{BURST} of kind execution wait since"
        wait_until(
            lambda: _ready(served).get("reasons", {}).get("queue", "").startswith(told), BUSY_S
        )
        text = httpx.get(f"{served}/metrics").text
        assert f'iop_queue_depth{{kind="execution"}} {float(BURST)}' in text
    launched: set[int] = set()
    while batches := claim(engine, EXECUTION, utc_now(), limit=2_500):
        ids = [item for batch in batches for item in batch.ids]
        assert not launched & set(ids)
        launched |= set(ids)
        with begin_write(engine) as connection:
            connection.execute(
                model_executions.update()
                .where(model_executions.c.id.in_(ids))
                .values(phase="done", status="success")
            )
    assert len(launched) == BURST


def _insert(connection: sa.Connection, table: sa.Table, **values: object) -> int:
    return connection.execute(table.insert().values(**values)).inserted_primary_key[0]
