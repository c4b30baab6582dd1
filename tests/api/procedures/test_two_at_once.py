"""Every mutation from four threads at once, with the same and with different inputs, on every database.

Nobody meets a 500: a call succeeds, or is refused with a code that its case names. What is there afterwards
is what some order of the same calls would have left: one row for one key, one active version, one audit row a
success, counters that agree with the rows.
"""

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from database_servers import EVERY_DATABASE
from iop_pipelines.api import wire
from iop_pipelines.api.procedures import build_registry
from iop_pipelines.api.registry import Kind
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Phase, ReportStatus, Role
from iop_pipelines.intake import store, uploads
from iop_pipelines.ledger import counters
from iop_pipelines.recommendations.quality import hold_back
from iop_pipelines.registry.models import list_models
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import (
    analytical_models,
    audit_events,
    dashboards,
    dataset_versions,
    datasets,
    generated_reports,
    model_backtests,
    model_events,
    model_executions,
    notification_marks,
    recommendation_events,
    report_templates,
    sessions,
    user_settings,
    users,
)

THREADS = 4
# Of each race, with rows of its own: one alone may miss the moment.
ROUNDS = 3

IN = {"type": "object", "properties": {"date": {"type": "string"}, "flights": {"type": "integer"}}}
OUT = {"type": "object", "properties": {"ds": {"type": "string"}, "score": {"type": "number"}}}
QUERY = {
    "version": 1,
    "source": "dataset:flights_daily",
    "datasets": {"by_origin": {"select": [{"field": "origin"}, {"measure": "flights"}]}},
}
PANEL = {"title": "Flights", "type": "table", "queryConfig": QUERY}

MUTATIONS = [each.path for each in build_registry() if each.kind is Kind.MUTATION]


@dataclass(frozen=True)
class Outcome:
    """What one thread got: the answer, or the code of a refusal."""

    path: str
    answer: Any = None
    code: str = "OK"
    error: Exception | None = None


@dataclass(frozen=True)
class Race:
    """Calls that are made at once; `codes` is how often each code is answered, None for any of the keys."""

    name: str
    calls: Sequence[tuple[str, dict[str, Any]]]
    codes: dict[str, int | None]
    check: Callable[[list[Outcome]], object] = lambda _: True


def all_ok(name: str, path: str, inputs: Sequence[dict[str, Any]], check: Any = None) -> Race:
    calls = [(path, given) for given in inputs]
    return Race(name, calls, {"OK": len(calls)}, check or (lambda _: True))


def one_ok(name: str, path: str, inputs: Sequence[dict[str, Any]], other: str) -> Race:
    calls = [(path, given) for given in inputs]
    return Race(name, calls, {"OK": 1, other: len(calls) - 1})


Case = Callable[[Any, str], list[Race]]
CASES: dict[str, Case] = {}


def races_of(path: str) -> Callable[[Case], Case]:
    """A case makes what its races need, all of it named after `mark`."""

    def declare(case: Case) -> Case:
        CASES[path] = case
        return case

    return declare


def test_there_is_a_race_for_every_mutation() -> None:
    """A new one needs its races below."""
    assert sorted(CASES) == sorted(MUTATIONS)


@pytest.mark.every_database
@pytest.mark.parametrize("api", EVERY_DATABASE, indirect=True)
def test_whatever_is_asked_for_at_once_comes_out_as_one_after_the_other(api) -> None:
    faults: list[str] = []
    marks = (f"r{number}" for number in itertools.count(1))
    assert counters.drift(api.engine, utc_now()) == []
    for path in MUTATIONS:
        for mark in itertools.islice(marks, ROUNDS):
            for race in CASES[path](api, mark):
                faults += [f"{path}, {race.name}: {fault}" for fault in _run(api, race)]
    assert not faults, "\n".join(faults)
    assert counters.drift(api.engine, utc_now()) == []


