"""docs/api.md names the parts that health has and the metrics that are counted, and no others."""

import re
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import dagster as dg
from starlette.testclient import TestClient

from iop_pipelines.api.app import create_app
from iop_pipelines.api.dagster_ui.ui import DagsterUi
from iop_pipelines.ledger.verdicts import Verified, keep_verdict
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.migrate import upgrade
from iop_pipelines.settings import Settings
from served_app import wait_until

LOOPBACK = ("127.0.0.1", 50_000)
DOCS = Path(__file__).resolve().parents[2] / "docs" / "api.md"


def _unopened(stack: ExitStack) -> dg.DagsterInstance:
    raise AssertionError("nothing is started here")


def test_the_documented_parts_of_health_are_those_that_it_has(tmp_path: Path) -> None:
    said = re.search(r"The parts are (.*?) They are looked at", DOCS.read_text(), re.DOTALL)
    assert said is not None
    # Settings in it are in capitals.
    documented = set(re.findall(r"`([a-z_]+)`", said[1])) - {"ok"}
    settings = Settings.from_env({"IOP_HOME": str(tmp_path / "home")})
    app = create_app(settings, dagster_ui=DagsterUi(_unopened, tmp_path / "workspace.yaml"))
    answer = TestClient(app).get("/api/health").json()
    assert set(answer["parts"]) == documented
    engine_for(settings.database_url).dispose()


def test_the_documented_metrics_are_those_that_are_told(tmp_path: Path) -> None:
    rows = re.findall(r"^\| (`iop_.*?) \|", DOCS.read_text(), re.MULTILINE)
    documented = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    settings = Settings.from_env({"IOP_HOME": str(tmp_path / "home")})
    upgrade(settings.database_url)
    engine = engine_for(settings.database_url)
    # Drift is told once the ledger was compared.
    keep_verdict(engine, Verified(datetime(2026, 11, 30), 0))
    with TestClient(create_app(settings), client=LOOPBACK) as client:
        # Each part is looked at for the first time.
        wait_until(lambda: client.get("/api/health").json()["status"] == "ok", 30)
        told = client.get("/metrics").text
    families = re.findall(r"^# TYPE (iop_\w+) (?:counter|gauge|histogram)$", told, re.MULTILINE)
    assert {name for name in families if not name.endswith("_created")} == documented
    engine.dispose()
