"""Tables of situations in `cases`, with values worked out by hand: the file that a reader gets holds those.

Each is asked for as a CSV and as a JSON, read while they are written, and as a frozen result; the three must agree.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from database_servers import DATABASES
from iop_pipelines.domain.datasets import DatasetDeclaration, scale_of
from iop_pipelines.drm.tables import drm_metadata
from iop_pipelines.errors import InvalidQuery
from iop_pipelines.query import config as form
from iop_pipelines.query.config import QueryConfig, parse_config
from iop_pipelines.query.explain import explain
from iop_pipelines.query.result import FrozenResult, Table
from iop_pipelines.query.run import open_query, run_query
from iop_pipelines.reporting.rows import write_csv, write_json
from iop_pipelines.schema import tables as iop
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.transform.table import FOLD, prepared_table

CASES = Path(__file__).parent / "cases"
NOW = datetime(2026, 11, 29, 12)


@lru_cache
def _content() -> Mapping[str, Mapping[str, Any]]:
    """Files of questions; what is there for other tests has none."""
    files = sorted(CASES.glob("*.yaml"))
    read = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in files}
    return {name: content for name, content in read.items() if "cases" in content}


def _cases() -> Iterator[Any]:
    for name, content in _content().items():
        for case in content["cases"]:
            given = {"dataset": next(iter(content["datasets"])), **case}
            yield pytest.param(given, id=f"{name}: {case['situation']}")


@pytest.fixture(scope="module", params=DATABASES)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[sa.Engine]:
    """All datasets of all files, for tests that only read them."""
    if request.param == "sqlite":
        yield from _filled(f"sqlite:///{tmp_path_factory.mktemp('cases') / 'iop.db'}")
        return
    server = request.getfixturevalue(f"{request.param}_server")
    url = server.create_database()
    yield from _filled(url)
    server.drop_database(url)


def _filled(url: str) -> Iterator[sa.Engine]:
    engine = engine_for(url)
    iop.metadata.create_all(engine)
    drm_metadata.create_all(engine)
    for content in _content().values():
        for name, given in content["datasets"].items():
            _store(engine, name, given)
    yield engine
    engine.dispose()


def _store(engine: sa.Engine, name: str, given: Mapping[str, Any]) -> None:
    """A row's last cell beyond its fields says that it is of the later of two hours that clocks show alike; `delivered`
    is where the last delivery ends."""
    own = {key: value for key, value in given.items() if key not in ("rows", "delivered")}
    first = next(iter(given["fields"]))
    declaration = DatasetDeclaration.model_validate(
        {"name": name, "source": name, "time": first, "freq": "D", **own}
    )
    table = prepared_table(declaration)
    table.create(engine)
    types = [spec.type for spec in declaration.fields.values()]
    rows: list[dict[str, Any]] = []
    for row in given["rows"]:
        cells, later = row[: len(types)], row[len(types) :]
        of_fields = dict(zip(declaration.fields, map(_stored, cells, types), strict=True))
        rows.append(
            {**of_fields, **({FOLD: int(*later)} if declaration.has_repeated_hours else {})}
        )
    with begin_write(engine) as connection:
        made = connection.execute(
            iop.datasets.insert().values(
                name=name,
                source=name,
                version=1,
                declaration=declaration.model_dump(mode="json"),
            )
        )
        connection.execute(table.insert(), [{"iop_from": 1, **row} for row in rows])
        if "delivered" in given:
            end = datetime.fromisoformat(given["delivered"])
            connection.execute(
                iop.dataset_versions.insert().values(
                    dataset_id=made.inserted_primary_key[0],
                    data_version="v1",
                    drm_run_id=1,
                    declaration_version=1,
                    status="prepared",
                    window_start=end - timedelta(days=1),
                    window_end=end,
                )
            )


def _stored(value: Any, type_: Any) -> Any:
    if value is None:
        return None
    if scale_of(type_) is not None:
        return Decimal(str(value))
    as_its_type: Mapping[str, Callable[[Any], Any]] = {
        "date": date.fromisoformat,
        "datetime": datetime.fromisoformat,
    }
    return as_its_type.get(type_, lambda same: same)(value)


def _config(case: Mapping[str, Any]) -> QueryConfig:
    more = case.get("config", {})
    return parse_config(
        {
            "version": 2,
            "source": f"dataset:{case['dataset']}",
            "datasets": {"main": case["query"]},
            "outputs": {"csv": {"profile": "raw"}},
            **more,
        }
    )


def _asked(engine: sa.Engine, case: Mapping[str, Any]) -> dict[str, Any]:
    now = datetime.fromisoformat(case["now"]) if "now" in case else NOW
    zone = case.get("zone", "UTC")
    return {"engine": engine, "drm_engine": engine, "now": now, "time_zone": zone}


def _as_csv(config: QueryConfig, result: FrozenResult) -> list[list[str]]:
    out = io.BytesIO()
    count = write_csv(config, result, out)
    read = list(csv.reader(io.StringIO(out.getvalue().decode(), newline="")))
    assert count == len(read) - 1
    return read


def _as_json(config: QueryConfig, result: FrozenResult) -> dict[str, Any]:
    out = io.BytesIO()
    write_json("case", config, result, out)
    return json.loads(out.getvalue())


@pytest.mark.parametrize("case", list(_cases()))
def test_every_situation_gives_what_was_worked_out_by_hand(
    engine: sa.Engine, case: Mapping[str, Any]
) -> None:
    config, asked = _config(case), _asked(engine, case)
    frozen = run_query(config, **asked)
    with open_query(config, ["main"], **asked) as opened:
        header, *rows = _as_csv(config, opened)
    with open_query(config, ["main"], is_counted=True, **asked) as opened:
        told = _as_json(config, opened)
    assert rows == case["rows"]
    assert _as_csv(config, frozen) == [header, *rows]
    table = frozen.table("main")
    assert len(told["rows"]) == told["meta"]["rowCount"] == len(rows)
    assert told["meta"]["rowTotal"] == table.total
    assert told == _as_json(config, frozen)
    assert FrozenResult.from_json(frozen.to_json()) == frozen
    _check_more(case, header, table, told)
    (explained,) = explain(config, **asked)
    top = config.datasets["main"].top
    is_rest = top is not None and len(rows) > top.n
    assert (explained.rows, explained.total) == (len(rows), table.total) or is_rest


def _check_more(
    case: Mapping[str, Any], header: list[str], table: Table, told: Mapping[str, Any]
) -> None:
    """What only some situations say: columns, the true total, words, JSON's own values."""
    assert case.get("columns", header) == header
    assert case.get("total", table.total) == table.total
    assert case.get("json", told["rows"]) == told["rows"]
    assert case.get("totals") == told.get("totals")
    assert case.get("subtotals", []) == told.get("subtotals", [])
    for said in case.get("says", []):
        assert said in [each.english for each in table.filters]
    for name, wanted in case.get("column", {}).items():
        column = table.column(name)
        assert {key: getattr(column, key) for key in wanted} == wanted


