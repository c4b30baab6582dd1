"""What a run of several processes begins with, and what its end tells: the long files."""

import subprocess
import sys
from pathlib import Path

import pytest

import file_times

ROOT = Path(__file__).parents[2]
SECONDS = {
    "long": 90.0,
    "longer": 200.0,
    "short": 0.5,
    "shorter": 0.1,
    "browser": 120.0,
    "page": 3.0,
}


def test_long_files_begin_then_those_that_wait_for_the_replay_and_short_ones_fill_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(file_times, "measured", lambda: SECONDS)
    files = {*SECONDS, "new"}
    expected = ["longer", "long", "new", "browser", "page", "short", "shorter"]
    assert file_times.in_order(files, {"browser", "page"}) == expected


def test_files_that_need_a_broker_are_one_processs_and_others_are_each_on_their_own() -> None:
    files = sorted(file_times.measured())
    rooms = {file_times.run_with(file) for file in files if file.startswith("tests/events/")}
    assert rooms == {"tests/events"}
    others = [file for file in files if not file.startswith("tests/events/")]
    assert [file_times.run_with(file) for file in others] == others


def test_what_was_measured_are_files_of_this_suite() -> None:
    assert len(file_times.measured()) > 50
    assert all(seconds >= 0 for seconds in file_times.measured().values())
    rooms = {Path(file).parts[:1] for file in file_times.measured()}
    assert rooms == {("tests",)}


@pytest.mark.parametrize("processes", [[], ["-n2"]])
def test_the_slowest_files_are_told_with_the_tests_of_every_process(
    tmp_path: Path, processes: list[str]
) -> None:
    """Ten of twelve: what took longest is first, whichever process ran it."""
    (tmp_path / "conftest.py").write_text(
        "import sys\n"
        f"sys.path.insert(0, {str(ROOT / 'tests/servers')!r})\n"
        "import file_times\n"
        "import pytest\n"
        "def pytest_configure(config):\n"
        "    config.pluginmanager.register(file_times.FileTimes(is_recording=False))\n"
        # As long as its number says: a clock would tell how busy the machine is.
        "@pytest.hookimpl(wrapper=True)\n"
        "def pytest_runtest_makereport(item, call):\n"
        "    report = yield\n"
        "    report.duration = float(item.path.stem[-2:]) if report.when == 'call' else 0.0\n"
        "    return report\n"
    )
    for number in range(12):
        code = "def test_first(): pass\ndef test_second(): pass\n"
        (tmp_path / f"test_{number:02}.py").write_text(code)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *processes]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)

    assert done.returncode == 0, done.stdout + done.stderr
    told = [line.split() for line in done.stdout.splitlines() if line.endswith(".py")]
    assert "slowest 10 files of 12" in done.stdout
    assert len(told) == 10
    slowest = [(2.0 * number, f"test_{number:02}.py") for number in range(11, 1, -1)]
    assert [(float(line[0]), line[-1]) for line in told] == slowest
    assert {line[2] for line in told} == {"2"}
