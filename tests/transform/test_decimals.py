"""Decimals are exact: from the text of a delivery through steps and every database to what is exported."""

import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, get_args

import pandas as pd
import pytest
import sqlalchemy as sa

from iop_pipelines.domain.datasets import DECIMALS, DatasetDeclaration, DecimalType, scale_of
from iop_pipelines.domain.models import InputSpec
from iop_pipelines.errors import Conflict, InvalidFrame, InvalidQuery
from iop_pipelines.query.config import parse_config
from iop_pipelines.query.panel import read_panel
from iop_pipelines.query.result import FrozenResult
from iop_pipelines.query.run import run_query
from iop_pipelines.reporting.formats import decimals_of, format_value
from iop_pipelines.reporting.rows import write_csv, write_json
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import dataset_versions
from iop_pipelines.transform.check import check_declaration
from iop_pipelines.transform.prepare import Prepared, prepare
from iop_pipelines.transform.store import write_version
from iop_pipelines.transform.table import fit_table, prepared_table
from iop_pipelines.transform.versions import StoredDataset, register_dataset, rescaled

WINDOW = (datetime(2024, 1, 1), datetime(2024, 1, 3))
DAY = "2024-01-01"
# As doubles 0.1 + 0.2 + 0.3 is 0.6000000000000001, and 90071992547409.93 has no double of its own.
AMOUNTS = ["0.10", "0.20", "0.30", "90071992547409.93", "-0.01"]
TOTAL = Decimal("90071992547410.52")


def declare(*steps: dict[str, Any], type_: str = "decimal(2)", **more: Any) -> DatasetDeclaration:
    content = {
        "name": "ledger",
        "source": "ledger",
        "time": "day",
        "freq": "D",
        "key": ["day", "row"],
        "fields": {
            "day": {"type": "date"},
            "row": {"type": "integer"},
            "amount": {"type": type_},
            "weight": {"type": "decimal(1)"},
        },
        "steps": [
            {
                "kind": "cast",
                "columns": {
                    "day": {"to": "date"},
                    "row": {"to": "integer"},
                    "amount": {"to": type_},
                    "weight": {"to": "decimal(1)"},
                },
            },
            *steps,
        ],
        "measures": {
            "total": {"kind": "sum", "field": "amount"},
            "mean": {"kind": "mean", "field": "amount"},
            "least": {"kind": "min", "field": "amount"},
            "most": {"kind": "max", "field": "amount"},
            "share": {"kind": "ratio", "numerator": "amount", "denominator": "weight"},
            "weighted": {"kind": "weighted_mean", "field": "amount", "weight": "weight"},
        },
    }
    declaration = DatasetDeclaration.model_validate(content | more)
    check_declaration(declaration)
    return declaration


def prepared(declaration: DatasetDeclaration, amounts: Sequence[str | None]) -> Prepared:
    rows = [(DAY, str(at), amount, "2.5") for at, amount in enumerate(amounts)]
    columns = ["day", "row", "amount", "weight"]
    return prepare(declaration, pd.DataFrame(rows, columns=columns, dtype=object), WINDOW)


def stored(
    engine: sa.Engine, amounts: Sequence[str | None], **more: Any
) -> tuple[StoredDataset, int]:
    declaration = declare(**more)
    dataset = register_dataset(engine, declaration)
    values = {
        "dataset_id": dataset.id,
        "data_version": "b" * 32,
        "drm_run_id": 1,
        "declaration_version": 1,
        "window_start": WINDOW[0],
        "window_end": WINDOW[1],
    }
    with begin_write(engine) as connection:
        key = connection.execute(dataset_versions.insert().values(**values)).inserted_primary_key
    write_version(engine, declaration, key[0], prepared(declaration, amounts), WINDOW)
    return dataset, key[0]


