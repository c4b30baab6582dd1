"""How long each file of tests takes: the slowest are printed at the end of a run, and the long ones begin first.

With several processes a run ends when the last one has; a file's tests are one's, so a long file that begins late
leaves the others idle. `seconds.txt` is what `make durations` measured. It need not be exact, only tell long from
short; a file that it does not have is taken for a long one.
"""

from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest

SHOWN = 10
MEASURED = Path(__file__).with_name("seconds.txt")
UNKNOWN_S = 60.0
LONG_S = 8.0
# Rooms whose files one process runs: a RabbitMQ takes up to half a minute to start, and is a process's own.
TOGETHER = ("tests/events",)


def add_options(parser: pytest.Parser) -> None:
    parser.addoption(
        "--record-durations",
        action="store_true",
        help=f"writes {MEASURED.name} of the files that were run",
    )


@cache
def measured() -> dict[str, float]:
    lines = MEASURED.read_text().splitlines() if MEASURED.exists() else []
    return {file: float(seconds) for seconds, file in (line.split() for line in lines)}


def in_order(files: set[str], on_the_replay: set[str]) -> list[str]:
    """Long files, those that wait for the replayed demo, and short ones to fill up with; the longest of each first."""

    def key(file: str) -> tuple[int, float, str]:
        seconds = measured().get(file, UNKNOWN_S)
        turn = 1 if file in on_the_replay else 0 if seconds >= LONG_S else 2
        return turn, -seconds, file

    return sorted(files, key=key)


def run_with(file: str) -> str:
    """What one process runs all of: the file alone, or its room."""
    return next((room for room in TOGETHER if file.startswith(f"{room}/")), file)


class FileTimes:
    """A plugin of the process that reports; pytest-xdist hands it the reports of the others."""

    def __init__(self, is_recording: bool) -> None:
        self._is_recording = is_recording
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._tests: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        file = report.nodeid.partition("::")[0]
        self._seconds[file] += report.duration
        self._tests[file] += report.when == "call"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        slowest = sorted(self._seconds.items(), key=lambda each: -each[1])
        if len(slowest) < 2:
            return
        terminalreporter.section(f"slowest {min(SHOWN, len(slowest))} files of {len(slowest)}")
        for file, seconds in slowest[:SHOWN]:
            terminalreporter.write_line(f"{seconds:7.1f} s {self._tests[file]:5} tests  {file}")
        if self._is_recording:
            lines = [f"{seconds:.1f} {file}" for file, seconds in sorted(self._seconds.items())]
            MEASURED.write_text("\n".join(lines) + "\n")
