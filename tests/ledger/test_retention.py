"""What goes, what stays, and that the ledger is proven all the same; on every database."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, count, pairwise, repeat
from pathlib import Path

import dagster as dg
import fsspec
import pytest
import sqlalchemy as sa
from fsspec.implementations.local import LocalFileSystem
from fsspec.registry import known_implementations
from fsspec.spec import AbstractFileSystem

from iop_pipelines.api.downloads import report_file
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import ModelType, Phase
from iop_pipelines.errors import InvalidInput, NotFound
from iop_pipelines.ledger import retention
from iop_pipelines.ledger.closing import close_as_failed
from iop_pipelines.ledger.events import (
    OUTPUT_ASSETS,
    REPORT_ASSET,
    TerminalEvent,
    to_dagster,
)
from iop_pipelines.ledger.mirror import mirror
from iop_pipelines.ledger.repairs import Repairs, keep_repairs, list_repairs
from iop_pipelines.ledger.retention import Policy, Purge, plan, purge
from iop_pipelines.ledger.verdicts import last_verdict
from iop_pipelines.ledger.verify import compare, verify
from iop_pipelines.ledger.work import EXECUTION, REPORT
from iop_pipelines.orchestration import upkeep
from iop_pipelines.orchestration.progress import PROGRESS
from iop_pipelines.platform import Platform
from iop_pipelines.runtimes import model_files
from iop_pipelines.runtimes.model_files import Signature, store_file
from iop_pipelines.runtimes.outside import Outside
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.tables import (
    analytical_models,
    dataset_versions,
    generated_reports,
    ledger_repairs,
    model_executions,
    model_outputs,
    rejected_rows,
)
from iop_pipelines.settings import Settings
from schedules.retention import purge_what_is_old

ASSET = OUTPUT_ASSETS[ModelType.STATISTICAL]
MONTH = Policy(history_days=30, outputs_days=30, rejected_days=30, report_files_days=30)
FOR_EVER = Policy(0, 0, 0, 0)
# From then on all that a test has just made is older than a month.
LATER = timedelta(days=31)


@dg.op
def end_items(context: dg.OpExecutionContext) -> None:
    """Logs the ends that the run's tags name, as the jobs of the product do."""
    for kind, asset in ((EXECUTION, ASSET), (REPORT, REPORT_ASSET)):
        for item in context.run_tags.get(f"test/{kind.name}", "").split():
            event = TerminalEvent(kind, int(item), 1, True, 42, utc_now(), run_id=context.run_id)
            context.log_event(to_dagster(event, asset, "1.delays@v1.0.0"))


@dg.job
def end_work() -> None:
    end_items()


@pytest.fixture
def engine(migrated_url: str) -> sa.Engine:
    return engine_for(migrated_url)


@pytest.fixture
def instance(
    migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dg.DagsterInstance]:
    """Dagster as the product has it on that database, so in files for SQLite."""
    monkeypatch.setenv("IOP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DATABASE_URL", migrated_url)
    home = tmp_path / "home" / "dagster"
    home.mkdir(parents=True)
    (home / "dagster.yaml").write_text(
        "storage: {custom: {module: iop_pipelines.orchestration.instance, "
        "class: InstanceStorage, config: {}}}\ntelemetry: {enabled: false}\n"
    )
    with dg.DagsterInstance.from_config(str(home)) as opened:
        yield opened


def _end(instance: dg.DagsterInstance, executions=(), reports=()) -> str:
    tags = {
        "test/execution": " ".join(map(str, executions)),
        "test/report": " ".join(map(str, reports)),
    }
    return end_work.execute_in_process(instance=instance, tags=tags).run_id


def _count(engine: sa.Engine, table: sa.Table) -> int:
    with engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def _add(engine: sa.Engine, table: sa.Table, **values: object) -> None:
    with begin_write(engine) as connection:
        connection.execute(table.insert().values(**values))