def ask(engine: sa.Engine, drm: sa.Engine, **table: Any) -> FrozenResult:
    config = {"version": 2, "source": "dataset:ledger", "datasets": {"main": table}}
    return run_query(config, engine=engine, drm_engine=drm, now=datetime(2024, 2, 1))


def measured(engine: sa.Engine, drm: sa.Engine, *names: str) -> tuple[Any, ...]:
    select = [{"measure": name} for name in names]
    return ask(engine, drm, select=select).table("main").rows[0]


@pytest.mark.parametrize(
    ("type_", "text", "right"),
    [
        ("decimal(2)", "12.34", "12.34"),
        ("decimal(2)", "12.3", "12.30"),
        ("decimal(2)", "12.340", "12.34"),
        ("decimal(2)", "-.5", "-0.50"),
        # More places than it has are never rounded away.
        ("decimal(2)", "12.345", None),
        ("decimal(0)", "12", "12"),
        ("decimal(0)", "12.5", None),
        ("decimal(9)", "0.000000001", "0.000000001"),
        ("decimal(9)", "999999999.999999999", "999999999.999999999"),
        ("decimal(9)", "9999999999.999999999", None),
        ("decimal(2)", "1e3", "1000.00"),
        ("decimal(2)", "NaN", None),
        ("decimal(2)", "12,34", None),
    ],
)
def test_a_decimal_is_read_exactly_or_rejected(type_: str, text: str, right: str | None) -> None:
    result = prepared(declare(type_=type_), [text])
    if right is None:
        assert result.reject_reasons == {f"amount: not a {type_}": 1}
        return
    (whole,) = result.frame["amount"].tolist()
    assert Decimal(whole).scaleb(-(scale_of(type_) or 0)) == Decimal(right)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("bound", "is_within"),
    [({"minimum": 12.34}, True), ({"minimum": 12.35}, False), ({"maximum": 12}, False)],
)
def test_bounds_of_decimals_are_in_ones(bound: dict[str, Any], is_within: bool) -> None:
    declaration = declare()
    content = declaration.model_dump(mode="json")
    content["steps"][0]["columns"]["amount"] |= bound
    again = DatasetDeclaration.model_validate(content)
    check_declaration(again)
    assert len(prepared(again, ["12.34"]).frame) == int(is_within)


def test_sums_are_exact_on_every_database(iop_engine: sa.Engine, february: sa.Engine) -> None:
    stored(iop_engine, [*AMOUNTS, None])
    found = measured(iop_engine, february, "total", "least", "most")
    assert found == (TOTAL, Decimal("-0.01"), Decimal("90071992547409.93"))
    assert str(found[0]) == "90071992547410.52"
    assert sum(float(each) for each in AMOUNTS) != float(TOTAL) or 0.1 + 0.2 + 0.3 != 0.6
    select = [{"field": "day"}, {"agg": "sum", "field": "amount", "as": "total"}]
    assert ask(iop_engine, february, select=select).table("main").rows == (
        (date(2024, 1, 1), TOTAL),
    )


def test_what_is_divided_is_of_exact_sums(iop_engine: sa.Engine, february: sa.Engine) -> None:
    stored(iop_engine, ["0.10", "0.20", "0.30"])
    # 0.6 / 3, 0.6 / 7.5, and with equal weights the mean again.
    assert measured(iop_engine, february, "mean", "share", "weighted") == (0.2, 0.08, 0.2)


