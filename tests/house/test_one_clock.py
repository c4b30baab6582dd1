"""One clock: who needs the time is given it, or asks `domain.moments`."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLOCK = ROOT / "iop_pipelines" / "domain" / "moments.py"
PACKAGES = ("iop_pipelines", "assets", "sensors", "schedules")
_ASKS = {"now", "utcnow", "today"}


def _asking(text: str) -> Iterator[int]:
    """Lines that ask `datetime` or `date` what time it is."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Attribute(value=ast.Name(id="datetime" | "date"), attr=name) if name in _ASKS:
                yield node.lineno


@pytest.mark.parametrize("package", PACKAGES)
def test_only_the_clock_asks_what_time_it_is(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in files
        if path != CLOCK
        for line in _asking(path.read_text(encoding="utf-8"))
    ]
    assert found == [], "take `now` as an argument, or call domain.moments.wall_clock"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("at = datetime.now(UTC)", [1]),
        ("def f(clock=datetime.utcnow): ...\n\nday = date.today()", [1, 3]),
        ("at = now()\nthen = datetime.fromisoformat(text)", []),
    ],
)
def test_what_asks_for_the_time_is_found(text: str, lines: list[int]) -> None:
    assert list(_asking(text)) == lines
