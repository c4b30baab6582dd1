"""What the processes of a run have in common is made once, outlives the process that made it, and ends with the run."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

import aftermath
from shared_run import SharedRun

ROOT = Path(__file__).parents[2]
# On a busy machine.
TIMEOUT_S = 240


def test_of_several_that_ask_one_makes_it_and_all_get_the_same(tmp_path: Path) -> None:
    made: list[Path] = []

    def make(folder: Path) -> dict[str, int]:
        made.append(folder)
        (folder / "kept").touch()
        return {"number": len(made)}

    runs = [SharedRun(tmp_path, "", f"gw{number}") for number in range(8)]
    with ThreadPoolExecutor(len(runs)) as pool:
        answers = list(pool.map(lambda run: run.once("thing", make), runs))
    assert answers == [{"number": 1}] * len(runs)
    assert [path.name for path in made[0].iterdir() if path.name == "kept"] == ["kept"]


def test_what_could_not_be_made_is_tried_again_by_the_next_and_nothing_half_done_is_there(
    tmp_path: Path,
) -> None:
    def fails(folder: Path) -> None:
        (folder / "half").touch()
        raise OSError("no room")

    run = SharedRun(tmp_path, "", "gw0")
    with pytest.raises(OSError, match="no room"):
        run.once("thing", fails)
    assert run.once("thing", lambda folder: [path.name for path in folder.iterdir()]) == []


@pytest.mark.mariadb
@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_a_server_whose_folder_is_gone_ends_with_its_run_and_no_other_does(tmp_path: Path) -> None:
    mark = f"iop-test-{secrets.token_hex(8)}"
    runs = [SharedRun(tmp_path / name, mark, "main") for name in ("one", "two")]
    try:
        for run in runs:
            run.folder.mkdir()
            run.account("mariadb")
        first, second = (_servers(mark, run.folder) for run in runs)
        assert (len(first), len(second)) == (1, 1)
        shutil.rmtree(runs[0].folder)
        runs[0].end_servers()
        assert list(aftermath.marked(mark)) == second
        runs[1].end_servers()
        assert aftermath.marked(mark) == {}
    finally:
        aftermath.end_all(mark)


def _servers(mark: str, folder: Path) -> list[int]:
    return [pid for pid, command in aftermath.marked(mark).items() if str(folder) in command]


@pytest.mark.mariadb
@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_a_server_outlives_the_process_that_started_it_and_ends_with_the_run(
    tmp_path: Path,
) -> None:
    file = Path(__file__).with_name("one_server_for_all.py")
    options = ["-n1", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'base'}"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(file)],
        cwd=ROOT,
        env={**os.environ, "TOLD": str(tmp_path), "CI": "true"},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )

    # Told of the process that was killed, it is a failure.
    assert "1 failed, 3 passed" in done.stdout, done.stdout + done.stderr
    first, second = (json.loads((tmp_path / name).read_text()) for name in ("first", "second"))
    assert first["process"] != second["process"]
    assert first["version"] == second["version"]
    urls = [sa.make_url(each["url"]) for each in (first, second)]
    assert urls[0].port == urls[1].port
    # Neither the account nor the database of one is the other's.
    assert [url.username for url in urls] == [first["process"], second["process"]]
    assert urls[0].database != urls[1].database
    assert aftermath.marked(first["mark"]) == {}