def test_what_is_old_goes_by_policy_and_the_ledger_is_still_proven(
    engine, instance, seed, tmp_path
):
    seeded = seed(engine)
    now = utc_now()
    file = tmp_path / "report.csv"
    file.write_text("a,b\n")
    kept = tmp_path / "result.parquet"
    kept.write_bytes(b"PAR1")
    done = seeded.add_execution(advised_at=now)
    owed = seeded.add_execution()
    still_open = seeded.add_execution(phase=Phase.STARTED, run_key="execution-1", claimed_at=now)
    report = seeded.add_report()
    superseded = seeded.add_execution(phase=Phase.HELD)
    run_id = _end(instance, [done, owed], [report])
    open_run = _end(instance)
    with begin_write(engine) as connection:
        connection.execute(
            model_executions.update()
            .where(model_executions.c.id == still_open)
            .values(dagster_run_id=open_run)
        )
        connection.execute(
            generated_reports.update().values(
                storage_url=file.as_uri(), files=[{"url": kept.as_uri()}], phase=Phase.STARTED
            )
        )
        connection.execute(dataset_versions.update().values(prepared_at=now))
    mirror(instance, engine)
    close_as_failed(
        *(instance, engine, EXECUTION, superseded, Phase.HELD),
        reason=Sentence("execution.superseded", id=2),
        now=now,
    )
    output = {"model_id": seeded.model_id, "unique_id": "all", "ds": now, "measure": "y"}
    for item in (done, owed):
        _add(engine, model_outputs, execution_id=item, is_finding=False, **output)
    _add(
        engine,
        rejected_rows,
        dataset_version_id=seeded.version_id,
        step="s",
        reason="r",
        row={"a": 1},
    )
    keep_repairs(engine, now, Repairs(["run 1: closed"]))
    expected = Purge(1, 1, 1, 1, 1, 1)
    assert plan(instance, engine, FOR_EVER, now + LATER) == Purge()
    assert plan(instance, engine, MONTH, now + timedelta(days=29)) == Purge()
    assert plan(instance, engine, MONTH, now + LATER) == expected
    assert purge(instance, engine, FOR_EVER, now + LATER) == Purge()

    assert purge(instance, engine, MONTH, now + LATER) == expected

    assert plan(instance, engine, MONTH, now + LATER) == Purge()
    assert instance.get_run_by_id(run_id) is None
    assert instance.get_run_by_id(open_run) is not None
    # The row that still owes advice has kept its output.
    assert _count(engine, model_outputs) == 1
    assert _count(engine, rejected_rows) == 0
    assert _count(engine, model_executions) == 4
    assert list_repairs(engine, 10) == []
    assert not file.exists()
    assert not kept.exists()
    with pytest.raises(NotFound, match=r"was removed on .* by the retention policy; generate"):
        report_file(engine, report)
    verdict = verify(instance, engine)
    # The open row's run has ended without its end: that, and nothing else, is told.
    assert [drift.item_id for drift in verdict.drift] == [still_open]
    assert (verdict.purged, verdict.events) == (4, 0)


def test_an_end_that_is_lost_without_retention_is_still_told(engine, instance, seed):
    item = seed(engine).add_execution()
    run_id = _end(instance, [item])
    mirror(instance, engine)

    instance.delete_run(run_id)

    (drift,) = verify(instance, engine).drift
    assert drift.problem == "row says success, Dagster has no such end"


def test_a_pass_out_of_time_leaves_the_rest_to_the_next(engine, instance, seed):
    seeded = seed(engine)
    for _ in range(3):
        _end(instance, [seeded.add_execution()])
    mirror(instance, engine)
    now = utc_now() + LATER
    # Begun; time for the page and for one run, then none.
    clock = chain([0.0, 1.0, 1.0], repeat(10_000.0))

    assert purge(instance, engine, MONTH, now, monotonic=clock.__next__).runs == 1
    assert verify(instance, engine).drift == ()
    assert purge(instance, engine, MONTH, now).runs == 2
    assert verify(instance, engine).drift == ()


def test_a_file_in_a_bucket_goes_and_stays_on_record_while_the_store_is_away(
    engine, instance, seed, bucket
):
    seeded = seed(engine)
    finished = datetime(2026, 3, 1)
    urls = [f"s3://lake/reports/{name}" for name in ("a.pdf", "a.parquet")]
    bucket.objects.update({url.removeprefix("s3://"): b"x" for url in urls})
    report = seeded.add_report(
        status="ready",
        phase=Phase.DONE,
        storage_url=urls[0],
        files=[{"url": urls[1]}],
        finished_at=finished,
    )
    only_files = replace(FOR_EVER, report_files_days=30)
    bucket.buckets.clear()
    with pytest.raises(OSError, match="there is no such bucket: 's3://lake'"):
        purge(instance, engine, only_files, finished + LATER)
    assert seeded.row(generated_reports, report).file_removed_at is None
    bucket.buckets.add("lake")
    assert purge(instance, engine, only_files, finished + LATER).report_files == 1
    assert bucket.objects == {}
    assert seeded.row(generated_reports, report).file_removed_at == finished + LATER


