"""What holds of every section of a report, and of every key of `outputs`."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from iop_pipelines.domain.fields import schema_of
from iop_pipelines.domain.languages import TRANSLATED
from iop_pipelines.errors import InvalidQuery
from iop_pipelines.query.config import Chart, parse_config
from iop_pipelines.query.outputs import SECTIONS, PdfOutput, models_by_format
from iop_pipelines.query.result import Column
from iop_pipelines.reporting import sections
from iop_pipelines.reporting.document import TEMPLATES, render_html
from iop_pipelines.reporting.heading import Heading

FIELDS: dict[str, dict[str, dict[str, Any]]] = {
    str(format_): schema_of(model)["properties"] for format_, model in models_by_format().items()
}
KEYS = [(format_, key) for format_, fields in FIELDS.items() for key in fields]


def _names_tables(field: dict[str, Any]) -> bool:
    return (field.get("items") or field).get("x-names") == "table"


NAMING = [(format_, key) for format_, key in KEYS if _names_tables(FIELDS[format_][key])]
# A section that shows a table otherwise than as one of `tables`.
ELSEWHERE = [key for format_, key in NAMING if format_ == "pdf" and key != "tables"]


def _said(format_: str, key: str, name: str) -> Any:
    return [name] if "items" in FIELDS[format_][key] else name


def _config(outputs: dict[str, Any]) -> dict[str, Any]:
    # One row of a compared measure: what every key can show, a sentence about figures too.
    table = {"select": [{"measure": "a", "compare": "previous_period"}]}
    return {
        "version": 2,
        "source": "dataset:x",
        "where": {"field": "date", "op": "in_period", "value": "last_month"},
        "datasets": {"one": table, "two": table},
        "outputs": outputs,
    }


def test_every_section_has_a_module_and_a_template_and_there_are_no_others() -> None:
    named = {each.module for each in SECTIONS}
    assert len(named) == len(SECTIONS) >= 4
    folder = Path(sections.__path__[0])
    assert {path.stem for path in folder.glob("*.py")} - {"__init__"} == named
    assert {path.name for path in (TEMPLATES / "sections").iterdir()} == {
        f"{name}.html.j2" for name in named
    }


def test_no_two_sections_have_a_key_of_one_name() -> None:
    keys = [key for base in PdfOutput.__bases__ for key in base.model_fields]
    assert sorted(set(keys)) == sorted(keys)


def test_no_template_prints_anything_unescaped() -> None:
    """What is ours and no text is Markup already."""
    for path in TEMPLATES.rglob("*.j2"):
        text = path.read_text(encoding="utf-8")
        assert "safe" not in text, path.name
        assert "autoescape" not in text, path.name


def _texts(node: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        if node.get("pattern") == "^[a-z][a-z0-9_]{0,62}$":
            yield path, node
        for key, below in node.items():
            yield from _texts(below, f"{path}.{key}")
    elif isinstance(node, list):
        for place, below in enumerate(node):
            yield from _texts(below, f"{path}.{place}")


@pytest.mark.parametrize("fields", [*FIELDS.values(), schema_of(Chart)["properties"]])
def test_every_key_that_takes_a_name_says_what_it_names(fields: dict[str, Any]) -> None:
    found = dict(_texts(fields, ""))
    assert found
    assert [path for path, node in found.items() if "x-names" not in node] == []
    for node in found.values():
        assert node["x-names"] == "table" or node["x-of"] in fields


@pytest.mark.parametrize(("format_", "key"), KEYS)
def test_every_key_has_its_words_in_every_language(format_: str, key: str) -> None:
    field = FIELDS[format_][key]
    for node in (field, *field.get("oneOf", ())):
        words = {"title", "description"} & set(node)
        assert "title" in words
        assert set(node["translations"]) == set(TRANSLATED)
        assert all(set(said) == words for said in node["translations"].values())
    choices = [each["const"] for each in field.get("oneOf", ())]
    assert field.get("enum", []) == choices


@pytest.mark.parametrize(("format_", "key"), NAMING)
def test_a_table_that_is_not_there_is_refused_at_the_key_that_names_it(
    format_: str, key: str
) -> None:
    parse_config(_config({format_: {key: _said(format_, key, "two")}}))
    with pytest.raises(
        InvalidQuery, match=r"'three' is not among the datasets \['one', 'two'\]"
    ) as e:
        parse_config(_config({format_: {key: _said(format_, key, "three")}}))
    place = f"outputs.{format_}.{key}"
    assert e.value.field == (f"{place}.0" if "items" in FIELDS[format_][key] else place)


@pytest.mark.parametrize("key", ELSEWHERE)
def test_what_a_section_shows_is_not_printed_once_more_among_the_tables(key: str) -> None:
    config = parse_config(_config({"pdf": {key: _said("pdf", key, "one")}}))
    assert config.pdf_tables() == ("two",)


@pytest.mark.parametrize("key", ELSEWHERE)
def test_a_section_of_a_table_without_rows_still_makes_a_report(key: str, frozen_with) -> None:
    empty = frozen_with(())
    columns = tuple(Column(name, name, "number") for name in ("a", "a_previous", "a_change"))
    tables = tuple(replace(empty.tables[0], name=name, columns=columns) for name in ("one", "two"))
    config = parse_config(_config({"pdf": {key: _said("pdf", key, "one")}}))
    page = render_html(Heading("Empty"), config, replace(empty, tables=tables))
    assert page.rows == 0
    assert "</html>" in page.html


# The sentence at the head is made of numbers.
@pytest.mark.parametrize(
    "key",
    [key for format_, key in NAMING if format_ == "pdf" and not key.startswith("summary")],
)
def test_what_users_wrote_is_text_in_every_section(key: str, frozen, configured) -> None:
    hostile = "{{ 7*7 }}<script>alert(1)</script>"
    *others, advice = frozen.tables
    columns = (*advice.columns, Column("value_change", hostile, "number", hostile))
    rows = ((hostile, hostile, hostile, None, 3.5),)
    advice = replace(advice, title=hostile, columns=columns, rows=rows)
    result = replace(frozen, tables=(*others, advice))
    config = configured(pdf={"tables": ["totals"], key: _said("pdf", key, "advice")})
    html = render_html(Heading("Hostile"), config, result).html
    assert "<script>" not in html
    assert "{{ 7*7 }}&lt;script&gt;" in html
