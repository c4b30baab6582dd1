"""What the API takes and gives has its types from the API: the web app has no copy of its own."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "dashboard/src"
ROUTER = (ROOT / "iop_pipelines/api/app-router.ts").read_text()

_INTERFACE = re.compile(r"^(?:export )?interface (\w+)[^{]*\{\n(.*?)^\}", re.M | re.S)
_MEMBER = re.compile(r"^  (?:readonly )?(\w+)\??:", re.M)
# Fewer members are alike by chance.
_LEAST = 4


def _interfaces(text: str) -> dict[str, frozenset[str]]:
    return {name: frozenset(_MEMBER.findall(body)) for name, body in _INTERFACE.findall(text)}


def _copies(text: str) -> list[str]:
    generated = _interfaces(ROUTER)
    return [
        f"{name} is {other}"
        for name, members in _interfaces(text).items()
        for other, theirs in generated.items()
        if len(members) >= _LEAST and members <= theirs and 2 * len(members) > len(theirs)
    ]


def _sources() -> list[Path]:
    return sorted(path for path in SOURCES.rglob("*.ts*") if ".test." not in path.name)


def test_no_type_of_the_api_is_written_again_by_hand() -> None:
    found = {path.name: copies for path in _sources() if (copies := _copies(path.read_text()))}
    assert found == {}


def test_a_copy_would_be_found() -> None:
    copy = """
export interface SelectItem {
  field?: string;
  measure?: string;
  agg?: string;
  bucket?: string;
  as?: string;
  compare?: string;
  label?: string;
}
"""
    assert _copies(copy) == ["SelectItem is Select"]


def test_what_the_api_has_types_for_is_not_taken_for_any_object() -> None:
    loose = re.compile(
        r"(?:queryConfig|metadata)\??: (?:Record<string, unknown>|unknown|any)|as unknown as QueryConfig"
    )
    found = {path.name: loose.findall(path.read_text()) for path in _sources()}
    # The form reads what may be no query at all.
    assert {name: each for name, each in found.items() if each} == {
        "form.ts": ["as unknown as QueryConfig"]
    }


def test_the_api_says_what_queries_evidence_and_rows_are() -> None:
    names = set(re.findall(r"^export (?:interface|type) (\w+)", ROUTER, re.M))
    assert {"QueryConfig", "TableQuery", "Condition", "Evidence", "KeptPoint", "Cell"} <= names
    assert "queryConfig: Record<string, unknown>" not in ROUTER
    assert "unknown[][]" not in ROUTER