@pytest.mark.every_database
def test_words_are_in_one_order_on_every_database(engine: sa.Engine) -> None:
    """As rows and groups, which the database sorts, and as groups of two periods, which are sorted when read."""
    (case,) = (each for each in _content()["order"]["cases"] if each.get("dataset") == "words")
    compared = {"agg": "count", "as": "n", "compare": "previous_period"}
    period = {
        "field": "day",
        "op": "in_period",
        "value": {"from": "2026-11-05", "to": "2026-11-05"},
    }
    tables: Mapping[str, Mapping[str, Any]] = {
        "rows": {},
        "groups": {"select": [{"field": "word"}, {"agg": "count"}]},
        "compared": {"select": [{"field": "word"}, compared], "where": period},
    }
    right = [word for (word,) in case["rows"]]
    for direction, wanted in (("asc", right), ("desc", right[::-1])):
        for table in tables.values():
            query = {**case["query"], **table, "sort": [{"by": "word", "dir": direction}]}
            asked = {**case, "query": query}
            found = run_query(_config(asked), **_asked(engine, asked)).table("main")
            assert found.values("word") == wanted
    assert len(right) >= 60


def _leads(case: Mapping[str, Any]) -> bool:
    query = case["query"]
    measured = [each for each in query["select"] if "compare" in each]
    return "top" in query and bool(measured) and "bucket" not in str(query["select"])


LEADING = [each for each in _cases() if _leads(each.values[0])]


