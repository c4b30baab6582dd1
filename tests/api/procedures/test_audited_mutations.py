"""Whatever changes something through the API is in the audit trail: once, or neither is there."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from iop_pipelines.api.procedures import build_registry
from iop_pipelines.api.registry import ApiError, Kind
from iop_pipelines.audit import trail
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.sentences import Sentence, kept
from iop_pipelines.errors import IopError
from iop_pipelines.intake import store, uploads
from iop_pipelines.recommendations.quality import hold_back
from iop_pipelines.registry.models import list_models
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import (
    dataset_versions,
    generated_reports,
    metadata,
    report_templates,
    sessions,
)

NOWHERE = 10**6


def _object(**columns: str) -> dict[str, Any]:
    types = {name: {"type": type_} for name, type_ in columns.items()}
    return {"type": "object", "properties": types}


IN, OUT = _object(date="string", flights="integer"), _object(ds="string", score="number")
QUERY = {
    "version": 2,
    "source": "dataset:flights_daily",
    "datasets": {"by_origin": {"select": [{"field": "origin"}, {"measure": "flights"}]}},
}
PANEL = {"title": "Flights", "type": "table", "queryConfig": QUERY}


MUTATIONS = [each.path for each in build_registry() if each.kind is Kind.MUTATION]


class Inputs(NamedTuple):
    accepted: dict[str, Any]
    refused: dict[str, Any]


Case = Callable[[Any], Inputs]
CASES: dict[str, Case] = {}


def inputs_for(path: str) -> Callable[[Case], Case]:
    """What a case calls to get there is done before anything is counted."""

    def declare(case: Case) -> Case:
        CASES[path] = case
        return case

    return declare


def new_model(name: str, **more: Any) -> dict[str, Any]:
    given = {"name": name, "type": "statistical", "inputSchema": IN, "outputSchema": OUT}
    return {**given, **more}


def new_template(name: str) -> dict[str, Any]:
    return {"name": name, "queryConfig": QUERY, "format": "csv"}


def _recommendation(api: Any, dataset: str) -> int:
    platform = api.context.platform
    score = platform.drm.scores_after()[0]
    models, run = list_models(platform.engine)[:1], platform.drm.run(score.run_id)
    (opened,) = hold_back(platform.engine, dataset, score, models, run).opened
    return opened


def test_there_is_a_case_for_every_mutation() -> None:
    """A new one needs its inputs below."""
    assert sorted(CASES) == sorted(MUTATIONS)


@inputs_for("datasets.accept")
def _accept(api: Any) -> Inputs:
    latest = api.call("datasets.runs", name="flights_daily", limit=1)[0]["versionId"]
    said = Sentence("delivery.nothing_left", delivered=9, reasons=[])
    failed = dataset_versions.update().where(dataset_versions.c.id == latest)
    api.write(failed.values(status="failed", failed_at=utc_now(), **kept(said, "error_msg")))
    return Inputs({"versionId": latest}, {"versionId": NOWHERE})


@pytest.mark.every_database
def test_a_mutation_and_its_row_are_there_together_or_not_at_all(api) -> None:
    for path in MUTATIONS:
        _check(api, path, CASES[path](api))


def _check(api: Any, path: str, given: Inputs) -> None:
    before = _everything(api)
    _rename(api, "audit_events", "audit_events_away")
    with pytest.raises(DBAPIError, match="audit_events"):
        api.call(path, **given.accepted)
    _rename(api, "audit_events_away", "audit_events")
    assert _everything(api) == before, f"{path} is there without its row"

    with pytest.raises((ApiError, IopError)):
        api.call(path, **given.refused)
    assert _everything(api) == before, f"{path} was refused and left something"

    newest = before["audit_events"][-1].id if before["audit_events"] else 0
    api.call(path, **given.accepted)
    after = _everything(api)
    assert after | {"audit_events": []} != before | {"audit_events": []}, f"{path} changed nothing"
    with api.engine.connect() as connection:
        (event, *others) = trail.list_events(connection, limit=2)
    assert [each for each in others if each.id > newest] == []
    assert (event.user_id, event.user_name, event.procedure) == (1, "ada", path)
    assert (event.request_id, event.address) == ("request-1", "127.0.0.1")
    assert event.id > newest
    assert event.before != event.after


def _everything(api: Any) -> dict[str, list[Any]]:
    with api.engine.connect() as connection:
        return {
            table.name: list(connection.execute(sa.select(table).order_by(*table.primary_key)))
            for table in metadata.sorted_tables
        }


def _rename(api: Any, present: str, other: str) -> None:
    with begin_write(api.engine) as connection:
        connection.execute(sa.text(f"ALTER TABLE {present} RENAME TO {other}"))


@inputs_for("models.create")
def _create_model(api: Any) -> Inputs:
    return Inputs(new_model("created"), new_model("created", type="statistical", version="one"))


@inputs_for("models.execute")
def _execute(api: Any) -> Inputs:
    model_id = api.call("models.create", **new_model("executed"))["id"]
    return Inputs(
        {"modelId": model_id, "inputRef": "flights_daily"},
        {"modelId": model_id, "inputRef": "airport_daily"},
    )


@inputs_for("models.updateStatus")
def _update_status(api: Any) -> Inputs:
    model_id = api.call("models.create", **new_model("moved"))["id"]
    return Inputs({"id": model_id, "status": "active"}, {"id": NOWHERE, "status": "active"})


@inputs_for("models.backtest")
def _backtest(api: Any) -> Inputs:
    model_id = api.call("models.create", **new_model("replayed"))["id"]
    return Inputs({"modelId": model_id}, {"modelId": NOWHERE})


@inputs_for("models.cancelBacktest")
def _cancel_backtest(api: Any) -> Inputs:
    model_id = api.call("models.create", **new_model("not-replayed"))["id"]
    asked = api.call("models.backtest", modelId=model_id)
    return Inputs({"backtestId": asked["id"]}, {"backtestId": NOWHERE})


@inputs_for("models.promote")
def _promote(api: Any) -> Inputs:
    model_id = api.call("models.create", **new_model("promoted"))["id"]
    return Inputs({"id": model_id, "reason": "good"}, {"id": NOWHERE})


@inputs_for("models.rollback")
def _rollback(api: Any) -> Inputs:
    for version in ("v1.0.0", "v2.0.0"):
        created = api.call("models.create", **new_model("restored", version=version))
        api.call("models.promote", id=created["id"])
    return Inputs({"name": "restored"}, {"name": "nowhere"})


@inputs_for("reports.create")
def _create_template(api: Any) -> Inputs:
    return Inputs(new_template("Created"), {**new_template("Created"), "queryConfig": {}})


@inputs_for("reports.update")
def _update_template(api: Any) -> Inputs:
    template_id = api.call("reports.create", **new_template("Changed"))["id"]
    return Inputs({"id": template_id, "format": "json"}, {"id": template_id, "schedule": "often"})


@inputs_for("reports.pause")
def _pause(api: Any) -> Inputs:
    template_id = api.call("reports.create", **new_template("Paused"))["id"]
    return Inputs({"id": template_id}, {"id": NOWHERE})


@inputs_for("reports.resume")
def _resume(api: Any) -> Inputs:
    template_id = api.call("reports.create", **new_template("Resumed"))["id"]
    api.call("reports.pause", id=template_id)
    return Inputs({"id": template_id}, {"id": NOWHERE})


@inputs_for("reports.takeOver")
def _take_over(api: Any) -> Inputs:
    template_id = api.insert(report_templates, name="Taken over", query_config=QUERY, created_by=7)
    return Inputs({"id": template_id}, {"id": NOWHERE})


@inputs_for("reports.issue")
def _issue(api: Any) -> Inputs:
    template_id = api.call("reports.create", **new_template("Waiting"))["id"]
    waiting = api.insert(generated_reports, template_id=template_id, phase="held")
    return Inputs({"reportId": waiting}, {"reportId": NOWHERE})


@inputs_for("reports.reissue")
def _reissue(api: Any) -> Inputs:
    template_id = api.call("reports.create", **new_template("Restated"))["id"]
    ready = {"status": "ready", "phase": "done", "format": "csv", "as_of": datetime(2026, 11, 30)}
    report_id = api.insert(generated_reports, template_id=template_id, **ready)
    return Inputs({"reportId": report_id}, {"reportId": NOWHERE})


@inputs_for("reports.delete")
def _delete_template(api: Any) -> Inputs:
    template_id = api.call("reports.create", **new_template("Deleted"))["id"]
    return Inputs({"id": template_id}, {"id": NOWHERE})


@inputs_for("reports.generate")
def _generate(api: Any) -> Inputs:
    template_id = api.call("reports.create", **new_template("Generated"))["id"]
    return Inputs({"templateId": template_id}, {"templateId": NOWHERE})


@inputs_for("recommendations.update")
def _review(api: Any) -> Inputs:
    return Inputs(
        {"id": _recommendation(api, "reviewed"), "status": "accepted", "reason": "agreed"},
        {"id": NOWHERE, "status": "accepted"},
    )


@inputs_for("recommendations.comment")
def _comment(api: Any) -> Inputs:
    return Inputs(
        {"id": _recommendation(api, "remarked"), "text": "Asked."},
        {"id": NOWHERE, "text": "Asked."},
    )


@inputs_for("recommendations.snooze")
def _snooze(api: Any) -> Inputs:
    given = {"id": _recommendation(api, "put_off")}
    until = utc_now() + timedelta(days=1)
    return Inputs(
        {**given, "until": f"{until.isoformat()}Z"}, {**given, "until": "2001-01-01T00:00Z"}
    )


@inputs_for("dashboards.save")
def _save_dashboard(api: Any) -> Inputs:
    dashboard_id = api.call("dashboards.save", name="Saved")["id"]
    given = {"id": dashboard_id, "name": "Saved again", "panels": [PANEL]}
    return Inputs(given, {**given, "id": NOWHERE})


@inputs_for("dashboards.delete")
def _delete_dashboard(api: Any) -> Inputs:
    dashboard_id = api.call("dashboards.save", name="Deleted", panels=[PANEL])["id"]
    return Inputs({"id": dashboard_id}, {"id": NOWHERE})


@inputs_for("notifications.markRead")
def _mark_read(api: Any) -> Inputs:
    return Inputs({"ids": [f"recommendation:{_recommendation(api, 'told')}"]}, {"ids": ["other:1"]})


@inputs_for("settings.update")
def _update_settings(_: Any) -> Inputs:
    return Inputs({"language": "fr", "timeZone": "Africa/Lagos"}, {"timeZone": "Mars/Olympus"})


@inputs_for("sessions.end")
def _end_session(api: Any) -> Inputs:
    until = utc_now() + timedelta(hours=1)
    account = {"user_id": 1, "origin": "password", "address": "", "expires_at": until}
    api.insert(sessions, id="on-the-phone", **account)
    return Inputs({"id": "on-the-phone"}, {"id": "nowhere"})


@inputs_for("users.create")
def _create_user(_: Any) -> Inputs:
    return Inputs({"name": "created", "role": "viewer"}, {"name": "No Name", "role": "viewer"})


def _arrived_file(api: Any) -> int:
    """Of a person, whole, and not asked for yet."""
    url = store.new_place(api.context.platform.settings.storage_url)
    upload_id = uploads.begin(api.engine, "sales.csv", 1, url, utc_now())
    arriving = store.Arriving(url)
    arriving.write(b"day,n")
    arriving.close()
    uploads.arrived(api.engine, upload_id, arriving.size, arriving.checksum)
    return upload_id


@inputs_for("intake.load")
def _load_file(api: Any) -> Inputs:
    accepted = {"id": _arrived_file(api), "name": "sales", "dates": "day-first"}
    return Inputs(accepted, {"id": NOWHERE, "name": "sales"})


@inputs_for("intake.discard")
def _discard_file(api: Any) -> Inputs:
    return Inputs({"id": _arrived_file(api)}, {"id": NOWHERE})


@inputs_for("users.update")
def _update_user(api: Any) -> Inputs:
    user_id = api.call("users.create", name="updated", role="viewer")["id"]
    return Inputs({"id": user_id, "role": "admin", "isDisabled": True}, {"id": NOWHERE})


@inputs_for("users.setPassword")
def _set_password(api: Any) -> Inputs:
    given = {"id": api.call("users.create", name="secret", role="viewer")["id"]}
    return Inputs({**given, "password": "rain-on-a-tin-roof"}, {**given, "password": "a" * 12})


@inputs_for("users.signInLink")
def _sign_in_link(api: Any) -> Inputs:
    return Inputs(
        {"id": api.call("users.create", name="linked", role="viewer")["id"]}, {"id": NOWHERE}
    )
