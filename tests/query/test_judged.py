"""Conditions on rows that are read already: each value as it is, whatever its type and scale."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter

from iop_pipelines.domain.conditions import Condition
from iop_pipelines.domain.resolved import Scope
from iop_pipelines.query.judged import kept
from iop_pipelines.query.result import Column

COLUMNS = (
    Column("revenue", "Revenue", "decimal(2)"),
    Column("cost", "Cost", "decimal(4)"),
    Column("orders", "Orders", "integer"),
    Column("mean", "Mean", "number"),
)
ROWS = [
    (Decimal("5.00"), Decimal("5.0000"), 10, 5.0),
    (Decimal("10.10"), Decimal("10.1001"), 10, 10.1),
    (Decimal("12.00"), None, 12, None),
]


@pytest.mark.parametrize(
    ("field", "op", "value", "places"),
    [
        # 5 is less than 10, and 500 hundredths are not more.
        ("revenue", "gt", {"field": "orders"}, [1]),
        ("orders", "gt", {"field": "revenue"}, [0]),
        ("revenue", "eq", {"field": "orders"}, [2]),
        # 5.00 and 5.0000 are one number; 10.10 is less than 10.1001.
        ("revenue", "eq", {"field": "cost"}, [0]),
        ("cost", "gt", {"field": "revenue"}, [1]),
        ("revenue", "eq", {"field": "mean"}, [0, 1]),
        ("mean", "ge", {"field": "revenue"}, [0, 1]),
        ("revenue", "gt", 5, [1, 2]),
        ("revenue", "eq", 10.1, [1]),
        ("cost", "ge", 10.1001, [1]),
        ("cost", "in", [5, 10.1001], [0, 1]),
        ("revenue", "not_in", [5, 12], [1]),
        ("revenue", "between", [5.01, 12], [1, 2]),
        ("orders", "lt", 10.5, [0, 1]),
    ],
)
def test_columns_are_compared_as_the_numbers_that_they_are(
    field: str, op: str, value: Any, places: list[int]
) -> None:
    tree = TypeAdapter(Condition).validate_python({"field": field, "op": op, "value": value})
    found = kept(ROWS, COLUMNS, tree, Scope(now=None, zone="UTC"), "having")
    assert found == [ROWS[at] for at in places]
