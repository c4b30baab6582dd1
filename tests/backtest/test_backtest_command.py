"""`iop model backtest` says in words what a model would have told, and ends with the reason where there is none."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from selling_shops import DAY_OFF, SALES, START, deliver, model_of, shop_days

from iop_pipelines.cli.main import main
from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.ledger import backtests
from iop_pipelines.platform import Platform
from iop_pipelines.schema import migrate
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.settings import Settings
from iop_pipelines.transform.versions import register_dataset

Iop = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    home = tmp_path / "home"
    home.mkdir()
    platform = Platform(Settings.from_env({"IOP_HOME": str(home)}))
    migrate.upgrade(platform.settings.database_url)
    stored = register_dataset(platform.engine, DatasetDeclaration.model_validate(SALES))
    deliver(platform, stored.id, shop_days())
    model_of(platform)
    yield home
    for url in (platform.settings.database_url, platform.settings.drm_database_url):
        engine_for(url).dispose()


@pytest.fixture
def iop(home: Path) -> Iop:
    return lambda *words: CliRunner().invoke(main, [*words, "--home", str(home)])


def test_the_sentence_comes_first_then_the_list_then_the_figures(iop: Iop) -> None:
    done = iop("model", "backtest", "shops")
    assert done.exit_code == 0, done.output
    first, *rest = done.stdout.splitlines()
    assert first == (
        "From 5 Jan 2026 to 23 Jul 2026 this would have told you 2 things, about 1 in 14 weeks."
    )
    day = f"{START + timedelta(days=DAY_OFF):%Y-%m-%d}"
    assert any(day in line and "Shop 1" in line for line in rest)
    said = " ".join(rest)
    assert "Replayed: 200 of 200 deliveries. Judged: 716 of 800 points" in said
    assert "anomalies put into a copy" in said


def test_as_json_it_is_one_value_with_a_list_for_each_budget(iop: Iop) -> None:
    made = json.loads(
        iop("model", "backtest", "shops", "--alerts-per-week", "0.3", "--json").stdout
    )
    assert (made["model"], made["budget"], made["message"]) == ("shops v1.0.0", 0.3, None)
    counts = {each["budget"]: each["count"] for each in made["lists"]}
    assert counts[0.3] <= counts[2.0] == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("shops", "--version", "v9.0.0"), "there is no model"),
        (("shops", "--from", "2030-01-01"), "the period has none of the history"),
        (("shops", "--to", "2026-01-20"), "nothing could be judged"),
        (("shops", "--alerts-per-week", "0"), "is not in the range 0<x<=10000"),
    ],
)
def test_what_cannot_be_replayed_ends_with_the_reason(
    iop: Iop, words: tuple[str, ...], said: str
) -> None:
    ended = iop("model", "backtest", *words)
    assert ended.exit_code != 0
    assert said in " ".join(ended.output.split())


def test_a_version_becomes_active_after_its_backtest_or_for_a_reason(iop: Iop) -> None:
    refused = iop("model", "promote", "shops")
    assert refused.exit_code == 1
    assert "no finished backtest of model shops v1.0.0" in " ".join(refused.output.split())
    unsaid = iop("model", "promote", "shops", "--force")
    assert "to promote model shops v1.0.0 without a backtest, say why" in " ".join(
        unsaid.output.split()
    )
    assert iop("model", "backtest", "shops").exit_code == 0
    assert "is active" in iop("model", "promote", "shops").output


def test_one_that_a_killed_command_left_is_taken_up(iop: Iop, home: Path) -> None:
    engine = Platform(Settings.from_env({"IOP_HOME": str(home)})).engine
    then = datetime(2026, 1, 1)
    left = backtests.ask(engine, 1, backtests.Asked(), then)
    assert backtests.begin(engine, left.id, 1, then) is not None
    done = iop("model", "backtest", "shops", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["id"] == left.id
    assert backtests.backtest_of(engine, left.id).attempt == 2


def test_registering_and_promoting_at_once_makes_the_backtest(iop: Iop, tmp_path: Path) -> None:
    shown = json.loads(iop("model", "show", "shops").stdout)
    content = {name: shown[name] for name in ("type", "config")}
    file = tmp_path / "next.json"
    file.write_text(json.dumps({**content, "name": "next"}))
    done = iop("model", "register", str(file), "--promote")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith(
        "From 5 Jan 2026 to 23 Jul 2026 this would have told you 2 things"
    )
    assert "is active" in " ".join(done.stdout.split())
