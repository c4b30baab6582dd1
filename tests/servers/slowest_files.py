"""Prints at the end of a run which files took longest: set-up, calls and teardown of their tests, of all processes."""

from collections import Counter, defaultdict

import pytest

SHOWN = 10


class SlowestFiles:
    """A plugin of the process that reports; pytest-xdist hands it the reports of the others."""

    def __init__(self) -> None:
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._tests: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        file = report.nodeid.partition("::")[0]
        self._seconds[file] += report.duration
        self._tests[file] += report.when == "call"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if len(self._seconds) < 2:
            return
        shown = sorted(self._seconds.items(), key=lambda each: -each[1])[:SHOWN]
        terminalreporter.section(f"slowest {len(shown)} files of {len(self._seconds)}")
        for file, seconds in shown:
            terminalreporter.write_line(f"{seconds:7.1f} s {self._tests[file]:5} tests  {file}")
