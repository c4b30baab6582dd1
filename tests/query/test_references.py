"""What a config names is found by the types of its keys."""

from typing import Annotated

from iop_pipelines.domain.conditions import Name, Part
from iop_pipelines.domain.fields import schema_of
from iop_pipelines.query.references import Names, TableName, references_in


class Below(Part):
    table: TableName


class Whole(Part):
    one: TableName | None = None
    by: Annotated[Name, Names("column", of="one")] | None = None
    several: tuple[TableName, ...] = ()
    below: Below = Below(table="deep")
    other: Name = "no_table"


def _found(part: Part) -> list[tuple[str, str, str | None]]:
    return [(each.place, each.name, each.table) for each in references_in(part, ("outputs", 0))]


def test_tables_lists_of_tables_columns_and_parts_below_are_found_at_their_places() -> None:
    assert _found(Whole(one="a", by="x", several=("b", "c"))) == [
        ("outputs.0.one", "a", None),
        ("outputs.0.by", "x", "a"),
        ("outputs.0.several.0", "b", None),
        ("outputs.0.several.1", "c", None),
        ("outputs.0.below.table", "deep", None),
    ]


def test_a_column_of_no_table_names_nothing() -> None:
    assert _found(Whole(by="x")) == [("outputs.0.below.table", "deep", None)]


def test_the_schema_says_the_same() -> None:
    properties = schema_of(Whole)["properties"]
    assert properties["one"]["x-names"] == "table"
    assert (properties["by"]["x-names"], properties["by"]["x-of"]) == ("column", "one")
    assert properties["several"]["items"]["x-names"] == "table"
    assert "x-names" not in properties["other"]
