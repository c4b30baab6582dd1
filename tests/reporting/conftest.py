"""A frozen result of two tables and an open recommendation, made by hand."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import MissingDependency
from iop_pipelines.query.config import QueryConfig, parse_config
from iop_pipelines.query.result import Column, FrozenResult, SourceState, Table, Value
from iop_pipelines.reporting.pdf import require_pdf_libraries
from needed import give_up


@pytest.fixture(scope="session")
def pdf_libraries() -> None:
    """CI must have Pango and a font; elsewhere the tests that need them say why they skip."""
    try:
        require_pdf_libraries()
    except MissingDependency as error:
        give_up(str(error))


def detail_rows(count: int) -> tuple[tuple[Value, ...], ...]:
    start = date(2013, 1, 1)
    return tuple(
        (
            start + timedelta(days=n % 31),
            ("EWR", "JFK", "LGA")[n % 3],
            1000 + n,
            None if n % 7 == 0 else n / 8,
        )
        for n in range(count)
    )


def result_of(rows: tuple[tuple[Value, ...], ...], *, is_truncated: bool = False) -> FrozenResult:
    detail = Table(
        name="detail",
        title="Flights by day",
        source="dataset:flights",
        columns=(
            Column("date", "Day", "date"),
            Column("origin", "Origin", "string"),
            Column("flights", "Flights", "integer", "flights"),
            Column("delay", "Delay", "number", "min"),
        ),
        rows=rows,
        limit=1_000,
        is_truncated=is_truncated,
        total=len(rows) + 270 * is_truncated,
    )
    totals = Table(
        name="totals",
        title="In figures",
        source="dataset:flights",
        columns=(
            Column("flights", "Flights", "integer", "flights"),
            Column("flights_previous", "Flights, before", "integer"),
            Column("flights_change", "Change", "number", "%", 1),
        ),
        rows=((27004, 28135, -4.0199),),
        limit=1,
    )
    advice = Table(
        name="advice",
        title="Open recommendations",
        source="recommendations",
        columns=(
            Column("title", "Recommendation", "string"),
            Column("description", "Description", "string"),
            Column("severity", "Severity", "string"),
            Column("last_ds", "Last seen", "datetime"),
        ),
        rows=(
            (
                "Cancellations at LGA & EWR",
                "<b>62 %</b>, expected 2 %",
                "critical",
                datetime(2013, 2, 9),
            ),
        ),
        limit=10,
    )
    return FrozenResult(
        tables=(detail, totals, advice),
        params={"period": "last_month"},
        filters=(
            Sentence("filter.keeps", label="Day", values="January 2013"),
            Sentence("filter.in", label="Origin", values=["EWR", "JFK", "LGA"]),
        ),
        as_of=datetime(2013, 2, 1, 11),
        time_zone="America/New_York",
        sources=(SourceState("dataset:flights", "Flights", datetime(2013, 1, 31), 96.84, 61.0),),
        period=Sentence("period.month", month=1, year="2013"),
    )


def config_with(**outputs: object) -> QueryConfig:
    """A config whose tables are those of `result_of`."""
    advice = [{"field": name} for name in ("title", "description", "severity", "last_ds")]
    return parse_config(
        {
            "version": 2,
            "source": "dataset:flights",
            "datasets": {
                "detail": {
                    "select": [
                        {"field": "date"},
                        {"field": "origin"},
                        {"measure": "flights"},
                        {"measure": "delay"},
                    ]
                },
                "totals": {"select": [{"measure": "flights"}]},
                "advice": {"source": "recommendations", "select": advice},
            },
            "charts": [
                {"type": "line", "data": "detail", "x": "date", "y": "delay", "series": "origin"},
                {"type": "bar", "data": "detail", "x": "origin", "y": "flights"},
                {"type": "pie", "data": "detail", "x": "origin", "y": "flights"},
                {"type": "scatter", "data": "detail", "x": "flights", "y": "delay"},
            ],
            "outputs": outputs,
        }
    )


@pytest.fixture
def frozen() -> FrozenResult:
    return result_of(detail_rows(120))


@pytest.fixture
def frozen_with() -> Callable[..., FrozenResult]:
    """The same result with other rows in its first table."""
    return result_of


@pytest.fixture
def configured() -> Callable[..., QueryConfig]:
    """The config of that result, with the outputs given."""
    return config_with


@pytest.fixture(scope="module")
def module_result() -> FrozenResult:
    return result_of(detail_rows(120))


@pytest.fixture(scope="module")
def module_config() -> QueryConfig:
    outputs = {"tiles": "totals", "recommendations": "advice", "tables": ["detail"]}
    return config_with(pdf=outputs)
