"""Outputs of a large panel lie in a file: whoever reads them gets what they get where the database has them all."""

import asyncio
import itertools
import json
import math
import re
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import dagster as dg
import fastparquet
import pandas as pd
import pytest
import sqlalchemy as sa
from shop_panels import ANY, DAYS, FIRST, SHOPS, Shops

from database_servers import named
from iop_pipelines.api.answers import Answers
from iop_pipelines.api.calls import run
from iop_pipelines.api.context import ANYBODY, Context
from iop_pipelines.api.procedures import build_registry
from iop_pipelines.api.procedures.executions import GetExecution
from iop_pipelines.api.wire import read_input
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.errors import Conflict, InvalidQuery, NotFound, Unavailable
from iop_pipelines.execution import output, output_file
from iop_pipelines.execution.large import Bounds
from iop_pipelines.execution.output import store
from iop_pipelines.execution.output_file import Beside, Split, split_of
from iop_pipelines.execution.work import load
from iop_pipelines.identity.user import User
from iop_pipelines.ledger.deleting import delete_model, plan_models
from iop_pipelines.ledger.output_files import (
    broken_outputs,
    forget,
    remove_unnamed,
    unnamed_outputs,
)
from iop_pipelines.ledger.outputs_folder import outputs_folder
from iop_pipelines.ledger.retention import Policy, Purge, plan, purge
from iop_pipelines.ledger.work import LostClaim
from iop_pipelines.platform import Platform
from iop_pipelines.query import output_rows
from iop_pipelines.query.config import parse_config
from iop_pipelines.query.figures import figures_of
from iop_pipelines.query.output_files import (
    Wanted,
    file_of,
    has_files,
    lines_in,
    read,
    remove,
)
from iop_pipelines.query.output_rows import order_of, outputs_with
from iop_pipelines.query.run import run_query
from iop_pipelines.recommendations.advising import advise
from iop_pipelines.recommendations.chart import evidence_chart
from iop_pipelines.registry.models import models_of
from iop_pipelines.runtimes.outside import Outside
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.tables import (
    metadata,
    model_executions,
    model_outputs,
    output_files,
    recommendations,
)
from iop_pipelines.settings import Settings

PARTS = Bounds(rows=100, kept_periods=3)
# Three of each of four shops, the far day of each, and no line without a row.
SINCE = FIRST + timedelta(days=DAYS - 3)
KEPT = 4 * (3 + 1)
NUMBERS = ("y", "yhat", "lo", "hi", "score")
LINE = {"uniqueId": "Ä", "measure": "sold"}