@pytest.mark.parametrize(
    ("op", "value", "right"),
    [
        ("eq", 0.3, ["0.30"]),
        ("ne", 0.3, ["0.10", "0.20"]),
        ("lt", 0.2, ["0.10"]),
        ("le", 0.2, ["0.10", "0.20"]),
        ("gt", 0.1999, ["0.20", "0.30"]),
        ("ge", 0.2001, ["0.30"]),
        ("eq", 0.2001, []),
        ("in", [0.1, 0.3, 0.125], ["0.10", "0.30"]),
        ("between", [0.15, 0.3], ["0.20", "0.30"]),
        ("eq", 1, []),
        ("gt", {"field": "weight"}, []),
        ("lt", {"field": "weight"}, ["0.10", "0.20", "0.30"]),
    ],
)
def test_conditions_compare_decimals_exactly(
    iop_engine: sa.Engine, february: sa.Engine, op: str, value: Any, right: list[str]
) -> None:
    stored(iop_engine, ["0.10", "0.20", "0.30"])
    table = {
        "select": [{"field": "amount"}],
        "where": {"field": "amount", "op": op, "value": value},
        "sort": [{"by": "amount"}],
    }
    rows = ask(iop_engine, february, **table).table("main").rows
    assert [str(amount) for (amount,) in rows] == right


@pytest.mark.parametrize("type_", get_args(DecimalType))
def test_every_scale_is_stored_and_read_back_on_every_database(
    iop_engine: sa.Engine, type_: DecimalType
) -> None:
    scale = DECIMALS.index(type_)
    least = "0." + "0" * (scale - 1) + "1" if scale else "1"
    dataset, _ = stored(iop_engine, [least, f"-{least}", None], type_=type_)
    table = prepared_table(dataset.declaration)
    with iop_engine.connect() as connection:
        rows = connection.execute(sa.select(table.c.row, table.c.amount).order_by(table.c.row))
        found = [amount for _, amount in rows]
        raw = connection.execute(sa.text(f"SELECT SUM(amount * amount) FROM {table.name}"))
        assert int(raw.scalar_one()) == 2
    assert found == [Decimal(least), -Decimal(least), None]


def test_a_model_reads_ones(iop_engine: sa.Engine) -> None:
    dataset, version_id = stored(iop_engine, ["0.10", "0.20", "0.30"])
    names = ["total", "mean", "least", "share", "weighted"]
    given = InputSpec.model_validate({"measures": names, "history": 1})
    panel = read_panel(iop_engine, dataset, given, version_id, WINDOW)
    (row,) = panel[names].to_numpy().tolist()
    assert row == pytest.approx([0.6, 0.2, 0.1, 0.08, 0.2], rel=1e-12)


def test_a_sum_beyond_what_a_database_holds_is_told(
    iop_engine: sa.Engine, february: sa.Engine
) -> None:
    largest = "9999999999999999.99"
    stored(iop_engine, [largest] * 12)
    if iop_engine.dialect.name == "sqlite":
        with pytest.raises(InvalidQuery, match="a sum is beyond what"):
            measured(iop_engine, february, "total")
        return
    assert measured(iop_engine, february, "total") == (Decimal("119999999999999999.88"),)


def test_steps_read_decimals_in_ones() -> None:
    made = {"type": "number"}
    derive = {
        "kind": "derive",
        "columns": {"twice": {"value": {"multiply": [{"field": "amount"}, 2]}}},
    }
    usd = {
        "kind": "currency",
        "amount": "amount",
        "into": "usd",
        "currency": "USD",
        "to": "USD",
        "date": "day",
        "rates": {"csv": "rates"},
    }
    fields = declare().model_dump(mode="json")["fields"] | {"twice": made, "usd": made}
    rates = pd.DataFrame({"date": [], "currency": [], "quote": [], "rate": []}, dtype=object)
    rows = pd.DataFrame(
        [(DAY, "0", "12.34", "2.5")], columns=["day", "row", "amount", "weight"], dtype=object
    )
    frame = prepare(declare(derive, usd, fields=fields), rows, WINDOW, lambda _: rates).frame
    assert frame[["twice", "usd"]].to_numpy().tolist() == [[24.68, 12.34]]


