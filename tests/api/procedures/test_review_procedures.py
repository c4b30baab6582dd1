"""recommendations.*: list, decide, remark, put off, look back."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from iop_pipelines.api import wire
from iop_pipelines.api.registry import ApiError
from iop_pipelines.domain.models import ModelConfig
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.places import place_of
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.drm.tables import quality_scores
from iop_pipelines.errors import Conflict, InvalidInput, NotFound
from iop_pipelines.recommendations.quality import hold_back
from iop_pipelines.registry.models import list_models
from iop_pipelines.schema.tables import recommendation_causes, recommendations

KEYS = {
    *("id", "title", "description", "category", "severity", "status", "sourceRef", "metadata"),
    *("createdAt", "updatedAt", "dataset", "uniqueId", "modelId", "occurrences", "firstDs"),
    *(
        "lastDs",
        "resolvedAt",
        "previousId",
        "snoozedUntil",
        "translations",
        "peakSeverity",
        "cause",
    ),
}


@pytest.fixture
def advice(api):
    """Ids of two recommendations, raised as the engine raises them, oldest first."""
    platform = api.context.platform
    model = list_models(platform.engine)[0]
    assert isinstance(model.spec.config, ModelConfig)
    score = platform.drm.scores_after()[0]
    run = platform.drm.run(score.run_id)
    return [
        opened
        for dataset in ("flights_daily", "airport_daily")
        for opened in hold_back(platform.engine, dataset, score, [model], run).opened
    ]


def test_a_listed_recommendation_has_the_columns_of_its_table(api, advice):
    listed = api.call("recommendations.list", status="open")
    assert [each["id"] for each in listed] == advice[::-1]
    assert set(listed[0]) == KEYS - {"metadata"} | {"sparkline", "cursor"}
    whole = api.call("recommendations.get", id=listed[0]["id"])
    assert set(whole) == KEYS
    beside = {"sparkline": [], "cursor": listed[0]["cursor"]}
    assert {**listed[0], "metadata": whole["metadata"]} == {**whole, **beside}
    assert listed[0]["createdAt"].endswith("Z")
    assert not listed[0]["firstDs"].endswith("Z")
    assert api.call("recommendations.list", category="forecast") == []


def test_pages_of_the_gravest_have_each_once_though_one_moves_between_them(api):
    now = datetime(2026, 11, 30)
    told = (
        *(("warning", 900), ("info", 1), ("critical", 30), ("warning", 9), ("info", 700)),
        *(("critical", 30), ("info", 3)),
    )
    for severity, days in told:
        row = {"title": f"{severity} {days}", "category": "anomaly", "dataset": "mine"}
        row |= {"severity": severity, "last_ds": now - timedelta(days=days)}
        api.write(recommendations.insert(), row)

    def page(**more):
        return api.call("recommendations.list", dataset="mine", limit=2, **more)

    first = page()
    assert [each["title"] for each in first] == ["critical 30"] * 2
    assert first[0]["id"] > first[1]["id"]
    # Meanwhile the last one seen is found to be less grave, and moves down.
    moved = {"severity": "info", "place": place_of(Severity.INFO, now - timedelta(days=800))}
    api.write(recommendations.update().where(recommendations.c.id == first[1]["id"]), moved)
    second = page(cursor=first[-1]["cursor"])
    assert [each["title"] for each in second] == ["warning 9", "warning 900"]
    # An id is taken for where its row stands now.
    third = page(cursor=second[-1]["id"])
    assert [each["title"] for each in third] == ["info 1", "info 3"]
    last = page(cursor=third[-1]["cursor"])
    assert [each["title"] for each in last] == ["info 700", "critical 30"]
    newest = page(order="newest")
    assert [each["title"] for each in newest] == ["info 3", "critical 30"]
    older = page(order="newest", cursor=newest[-1]["cursor"])
    assert [each["title"] for each in older] == ["info 700", "warning 9"]
    assert page(order="newest", cursor=newest[-1]["id"]) == older
    with pytest.raises(NotFound, match="999999"):
        page(cursor=999_999)
    with pytest.raises(ApiError, match="cursor: is '3-'"):
        page(cursor="3-")


def test_the_gravest_of_a_cause_that_is_asked_for_tells_it(api):
    """Three of one cause and one alone: whatever narrows the list, one of them leads and hides none but of its own."""
    now = datetime(2026, 11, 30)
    cause = {"dataset": "mine", "direction": "lower", "since": now, "series": 40}
    api.write(recommendation_causes.insert(), {"id": 7, **cause})
    told = (("a", "info", 7), ("b", "critical", 7), ("c", "warning", 7), ("d", "warning", None))
    for title, severity, cause_id in told:
        row = {"title": title, "category": "anomaly", "dataset": "mine", "cause_id": cause_id}
        api.write(recommendations.insert(), {**row, "severity": severity, "last_ds": now})

    def listed(**given):
        found = api.call("recommendations.list", dataset="mine", **given)
        return [(each["title"], each["cause"] and each["cause"]["count"]) for each in found]

    assert listed() == [("b", 3), ("d", None), ("c", 3), ("a", 3)]
    assert listed(withCause=True) == [("b", 3), ("d", None)]
    assert listed(withCause=True, order="newest") == [("d", None), ("b", 3)]
    assert listed(cause=7) == [("b", 3), ("c", 3), ("a", 3)]
    # What the filter leaves out neither leads nor counts.
    assert listed(withCause=True, severity="info") == [("a", None)]
    assert listed(withCause=True, q="c") == [("c", None)]
    first = api.call("recommendations.list", dataset="mine", withCause=True, limit=1)[0]
    assert first["cause"] == {
        "id": 7,
        "direction": "lower",
        "since": "2026-11-30T00:00:00",
        "series": 40,
        "count": 3,
    }
    assert listed(withCause=True, cursor=first["cursor"]) == [("d", None)]
    assert api.call("recommendations.get", id=first["id"])["cause"] == first["cause"]
    gravest = [each["title"] for each in api.call("home.get")["gravest"]]
    assert [title for title in gravest if title in "abcd"] == ["b", "d"]
    # Who accepts the lead has decided nothing about the others: the next one leads them.
    api.call("recommendations.update", id=first["id"], status="accepted")
    assert listed(withCause=True, status="open") == [("d", None), ("c", 2)]
    assert listed(withCause=True) == [("b", None), ("d", None), ("c", 2)]
    kept = api.call("recommendations.changes")["items"]
    causes = {each["title"]: each["cause"] and each["cause"]["id"] for each in kept}
    assert (causes["c"], causes["a"], causes["d"]) == (7, 7, None)
    # What is put off is not counted beside what waits, and the other way.
    ids = {each["title"]: each["id"] for each in kept}
    until = (utc_now() + timedelta(days=2)).isoformat() + "Z"
    api.call("recommendations.snooze", id=ids["a"], until=until)
    assert [api.call("recommendations.get", id=ids[each])["cause"]["count"] for each in "ac"] == [
        *(1, 1),
    ]
    assert listed(withCause=True, status="open", isSnoozed=False) == [("d", None), ("c", None)]
    api.call("recommendations.snooze", id=ids["a"], until=None)
    assert api.call("recommendations.get", id=ids["c"])["cause"]["count"] == 2
    # Who is alone of it knows it all the same, for another may come.
    api.call("recommendations.update", id=ids["c"], status="dismissed")
    kept = {each["title"]: each["cause"] for each in api.call("recommendations.changes")["items"]}
    assert (kept["a"]["id"], kept["a"]["count"], kept["d"]) == (7, 1, None)


def test_decisions_and_remarks_are_its_history_with_who_and_why(api, advice):
    first = advice[0]
    assert api.call("recommendations.comment", id=first, text="Asked the airline.")["success"]
    assert api.call("recommendations.update", id=first, status="accepted", reason="agreed") == {
        "success": True
    }
    history = api.call("recommendations.history", id=first)
    assert [each["kind"] for each in history] == ["opened", "comment", "status"]
    assert [each["actorName"] for each in history] == [None, "ada", "ada"]
    assert (history[1]["reason"], history[2]["statusAfter"]) == ("Asked the airline.", "accepted")
    assert [each["id"] for each in api.call("recommendations.list", status="accepted")] == [first]


def test_what_is_put_off_is_left_out_until_then(api, advice):
    first, second = advice
    until = (utc_now() + timedelta(days=2)).isoformat() + "Z"
    api.call("recommendations.snooze", id=first, until=until, reason="next week's meeting")
    assert [e["id"] for e in api.call("recommendations.list", isSnoozed=False)] == [second]
    (snoozed,) = api.call("recommendations.list", isSnoozed=True)
    assert (snoozed["id"], snoozed["snoozedUntil"], snoozed["status"]) == (first, until, "open")
    passed = {"snoozed_until": utc_now() - timedelta(hours=1)}
    api.write(recommendations.update().where(recommendations.c.id == first), passed)
    assert len(api.call("recommendations.list", isSnoozed=False)) == 2
    api.call("recommendations.snooze", id=first, until=None)
    assert api.call("recommendations.get", id=first)["snoozedUntil"] is None


def test_a_decision_ends_the_waiting_and_only_open_ones_wait(api, advice):
    until = (utc_now() + timedelta(days=2)).isoformat()
    api.call("recommendations.snooze", id=advice[0], until=until)
    api.call("recommendations.update", id=advice[0], status="dismissed")
    assert api.call("recommendations.get", id=advice[0])["snoozedUntil"] is None
    with pytest.raises(Conflict, match="only open ones wait"):
        api.call("recommendations.snooze", id=advice[0], until=until)
    with pytest.raises(InvalidInput, match=r"until: .* is past"):
        api.call("recommendations.snooze", id=advice[1], until="2020-01-01T00:00:00Z")


def test_a_decision_that_is_sent_twice_is_taken_once(api, advice):
    first = advice[0]
    accept = {"id": first, "status": "accepted", "idempotencyKey": "a", "expectedStatus": "open"}
    remark = {"id": first, "text": "Seen on the way.", "idempotencyKey": "a"}
    until = (utc_now() + timedelta(days=2)).isoformat() + "Z"
    later = {"id": advice[1], "until": until, "idempotencyKey": "a", "expectedStatus": "open"}
    answers = [
        (
            api.call("recommendations.comment", **remark),
            api.call("recommendations.update", **accept),
        )
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert [e["kind"] for e in api.call("recommendations.history", id=first)] == [
        *("opened", "comment", "status"),
    ]
    api.call("recommendations.snooze", **later)
    api.call("recommendations.snooze", id=advice[1], until=None)
    api.call("recommendations.snooze", **later)
    assert api.call("recommendations.get", id=advice[1])["snoozedUntil"] is None


def test_a_late_repeat_does_not_undo_what_was_decided_since(api, advice):
    accept = {"id": advice[0], "status": "accepted", "idempotencyKey": "once"}
    api.call("recommendations.update", id=advice[0], status="accepted")
    api.call("recommendations.update", **accept)
    api.call("recommendations.update", id=advice[0], status="dismissed", reason="It was the storm.")
    api.call("recommendations.update", **accept)
    assert api.call("recommendations.get", id=advice[0])["status"] == "dismissed"


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("update", {"status": "accepted"}),
        ("comment", {"text": "Mine."}),
        ("snooze", {"until": "2999-01-01T00:00:00Z"}),
    ],
)
def test_what_somebody_decided_meanwhile_is_told_and_stays(api, advice, path, more):
    first = advice[0]
    api.call("recommendations.update", id=first, status="dismissed", reason="It was the storm.")
    late = {"id": first, "expectedStatus": "open", "idempotencyKey": "late", **more}
    with pytest.raises(Conflict, match="dismissed by now"):
        api.call(f"recommendations.{path}", **late)
    with pytest.raises(Conflict, match="dismissed by now") as refused:
        api.call(f"recommendations.{path}", **late)
    told = wire.refusal(refused.value).data["current"]
    assert (told["status"], told["actor"], told["actorName"]) == ("dismissed", 1, "ada")
    assert told["reason"] == "It was the storm."
    assert told["updatedAt"].endswith("Z")
    assert len(api.call("recommendations.history", id=first)) == 2


def test_recommendations_are_found_by_dataset_words_and_whether_they_last(api, advice):
    first, second = advice
    words = {"title": "Delays of 100% at JFK"}
    api.write(recommendations.update().where(recommendations.c.id == first), words)
    gone = {"resolved_at": utc_now()}
    api.write(recommendations.update().where(recommendations.c.id == second), gone)

    def found(**given):
        return [each["id"] for each in api.call("recommendations.list", **given)]

    assert found(dataset="airport_daily") == [second]
    assert (found(q="delays of 100%"), found(q="1%jfk"), found(q="jfk")) == ([first], [], [first])
    assert (found(isResolved=True), found(isResolved=False)) == ([second], [first])


def test_titles_and_texts_come_in_french_and_are_found_by_it(api, advice):
    first, second = advice
    shown = api.call("recommendations.get", id=first)
    french = shown["translations"]["fr"]
    assert french["title"].startswith("Qualité des données de flights_daily\u00a0: ")
    assert "À faire\u00a0: " in french["description"]
    listed = api.call("recommendations.list", q="données de flights")
    assert [each["id"] for each in listed] == [first]
    # A row of another release, or of nobody's model.
    api.write(
        recommendations.update().where(recommendations.c.id == second),
        {"translations": sa.null()},
    )
    assert api.call("recommendations.get", id=second)["translations"] is None
    assert api.call("recommendations.list", q="airport_daily")[0]["id"] == second
    items = api.call("notifications.list")["items"]
    told = {each["itemId"]: each for each in items if each["kind"] == "recommendation"}
    assert told[first]["translations"]["fr"] == {"title": french["title"], "detail": None}
    assert told[second]["translations"] is None


def test_evidence_is_given_with_local_periods_and_what_to_do(api, advice):
    shown = api.call("recommendations.evidence", id=advice[0])
    assert shown["recommendationId"] == advice[0]
    assert shown["measure"] == "quality_score"
    assert shown["timeZone"] == "America/New_York"
    assert not shown["ds"].endswith("Z")
    assert shown["actions"]
    assert shown["rationale"]
    french = shown["translations"]["fr"]
    assert (shown["label"], french["label"]) == ("Quality score", "Score de qualité")
    assert french["actions"][0].startswith("Faites corriger et relivrer la fenêtre")
    assert len(french["rationale"]) == len(shown["rationale"])


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("get", {}),
        ("evidence", {}),
        ("history", {}),
        ("update", {"status": "open"}),
        ("comment", {"text": "?"}),
        ("snooze", {"until": None}),
    ],
)
def test_one_that_is_not_there_is_not_found(api, path, more):
    with pytest.raises(NotFound):
        api.call(f"recommendations.{path}", id=12345, **more)


def test_the_fixture_is_what_drm_scored(api, advice):
    with api.context.platform.drm_engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(quality_scores)) > 0
    assert {Severity.WARNING, Severity.CRITICAL} >= {
        Severity(each["severity"]) for each in api.call("recommendations.list")
    }
    assert {each["category"] for each in api.call("recommendations.list")} == {
        Category.OPTIMISATION.value
    }