def _add_old(engine, seeded, folder: Path, items: int, rows: int) -> datetime:
    """So many executions and versions with so many rows each, and reports with a file; returns when they ended."""
    finished = datetime(2026, 3, 1)
    output = {"model_id": seeded.model_id, "unique_id": "all", "measure": "y", "is_finding": False}
    for number in range(items):
        file = folder / f"{number}.pdf"
        file.write_bytes(b"%PDF")
        ended = {"phase": Phase.DONE, "finished_at": finished}
        seeded.add_report(status="ready", storage_url=file.as_uri(), **ended)
        execution = seeded.add_execution(status="failed", **ended)
        for hour in range(rows):
            ds = finished + timedelta(hours=hour)
            _add(engine, model_outputs, execution_id=execution, ds=ds, **output)
    rejected = {"dataset_version_id": seeded.version_id, "step": "s", "reason": "r", "row": {}}
    for _ in range(rows):
        _add(engine, rejected_rows, **rejected)
    with begin_write(engine) as connection:
        connection.execute(dataset_versions.update().values(phase=Phase.DONE, prepared_at=finished))
    return finished


def test_a_pass_tells_that_it_goes_on_before_every_run_file_and_transaction(
    engine, instance, seed, tmp_path, monkeypatch
):
    monkeypatch.setattr(retention, "_ROWS_AT_ONCE", 5)
    seeded = seed(engine)
    for _ in range(3):
        _end(instance, [seeded.add_execution(advised_at=utc_now())])
    mirror(instance, engine)
    _add_old(engine, seeded, tmp_path, items=4, rows=3)
    now = utc_now() + LATER
    told: list[tuple[int, ...]] = []

    def tell() -> None:
        left = plan(instance, engine, MONTH, now)
        told.append((left.runs, left.output_rows, left.rejected_rows, left.report_files))

    assert purge(instance, engine, MONTH, now, tick=tell) == Purge(3, 0, 12, 3, 4, 0)

    # Between two that are told nothing goes but one run, one transaction, one file.
    gone = [
        tuple(a - b for a, b in zip(before, after, strict=True))
        for before, after in pairwise([*told, (0, 0, 0, 0)])
    ]
    taken = [each for each in gone if any(each)]
    # 5 rows a transaction hold one whole execution of 3.
    expected = [(1, 0, 0, 0)] * 3 + [(0, 3, 0, 0)] * 4 + [(0, 0, 3, 0)] + [(0, 0, 0, 1)] * 4
    assert taken == expected


def test_the_job_of_the_schedule_tells_the_watchdog_of_its_pass(
    engine, instance, seed, tmp_path, monkeypatch
):
    finished = _add_old(engine, seed(engine), tmp_path, items=3, rows=1)
    monkeypatch.setattr(upkeep, "utc_now", lambda: finished + LATER)
    told: list[str] = []
    monkeypatch.setattr(PROGRESS, "step", lambda doing: told.append(str(doing)))
    monkeypatch.setattr(PROGRESS, "tick", lambda: told.append("goes on"))
    url = engine.url.render_as_string(hide_password=False)
    settings = Settings.from_env({"DATABASE_URL": url, "IOP_KEEP_REPORT_FILES_DAYS": "30"})

    purged = purge_what_is_old.execute_in_process(
        instance=instance, resources={"platform": Platform(settings)}
    )

    assert purged.success
    begun = told.index("throwing away what is old")
    assert told[0] == "mirroring what has ended"
    # Each of the three files, and every question for more of the other kinds.
    assert told[begun + 1 :].count("goes on") >= 3


