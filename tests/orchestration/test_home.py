"""The home: for its owner alone, and looked at before anything is made in it or started on it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

import aftermath
from iop_pipelines.cli.main import main
from iop_pipelines.demo.load import folder
from iop_pipelines.demo.own_home import check_own
from iop_pipelines.errors import Conflict
from iop_pipelines.orchestration.home import make_private
from iop_pipelines.orchestration.supervisor import free_port
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.settings import Settings
from iop_pipelines.transform.declarations import demo_declarations
from iop_pipelines.transform.versions import register_dataset, register_system_datasets
from private_files import open_to_others
from served_app import answers, wait_until

GOOD_KEY = "pXo4v1Jm0sQ3Zr8yUe7TnLk2WbHd9cGf5aRiVtExMwY="


def run_iop(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    iop = Path(sys.executable).with_name("iop")
    command = [str(iop), *arguments, "--home", str(home)]
    # What a login shell has.
    return subprocess.run(command, capture_output=True, text=True, timeout=240, umask=0o022)


def test_what_the_real_commands_make_is_their_owners_alone(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "home"
    assert run_iop(home, "migrate").returncode == 0
    assert run_iop(home, "user", "add", "ada", "--role", "admin").returncode == 0
    port = free_port()
    iop = Path(sys.executable).with_name("iop")
    up = subprocess.Popen(
        [str(iop), "up", "--home", str(home), "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        umask=0o022,
    )
    try:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}", "/api/ready", 200), 240)
        assert open_to_others(home) == []
        up.send_signal(signal.SIGTERM)
        up.wait(60)
    finally:
        up.kill()
        up.communicate()
    made = {each.name for each in home.iterdir()}
    assert {"iop.db", "secret.key", "logs", "dagster", "broker", "files", "lock"} <= made
    assert open_to_others(home) == []


@pytest.fixture
def older_home(tmp_path: Path) -> Path:
    """As releases before this one left it, with the umask of a login shell."""
    home = tmp_path / "home"
    (home / "dagster" / "storage").mkdir(parents=True)
    (home / "dagster" / "storage" / "runs.db").touch()
    (home / "iop.db").touch()
    (home / "instance.env").write_text("IOP_TIME_ZONE=Africa/Lagos\n")
    for path in (home, *home.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return home


def test_an_older_home_is_mended_and_it_is_said(older_home: Path) -> None:
    done = run_iop(older_home, "migrate")
    assert done.returncode == 0, done.stderr
    assert f"The home {older_home} was open to others (mode 0755)" in done.stderr
    assert f"5 files and folders in {older_home} were open to others" in done.stderr
    assert open_to_others(older_home) == []
    assert "open to others" not in run_iop(older_home, "migrate").stderr


def test_a_file_that_goes_while_it_is_looked_at_is_passed_over(
    older_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As files of a broker and of SQLite do, between the look and the opening."""
    gone: list[str] = []
    opened = os.open

    def late(path: str, *rest: int) -> int:
        if not gone and os.path.isfile(path):
            gone.append(path)
            os.remove(path)
        return opened(path, *rest)

    monkeypatch.setattr(os, "open", late)
    mended = make_private(older_home)
    assert gone
    assert mended.inside > 0
    assert open_to_others(older_home) == []


