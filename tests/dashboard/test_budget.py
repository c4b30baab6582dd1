"""What a phone has to load before it shows anything, in bytes of the built files."""

import re

import pytest

from iop_pipelines.api.pages import STATIC

# The entry and all that it cannot run without.
FIRST_LOAD_LIMIT = 88_000
CHARTS_LIMIT = 125_000
IMPORTS = re.compile(r"""(?:from|import)\s*["'`]\./([\w.-]+\.js)["'`]""")


def _compressed(name: str) -> int:
    return (STATIC / f"{name}.gz").stat().st_size


def _with_imports(name: str) -> set[str]:
    """A chunk and all that it cannot run without."""
    found, waiting = set(), [name]
    while waiting:
        chunk = waiting.pop()
        if chunk not in found:
            found.add(chunk)
            waiting += IMPORTS.findall((STATIC / "assets" / chunk).read_text())
    return found


@pytest.fixture(scope="module")
def entry() -> set[str]:
    page = (STATIC / "index.html").read_text()
    scripts = re.findall(r'<script[^>]+src="/assets/([\w.-]+\.js)"', page)
    assert len(scripts) == 1
    return _with_imports(scripts[0])


def _charts() -> set[str]:
    return {
        path.name
        for path in (STATIC / "assets").glob("*.js")
        if "recharts-surface" in path.read_text()
    }


def test_the_first_load_is_small(entry):
    assert sum(_compressed(f"assets/{name}") for name in entry) <= FIRST_LOAD_LIMIT


def test_charts_are_small_and_come_later(entry):
    charts = _charts()
    assert charts
    assert charts.isdisjoint(entry)
    assert sum(_compressed(f"assets/{name}") for name in charts) <= CHARTS_LIMIT


def test_the_page_has_no_inline_script_or_style(entry):
    page = (STATIC / "index.html").read_text()
    assert re.findall(r"<script(?![^>]+src=)", page) == []
    assert "<style" not in page
    assert " style=" not in page