def test_a_pass_is_made_where_the_comparison_fails_and_fails_then(
    engine, instance, seed, tmp_path, monkeypatch
):
    finished = _add_old(engine, seed(engine), tmp_path, items=1, rows=3)
    now = finished + LATER
    monkeypatch.setattr(upkeep, "utc_now", lambda: now)

    def fail(*_: object) -> None:
        raise RuntimeError("Dagster's storage is away")

    monkeypatch.setattr(upkeep, "compare", fail)
    url = engine.url.render_as_string(hide_password=False)
    settings = {"DATABASE_URL": url, "IOP_KEEP_OUTPUTS_DAYS": "30"}
    with pytest.raises(RuntimeError, match="is away"):
        upkeep.keep_to_policy(instance, Platform(Settings.from_env(settings)))
    assert plan(instance, engine, MONTH, now).output_rows == 0


def test_a_long_history_is_compared_in_parts(engine, instance, seed, monkeypatch):
    """Of five that ended the end of the fourth is lost. Events are read in two parts, rows in three."""
    monkeypatch.setattr("iop_pipelines.ledger.mirror.PAGE", 2)
    monkeypatch.setattr("iop_pipelines.ledger.verify._ROWS_AT_ONCE", 2)
    seeded = seed(engine)
    ids = [seeded.add_execution() for _ in range(5)]
    runs = [_end(instance, [each]) for each in ids]
    mirror(instance, engine)
    instance.delete_run(runs[3])
    ticks: list[None] = []
    verdict = verify(instance, engine, lambda: ticks.append(None))
    assert [each.item_id for each in verdict.drift] == [ids[3]]
    assert (verdict.executions, verdict.reports, verdict.events) == (5, 0, 4)
    assert len(ticks) == 2 + 3 + 1


def test_a_pass_keeps_how_many_rows_did_not_agree_before_it_took_any(
    engine, instance, seed, monkeypatch
):
    monkeypatch.setattr("iop_pipelines.ledger.verify.SECOND_LOOK_S", 0)
    url = engine.url.render_as_string(hide_password=False)
    platform = Platform(Settings.from_env({"DATABASE_URL": url}))
    seeded = seed(engine)
    kept, lost = seeded.add_execution(), seeded.add_execution()
    _end(instance, [kept])
    run_id = _end(instance, [lost])
    assert last_verdict(engine) is None

    began = utc_now()
    assert upkeep.keep_to_policy(instance, platform).startswith("drift 0; ")
    instance.delete_run(run_id)
    assert upkeep.keep_to_policy(instance, platform).startswith("drift 1; ")

    verified = last_verdict(engine)
    assert verified.drift == 1
    assert began <= verified.at <= utc_now()

    # Once nothing differs any more, who compares by hand ends the alert.
    with begin_write(engine) as connection:
        is_it = model_executions.c.id == lost
        connection.execute(model_executions.update().where(is_it).values(history_purged_at=began))
    compare(instance, engine)
    assert last_verdict(engine).drift == 0


@pytest.mark.parametrize(
    ("part_s", "taken"),
    [
        # Outputs at 150 and 300 s of the 420 that are theirs; at 450 s and later nothing is begun.
        (150.0, Purge(0, 0, 6, 0, 0, 0)),
        # Four outputs and the rejects until 348 s, files at 464, 522 and 580 of 600 s.
        (58.0, Purge(0, 0, 12, 3, 3, 0)),
    ],
)
def test_rows_and_files_are_bounded_by_the_time_of_the_pass_too(
    engine, instance, seed, tmp_path, monkeypatch, part_s, taken
):
    monkeypatch.setattr(retention, "_ROWS_AT_ONCE", 5)
    finished = _add_old(engine, seed(engine), tmp_path, items=4, rows=3)
    now = finished + LATER
    clock = count(0.0, part_s)

    assert purge(instance, engine, MONTH, now, monotonic=clock.__next__) == taken

    left = plan(instance, engine, MONTH, now)
    assert left.output_rows == 12 - taken.output_rows
    assert left.rejected_rows == 3 - taken.rejected_rows
    assert left.report_files == 4 - taken.report_files
    assert purge(instance, engine, MONTH, now) == left


def test_the_mirror_sees_what_comes_after_all_history_was_purged(engine, instance, seed):
    """SQLite numbers events from 1 again; the mirror's position was beyond them."""
    seeded = seed(engine)
    for _ in range(3):
        _end(instance, [seeded.add_execution() for _ in range(50)])
        mirror(instance, engine)
    purge(instance, engine, MONTH, utc_now() + LATER)

    item = seeded.add_execution()
    _end(instance, [item])
    mirror(instance, engine)

    assert seeded.row(model_executions, item).phase == Phase.DONE
    assert verify(instance, engine).drift == ()