def point(name: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": name, "op": op, "value": value}


class Reader:
    """Of one execution, as all who read outputs do."""

    def __init__(self, shops: Shops, execution_id: int, tmp_path: Path) -> None:
        self.engine, self.execution_id = shops.engine, execution_id
        url = shops.engine.url.render_as_string(hide_password=False)
        # SQLite's is in the home.
        server = {} if url.startswith("sqlite") else named(url)
        settings = Settings.from_env({"IOP_HOME": str(tmp_path), **server})
        self.context = Context(ANYBODY, Platform(settings), "request-1", "127.0.0.1", "")

    def asked(self, select: list[dict[str, Any]], *where: dict[str, Any], **more: Any) -> Any:
        own = point("execution_id", "eq", self.execution_id)
        table = {"select": select, "where": {"and": [own, *where]}, **more}
        result = run_query(
            {"version": 2, "source": "model_outputs", "datasets": {"t": table}},
            engine=self.engine,
            drm_engine=self.engine,
            now=FIRST + timedelta(days=DAYS),
        )
        table = result.tables[0]
        return [*map(list, table.rows)], table.total

    def called(self, path: str, **given: Any) -> Any:
        procedure = build_registry().get(path)
        assert procedure is not None
        assert procedure.input is not None
        asked = read_input(procedure.input, json.dumps({"id": self.execution_id, **given}).encode())
        return json.loads(procedure.dump(procedure.handler(self.context, asked)))

    def outputs(self, **given: Any) -> Any:
        """Without what tells one execution, and one row, from another."""
        answer = self.called("executions.get", **given)
        rows = [{**each, "id": None} for each in answer["outputs"]]
        return sorted(rows, key=lambda each: (each["uniqueId"], each["ds"])), answer["outputTotal"]


FIELDS = [{"field": name} for name in ("unique_id", "ds", "measure", "y", "yhat", "lo", "score")]
BY_SHOP = [
    {"field": "unique_id"},
    {"measure": "points"},
    {"measure": "mean_y"},
    {"measure": "mean_yhat"},
    {"measure": "highest_score"},
]
BY_DAY = [{"by": "unique_id"}, {"by": "ds"}]
EARLY = (point("ds", "lt", "2024-01-20"), point("ds", "ge", "2024-01-10"))
READERS: dict[str, Callable[[Reader], Any]] = {
    "all rows": lambda of: of.asked(FIELDS, sort=BY_DAY),
    "a page of them": lambda of: of.asked(FIELDS, sort=BY_DAY, limit=20, offset=40),
    "one series": lambda of: of.asked(FIELDS, point("unique_id", "eq", "Ä"), sort=BY_DAY),
    "series that hold a letter": lambda of: of.asked(
        FIELDS, point("unique_id", "contains", "a"), sort=BY_DAY
    ),
    "an early period": lambda of: of.asked(FIELDS, *EARLY, sort=BY_DAY),
    "one or the other": lambda of: of.asked(
        FIELDS,
        {"or": [point("ds", "eq", "2024-01-05"), point("is_finding", "eq", True)]},
        sort=BY_DAY,
    ),
    "what is kept": lambda of: of.asked(FIELDS, point("ds", "ge", "2024-02-28"), sort=BY_DAY),
    "findings": lambda of: of.asked(FIELDS, point("is_finding", "eq", True), sort=BY_DAY),
    "high scores": lambda of: of.asked(FIELDS, point("score", "gt", 1), sort=BY_DAY),
    "groups": lambda of: of.asked(BY_SHOP, sort=[{"by": "unique_id"}]),
    "months": lambda of: of.asked(
        [{"field": "ds", "bucket": "month"}, {"measure": "points"}], sort=[{"by": "ds"}]
    ),
    "the best, and the rest": lambda of: of.asked(
        [{"field": "unique_id"}, {"measure": "mean_y"}],
        point("ds", "lt", "2024-02-01"),
        sort=[{"by": "mean_y", "dir": "desc"}],
        top={"n": 2, "rest": "Others"},
    ),
    "executions.get": lambda of: of.outputs(),
    "executions.get, the first": lambda of: of.outputs(outputLimit=70),
    "executions.series": lambda of: of.called("executions.series"),
    "executions.series, one": lambda of: of.called("executions.series", **LINE),
    "executions.hindsight": lambda of: of.called("executions.hindsight", **LINE),
}


def alike(one: Any, other: Any) -> bool:
    """Sums in any order."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-13)
    return one == other


@pytest.fixture
def shops(migrated_url: str) -> Shops:
    made = Shops(engine_for(migrated_url))
    made.fill(SHOPS[:4])
    return made


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    return Outside(storage_url=f"file://{tmp_path / 'files'}")


def files_in(tmp_path: Path) -> list[Path]:
    return sorted(each for each in (tmp_path / "files").rglob("*") if each.is_file())


def in_file(shops: Shops, outside: Outside, name: str = "in-file") -> int:
    asked = shops.ask(ANY, name)
    shops.run(asked, PARTS, outside=outside)
    return asked


def whole(shops: Shops) -> int:
    asked = shops.ask(ANY, "whole")
    shops.run(asked, Bounds())
    return asked


def count(shops: Shops, table: sa.Table, execution_id: int) -> int:
    query = sa.select(sa.func.count()).where(table.c.execution_id == execution_id)
    with shops.engine.connect() as connection:
        return connection.scalar(query) or 0


def test_every_reader_gets_what_it_gets_where_the_database_has_all(
    shops, outside, tmp_path
) -> None:
    readers = [Reader(shops, each, tmp_path) for each in (whole(shops), in_file(shops, outside))]
    assert [count(shops, model_outputs, each.execution_id) for each in readers] == [240, KEPT]
    differing = [
        name for name, read_by in READERS.items() if not alike(*(read_by(each) for each in readers))
    ]
    assert differing == []
    # Right beside: what each of some says, derived from what was put in.
    of = readers[1]
    assert of.asked([{"measure": "points"}])[0] == [[4 * DAYS]]
    assert of.asked([{"measure": "points"}], point("ds", "lt", "2024-01-11"))[0] == [[40]]
    assert len(of.called("executions.series", **LINE)["points"]) == DAYS
    assert len(of.called("executions.hindsight", **LINE)["points"]) == DAYS
    assert of.outputs(outputLimit=1)[1] == 4 * DAYS
    assert of.called("executions.get")["completeSince"] == SINCE.isoformat()
    assert readers[0].called("executions.get")["completeSince"] is None


def test_advice_and_its_chart_are_the_same(shops, outside) -> None:
    """Also how much was judged, of which a first look makes how seldom a finding has to be."""
    ids = [whole(shops), in_file(shops, outside)]
    with begin_write(shops.engine) as connection:
        connection.execute(model_executions.update().values(status="success", phase="done"))
    opened = [advise(shops.engine, each).opened for each in ids]
    assert len(opened[0]) == len(opened[1]) == 4
    charts = [[evidence_chart(shops.engine, each) for each in part] for part in opened]
    for one, other in zip(*charts, strict=True):
        assert one.unique_id == other.unique_id
        assert len(one.points) == len(other.points) > 50
        pairs = [[list(asdict(each).values()) for each in chart.points] for chart in (one, other)]
        assert alike(*pairs)
    with shops.engine.connect() as connection:
        texts = connection.execute(
            sa.select(recommendations.c.title, recommendations.c.description).order_by("id")
        ).all()
    told = [[text.replace("in-file", "whole") for text in each] for each in texts]
    assert told[:4] == told[4:]


def test_what_was_stored_is_on_record_and_again_replaces_it(shops, outside, tmp_path) -> None:
    asked = in_file(shops, outside)
    (first,) = files_in(tmp_path)
    with shops.engine.connect() as connection:
        file = file_of(connection, asked)
    assert file is not None
    assert (file.row_count, file.kept_rows, file.complete_since) == (4 * DAYS, KEPT, SINCE)
    assert (file.first_ds, file.last_ds) == (FIRST, FIRST + timedelta(days=DAYS - 1))
    assert file.size_bytes == first.stat().st_size
    assert list(file.columns) == [
        *("unique_id", "ds", "measure", "y", "yhat", "width", "lo_bits", "hi_bits"),
        *("score", "is_finding"),
        *("in_ledger", "kept_before"),
    ]
    rows = [row for part in read(file, Wanted(series={"a"})) for row in part["unique_id"]]
    assert rows == ["a"] * DAYS
    assert broken_outputs(shops.engine, lambda: None) == ([], None)
    shops.run(asked, PARTS, outside=outside)
    (second,) = files_in(tmp_path)
    assert second != first
    assert (count(shops, model_outputs, asked), count(shops, output_files, asked)) == (KEPT, 1)
    # Without a store all is where it was before there were files.
    shops.run(asked, PARTS)
    assert (count(shops, model_outputs, asked), count(shops, output_files, asked)) == (240, 0)
    assert files_in(tmp_path) == []


def test_rows_of_the_last_periods_alone_need_no_file(shops, outside, tmp_path) -> None:
    asked = shops.ask(ANY)
    shops.run(asked, replace(PARTS, kept_periods=DAYS), outside=outside)
    assert count(shops, model_outputs, asked) == 4 * DAYS
    assert files_in(tmp_path) == []
    with shops.engine.connect() as connection:
        assert not has_files(connection)


def test_nothing_is_left_of_what_was_not_stored_whole(shops, outside, tmp_path) -> None:
    asked = shops.ask(ANY)
    with pytest.raises(LostClaim):
        shops.run(asked, PARTS, attempt=2, outside=outside)
    (tmp_path / "no-folder").write_text("")
    away = Outside(storage_url=f"file://{tmp_path / 'no-folder'}")
    with pytest.raises(Unavailable, match=r"the store file:.* does not take what an execution"):
        shops.run(asked, PARTS, outside=away)
    assert files_in(tmp_path) == []
    assert (count(shops, model_outputs, asked), count(shops, output_files, asked)) == (0, 0)


class ConnectionLost:
    """In COMMIT, of the transactions that have written outputs or of all, before or after the server has done it."""

    def __init__(self, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_done, self.is_all = False, False
        self._commit = engine.dialect.do_commit
        monkeypatch.setattr(engine.dialect, "do_commit", self)
        self._lost = 0

    def __call__(self, connection: Any) -> None:
        if self._lost and not self.is_all:
            self._commit(connection)
            return
        self._lost += 1
        if self.is_done:
            self._commit(connection)
        else:
            connection.rollback()
        raise OSError("connection lost")


@pytest.mark.parametrize(
    ("is_done", "is_all", "files", "rows"),
    [(True, False, 1, KEPT), (False, False, 0, 0), (False, True, 1, 0)],
    ids=["committed", "not committed", "untold"],
)
def test_a_file_whose_row_may_be_there_stays(
    shops, outside, tmp_path, monkeypatch, is_done, is_all, files, rows
) -> None:
    asked = shops.ask(ANY)
    # Named in a transaction of its own, the first time.
    outputs_folder(shops.engine)
    with monkeypatch.context() as patch:
        lost = ConnectionLost(shops.engine, patch)
        lost.is_done, lost.is_all = is_done, is_all
        with pytest.raises(OSError, match="connection lost"):
            shops.run(asked, PARTS, outside=outside)
    assert len(files_in(tmp_path)) == files
    assert count(shops, model_outputs, asked) == rows
    assert count(shops, output_files, asked) == bool(rows)
    assert broken_outputs(shops.engine, lambda: None) == ([], None)


def test_more_than_can_be_read_at_once_is_refused_and_never_cut(
    shops, outside, tmp_path, monkeypatch
) -> None:
    asked = in_file(shops, outside)
    monkeypatch.setattr(output_rows.outputs_with, "__defaults__", (100,))
    of = Reader(shops, asked, tmp_path)
    with pytest.raises(InvalidQuery, match="more than 100 rows of before 2024-02-27"):
        of.asked([{"measure": "points"}])
    assert of.asked([{"measure": "points"}], point("unique_id", "eq", "a"))[0] == [[DAYS]]
    # Some thirty rows of the 56.
    monkeypatch.setattr(output_rows, "MOST_BYTES", 2000)
    with pytest.raises(InvalidQuery, match=r"more than \d\d rows of before 2024-02-27"):
        of.asked([{"measure": "points"}], point("unique_id", "eq", "Ä"))


def test_one_line_is_shown_however_long_it_is(shops, outside, tmp_path, monkeypatch) -> None:
    """Nobody could ask for less of it."""
    asked = in_file(shops, outside)
    with begin_write(shops.engine) as connection:
        connection.execute(model_executions.update().values(status="success", phase="done"))
    opened = advise(shops.engine, asked).opened
    monkeypatch.setattr(output_rows.outputs_with, "__defaults__", (10,))
    of = Reader(shops, asked, tmp_path)
    points = of.called("executions.series", **LINE)["points"]
    assert [point["ds"] for point in points] == [
        (FIRST + timedelta(days=day)).isoformat() for day in range(DAYS)
    ]
    charts = [evidence_chart(shops.engine, each) for each in opened]
    assert [len(chart.points) for chart in charts] == [DAYS] * 4
    with shops.engine.connect() as connection:
        file = file_of(connection, asked)
    assert file is not None
    around = output_rows.line_in(file, "Ä", "sold", (FIRST + timedelta(days=20), 5))
    assert [each["ds"].day for each in around] == list(range(17, 27))


def test_a_file_that_is_gone_or_another_is_told_by_readers_and_by_verify(
    shops, outside, tmp_path
) -> None:
    asked = in_file(shops, outside)
    (path,) = files_in(tmp_path)
    content = path.read_bytes()
    of = Reader(shops, asked, tmp_path)
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(Conflict, match="which is another file by now"):
        of.asked(FIELDS)
    assert_told(shops, asked, "were changed: restore the file")
    path.unlink()
    with pytest.raises(NotFound, match=f"what execution {asked} scored lies in .* not there"):
        of.called("executions.series")
    assert_told(shops, asked, "which is not there")
    # What the table has needs no file.
    assert len(of.asked(FIELDS, point("is_finding", "eq", True))[0]) == 4
    assert len(of.asked(FIELDS, point("ds", "ge", "2024-02-27"))[0]) == 12
    path.write_bytes(content)
    with begin_write(shops.engine) as connection:
        connection.execute(model_outputs.delete().where(model_outputs.c.ds == SINCE))
    assert_told(shops, asked, f"has {KEPT - 4} output rows, of which {KEPT} were stored")


def test_only_a_file_that_differs_is_said_to_differ(shops, outside, tmp_path, monkeypatch) -> None:
    asked = in_file(shops, outside)
    (path,) = files_in(tmp_path)
    of = Reader(shops, asked, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(fastparquet, "ParquetFile", lambda _: int("no number"))
        with pytest.raises(ValueError, match="no number"):
            of.asked(FIELDS)
    assert len(of.asked(FIELDS)[0]) == 4 * DAYS
    path.write_bytes(b"")
    with pytest.raises(Conflict, match="which is another file by now"):
        of.asked(FIELDS)


def test_a_store_without_a_driver_is_away(shops, outside) -> None:
    """What drivers raise is no OSError, mostly; rows stay, and a model can be deleted."""
    asked = in_file(shops, outside)
    at = datetime(2026, 3, 1)
    ended(shops, at)
    with begin_write(shops.engine) as connection:
        connection.execute(output_files.update().values(url="nowhere://me:secret@there/1.parquet"))
        models = [each for each in models_of(connection, "shops") if each.spec.name == "in-file"]
        file = file_of(connection, asked)
    assert file is not None
    said = "scored lies in there/1.parquet, whose store does not answer: ValueError"
    for ask in (lambda: list(read(file, Wanted())), lambda: remove(file)):
        with pytest.raises(Unavailable, match=said):
            ask()
    found, untold = broken_outputs(shops.engine, lambda: None)
    assert (found, said in str(untold)) == ([], True)
    with dg.DagsterInstance.ephemeral() as instance:
        taken = purge(instance, shops.engine, Policy(0, 30, 0, 0), at + timedelta(days=31))
        assert (taken.output_rows, taken.output_files) == (0, 0)
        assert said in str(taken.untold)
        delete_model(shops.engine, instance, models, datetime(2026, 3, 2))
    assert (count(shops, model_outputs, asked), count(shops, output_files, asked)) == (0, 0)


def assert_told(shops: Shops, execution_id: int, problem: str) -> None:
    ((told, said),), untold = broken_outputs(shops.engine, lambda: None)
    assert (told, untold) == (execution_id, None)
    assert problem in said


def test_what_nothing_names_is_removed_after_a_day(shops, outside, tmp_path) -> None:
    in_file(shops, outside)
    (path,) = files_in(tmp_path)
    other = Shops(engine_for(f"sqlite:///{tmp_path}/another-instance.db"))
    metadata.create_all(other.engine)
    assert unnamed_outputs(other.engine, outside.storage_url, datetime(2100, 1, 1)) == []
    other.fill(SHOPS[:4])
    in_file(other, outside)
    (other_path,) = set(files_in(tmp_path)) - {path}
    lost = path.with_name("execution-9-0.parquet")
    lost.write_bytes(b"half")
    made = datetime.fromtimestamp(lost.stat().st_mtime)
    soon, later = made + timedelta(hours=1), made + timedelta(days=3)
    asked = (shops.engine, outside.storage_url)
    assert unnamed_outputs(*asked, soon) == []
    assert list(remove_unnamed(*asked, later, lambda: True)) == [str(lost)]
    assert list(remove_unnamed(other.engine, asked[1], later, lambda: True)) == []
    assert files_in(tmp_path) == sorted([path, other_path])
    in_file(shops, outside)
    (again,) = set(files_in(tmp_path)) - {path, other_path}
    assert again.parent == path.parent


def ended(shops: Shops, at: datetime) -> None:
    values = {"status": "success", "phase": "done", "finished_at": at, "advised_at": at}
    with begin_write(shops.engine) as connection:
        connection.execute(model_executions.update().values(**values))


def test_retention_takes_the_file_and_all_of_its_rows(shops, outside, tmp_path) -> None:
    asked, other = in_file(shops, outside), whole(shops)
    at = datetime(2026, 3, 1)
    ended(shops, at)
    policy = Policy(0, 30, 0, 0, storage_url=outside.storage_url)
    with dg.DagsterInstance.ephemeral() as instance:
        for soon in (plan, purge):
            assert soon(instance, shops.engine, policy, at + timedelta(days=29)) == Purge()
        expected = Purge(output_rows=2 * 240, output_files=1)
        assert plan(instance, shops.engine, policy, at + timedelta(days=31)) == expected
        assert purge(instance, shops.engine, policy, at + timedelta(days=31)) == expected
    assert files_in(tmp_path) == []
    for execution_id in (asked, other):
        assert count(shops, model_outputs, execution_id) == 0
    assert count(shops, output_files, asked) == 0


def test_what_is_old_no_more_is_not_forgotten(shops, outside, tmp_path) -> None:
    """An execution that ran once more has another file, and one that is open again keeps its own."""
    asked = in_file(shops, outside)
    with shops.engine.connect() as connection:
        former = file_of(connection, asked)
    shops.run(asked, PARTS, outside=outside)
    (path,) = files_in(tmp_path)
    with shops.engine.connect() as connection:
        own = file_of(connection, asked)
    assert former is not None
    assert own is not None
    assert forget(shops.engine, former) is None
    assert forget(shops.engine, own, model_executions.c.phase == "done") is None
    assert count(shops, model_outputs, asked) == KEPT
    assert files_in(tmp_path) == [path]
    assert forget(shops.engine, own, model_executions.c.phase == "started") == 240
    assert (count(shops, model_outputs, asked), count(shops, output_files, asked)) == (0, 0)
    assert files_in(tmp_path) == []


def test_rows_stay_beside_a_file_whose_store_is_away(shops, bucket) -> None:
    asked = in_file(shops, Outside(storage_url="s3://lake/iop"))
    at = datetime(2026, 3, 1)
    ended(shops, at)
    bucket.buckets.clear()
    policy = Policy(0, 30, 0, 0, storage_url="s3://lake/iop")
    with dg.DagsterInstance.ephemeral() as instance:
        taken = purge(instance, shops.engine, policy, at + timedelta(days=31))
        assert (taken.output_rows, taken.output_files) == (0, 0)
        assert "does not answer" in str(taken.untold)
        assert count(shops, model_outputs, asked) == KEPT
        bucket.buckets.add("lake")
        taken = purge(instance, shops.engine, policy, at + timedelta(days=31))
    assert (taken.output_rows, taken.output_files, taken.untold) == (240, 1, None)
    assert (bucket.objects, count(shops, model_outputs, asked)) == ({}, 0)


def test_a_model_that_is_deleted_takes_its_files_with_it(shops, outside, tmp_path) -> None:
    asked = in_file(shops, outside)
    ended(shops, datetime(2026, 3, 1))
    with shops.engine.connect() as connection:
        models = [each for each in models_of(connection, "shops") if each.spec.name == "in-file"]
    with dg.DagsterInstance.ephemeral() as instance:
        assert plan_models(shops.engine, models).outputs == 4 * DAYS
        delete_model(shops.engine, instance, models, datetime(2026, 3, 2))
    assert files_in(tmp_path) == []
    assert (count(shops, model_outputs, asked), count(shops, output_files, asked)) == (0, 0)


def test_forecasts_of_what_has_yet_to_come_are_kept_and_so_is_a_row_of_each_line() -> None:
    """What came of forecasts, and which series were judged, is read of the table alone."""
    split = Split(FIRST, FIRST + timedelta(days=9), FIRST + timedelta(days=9))
    days = [0, 1, 2, 9]
    rows = [
        {"unique_id": name, "measure": "sold", "ds": FIRST + timedelta(days=day), "y": y}
        for name, y in (("seen", 1.0), ("ahead", math.nan))
        for day in days
    ]
    frame = pd.DataFrame(rows).assign(yhat=2.0, is_finding=False)
    assert split.is_kept(frame).tolist() == [False, False, False, True, True, True, True, True]
    early = frame[frame["ds"] < FIRST + timedelta(days=3)].query("unique_id == 'seen'")
    assert split.is_kept(early).tolist() == [False, False, True]
    unknown = early.assign(y=math.nan, yhat=math.nan)
    assert split.is_kept(unknown).tolist() == [False, False, True]


def test_what_has_yet_to_come_is_none_of_the_last_periods() -> None:
    """Two series that end on different days, of which the next seven are foretold."""
    frames = [
        pd.DataFrame({"ds": pd.date_range(FIRST, periods=seen + 7), "yhat": 2.0}).assign(
            y=[1.0] * seen + [math.nan, math.inf, *[math.nan] * 5]
        )
        for seen in (10, 12)
    ]
    split = split_of(lambda: frames, 3)
    assert split == Split(FIRST, FIRST + timedelta(days=18), FIRST + timedelta(days=9))
    assert split_of(lambda: frames, 12) is None
    assert split_of(lambda: [frame.iloc[-7:] for frame in frames], 3) is None


def test_many_series_in_a_group_and_others_in_the_next_are_read(shops, outside) -> None:
    """A byte tells 127 names apart; a group has 50,000 rows."""
    work = load(shops.engine, shops.ask(ANY), 1)
    names = [f"Ä{number:05}" for number in range(6000)]
    values = {"measure": "sold", "y": 1.5, "yhat": 1.0, "lo": 0.5, "hi": 2.0, "score": 0.25}
    frame = pd.DataFrame(
        {
            "unique_id": [name for name in names for _ in range(10)],
            "ds": [FIRST + timedelta(days=day) for day in range(10)] * len(names),
            **values,
            "is_finding": False,
        }
    )
    beside = Beside(outside.storage_url, 3)
    store(shops.engine, work, lambda: [frame], (), beside=beside)
    with shops.engine.connect() as connection:
        file = file_of(connection, work.execution_id)
        assert file is not None
        assert [(each.unique_id, each.points) for each in lines_in(file)] == [
            (name, 10) for name in names
        ]
        parts = [part["unique_id"].astype(str).tolist() for part in read(file, Wanted())]
        assert [name for part in parts for name in part] == frame["unique_id"].tolist()
        wanted = Wanted(executions=[work.execution_id], series=names[4998:5002])
        outputs = outputs_with(connection, wanted)
        counted = sa.select(outputs.c.unique_id, sa.func.count()).group_by(outputs.c.unique_id)
        found = connection.execute(counted.order_by(outputs.c.unique_id)).all()
    assert [tuple(row) for row in found] == [(name, 10) for name in names[4998:5002]]


def rank_of(kept_ids: Any, number: int) -> int:
    """Id of the kept row before which so many are."""
    first, first_id = max(run for run in map(tuple, kept_ids) if run[0] <= number)
    return first_id + number - first


def test_rows_of_table_and_file_are_in_the_order_in_which_the_model_gave_them(
    shops, outside, monkeypatch
) -> None:
    """Neither by name nor by period; another execution gets ids between those of this one."""
    work = load(shops.engine, shops.ask(ANY), 1)
    other = shops.ask(ANY, "other")
    frames = [
        pd.DataFrame(
            {
                "unique_id": name,
                "ds": [FIRST + timedelta(days=day) for day in range(10)],
                "measure": "sold",
                "y": 1.5,
                "yhat": 1.0,
                "lo": 0.5,
                "hi": 2.0,
                "score": 0.25,
                "is_finding": [day in (2, 5) for day in range(10)],
            }
        )
        for name in ("d", "a", "c", "b")
    ]
    parts = [pd.concat(frames[:3]), frames[3]]
    monkeypatch.setattr(output, "_ROWS_AT_ONCE", 2)
    monkeypatch.setattr(output_file, "_ROWS_AT_ONCE", 7)
    records, calls = output._records, itertools.count()

    def among_others(frame: pd.DataFrame, keys: Any) -> list[dict[str, Any]]:
        rows = records(frame, keys)
        return [*rows, *[{**rows[0], "execution_id": other}] * (next(calls) % 3)]

    monkeypatch.setattr(output, "_records", among_others)
    store(shops.engine, work, lambda: parts, (), beside=Beside(outside.storage_url, 3))
    with shops.engine.connect() as connection:
        file = file_of(connection, work.execution_id)
        its = model_outputs.c.execution_id == work.execution_id
        columns = (model_outputs.c.id, model_outputs.c.unique_id, model_outputs.c.ds)
        kept = [tuple(row) for row in connection.execute(sa.select(*columns).where(its))]
        for most in (None, 13):
            outputs = outputs_with(connection, Wanted(executions=[work.execution_id]))
            query = sa.select(outputs.c.unique_id, outputs.c.ds).order_by(*order_of(outputs))
            found = [tuple(row) for row in connection.execute(query.limit(most))]
            every = [(name, FIRST + timedelta(days=day)) for name in "dacb" for day in range(10)]
            assert found == every[:most]
    assert file is not None
    assert len(file.kept_ids) > 5
    names = ("unique_id", "ds", "in_ledger", "kept_before")
    wanted = Wanted(series=("c", "a"), until=FIRST + timedelta(days=7))
    for asked, expected in ((Wanted(), [*"dacb"]), (wanted, [*"ac"])):
        part = pd.concat(read(file, asked, names))
        part["rank"] = [rank_of(file.kept_ids, number) for number in part["kept_before"]]
        days = 8 if asked is wanted else 10
        beside = part[~part["in_ledger"]]
        rows = [
            (rank, False, place, name, ds.to_pydatetime())
            for place, (rank, name, ds) in enumerate(
                zip(beside["rank"], beside["unique_id"], beside["ds"], strict=True)
            )
        ]
        last = FIRST + timedelta(days=days - 1)
        rows += [
            (found, True, 0, name, ds)
            for found, name, ds in kept
            if name in expected and ds <= last
        ]
        assert [row[3:] for row in sorted(rows)] == [
            (name, FIRST + timedelta(days=day)) for name in expected for day in range(days)
        ]


def test_a_number_of_a_file_is_what_it_was_to_the_last_digit(shops, outside) -> None:
    """Of a value on the edge of its band a rounded one is beyond it, in a condition of SQL too."""
    numbers = [
        12345678.9,
        -12345678.9,
        0.1,
        1 / 3,
        -0.0,
        5e-324,
        1.7976931348623157e308,
        2.0**53 + 1,
    ]
    frame = pd.DataFrame(
        {
            "unique_id": "a",
            "ds": [FIRST + timedelta(days=day) for day in range(len(numbers) + 4)],
            "measure": "sold",
            **{name: [*numbers, 1.0, 1.0, 1.0, 1.0] for name in NUMBERS},
            "is_finding": False,
        }
    )
    holes = frame.assign(unique_id="b", lo=math.nan, score=math.inf)
    work = load(shops.engine, shops.ask(ANY), 1)
    made = pd.concat(
        [frame, holes, holes.assign(unique_id="c", yhat=math.nan, lo=-math.inf, hi=7.0)]
    )
    store(shops.engine, work, lambda: [made], (), beside=Beside(outside.storage_url, 3))
    with shops.engine.connect() as connection:
        file = file_of(connection, work.execution_id)
        assert file is not None
        outputs = outputs_with(connection, Wanted(executions=[work.execution_id])).c
        of_a = (outputs.unique_id == "a", outputs.ds < FIRST + timedelta(days=len(numbers)))
        beyond = sa.or_(outputs.y < outputs.lo, outputs.y > outputs.hi)
        count = sa.select(sa.func.count())
        assert connection.scalar(count.where(*of_a)) == len(numbers)
        assert connection.scalar(count.where(*of_a, beyond)) == 0
    found = pd.concat(read(file, Wanted()))
    for name in NUMBERS:
        expected = made[name].replace([math.inf, -math.inf], math.nan).to_numpy()
        assert found[name].to_numpy().tobytes() == expected.tobytes(), name


def test_what_lies_in_a_file_is_read_by_a_process_of_its_own(shops, outside, tmp_path) -> None:
    of = [Reader(shops, each, tmp_path) for each in (whole(shops), in_file(shops, outside))]
    for path in ("executions.get", "executions.series"):
        procedure = build_registry().get(path)
        assert procedure is not None
        assert procedure.heavy is not None
        when = procedure.heavy.when
        assert when is not None
        given = [read_input(GetExecution, b'{"id": %d}' % each.execution_id) for each in of]
        assert [when(each.context, one) for each, one in zip(of, given, strict=True)] == [
            False,
            True,
        ]
    answers = Answers(of[1].context.platform)
    procedure = build_registry().get("executions.get")
    assert procedure is not None
    try:
        asked = json.dumps({"id": of[1].execution_id, "outputLimit": 3}).encode()
        context = replace(of[1].context, user=User(id=1, name="ada", role=Role.ADMIN))
        answer = json.loads(asyncio.run(run(answers, procedure, context, asked)))
    finally:
        answers.readers.close()
    assert (len(answer["outputs"]), answer["outputTotal"]) == (3, 4 * DAYS)


def test_a_bucket_holds_them_and_says_when_it_is_away(shops, bucket, tmp_path) -> None:
    asked = in_file(shops, Outside(storage_url="s3://lake/iop"))
    (name,) = bucket.objects
    assert re.fullmatch(rf"lake/iop/outputs/[0-9a-f]{{16}}/execution-{asked}-\w+\.parquet", name)
    of = Reader(shops, asked, tmp_path)
    assert len(of.asked(FIELDS)[0]) == 4 * DAYS
    bucket.buckets.clear()
    with pytest.raises(Unavailable, match="whose store does not answer"):
        of.asked(FIELDS)
    found, untold = broken_outputs(shops.engine, lambda: None)
    assert found == []
    assert untold is not None
    assert "does not answer" in untold


def test_rows_of_later_executions_come_last(shops, outside) -> None:
    ids = [in_file(shops, outside), in_file(shops, outside)]
    wanted = Wanted(executions=ids, series=("a",))
    with shops.engine.connect() as connection:
        outputs = outputs_with(connection, wanted)
        query = sa.select(outputs.c.execution_id).where(*wanted.of_rows(outputs))
        found = cast(list[int], connection.scalars(query.order_by(*order_of(outputs))).all())
    assert len(found) == 2 * DAYS
    assert found == sorted(found)


def test_what_a_table_asks_for_says_nothing_of_how_far_outputs_reach(shops, outside) -> None:
    """In a file or whole: outputs reach beyond the data, and have no newest moment; a series begins four days later."""
    work = load(shops.engine, shops.ask(ANY), 1)
    values = {"measure": "sold", "y": 1.5, "yhat": 1.0, "lo": 0.5, "hi": 2.0, "score": 0.25}
    days = {"early": range(DAYS), "late": range(4, DAYS)}
    rows = [
        {"unique_id": name, "ds": FIRST + timedelta(days=day), **values, "is_finding": False}
        for name, own in days.items()
        for day in own
    ]
    frame = pd.DataFrame(rows)
    late = point("unique_id", "eq", "late")
    own = point("execution_id", "eq", work.execution_id)
    points = {"measure": "points"}
    by_day = {"field": "ds", "bucket": "day", "fill": "zero"}
    before = {**points, "compare": "previous_period"}

    def within(first: str, last: str) -> dict[str, Any]:
        return point("ds", "in_period", {"from": first, "to": last})

    def asked(table: dict[str, Any]) -> dict[str, Any]:
        return {"version": 2, "source": "model_outputs", "datasets": {"t": table}}

    kept_by: tuple[Beside | None, ...] = (Beside(outside.storage_url, 3), None)
    engines = {"engine": shops.engine, "drm_engine": shops.engine}
    now = FIRST + timedelta(days=DAYS)
    for beside in kept_by:
        store(shops.engine, work, lambda: [frame], (), beside=beside)
        january = [late, within("2024-01-01", "2024-01-31")]
        filled = run_query(
            asked({"select": [by_day, points], "where": {"and": january}}), **engines, now=now
        )
        assert [row[1] for row in filled.tables[0].rows] == [0] * 4 + [1] * 27, beside
        assert filled.sources[0].data_time is None, beside
        week = [own, late, within("2024-01-05", "2024-01-08")]
        compared = run_query(
            asked({"select": [{"field": "unique_id"}, before], "where": {"and": week}}),
            **engines,
            now=now,
        )
        assert compared.tables[0].values("points_previous") == [0], beside
        config = parse_config(
            asked({"select": [points], "where": within("2024-02-01", "2024-02-10")})
        )
        (figure,) = figures_of(config, "t", **engines, now=now, time_zone="UTC")
        assert figure.value == 20, beside
        assert (figure.period, figure.earlier) == (None, None), beside