def _run(api: Any, race: Race) -> list[str]:
    """What is wrong with how it came out."""
    newest = api.rows(sa.select(sa.func.max(audit_events.c.id)))[0][0] or 0
    outcomes = _at_once(api, race.calls)
    faults = [
        f"{each.path} {each.code}: {each.error!r}"
        for each in outcomes
        if each.code not in race.codes
    ]
    got = Counter(each.code for each in outcomes)
    faults += [
        f"{code} {got[code]} times, not {count}"
        for code, count in race.codes.items()
        if count is not None and got[code] != count
    ]
    told = sa.select(audit_events.c.procedure).where(audit_events.c.id > newest)
    audited = Counter(row.procedure for row in api.rows(told))
    succeeded = Counter(each.path for each in outcomes if each.code == "OK")
    if audited != succeeded:
        faults.append(f"audit {dict(audited)}, successes {dict(succeeded)}")
    if not faults and race.check(outcomes) is False:
        faults.append(f"the rows are wrong after {[each.answer for each in outcomes]}")
    return faults


def _at_once(api: Any, calls: Sequence[tuple[str, dict[str, Any]]]) -> list[Outcome]:
    barrier = threading.Barrier(len(calls))
    outcomes: list[Outcome | None] = [None] * len(calls)

    def run(place: int, path: str, given: dict[str, Any]) -> None:
        barrier.wait(30)
        try:
            outcomes[place] = Outcome(path, api.call(path, **given))
        except Exception as error:
            outcomes[place] = Outcome(path, None, wire.refusal(error).code, error)

    threads = [
        threading.Thread(target=run, args=(place, *call)) for place, call in enumerate(calls)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert None not in outcomes, "a thread did not end"
    return [each for each in outcomes if each is not None]


def _count(api: Any, table: sa.Table, *conditions: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).select_from(table).where(*conditions)
    return api.rows(query)[0][0]


def _answers(outcomes: list[Outcome], name: str) -> list[Any]:
    return [each.answer[name] for each in outcomes if each.code == "OK"]


def _is_one(outcomes: list[Outcome], name: str) -> bool:
    return len(set(_answers(outcomes, name))) == 1


def _new_model(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "statistical", "inputSchema": IN, "outputSchema": OUT, **more}


def _versions(api: Any, name: str) -> list[int]:
    made = [_new_model(name, version=f"v{number}.0.0") for number in range(1, THREADS + 1)]
    return [api.call("models.create", **each)["id"] for each in made]


def _is_one_active(api: Any, name: str) -> bool:
    """Also by its history: the active version is the one whose last change made it active."""
    models, events = analytical_models.c, model_events.c
    rows = api.rows(sa.select(models.id, models.status).where(models.name == name))
    newest = sa.select(sa.func.max(events.id)).group_by(events.model_id).scalar_subquery()
    last = dict(
        tuple(row)
        for row in api.rows(
            sa.select(events.model_id, events.status_after).where(events.id.in_(newest))
        )
    )
    active = [row.id for row in rows if row.status == "active"]
    return len(active) == 1 and all(last[row.id] == row.status for row in rows)


def _new_template(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "queryConfig": QUERY, "format": "csv", **more}


def _templates(api: Any, mark: str) -> list[int]:
    return [
        api.call("reports.create", **_new_template(f"{mark} {number}"))["id"]
        for number in range(THREADS)
    ]


def _recommendation(api: Any, dataset: str) -> int:
    platform = api.context.platform
    score = platform.drm.scores_after()[0]
    models, run = list_models(platform.engine)[:1], platform.drm.run(score.run_id)
    (opened,) = hold_back(platform.engine, dataset, score, models, run).opened
    return opened


def _keys(mark: str) -> list[dict[str, str]]:
    return [{"idempotencyKey": f"{mark}-{number}"} for number in range(THREADS)]


@races_of("models.create")
def _create_model(api: Any, mark: str) -> list[Race]:
    same, others, rivals = f"{mark}-same", f"{mark}-others", f"{mark}-rivals"

    def is_one_row(outcomes: list[Outcome]) -> bool:
        there = _count(api, analytical_models, analytical_models.c.name == same)
        return _is_one(outcomes, "id") and there == 1

    return [
        all_ok("same", "models.create", [_new_model(same)] * THREADS, is_one_row),
        all_ok(
            "different",
            "models.create",
            [_new_model(others, version=f"v{number}.0.0") for number in range(THREADS)],
            lambda found: len(set(_answers(found, "id"))) == THREADS,
        ),
        one_ok(
            "other content",
            "models.create",
            [_new_model(rivals, description=f"by {number}") for number in range(THREADS)],
            "CONFLICT",
        ),
    ]


@races_of("models.execute")
def _execute(api: Any, mark: str) -> list[Race]:
    model_id = api.call("models.create", **_new_model(f"{mark}-executed"))["id"]
    given = {"modelId": model_id, "inputRef": "flights_daily"}

    def are(wanted: int) -> Callable[[list[Outcome]], bool]:
        def check(outcomes: list[Outcome]) -> bool:
            ids = set(_answers(outcomes, "executionId"))
            rows = _count(api, model_executions, model_executions.c.id.in_(ids))
            return len(ids) == rows == wanted

        return check

    same = {**given, "idempotencyKey": f"{mark}-same"}
    return [
        all_ok("same", "models.execute", [same] * THREADS, are(1)),
        all_ok(
            "different", "models.execute", [{**given, **key} for key in _keys(mark)], are(THREADS)
        ),
    ]


@races_of("datasets.accept")
def _accept(api: Any, mark: str) -> list[Race]:
    dataset_id = api.rows(sa.select(datasets.c.id).where(datasets.c.name == "flights_daily"))[0].id
    said = Sentence("delivery.refused", refused=9, delivered=9, most=20, reasons=[]).as_json()
    days = [datetime(2030, 1, 1) + timedelta(days=number) for number in range(THREADS)]
    ids = [
        api.insert(
            dataset_versions,
            dataset_id=dataset_id,
            data_version=f"{mark}-{number}",
            drm_run_id=1_000_000 + number,
            declaration_version=1,
            window_start=start,
            window_end=start + timedelta(days=1),
            status="failed",
            phase=Phase.DONE,
            error_msg="refused",
            said=said,
        )
        for number, start in enumerate(days)
    ]

    def is_queued_once(outcomes: list[Outcome]) -> bool:
        row = api.rows(sa.select(dataset_versions).where(dataset_versions.c.id == ids[0]))[0]
        is_new = [each["isNew"] for each in (found.answer for found in outcomes)]
        return row.attempt == 2 and row.phase is Phase.QUEUED and is_new.count(True) == 1

    return [
        all_ok("same", "datasets.accept", [{"versionId": ids[0]}] * THREADS, is_queued_once),
        all_ok("different", "datasets.accept", [{"versionId": each} for each in ids[1:]]),
    ]


@races_of("models.updateStatus")
def _update_status(api: Any, mark: str) -> list[Race]:
    ids = _versions(api, f"{mark}-moved")
    path = "models.updateStatus"

    def is_told_once(outcomes: list[Outcome]) -> bool:
        events = model_events.c
        return (
            _count(api, model_events, events.model_id == ids[0], events.status_after == "active")
            == 1
        )

    return [
        all_ok("same", path, [{"id": ids[0], "status": "active"}] * THREADS, is_told_once),
        all_ok("different", path, [{"id": each, "status": "deprecated"} for each in ids]),
    ]


@races_of("models.backtest")
def _backtest(api: Any, mark: str) -> list[Race]:
    ids = _versions(api, f"{mark}-replayed")

    def is_one_row(outcomes: list[Outcome]) -> bool:
        of_it = model_backtests.c.model_id == ids[0]
        return _is_one(outcomes, "id") and _count(api, model_backtests, of_it) == 1

    path = "models.backtest"
    return [
        all_ok("same", path, [{"modelId": ids[0]}] * THREADS, is_one_row),
        all_ok("different", path, [{"modelId": each} for each in ids[1:]]),
    ]


@races_of("models.cancelBacktest")
def _cancel_backtest(api: Any, mark: str) -> list[Race]:
    asked = [
        api.call("models.backtest", modelId=each)["id"] for each in _versions(api, f"{mark}-ended")
    ]

    def is_cancelled(_: list[Outcome]) -> bool:
        is_it = model_backtests.c.id == asked[0]
        return _count(api, model_backtests, is_it, model_backtests.c.status == "cancelled") == 1

    path = "models.cancelBacktest"
    return [
        all_ok("same", path, [{"backtestId": asked[0]}] * THREADS, is_cancelled),
        all_ok("different", path, [{"backtestId": each} for each in asked[1:]]),
    ]


@races_of("models.promote")
def _promote(api: Any, mark: str) -> list[Race]:
    one, all_ = _versions(api, f"{mark}-one"), _versions(api, f"{mark}-all")
    return [
        all_ok(
            "same",
            "models.promote",
            [{"id": one[1]}] * THREADS,
            lambda _: _is_one_active(api, f"{mark}-one"),
        ),
        all_ok(
            "different",
            "models.promote",
            [{"id": each} for each in all_],
            lambda _: _is_one_active(api, f"{mark}-all"),
        ),
    ]


@races_of("models.rollback")
def _rollback(api: Any, mark: str) -> list[Race]:
    name = f"{mark}-back"
    ids = _versions(api, name)
    for each in ids:
        api.call("models.promote", id=each)
    back, there = ("models.rollback", {"name": name}), ("models.promote", {"id": ids[0]})
    is_one = lambda _: _is_one_active(api, name)  # noqa: E731 - said twice below
    return [
        Race("same", [back] * THREADS, {"OK": THREADS}, is_one),
        Race("with promotions", [back, there, back, there], {"OK": THREADS}, is_one),
    ]


@races_of("reports.create")
def _create_template(api: Any, mark: str) -> list[Race]:
    names = [f"{mark} {number}" for number in range(THREADS)]

    def is_one_row(outcomes: list[Outcome]) -> bool:
        there = _count(api, report_templates, report_templates.c.name == f"{mark} same")
        return _is_one(outcomes, "id") and there == 1

    return [
        all_ok("same", "reports.create", [_new_template(f"{mark} same")] * THREADS, is_one_row),
        all_ok("different", "reports.create", [_new_template(name) for name in names]),
        one_ok(
            "other content",
            "reports.create",
            [_new_template(f"{mark} rivals", description=name) for name in names],
            "CONFLICT",
        ),
    ]


@races_of("reports.update")
def _update_template(api: Any, mark: str) -> list[Race]:
    ids = _templates(api, mark)
    return [
        all_ok("same", "reports.update", [{"id": ids[0], "format": "json"}] * THREADS),
        one_ok(
            "one name for all",
            "reports.update",
            [{"id": each, "name": f"{mark} wanted by all"} for each in ids],
            "CONFLICT",
        ),
    ]


@races_of("reports.pause")
def _pause(api: Any, mark: str) -> list[Race]:
    ids = _templates(api, mark)
    both = [("reports.pause", {"id": ids[1]}), ("reports.resume", {"id": ids[1]})]
    return [
        all_ok("same", "reports.pause", [{"id": ids[0]}] * THREADS),
        all_ok("different", "reports.pause", [{"id": each} for each in ids]),
        Race("with resuming", both * 2, {"OK": THREADS}),
    ]


@races_of("reports.resume")
def _resume(api: Any, mark: str) -> list[Race]:
    ids = _templates(api, mark)
    for each in ids:
        api.call("reports.pause", id=each)
    return [
        all_ok("same", "reports.resume", [{"id": ids[0]}] * THREADS),
        all_ok("different", "reports.resume", [{"id": each} for each in ids]),
    ]


@races_of("reports.takeOver")
def _take_over(api: Any, mark: str) -> list[Race]:
    ids = _templates(api, mark)
    return [
        all_ok("same", "reports.takeOver", [{"id": ids[0]}] * THREADS),
        all_ok("different", "reports.takeOver", [{"id": each} for each in ids]),
    ]


@races_of("reports.issue")
def _issue(api: Any, mark: str) -> list[Race]:
    template_id = _templates(api, mark)[0]
    one, *others = (
        api.insert(generated_reports, template_id=template_id, phase="held") for _ in range(THREADS)
    )
    return [
        one_ok("same", "reports.issue", [{"reportId": one}] * THREADS, "CONFLICT"),
        all_ok("different", "reports.issue", [{"reportId": each} for each in others]),
    ]


@races_of("reports.reissue")
def _reissue(api: Any, mark: str) -> list[Race]:
    template_id = _templates(api, mark)[0]
    one, *others = (_ready_report(api, template_id) for _ in range(THREADS))

    def is_one_edition(outcomes: list[Outcome]) -> bool:
        return _count(api, generated_reports, generated_reports.c.reissue_of == one) == 1

    same = [("reports.reissue", {"reportId": one})] * THREADS
    return [
        Race("same", same, {"OK": 1, "CONFLICT": THREADS - 1}, is_one_edition),
        all_ok("different", "reports.reissue", [{"reportId": each} for each in others]),
    ]


def _ready_report(api: Any, template_id: int) -> int:
    at = utc_now()
    ready = {"status": "ready", "phase": "done", "format": "csv", "finished_at": at, "as_of": at}
    report_id = api.insert(generated_reports, template_id=template_id, **ready)
    with begin_write(api.engine) as connection:
        counters.count_ended(connection, ReportStatus.READY, at)
    return report_id


@races_of("reports.delete")
def _delete_template(api: Any, mark: str) -> list[Race]:
    one, asked, *others = _templates(api, mark)

    def is_nothing_left_to_make(outcomes: list[Outcome]) -> bool:
        """A template that is gone has no report that was asked for after."""
        deleted = sa.select(report_templates.c.deleted_at).where(report_templates.c.id == asked)
        is_gone = api.rows(deleted)[0].deleted_at is not None
        reports = _count(api, generated_reports, generated_reports.c.template_id == asked)
        return is_gone != (reports > 0)

    both = [("reports.delete", {"id": asked}), ("reports.generate", {"templateId": asked})]
    return [
        one_ok("same", "reports.delete", [{"id": one}] * THREADS, "NOT_FOUND"),
        all_ok("different", "reports.delete", [{"id": each} for each in others]),
        Race(
            "with reports asked for",
            both * 2,
            {"OK": None, "NOT_FOUND": None, "CONFLICT": None},
            is_nothing_left_to_make,
        ),
    ]


@races_of("reports.generate")
def _generate(api: Any, mark: str) -> list[Race]:
    given = {"templateId": _templates(api, mark)[0]}

    def are(wanted: int) -> Callable[[list[Outcome]], bool]:
        def check(outcomes: list[Outcome]) -> bool:
            ids = set(_answers(outcomes, "reportId"))
            rows = _count(api, generated_reports, generated_reports.c.id.in_(ids))
            return len(ids) == rows == wanted

        return check

    same = {**given, "idempotencyKey": f"{mark}-same"}
    return [
        all_ok("same", "reports.generate", [same] * THREADS, are(1)),
        all_ok(
            "different", "reports.generate", [{**given, **key} for key in _keys(mark)], are(THREADS)
        ),
    ]


def _events(api: Any, recommendation_id: int, kind: str) -> int:
    events = recommendation_events.c
    is_its = (events.recommendation_id == recommendation_id, events.kind == kind)
    return _count(api, recommendation_events, *is_its)


@races_of("recommendations.update")
def _review(api: Any, mark: str) -> list[Race]:
    one, many = (_recommendation(api, f"{mark}_{name}") for name in ("one", "many"))
    same = {"id": one, "status": "accepted", "idempotencyKey": mark}
    statuses = ("accepted", "dismissed") * 2
    return [
        all_ok(
            "same",
            "recommendations.update",
            [same] * THREADS,
            lambda _: _events(api, one, "status") == 1,
        ),
        one_ok(
            "different",
            "recommendations.update",
            [
                {"id": many, "status": status, "expectedStatus": "open", **key}
                for status, key in zip(statuses, _keys(mark), strict=True)
            ],
            "CONFLICT",
        ),
    ]


@races_of("recommendations.comment")
def _comment(api: Any, mark: str) -> list[Race]:
    one, many = (_recommendation(api, f"{mark}_{name}") for name in ("one", "many"))
    same = {"id": one, "text": "Asked.", "idempotencyKey": mark}
    return [
        all_ok(
            "same",
            "recommendations.comment",
            [same] * THREADS,
            lambda _: _events(api, one, "comment") == 1,
        ),
        all_ok(
            "different",
            "recommendations.comment",
            [{"id": many, "text": "Asked.", **key} for key in _keys(mark)],
            lambda _: _events(api, many, "comment") == THREADS,
        ),
    ]


@races_of("recommendations.snooze")
def _snooze(api: Any, mark: str) -> list[Race]:
    one, many = (_recommendation(api, f"{mark}_{name}") for name in ("one", "many"))
    until = [f"{(utc_now() + timedelta(days=day)).isoformat()}Z" for day in range(1, THREADS + 1)]
    same = {"id": one, "until": until[0], "idempotencyKey": mark}
    return [
        all_ok(
            "same",
            "recommendations.snooze",
            [same] * THREADS,
            lambda _: _events(api, one, "snoozed") == 1,
        ),
        all_ok(
            "different",
            "recommendations.snooze",
            [
                {"id": many, "until": day, **key}
                for day, key in zip(until, _keys(mark), strict=True)
            ],
            lambda _: _events(api, many, "snoozed") == THREADS,
        ),
    ]


@races_of("dashboards.save")
def _save_dashboard(api: Any, mark: str) -> list[Race]:
    there = api.call("dashboards.save", name=f"{mark} there")
    names = [f"{mark} {number}" for number in range(THREADS)]
    own = [api.call("dashboards.save", name=f"{name} own")["id"] for name in names]
    again = {
        "id": there["id"],
        "ifVersion": there["version"],
        "name": f"{mark} there",
        "panels": [PANEL],
    }

    def is_one_row(_: list[Outcome]) -> bool:
        return _count(api, dashboards, dashboards.c.name == f"{mark} same") == 1

    one_new = one_ok("same", "dashboards.save", [{"name": f"{mark} same"}] * THREADS, "CONFLICT")
    return [
        Race(one_new.name, one_new.calls, one_new.codes, is_one_row),
        all_ok(
            "different", "dashboards.save", [{"name": name, "panels": [PANEL]} for name in names]
        ),
        one_ok("one version", "dashboards.save", [again] * THREADS, "CONFLICT"),
        one_ok(
            "one name for all",
            "dashboards.save",
            [{"id": each, "name": f"{mark} wanted by all"} for each in own],
            "CONFLICT",
        ),
    ]


@races_of("dashboards.delete")
def _delete_dashboard(api: Any, mark: str) -> list[Race]:
    one, *others = (
        api.call("dashboards.save", name=f"{mark} {number}", panels=[PANEL])["id"]
        for number in range(THREADS + 1)
    )
    return [
        one_ok("same", "dashboards.delete", [{"id": one}] * THREADS, "NOT_FOUND"),
        all_ok("different", "dashboards.delete", [{"id": each} for each in others]),
    ]


def _arrived_files(api: Any, count: int) -> list[int]:
    ids = []
    for _ in range(count):
        url = store.new_place(api.context.platform.settings.storage_url)
        ids.append(uploads.begin(api.engine, "sales.csv", 1, url, utc_now()))
        uploads.arrived(api.engine, ids[-1], 1, "0" * 64)
    return ids


@races_of("intake.load")
def _load_file(api: Any, mark: str) -> list[Race]:
    one, torn, *others = _arrived_files(api, THREADS + 2)
    waiting = sa.and_(uploads.uploads.c.id == one, uploads.uploads.c.status == "queued")
    same = {"id": one, "name": mark}
    names = [{"id": torn, "name": f"{mark}_{number}"} for number in range(THREADS)]
    return [
        all_ok(
            "same",
            "intake.load",
            [same] * THREADS,
            lambda _: _count(api, uploads.uploads, waiting) == 1,
        ),
        one_ok("other names", "intake.load", names, "CONFLICT"),
        all_ok("different", "intake.load", [{"id": each, "name": mark} for each in others]),
    ]


@races_of("intake.discard")
def _discard_file(api: Any, mark: str) -> list[Race]:
    one, *others = _arrived_files(api, THREADS + 1)
    return [
        one_ok("same", "intake.discard", [{"id": one}] * THREADS, "NOT_FOUND"),
        all_ok("different", "intake.discard", [{"id": each} for each in others]),
    ]


@races_of("notifications.markRead")
def _mark_read(api: Any, mark: str) -> list[Race]:
    ids = [_recommendation(api, f"{mark}_{number}") for number in range(THREADS + 1)]
    names = [f"recommendation:{each}" for each in ids]

    def are_marked(*wanted: int) -> Callable[[list[Outcome]], bool]:
        marks = notification_marks.c
        is_meant = sa.and_(
            marks.user_id == 1, marks.kind == "recommendation", marks.item_id.in_(wanted)
        )
        return lambda _: _count(api, notification_marks, is_meant) == len(wanted)

    return [
        all_ok(
            "same", "notifications.markRead", [{"ids": names[:1]}] * THREADS, are_marked(ids[0])
        ),
        all_ok(
            "different",
            "notifications.markRead",
            [{"ids": [name]} for name in names[1:]],
            are_marked(*ids[1:]),
        ),
    ]


@races_of("settings.update")
def _update_settings(api: Any, mark: str) -> list[Race]:
    chosen = {"language": "fr", "theme": "dark", "timeZone": "Africa/Lagos"}
    parts = [*({name: value} for name, value in chosen.items()), {"theme": "dark"}]
    query = sa.select(user_settings.c.settings).where(user_settings.c.user_id == 1)

    def are_all_kept(_: list[Outcome]) -> bool:
        kept = api.rows(query)[0].settings
        given = {"language": "fr", "theme": "dark", "time_zone": "Africa/Lagos"}
        return kept == {**given, "home_dashboard": None, "region": None}

    api.write(user_settings.delete())
    return [
        all_ok("different", "settings.update", parts, are_all_kept),
        all_ok("same", "settings.update", [chosen] * THREADS, are_all_kept),
    ]


@races_of("sessions.end")
def _end_session(api: Any, mark: str) -> list[Race]:
    until = utc_now() + timedelta(hours=1)
    account = {"user_id": 1, "origin": "password", "address": "", "expires_at": until}
    ids = [f"{mark}-{number}" for number in range(THREADS + 1)]
    for each in ids:
        api.insert(sessions, id=each, **account)
    return [
        one_ok("same", "sessions.end", [{"id": ids[0]}] * THREADS, "NOT_FOUND"),
        all_ok("different", "sessions.end", [{"id": each} for each in ids[1:]]),
    ]


def _accounts(api: Any, mark: str, role: str = "viewer") -> list[int]:
    return [
        api.call("users.create", name=f"{mark}-{number}", role=role)["id"]
        for number in range(THREADS)
    ]


@races_of("users.create")
def _create_user(api: Any, mark: str) -> list[Race]:
    names = [f"{mark}-new-{number}" for number in range(THREADS)]
    return [
        one_ok("same", "users.create", [{"name": mark, "role": "viewer"}] * THREADS, "CONFLICT"),
        all_ok("different", "users.create", [{"name": name, "role": "viewer"} for name in names]),
    ]


@races_of("users.update")
def _update_user(api: Any, mark: str) -> list[Race]:
    ids = _accounts(api, mark)
    admins = _accounts(api, f"{mark}-admin", "admin")
    others = sa.and_(users.c.role == Role.ADMIN, users.c.id.not_in(admins))
    api.write(users.update().where(others).values(role=Role.VIEWER))

    def is_one_left(_: list[Outcome]) -> bool:
        return _count(api, users, users.c.role == Role.ADMIN, sa.not_(users.c.is_disabled)) == 1

    demoting = [("users.update", {"id": each, "role": "viewer"}) for each in admins]
    codes: dict[str, int | None] = {"OK": THREADS - 1, "CONFLICT": 1}
    return [
        all_ok("same", "users.update", [{"id": ids[0], "isDisabled": True}] * THREADS),
        all_ok("different", "users.update", [{"id": each, "isDisabled": True} for each in ids]),
        Race("all admins", demoting, codes, is_one_left),
    ]


@races_of("users.setPassword")
def _set_password(api: Any, mark: str) -> list[Race]:
    ids, password = _accounts(api, mark), "rain-on-a-tin-roof"
    return [
        all_ok("same", "users.setPassword", [{"id": ids[0], "password": password}] * THREADS),
        all_ok(
            "different", "users.setPassword", [{"id": each, "password": password} for each in ids]
        ),
    ]


@races_of("users.signInLink")
def _sign_in_link(api: Any, mark: str) -> list[Race]:
    ids = _accounts(api, mark)

    def are_all_other(outcomes: list[Outcome]) -> bool:
        return len(set(_answers(outcomes, "path"))) == THREADS

    return [
        all_ok("same", "users.signInLink", [{"id": ids[0]}] * THREADS, are_all_other),
        all_ok("different", "users.signInLink", [{"id": each} for each in ids], are_all_other),
    ]