def test_a_file_that_is_gone_already_is_marked_like_the_others(engine, instance, seed, tmp_path):
    seeded = seed(engine)
    finished = datetime(2026, 3, 1)
    report = seeded.add_report(
        status="ready",
        phase=Phase.DONE,
        storage_url=(tmp_path / "gone.pdf").as_uri(),
        finished_at=finished,
    )

    only_files = replace(FOR_EVER, report_files_days=30)
    assert purge(instance, engine, only_files, finished + LATER).report_files == 1

    assert seeded.row(generated_reports, report).file_removed_at == finished + LATER


def test_a_model_file_goes_once_no_version_names_it_and_is_proven_until_then(
    engine, instance, seed, tmp_path, monkeypatch
):
    # What a file takes is told elsewhere.
    monkeypatch.setattr(model_files, "look_at", lambda *_: Signature((), ()))
    outside = Outside(storage_url=(tmp_path / "files").as_uri(), most_bytes=100)
    stored = datetime(2026, 3, 1)
    names = ("used", "dropped", "never")
    for name in names:
        (tmp_path / name).write_bytes(name.encode())
    used, dropped, never = (store_file(outside, tmp_path / name, name).checksum for name in names)
    folder = tmp_path / "files" / "models"
    (folder / f"{'f' * 64}.onnx.0a1b2c3d.part").write_bytes(b"of a store that was killed")
    (folder / "README").write_bytes(b"somebody's own")
    seconds = stored.replace(tzinfo=UTC).timestamp()
    for each in folder.iterdir():
        os.utime(each, (seconds, seconds))
    ids = _add_models_of(engine, used, dropped, dropped_at=stored + timedelta(days=20))
    seed(engine)
    policy = replace(FOR_EVER, model_files_days=30, storage_url=outside.storage_url)

    def kept() -> set[str]:
        return {each.name.partition(".")[0] for each in folder.iterdir()}

    for days, gone, left in (
        (29, 0, {used, dropped, never, "f" * 64, "README"}),
        (31, 2, {used, dropped, "README"}),
        (49, 0, {used, dropped, "README"}),
        (51, 1, {used, "README"}),
    ):
        now = stored + timedelta(days=days)
        assert plan(instance, engine, policy, now).model_files == gone
        assert plan(instance, engine, FOR_EVER, now).model_files == 0
        assert purge(instance, engine, policy, now).model_files == gone
        assert kept() == left

    def drift() -> list[tuple[str, int, str]]:
        found = verify(instance, engine, outside=outside).drift
        return [(each.kind, each.item_id, each.problem) for each in found]

    assert drift() == []
    (folder / f"{used}.onnx").write_bytes(b"other")
    assert drift() == [("model", ids[0], f"its file {used} was changed: store it again")]
    (folder / f"{used}.onnx").unlink()
    assert drift() == [("model", ids[0], f"its file {used} is missing: store it again")]
    store_file(outside, tmp_path / "used", "used")
    assert drift() == []


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_a_model_file_that_came_or_was_named_after_the_list_was_made_stays(
    engine, instance, tmp_path, monkeypatch
):
    monkeypatch.setattr(model_files, "look_at", lambda *_: Signature((), ()))
    outside = Outside(storage_url=(tmp_path / "files").as_uri(), most_bytes=100)
    names = ("gone", "named", "sent")
    for name in names:
        (tmp_path / name).write_bytes(name.encode())
    sums = {name: store_file(outside, tmp_path / name, name).checksum for name in names}
    folder = tmp_path / "files" / "models"
    stored = datetime(2026, 3, 1)
    seconds = stored.replace(tzinfo=UTC).timestamp()
    for each in folder.iterdir():
        os.utime(each, (seconds, seconds))
    policy = replace(FOR_EVER, model_files_days=30, storage_url=outside.storage_url)
    real = retention.unnamed_files

    def listed(*given):
        found = real(*given)
        store_file(outside, tmp_path / "sent", "sent")
        _add_models_of(engine, sums["named"], "0" * 64, dropped_at=stored)
        return found

    monkeypatch.setattr(retention, "unnamed_files", listed)
    taken = purge(instance, engine, policy, stored + timedelta(days=31))
    assert taken.model_files == 1
    assert {each.stem for each in folder.iterdir()} == {sums["named"], sums["sent"]}


