"""What can be set is documented, and what is documented is there."""

import re
from pathlib import Path

import pytest

from iop_pipelines.api.docs import outputs_table, procedure_table
from iop_pipelines.api.procedures import build_registry

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/**/*.md"))
    if path.name != "CHANGELOG.md"
)
SETTING = re.compile(r"\b(?:IOP_[A-Z_]+|DATABASE_URL)\b")


def _documents() -> str:
    return "\n".join(path.read_text() for path in DOCUMENTS)


def _settings() -> set[str]:
    source = (ROOT / "iop_pipelines/settings.py").read_text()
    return set(re.findall(r"env\.get\(\"([A-Z_]+)\"", source))


def test_every_setting_is_documented_for_its_users() -> None:
    assert "IOP_HOME" in _settings()
    assert sorted(_settings() - set(SETTING.findall(_documents()))) == []


def test_every_setting_is_in_the_table_of_its_module() -> None:
    documentation = (ROOT / "iop_pipelines/settings.py").read_text().split('"""')[1]
    assert sorted(name for name in _settings() if f"| `{name}` |" not in documentation) == []


def test_every_procedure_of_the_api_is_documented() -> None:
    table = procedure_table(build_registry())
    mend = "put what `iop api procedures` prints into docs/api.md"
    assert table in (ROOT / "docs/api.md").read_text(), f"{mend}:\n{table}"


def test_every_key_of_outputs_is_documented() -> None:
    mend = "put what `iop api outputs` prints into docs/query-config.md"
    table = outputs_table()
    assert table.count("\n") > 8
    assert table in (ROOT / "docs/query-config.md").read_text(), f"{mend}:\n{table}"


def test_documents_name_no_setting_that_is_not_read() -> None:
    read = {
        name
        for folder in ("iop_pipelines", "assets", "sensors", "schedules", "tests")
        for path in (ROOT / folder).rglob("*.py")
        for name in SETTING.findall(path.read_text())
    }
    assert sorted(set(SETTING.findall(_documents())) - read) == []


def test_documents_name_no_make_verb_that_is_not_there() -> None:
    verbs = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    blocks = "\n".join(re.findall(r"^ *```.*?^ *```", _documents(), re.M | re.S))
    named = set(re.findall(r"`make ([a-z-]+)", _documents()))
    named |= set(re.findall(r"^\s*make ([a-z-]+)", blocks, re.M))
    assert {"demo", "test"} <= named
    assert sorted(named - verbs) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files_that_exist(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_decisions_have_a_number_of_their_own_a_title_and_their_four_parts() -> None:
    decisions = sorted((ROOT / "docs/adr").glob("*.md"))
    numbers = [path.name[:5] for path in decisions]
    assert [number for number in numbers if not re.fullmatch(r"\d{4}-", number)] == []
    assert sorted(set(numbers)) == numbers
    for path in decisions:
        title = rf"# {int(path.name[:4])}\. [A-Z].*[^.]\n"
        assert re.match(title, path.read_text()), (
            f"{path.name} begins with # number. what was decided"
        )
        parts = re.findall(r"^(Status|## \w+)", path.read_text(), re.M)
        assert parts == ["Status", "## Context", "## Decision", "## Consequences"], path.name
