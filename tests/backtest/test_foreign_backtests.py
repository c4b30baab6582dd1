"""Models that were made elsewhere are stored, registered, backtested and refused through the doors that people use."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml
from click.testing import CliRunner, Result
from selling_shops import DAYS, config

from iop_pipelines.cli import main
from iop_pipelines.platform import Platform
from iop_pipelines.registry.models import count_models
from iop_pipelines.runtimes import inference
from iop_pipelines.schema.tables import model_backtest_lines, model_backtests
from model_server import ModelServer, running_model_server
from onnx_files import weekly_model


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with running_model_server() as running:
        yield running


class Command:
    """`iop` on the instance of `platform`, which may call the server."""

    def __init__(self, platform: Platform, server: ModelServer, folder: Path) -> None:
        settings = platform.settings
        self.folder = folder
        self.env = {
            "IOP_HOME": str(settings.home),
            "DATABASE_URL": settings.database_url,
            "IOP_DRM_DATABASE_URL": settings.drm_database_url,
            "IOP_MODEL_SERVERS": server.url,
        }

    def __call__(self, *args: str) -> Result:
        return CliRunner().invoke(main, list(args), env=self.env)

    def store(self, content: bytes) -> Result:
        (self.folder / "weekly.onnx").write_bytes(content)
        return self("model", "store", str(self.folder / "weekly.onnx"), "--json")

    def register(self, runtime: str, version: str = "v1.0.0", **params: Any) -> Result:
        content = {
            "name": f"by-{runtime}",
            "version": version,
            "type": "ml",
            "config": config(runtime, **{"lags": 7, **params}).model_dump(mode="json"),
        }
        path = self.folder / "model.yaml"
        path.write_text(yaml.safe_dump(content))
        return self("model", "register", str(path), "--json")


@pytest.fixture
def command(platform: Platform, server: ModelServer, tmp_path: Path) -> Command:
    return Command(platform, server, tmp_path)


@pytest.mark.parametrize("runtime", ["onnx", "remote"])
def test_a_model_of_ones_own_is_backtested_as_any_other(
    runtime: str, command: Command, server: ModelServer
) -> None:
    params: dict[str, Any] = {"url": server.url, "model": "weekly"}
    if runtime == "onnx":
        stored = command.store(weekly_model().SerializeToString())
        assert stored.exit_code == 0, stored.output
        params = {"checksum": json.loads(stored.stdout)["checksum"]}
    registered = command.register(runtime, **params)
    assert registered.exit_code == 0, registered.output
    done = command("model", "backtest", f"by-{runtime}", "--json")
    assert done.exit_code == 0, done.output
    content = json.loads(done.stdout)
    assert content["deliveries"] == {"count": DAYS, "replayed": DAYS, "periods": 1, "failed": 0}
    # Of the first week nothing is known a week before, and twenty scores are what is usual.
    assert (content["coverage"]["total"], content["coverage"]["learning"]) == (4 * DAYS, 4 * 27)
    things = {budget["budget"]: budget["things"] for budget in content["lists"]}
    assert {each["series"] for each in things[2.0]} == {"Shop 1", "Shop 2"}
    assert max(things) > 2
    promoted = command("model", "promote", f"by-{runtime}")
    assert promoted.exit_code == 0, promoted.output


def test_what_cannot_run_is_not_registered(
    command: Command, platform: Platform, server: ModelServer
) -> None:
    checksum = json.loads(command.store(weekly_model().SerializeToString()).output)["checksum"]
    for said, runtime, params in (
        ("no file with the checksum ffff", "onnx", {"checksum": "f" * 64}),
        ("'x' takes 8 numbers a row, and is given 4", "onnx", {"checksum": checksum, "lags": 3}),
        ("output is label; choose one of score", "onnx", {"checksum": checksum, "output": "label"}),
        (
            "http://127.0.0.1:9 may not be called",
            "remote",
            {"url": "http://127.0.0.1:9", "model": "m"},
        ),
    ):
        refused = command.register(runtime, **params)
        assert refused.exit_code != 0
        assert said in " ".join(refused.output.split())
    assert count_models(platform.engine) == 0


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"model": "nan"}, "the model answers no number"),
        ({"model": "broken"}, "status 500: out of memory"),
        ({"model": "secret", "token": "IOP_MODEL_TOKEN_LOST"}, "no variable IOP_MODEL_TOKEN_LOST"),
    ],
)
def test_a_server_that_answers_nothing_of_use_leaves_no_backtest(
    command: Command,
    platform: Platform,
    server: ModelServer,
    monkeypatch: pytest.MonkeyPatch,
    params: dict[str, Any],
    said: str,
) -> None:
    monkeypatch.setattr(inference, "FIRST_PAUSE_S", 0.0)
    registered = command.register("remote", url=server.url, **params)
    assert registered.exit_code == 0, registered.output
    failed = command("model", "backtest", "by-remote")
    assert failed.exit_code != 0
    assert said in " ".join(failed.output.split())
    with platform.engine.connect() as connection:
        assert not connection.scalar(sa.select(sa.func.count()).select_from(model_backtest_lines))
        contents = connection.scalars(sa.select(model_backtests.c.content)).all()
    assert contents == [None]
