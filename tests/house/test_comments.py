"""Comments say why; what stands between two subjects is the end of a module, not a line of dashes."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
RULER = re.compile(r"^\s*(#|//|/\*).*[-=*#~]{6,}\s*(\*/)?$", re.M)
FOLDERS = ("iop_pipelines", "assets", "sensors", "schedules", "tests", "dashboard/src")


def test_no_code_is_divided_by_rulers() -> None:
    paths = [
        path
        for folder in FOLDERS
        for ending in ("py", "ts", "tsx", "css")
        for path in (ROOT / folder).rglob(f"*.{ending}")
        if "node_modules" not in path.parts and "static" not in path.parts
    ]
    assert len(paths) > 500
    ruled = [str(path.relative_to(ROOT)) for path in paths if RULER.search(path.read_text())]
    assert ruled == [], "a module with two subjects is two modules"


def test_a_ruler_is_known_when_it_is_seen() -> None:
    assert RULER.search("x = 1\n# Reading -----------------\n\ny = 2")
    assert RULER.search("// ==========\n")
    assert not RULER.search("# a - b, and --option\n")
