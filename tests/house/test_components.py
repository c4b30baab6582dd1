"""A component of the dashboard has one subject, and is read at one sight."""

from pathlib import Path

DASHBOARD = Path(__file__).parents[2] / "dashboard" / "src"
MOST_LINES = 150


def test_no_component_of_the_dashboard_is_over_150_lines_long() -> None:
    lines = {path: len(path.read_text().splitlines()) for path in DASHBOARD.rglob("*.tsx")}
    assert DASHBOARD / "app" / "App.tsx" in lines
    too_long = {str(path): count for path, count in lines.items() if count > MOST_LINES}
    assert too_long == {}, "take a subject of its own out of each"
