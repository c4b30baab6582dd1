"""Currencies, and debit and credit without a sign: no model, panel or report puts two of them into one figure."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.declare import Declared, declare
from iop_pipelines.intake.files import read_file
from iop_pipelines.intake.questions import refuse_to_guess
from iop_pipelines.intake.registering import with_versions
from iop_pipelines.intake.understand import Given, Understood, understand
from iop_pipelines.query.config import parse_config
from iop_pipelines.registry.dashboards import DashboardSpec, check_shape
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import metadata
from iop_pipelines.transform.prepare import prepare
from iop_pipelines.transform.versions import register_dataset

DAYS = [date(2025, 11, 3) + timedelta(days=n) for n in range(40)]
MONEY = ("EUR", "USD", "JPY")
ALL = (
    *MONEY,
    "GBP",
    "CHF",
    "CAD",
    "AUD",
    "NZD",
    "SEK",
    "NOK",
    "DKK",
    "PLN",
    "CZK",
    "HUF",
    "RON",
    "TRY",
)
ALL = (*ALL, "ZAR", "INR", "BRL", "MXN")


@dataclass(frozen=True)
class Case:
    """`never`: the columns whose values never add up; `watched`: those that models look at, None where none does."""

    head: str
    lines: Callable[[], Iterator[str]]
    never: tuple[str, ...]
    watched: tuple[str, ...] | None
    notes: tuple[str, ...] = ()


def figure(*parts: int) -> int:
    return 100 + sum(part * by for part, by in zip(parts, (37, 53, 71, 11), strict=False)) % 211


def of_stores(stores: int) -> Iterator[str]:
    for n, day in enumerate(DAYS):
        for store in range(stores):
            for m, money in enumerate(MONEY):
                yield f"{day},S{store:02},{money},{figure(n, store, m)}"


def of_pairs() -> Iterator[str]:
    for n, day in enumerate(DAYS):
        for a, sold in enumerate(ALL):
            for b, bought in enumerate(ALL):
                yield f"{day},{sold},{bought},{figure(n, a, b)}"


CASES: Mapping[str, Case] = {
    "more stores by currency than are watched": Case(
        "Date,Store,Currency,Amount",
        lambda: of_stores(40),
        ("currency",),
        ("currency",),
        ("intake.note_watched",),
    ),
    "few stores by currency": Case(
        "Date,Store,Currency,Amount", lambda: of_stores(5), ("currency",), ("store", "currency")
    ),
    "stores that fit beside currencies, and regions that do not": Case(
        "Date,Region,Store,Currency,Amount",
        lambda: (
            f"{d},R{region},S{store},{money},{figure(n, region, store, m)}"
            for n, d in enumerate(DAYS)
            for region in range(6)
            for store in range(7)
            for m, money in enumerate(MONEY)
        ),
        ("currency",),
        ("store", "currency"),
        ("intake.note_watched",),
    ),
    "two currencies alone": Case(
        "Date,Currency,Amount",
        lambda: (
            f"{d},{money},{figure(n, m)}"
            for n, d in enumerate(DAYS)
            for m, money in enumerate(MONEY[:2])
        ),
        ("currency",),
        ("currency",),
    ),
    "twenty currencies": Case(
        "Date,Currency,Amount",
        lambda: (
            f"{d},{money},{figure(n, m)}" for n, d in enumerate(DAYS) for m, money in enumerate(ALL)
        ),
        ("currency",),
        ("currency",),
    ),
    "a currency that comes once": Case(
        "Date,Currency,Amount",
        lambda: (
            f"{d},{money},{figure(n)}"
            for n, (d, money) in enumerate(zip(DAYS, (*MONEY, "EUR"), strict=False))
        ),
        ("currency",),
        ("currency",),
    ),
    "debit and credit in two currencies": Case(
        "Date,Debit/Credit,Currency,Amount",
        lambda: (
            f"{d},{side},{money},{figure(n, s, m)}"
            for n, d in enumerate(DAYS)
            for s, side in enumerate("DC")
            for m, money in enumerate(MONEY[:2])
        ),
        ("debit_credit", "currency"),
        ("debit_credit", "currency"),
        ("intake.note_no_chart",),
    ),
    "more pairs of currencies than are watched": Case(
        "Date,Currency sold,Currency bought,Amount",
        of_pairs,
        ("currency_sold", "currency_bought"),
        None,
        ("intake.note_not_watched", "intake.note_no_chart"),
    ),
    "many payments a day": Case(
        "Date,Shop,Currency,Amount",
        lambda: (
            f"{d},S{shop},{MONEY[(shop + k) % 3]},{figure(n, shop, k)}"
            for n, d in enumerate(DAYS)
            for shop in (1, 2, 2, 3)
            for k in range(4)
        ),
        ("currency",),
        ("shop", "currency"),
    ),
}


def understood(folder: Path, case: Case) -> Understood:
    path = folder / "a.csv"
    path.write_text("\n".join([case.head, *case.lines()]) + "\n")
    return understand(read_file(path), Given(), "UTC", refuse_to_guess)


def queries(declared: Declared) -> Iterator[dict[str, Any]]:
    yield from (panel["query_config"] for panel in declared.dashboard["panels"])
    yield declared.report["query_config"]


def groups_of(declared: Declared) -> Iterator[tuple[str, ...]]:
    """Columns of which each combination of values is one figure, a mark of a chart or a point of a model."""
    for query in queries(declared):
        (table,) = query["datasets"].values()
        yield tuple(item["field"] for item in table["select"] if "field" in item)
        for chart in query.get("charts", ()):
            yield tuple(chart[name] for name in ("x", "series") if name in chart)
    for model in declared.models.values():
        yield (*model["input_schema"]["required"][:1], *model["config"]["input"]["series"])


def mixed(found: Understood, groups: Sequence[str], never: Sequence[str]) -> bool:
    """Whether one of the figures is of rows that never add up."""
    kinds: defaultdict[tuple[object, ...], set[tuple[object, ...]]] = defaultdict(set)
    for row in found.rows:
        kinds[tuple(row[name] for name in groups)].add(tuple(row[name] for name in never))
    return any(len(each) > 1 for each in kinds.values())


@pytest.mark.parametrize("name", CASES)
def test_no_figure_is_of_what_never_adds_up(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    found = understood(tmp_path, case)
    declared = declare(found, "UTC", datetime(2026, 1, 1))
    # One figure of all rows would be such a mixture.
    assert mixed(found, (), case.never)
    assert [each for each in groups_of(declared) if mixed(found, each, case.never)] == []
    watched = {tuple(each["config"]["input"]["series"]) for each in declared.models.values()}
    assert watched == (set() if case.watched is None else {case.watched})
    assert set(case.notes) <= {note.code for note in found.notes}


@pytest.mark.parametrize("name", CASES)
def test_what_is_declared_can_be_drawn(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    declared = declare(understood(tmp_path, case), "UTC", datetime(2026, 1, 1))
    panels = DashboardSpec.model_validate(declared.dashboard).panels
    for panel in panels:
        check_shape(panel.type, parse_config(panel.query_config), "panels")
    parse_config(declared.report["query_config"])
    drawn = [panel.type for panel in panels]
    assert drawn == (["table", "line", "bar"] if len(case.never) == 1 else ["table"])


def paid(money: str) -> str:
    lines = (f"{day},{money},{figure(n)}" for n, day in enumerate(DAYS))
    return "\n".join(["Date,Currency,Amount", *lines]) + "\n"


def test_another_currency_that_comes_later_is_refused_and_added_to_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(paid("EUR"))
    content = declare(
        understand(read_file(path), Given(), "UTC", refuse_to_guess), "UTC", datetime(2026, 1, 1)
    ).dataset
    rows = [
        {"date": f"{day}", "currency": money, "amount": "7", "source_line": f"{n}"}
        for n, (day, money) in enumerate(zip(DAYS, ("EUR", "USD"), strict=False))
    ]
    window = (datetime(2025, 11, 3), datetime(2025, 11, 5))
    done = prepare(DatasetDeclaration.model_validate(content), pd.DataFrame(rows), window)
    assert done.frame["currency"].tolist() == ["EUR"]
    assert [each["currency"] for each in done.rejects["row"]] == ["USD"]


def test_a_file_of_other_currencies_is_not_loaded_under_the_same_name(tmp_path: Path) -> None:
    engine = engine_for("sqlite://")
    metadata.create_all(engine)
    path = tmp_path / "a.csv"

    def given(*moneys: str) -> Declared:
        path.write_text(
            paid(moneys[0]) + "".join(paid(each).partition("\n")[2] for each in moneys[1:])
        )
        found = understand(read_file(path), Given(), "UTC", refuse_to_guess)
        return declare(found, "UTC", datetime(2026, 1, 1))

    first = with_versions(engine, given("EUR"))
    register_dataset(engine, DatasetDeclaration.model_validate(first.dataset))
    assert with_versions(engine, given("EUR")).dataset["version"] == 1
    for others in (("USD",), ("EUR", "USD")):
        with pytest.raises(InvalidInput, match=r"'currency' has other currencies than EUR"):
            with_versions(engine, given(*others))


def test_stores_of_one_currency_are_shown_as_they_were(tmp_path: Path) -> None:
    lines = (line for line in of_stores(5) if "EUR" in line)
    one = Case("Date,Store,Currency,Amount", lambda: lines, (), ("store",))
    declared = declare(understood(tmp_path, one), "UTC", datetime(2026, 1, 1))
    figures, line, bars = declared.dashboard["panels"]
    assert [panel["type"] for panel in (figures, line, bars)] == ["metric", "line", "bar"]
    assert line["query_config"]["charts"][0]["series"] == "store"
    assert bars["query_config"]["datasets"]["main"]["top"] == {"n": 12}
