"""notifications.*: read from the rows that they tell of, marked by each person alone."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from iop_pipelines.api.registry import ApiError
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.identity.user import User
from iop_pipelines.schema.tables import (
    generated_reports,
    model_executions,
    notification_marks,
    recommendations,
    users,
)

NOW = utc_now().replace(microsecond=0)


def told(api, **more):
    return api.call("notifications.list", **{"limit": 1000, **more})


def ids(answer):
    return [each["id"] for each in answer["items"]]


@pytest.fixture
def quiet(api):
    """What the demo's registration tells of has been read."""
    api.call("notifications.markRead", all=True)
    return api


SLOT = datetime(2013, 2, 4, 11)


def happen(api):
    """One of each kind, an hour apart, oldest first; ids of the notifications."""
    model = {"name": "told", "type": "statistical", "inputSchema": {}, "outputSchema": {}}
    template_id = api.call("reports.list")[0]["id"]
    model_id = api.call("models.list")[0]["id"]
    hours = iter(NOW - timedelta(hours=hour) for hour in (5, 4, 3, 2))
    failed = api.insert(
        model_executions,
        model_id=model_id,
        status="failed",
        phase="done",
        error_msg="no data",
        finished_at=next(hours),
    )
    ready = api.insert(
        generated_reports,
        template_id=template_id,
        status="ready",
        phase="done",
        slot=SLOT,
        finished_at=next(hours),
    )
    broken = api.insert(
        generated_reports,
        template_id=template_id,
        status="failed",
        phase="done",
        error_msg="no font",
        finished_at=next(hours),
    )
    grave = {"title": "Look", "category": "anomaly", "severity": "critical"}
    opened = api.insert(recommendations, **grave, created_at=next(hours))
    api.insert(recommendations, **{**grave, "severity": "info"}, created_at=NOW)
    api.insert(generated_reports, template_id=template_id, status="generating", phase="started")
    assert model
    return [
        f"execution:{failed}",
        f"report:{ready}",
        f"report:{broken}",
        f"recommendation:{opened}",
    ]


def test_what_happened_is_told_once_and_marks_are_kept(api):
    api.call("notifications.markRead", all=True)
    happened = happen(api)
    answer = told(api, unreadOnly=True)
    # Of the report that a schedule made nobody has to read.
    assert ids(answer) == [happened[3], happened[2], happened[0]]
    assert answer["unread"] == 3
    by_id = {each["id"]: each for each in told(api)["items"]}
    assert by_id[happened[1]]["isRead"] is True
    execution, ready, broken, opened = (by_id[each] for each in happened)
    # Which of the template's reports it is; one that was asked for had no moment to be due.
    assert ready["slot"] == f"{SLOT.isoformat()}Z"
    assert [each["slot"] for each in (execution, broken, opened)] == [None, None, None]
    assert (execution["event"], execution["detail"], execution["severity"]) == (
        "failed",
        "no data",
        "warning",
    )
    assert (broken["event"], broken["detail"]) == ("failed", "no font")
    assert (opened["title"], opened["severity"], opened["isRead"]) == ("Look", "critical", False)
    assert execution["title"].startswith(api.call("models.list")[0]["name"])
    assert api.call("notifications.markRead", ids=[happened[2], "report:999"])["unread"] == 2
    assert api.call("notifications.markRead", ids=[happened[2]])["unread"] == 2
    assert happened[2] in ids(told(api))
    assert happened[2] not in ids(told(api, unreadOnly=True))
    assert api.call("notifications.markRead", all=True)["unread"] == 0
    assert told(api, unreadOnly=True)["items"] == []


@pytest.mark.parametrize(
    "settled", [{"status": "accepted"}, {"status": "dismissed"}, {"resolved_at": NOW}]
)
def test_advice_that_waits_no_more_is_listed_and_counted_as_unread_no_more(quiet, settled):
    grave = {"title": "Look", "category": "anomaly", "severity": "critical", "created_at": NOW}
    waiting = quiet.insert(recommendations, **grave)
    gone = quiet.insert(recommendations, **grave, **settled)
    answer = told(quiet)
    assert answer["unread"] == 1
    advice = [each for each in answer["items"] if each["kind"] == "recommendation"]
    assert [(each["subjectId"], each["isRead"]) for each in advice] == [
        (gone, True),
        (waiting, False),
    ]
    assert [each["subjectId"] for each in told(quiet, unreadOnly=True)["items"]] == [waiting]


def test_what_newer_data_made_needless_is_told_to_nobody(quiet):
    ended = {"status": "failed", "phase": "done", "finished_at": NOW}
    model_id = quiet.call("models.list")[0]["id"]
    quiet.insert(model_executions, model_id=model_id, **ended, superseded_by=7)
    failed = quiet.insert(model_executions, model_id=model_id, **ended)
    answer = told(quiet, unreadOnly=True)
    assert (answer["unread"], ids(answer)) == (1, [f"execution:{failed}"])


def test_pages_join_without_a_gap_also_within_one_second(quiet):
    template_id = quiet.call("reports.list")[0]["id"]
    row = {"template_id": template_id, "status": "ready", "phase": "done", "finished_at": NOW}
    quiet.write(generated_reports.insert(), [row] * 7)
    for _ in range(3):
        quiet.insert(
            recommendations, title="Now", category="trend", severity="warning", created_at=NOW
        )
    whole = ids(told(quiet))
    seen, cursor = [], None
    for _ in range(100):
        page = told(quiet, limit=2, **({"cursor": cursor} if cursor else {}))
        seen += ids(page)
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert seen == whole
    assert len(seen) >= 10


def test_a_promotion_is_told_with_its_reason(quiet):
    model = quiet.call("models.list", status="draft") or quiet.call("models.list")
    quiet.call("models.updateStatus", id=model[0]["id"], status="deprecated")
    quiet.call("models.promote", id=model[0]["id"], reason="back-tested")
    (item,) = told(quiet, unreadOnly=True)["items"]
    assert (item["kind"], item["event"], item["subjectId"]) == ("model", "promoted", model[0]["id"])
    assert item["detail"] == "back-tested"


def test_marks_are_of_one_person_alone(quiet):
    happen(quiet)
    quiet.insert(users, id=2, name="vera", role=Role.VIEWER)
    vera = replace(quiet, context=replace(quiet.context, user=User(2, "vera", Role.VIEWER)))
    assert vera.call("notifications.markRead", all=True)["unread"] == 0
    assert told(quiet)["unread"] == 3


def test_more_than_ninety_nine_are_counted_no_further_and_all_are_marked(quiet):
    model_id = quiet.call("models.list")[0]["id"]
    failed = {"model_id": model_id, "status": "failed", "phase": "done", "finished_at": NOW}
    quiet.write(model_executions.insert(), [failed] * 1500)
    assert told(quiet)["unread"] == 100
    assert quiet.call("notifications.markRead", all=True)["unread"] == 0
    assert len(quiet.rows(notification_marks.select())) >= 1500


def test_what_is_long_past_is_told_no_more(quiet):
    template_id = quiet.call("reports.list")[0]["id"]
    long_ago = NOW - timedelta(days=31)
    quiet.insert(
        generated_reports,
        template_id=template_id,
        status="ready",
        phase="done",
        finished_at=long_ago,
    )
    assert told(quiet)["unread"] == 0


@pytest.mark.parametrize(
    "given", [{}, {"ids": ["report:1"], "all": True}, {"ids": ["report:0"]}, {"ids": ["user:1"]}]
)
def test_a_mark_is_on_a_notification(api, given):
    with pytest.raises(ApiError):
        api.call("notifications.markRead", **given)