def test_what_is_renamed_while_files_of_models_are_listed_is_left_out(tmp_path, monkeypatch):
    folder = tmp_path / "files" / "models"
    folder.mkdir(parents=True)
    (folder / f"{'a' * 64}.onnx").write_bytes(b"")
    real = LocalFileSystem.ls

    def ls(*given, **more):
        return [*real(*given, **more), f"{folder}/{'b' * 64}.onnx.0a1b2c3d.part"]

    monkeypatch.setattr(LocalFileSystem, "ls", ls)
    found = model_files.kept_files(Outside(storage_url=(tmp_path / "files").as_uri()))
    assert [each.checksum for each in found] == ["a" * 64]


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_a_model_file_whose_description_is_broken_was_changed(engine, instance, tmp_path):
    folder = tmp_path / "files" / "models"
    folder.mkdir(parents=True)
    checksum = hashlib.sha256(b"it").hexdigest()
    (folder / f"{checksum}.onnx").write_bytes(b"it")
    ids = _add_models_of(engine, checksum, "0" * 64, dropped_at=datetime(2026, 3, 1))
    outside = Outside(storage_url=(tmp_path / "files").as_uri())
    for content in (b"", b"{}", b'{"signature": 1}', b"[]", b"\xff"):
        (folder / f"{checksum}.json").write_bytes(content)
        found = verify(instance, engine, outside=outside).drift
        assert [(each.item_id, each.problem) for each in found] == [
            (ids[0], f"its file {checksum} was changed: store it again")
        ]
        with pytest.raises(InvalidInput, match=f"{checksum} has been changed; store it again"):
            model_files.described(outside, checksum)


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_a_store_that_is_away_or_has_no_driver_keeps_nothing_else_from_being_told(
    engine, instance, seed, monkeypatch
):
    seeded = seed(engine)
    finished = datetime(2026, 3, 1)
    execution = seeded.add_execution(status="success", phase=Phase.DONE, finished_at=finished)
    with begin_write(engine) as connection:
        connection.execute(ledger_repairs.insert().values(what="it", repaired_at=finished))
    _add_models_of(engine, "a" * 64, "b" * 64, dropped_at=finished)
    policy = replace(FOR_EVER, history_days=30, model_files_days=30, storage_url="away://bucket")

    class Away(AbstractFileSystem):
        def exists(self, path, **kwargs):
            raise RuntimeError("no route")

        def _open(
            self,
            path,
            mode="rb",
            block_size=None,
            autocommit=True,
            cache_options=None,
            **kwargs,
        ):
            raise RuntimeError("no route")

    fsspec.register_implementation("away", Away, clobber=True)
    monkeypatch.setitem(
        known_implementations, "undriven", {"class": "no_such_driver.It", "err": "install it"}
    )
    for url, name in (("away://bucket", "RuntimeError"), ("undriven://bucket", "ImportError")):
        said = f"the store {url} does not take or give a model's file: {name}"
        found = verify(instance, engine, outside=Outside(storage_url=url))
        assert [each.item_id for each in found.drift] == [execution]
        assert found.untold == said
        told = plan(instance, engine, replace(policy, storage_url=url), finished + LATER)
        assert (told.repairs, str(told.untold)) == (1, said)
        assert str(told).endswith(f"1 repairs, 0 model files, 0 output files; {said}")
    taken = purge(instance, engine, policy, finished + LATER)
    assert (taken.repairs, taken.model_files, str(taken.untold)[:9]) == (1, 0, "the store")


def _add_models_of(engine: sa.Engine, used: str, dropped: str, dropped_at: datetime) -> list[int]:
    """Two versions, each of a file; the second was deleted then."""
    with begin_write(engine) as connection:
        return [
            connection.execute(
                analytical_models.insert().values(
                    name=name,
                    type="ml",
                    status="active",
                    config={"runtime": "onnx", "params": {"checksum": checksum}},
                    deleted_at=deleted_at,
                )
            ).lastrowid
            for name, checksum, deleted_at in (
                ("mine", used, None),
                ("former", dropped, dropped_at),
            )
        ]