@pytest.mark.parametrize("case", LEADING)
def test_the_first_of_more_groups_than_are_held_are_what_they_are_of_few(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch, case: Mapping[str, Any]
) -> None:
    """Refused only where it takes all groups to know which are first."""
    config, asked = _config(case), _asked(engine, case)
    right = run_query(config, **asked).table("main")
    monkeypatch.setattr(form, "MAX_LIMIT", 2)
    (sort, *_) = config.datasets["main"].sort
    if sort.dir == "asc" or sort.by.endswith(("_previous", "_change")):
        with pytest.raises(InvalidQuery, match="at most 2 groups"):
            run_query(config, **asked)
        return
    found = run_query(config, **asked).table("main")
    assert (found.columns, found.rows, found.total) == (right.columns, right.rows, right.total)
    assert found.filters == right.filters


def test_subtotals_of_more_groups_than_are_held_say_so(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(form, "MAX_LIMIT", 2)
    select = [{"field": "customer"}, {"field": "day"}, {"measure": "revenue"}]
    query = {"select": select, "subtotals": ["customer"], "limit": 2}
    case = {"dataset": "sales", "query": query}
    table = run_query(_config(case), **_asked(engine, case)).table("main")
    # Acme, Bolt, Coco and Dada.
    assert [row[0] for row in table.subtotals] == ["Acme", "Bolt"]
    assert [each.english for each in table.filters] == ["subtotals by Customer: 2 of 4 rows"]


@pytest.mark.parametrize("begins", range(1, 13))
def test_a_quarter_of_the_data_is_not_counted_whole_where_half_of_it_is(
    engine: sa.Engine, begins: int
) -> None:
    select = [{"field": "quarter", "bucket": "quarter"}, {"measure": "amount"}]
    query = {"select": select, "sort": [{"by": "quarter"}]}
    case = {"dataset": "accounts", "query": query, "config": {"fiscal_year_start": begins}}
    if begins in (1, 4, 7, 10):
        table = run_query(_config(case), **_asked(engine, case)).table("main")
        assert [str(row[0]) for row in table.rows] == ["2024-01-01", "2024-04-01"]
        return
    with pytest.raises(InvalidQuery, match="cut in two"):
        run_query(_config(case), **_asked(engine, case))


@pytest.mark.parametrize(
    ("dataset", "own", "weeks"),
    # 28 January and 4 February 2013 are Mondays.
    [
        ("weeks_from_monday", "mon", ["2013-01-28", "2013-02-04"]),
        ("weeks_from_sunday", "sun", ["2013-01-27", "2013-02-03"]),
    ],
)
def test_weeks_of_the_data_are_moved_by_no_region_and_cut_by_no_query(
    engine: sa.Engine, dataset: str, own: str, weeks: list[str]
) -> None:
    select = [{"field": "week", "bucket": "week"}, {"measure": "amount"}]
    query = {"select": select, "sort": [{"by": "week"}]}
    case = {"dataset": dataset, "query": query}
    asked = _asked(engine, case)
    for region in (None, "GB", "US", "KE"):
        table = run_query(_config(case).in_region(region), **asked).table("main")
        rows = [[str(cell) for cell in row] for row in table.rows]
        assert rows == [[weeks[0], "1"], [weeks[1], "2"]]
    for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"):
        said = _config({**case, "config": {"week_start": day}}).in_region("US")
        if day == own:
            assert [str(row[0]) for row in run_query(said, **asked).table("main").rows] == weeks
            continue
        with pytest.raises(InvalidQuery, match="cut in two"):
            run_query(said, **asked)


def test_no_week_of_the_data_is_filled_that_the_period_of_a_region_has_not(
    engine: sa.Engine,
) -> None:
    """Last week is from Sunday, 3 February there: the row of 28 January is none of it, and not zero."""
    query = {
        "select": [{"field": "week", "bucket": "week", "fill": "zero"}, {"measure": "amount"}],
        "where": {"field": "week", "op": "in_period", "value": "last_week"},
    }
    case = {"dataset": "weeks_from_monday", "query": query, "now": "2013-02-11T12:00:00"}
    config = _config(case).in_region("US")
    table = run_query(config, **_asked(engine, case)).table("main")
    assert [[str(cell) for cell in row] for row in table.rows] == [["2013-02-04", "2"]]


def test_no_two_situations_are_one() -> None:
    ids = [each.id for each in _cases()]
    assert len(ids) == len(set(ids)) > 0