def test_what_is_not_iops_stays_as_it_is(older_home: Path, tmp_path: Path) -> None:
    mine = older_home / "thesis.txt"
    mine.touch(0o644)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.touch()
    elsewhere.chmod(0o644)
    (older_home / "logs").mkdir()
    (older_home / "logs" / "link").symlink_to(elsewhere)
    assert run_iop(older_home, "migrate").returncode == 0
    assert elsewhere.stat().st_mode & 0o777 == 0o644
    assert open_to_others(older_home) == [f"{older_home} 0755", f"{mine} 0644"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_what_is_another_users_stays_as_it_is(older_home: Path) -> None:
    theirs = older_home / "dagster" / "storage" / "theirs"
    theirs.touch()
    theirs.chmod(0o644)
    os.chown(theirs, 65_534, 65_534)
    assert run_iop(older_home, "migrate").returncode == 0
    assert open_to_others(older_home) == [f"{theirs} 0644"]


def a_file(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    path = tmp_path / "file"
    path.touch()
    return path


def under_a_file(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    return a_file(tmp_path, request) / "deep" / "home"


def on_a_read_only_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    return read_only(request.getfixturevalue("small_disk"))


def to_be_made_on_a_read_only_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    return read_only(request.getfixturevalue("small_disk")) / "home"


def read_only(disk: Path) -> Path:
    command = ["mount", "-o", "remount,ro", aftermath.device(), str(disk)]
    subprocess.run(command, check=True, timeout=30)
    return disk


UNUSABLE = {
    a_file: "cannot be a folder, as it is a file",
    under_a_file: "cannot be a folder, as",
    on_a_read_only_disk: "is on a read-only file system",
    to_be_made_on_a_read_only_disk: "is on a read-only file system",
}


@pytest.mark.parametrize("command", ["up", "demo", "migrate"])
@pytest.mark.parametrize(
    ("home_of", "why"), UNUSABLE.items(), ids=lambda each: getattr(each, "__name__", "")
)
def test_a_home_that_cannot_be_used_is_one_sentence_before_anything_starts(
    tmp_path: Path,
    request: pytest.FixtureRequest,
    command: str,
    home_of: Callable[[Path, pytest.FixtureRequest], Path],
    why: str,
) -> None:
    home = home_of(tmp_path, request)
    before = sorted(tmp_path.rglob("*"))
    result = CliRunner().invoke(main, [command], env={"IOP_HOME": str(home), "COLUMNS": "1000"})
    assert result.exit_code == 1
    said = result.output.strip()
    assert said.startswith(f"Error: the home {home} cannot be")
    assert why in said
    assert said.endswith("name another folder with --home or IOP_HOME")
    assert "\n" not in said
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("tooshort", "IOP_SECRET_KEY has 8 bytes; it needs 32 at least"),
        ("a" * 64, "IOP_SECRET_KEY is a known default or can be guessed"),
        ("abababab" * 5, "IOP_SECRET_KEY is a known default or can be guessed"),
        ("changeme-Vd8sP0q_kR3xN7ytW1zLm5Jc9Ha2Ueb4", "is a known default or can be guessed"),
        ("q8w7e6r5t4y3u2i1" * 3, "IOP_SECRET_KEY repeats itself and can be guessed"),
        ("q8w7e6r5t4y3u2i1" * 2 + "q8w7", "IOP_SECRET_KEY repeats itself and can be guessed"),
    ],
)
@pytest.mark.parametrize("command", ["up", "demo"])
def test_a_weak_key_is_one_sentence_before_anything_starts(
    tmp_path: Path, command: str, key: str, why: str
) -> None:
    home = tmp_path / "home"
    env = {"IOP_HOME": str(home), "IOP_SECRET_KEY": key, "COLUMNS": "1000"}
    result = CliRunner().invoke(main, [command], env=env)
    assert result.exit_code == 1
    said = result.output.strip()
    assert why in said
    assert said.endswith("make one with `openssl rand -base64 32` and give it to every replica")
    assert "\n" not in said
    assert key not in said
    assert not home.exists()


def test_a_key_that_others_could_read_is_refused_and_not_mended(older_home: Path) -> None:
    (older_home / "secret.key").write_text(GOOD_KEY)
    (older_home / "secret.key").chmod(0o644)
    done = run_iop(older_home, "up", "--port", str(free_port()))
    assert done.returncode == 1
    assert "secret.key can be read by others (mode 0644)" in " ".join(done.stderr.split())
    assert (older_home / "secret.key").stat().st_mode & 0o777 == 0o644
    assert not (older_home / "lock").exists()


def test_a_home_with_datasets_or_models_of_its_own_is_not_made_a_demo(tmp_path: Path) -> None:
    home = tmp_path / "home"
    env = {"IOP_HOME": str(home), "COLUMNS": "1000"}
    iop = CliRunner()
    assert iop.invoke(main, ["migrate"], env=env).exit_code == 0
    declaration = str(folder("datasets") / "flights_daily.yaml")
    assert iop.invoke(main, ["dataset", "register", declaration], env=env).exit_code == 0
    before = sorted(home.rglob("*"))

    result = iop.invoke(main, ["demo", "--once"], env=env)
    assert result.exit_code == 1
    assert result.output.strip() == (
        f"Error: the home {home} was not made by the demo and has 1 dataset and 0 models of its own; "
        "name another folder with --home, and another database where DATABASE_URL is set"
    )
    assert sorted(home.rglob("*")) == before

    model = str(folder("models") / "delay-trend.yaml")
    assert iop.invoke(main, ["model", "register", model], env=env).exit_code == 0
    assert "has 1 dataset and 1 model of" in iop.invoke(main, ["demo"], env=env).output


@pytest.mark.parametrize("has_migrated", [False, True])
def test_the_demo_may_have_a_home_that_nobody_has_registered_anything_in(
    tmp_path: Path, has_migrated: bool
) -> None:
    settings = Settings.from_env({"IOP_HOME": str(tmp_path / "home")})
    if has_migrated:
        assert CliRunner().invoke(main, ["migrate", "--home", str(settings.home)]).exit_code == 0
        register_system_datasets(engine_for(settings.database_url))
    check_own(settings)
    assert settings.home.exists() is has_migrated


def test_the_demo_goes_on_in_its_own_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "instance.env").write_text("IOP_CLOCK=drm\n")
    settings = Settings.from_env({"IOP_HOME": str(home)})
    assert CliRunner().invoke(main, ["migrate", "--home", str(home)]).exit_code == 0
    engine = engine_for(settings.database_url)
    for declaration in demo_declarations():
        register_dataset(engine, declaration)
    check_own(settings)
    with pytest.raises(Conflict, match="was not made by the demo and has 2 datasets"):
        check_own(replace(settings, clock="system"))
