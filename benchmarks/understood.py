"""How many of the tests' files are understood without a question, with one, refused, or wrong.

Files are those of `tests/intake`, each with the right values beside it: what its test asserts. A file is wrong where
its test fails, asked of where the look asked, and refused where nothing is loaded of it and the reason says why.
Files that nobody could decide are a part: that they are asked of, or refused, is what is right of them.

    make bench-understood
"""

import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from iop_pipelines.intake import questions

FOLDER = Path(__file__).parents[1] / "tests" / "intake"
WITH_VALUES = "test_every_figure_"
UNDECIDED = ("asked_for", "is_asked_or_refused", "open_question", "refused_and_never_taken")
LIMIT_PCT = 90


class Count:
    """A plug-in of pytest: what came of each file."""

    def __init__(self) -> None:
        self.by_outcome: Counter[str] = Counter()
        self.names: dict[str, list[str]] = defaultdict(list)
        self._is_asked = False
        refuse = questions.refuse_to_guess

        def asked(question: Any) -> str:
            self._is_asked = True
            return refuse(question)

        # Before any module of tests takes it by its name.
        questions.refuse_to_guess = asked

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if is_of_a_file(item.name)]

    def pytest_runtest_setup(self) -> None:
        self._is_asked = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            self._add(report)
        elif report.failed:
            raise SystemExit(f"{report.nodeid} could not be tried: {report.longreprtext}")

    def _add(self, report: pytest.TestReport) -> None:
        has_values = report.nodeid.split("::")[1].startswith(WITH_VALUES)
        if self._is_asked:
            outcome = "with one question"
        elif not report.passed:
            outcome = "wrong"
        else:
            outcome = "without a question" if has_values else "refused with its reason"
        self.by_outcome[outcome] += 1
        self.names[outcome].append(report.nodeid.split("::", 1)[1])


def is_of_a_file(name: str) -> bool:
    return name.startswith(WITH_VALUES) or any(each in name for each in UNDECIDED)


def main() -> int:
    count = Count()
    arguments = [str(FOLDER), "-q", "--no-header", "-p", "no:cacheprovider", "--no-summary"]
    pytest.main(arguments, [count])
    total = sum(count.by_outcome.values())
    print()
    for outcome in ("without a question", "with one question", "refused with its reason", "wrong"):
        found = count.by_outcome[outcome]
        print(f"{outcome:28} {found:4} of {total}  {100 * found / total:5.1f} %")
    for name in count.names["wrong"]:
        print(f"wrong: {name}")
    share = 100 * count.by_outcome["without a question"] / total
    return 0 if share >= LIMIT_PCT and not count.by_outcome["wrong"] else 1


if __name__ == "__main__":
    sys.exit(main())