def test_a_resample_of_decimals_is_exact() -> None:
    aggregate = {
        name: {"column": "amount", "how": how}
        for name, how in (("amount", "sum"), ("least", "min"), ("mean", "mean"))
    } | {"weighted": {"column": "amount", "how": "weighted_mean", "weight": "weight"}}
    step = {"kind": "resample", "time": "day", "into": "day", "freq": "D", "aggregate": aggregate}
    fields = {
        "day": {"type": "date"},
        "amount": {"type": "decimal(2)"},
        "least": {"type": "decimal(2)"},
        "mean": {"type": "number"},
        "weighted": {"type": "number"},
    }
    declaration = declare(step, fields=fields, key=["day"], measures={})
    (row,) = prepared(declaration, AMOUNTS).frame.to_dict("records")
    assert Decimal(row["amount"]).scaleb(-2) == TOTAL
    assert row["least"] == -1
    assert row["mean"] == pytest.approx(float(TOTAL) / 5)
    assert row["weighted"] == pytest.approx(float(TOTAL) / 5)
    with pytest.raises(InvalidFrame, match="a sum of 'amount' is beyond what"):
        prepared(declaration, ["9999999999999999.99"] * 12)


def test_a_rejected_row_shows_the_decimal() -> None:
    result = prepared(declare({"kind": "deduplicate", "key": ["day"]}), ["12.30", "12.34"])
    (row,) = result.rejects["row"]
    assert row["amount"] == "12.30"


def test_what_is_exported_has_all_its_places(iop_engine: sa.Engine, february: sa.Engine) -> None:
    stored(iop_engine, AMOUNTS)
    select = [{"measure": "total"}, {"measure": "least"}]
    config = {"version": 2, "source": "dataset:ledger", "datasets": {"main": {"select": select}}}
    found = ask(iop_engine, february, select=select)
    again = FrozenResult.from_json(found.to_json())
    assert (again.tables, again.to_json()) == (found.tables, found.to_json())
    for result in (found, again):
        out = io.BytesIO()
        write_csv(parse_config(config), result, out)
        assert out.getvalue().decode("utf-8-sig").splitlines() == [
            "total,least",
            "90071992547410.52,-0.01",
        ]
        out = io.BytesIO()
        write_json("ledger", parse_config(config), result, out)
        assert '["90071992547410.52", "-0.01"]' in out.getvalue().decode()
        (table,) = result.tables
        shown = [
            format_value(value, column, decimals_of(column, [value]))
            for value, column in zip(table.rows[0], table.columns, strict=True)
        ]
        # As the pages of a PDF print it.
        assert shown == ["90,071,992,547,410.52", "−0.01"]


@pytest.mark.parametrize("other", ["integer", "number", "decimal(3)", "boolean"])
def test_a_decimal_does_not_become_another_type_in_place(iop_engine: sa.Engine, other: str) -> None:
    stored(iop_engine, ["12.34"])
    fields = declare().model_dump(mode="json")["fields"] | {"amount": {"type": other}}
    content: dict[str, Any] = declare(type_="decimal(2)").model_dump(mode="json")
    content["version"] = 2
    content["fields"] = fields
    content["steps"][0]["columns"]["amount"]["to"] = other
    content["measures"] = {}
    with pytest.raises(Conflict, match="amount"):
        register_dataset(iop_engine, DatasetDeclaration.model_validate(content))


@pytest.mark.parametrize("other", ["integer", "number", "decimal(3)"])
def test_a_replaced_declaration_leaves_nothing_of_the_former_scale(
    iop_engine: sa.Engine, other: str
) -> None:
    dataset, _ = stored(iop_engine, ["12.34"])
    content = dataset.declaration.model_dump(mode="json")
    content["fields"]["amount"]["type"] = other
    anew = DatasetDeclaration.model_validate(content)
    assert rescaled(dataset.declaration, anew) == ["amount"]
    assert rescaled(anew, anew) == []
    table = fit_table(iop_engine, anew, rescaled(dataset.declaration, anew))
    with iop_engine.connect() as connection:
        rows = connection.execute(sa.select(table.c.row, table.c.amount)).all()
    # To be prepared again; 1234 would be another amount.
    assert [tuple(row) for row in rows] == [(0, None)]
