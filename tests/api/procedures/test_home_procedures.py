"""home.*: what waits in its order, and the figures of the dashboard that whoever asks has chosen."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.vocabulary import Category, ReviewStatus, Role, Severity
from iop_pipelines.errors import NotFound
from iop_pipelines.identity.user import User
from iop_pipelines.schema.tables import analytical_models, panels, recommendations, users

DAY = {"from": "2013-02-02", "to": "2013-02-02"}


def add(api, title, severity, **more):
    values = {"title": title, "severity": severity, "category": Category.ANOMALY, **more}
    values.setdefault("status", ReviewStatus.OPEN)
    return api.insert(recommendations, **values)


def panel(period=DAY, **more):
    config = {
        "version": 2,
        "source": "dataset:flights_daily",
        "where": {"field": "date", "op": "in_period", "value": period},
        "datasets": {"main": {"select": [{"measure": "flights"}]}},
    }
    return {"title": "Flights", "type": "metric", "queryConfig": config, **more}


def test_the_three_gravest_that_wait_and_deliveries_that_are_missing(api):
    api.write(recommendations.delete())
    now = utc_now()
    add(api, "Told and seen", Severity.INFO)
    late = add(
        *(api, "No delivery", Severity.WARNING),
        source_ref="delivery:7",
        live_key="k1",
        status=ReviewStatus.ACCEPTED,
    )
    warned = [add(api, f"Warning {n}", Severity.WARNING) for n in range(2)]
    add(api, "Gone", Severity.CRITICAL, resolved_at=now)
    add(api, "Later", Severity.CRITICAL, snoozed_until=now + timedelta(hours=1))
    grave = add(
        *(api, "Grave", Severity.CRITICAL),
        snoozed_until=now - timedelta(hours=1),
        translations={"fr": {"title": "Sérieux", "description": "d"}},
    )
    add(api, "Comes again", Severity.INFO, source_ref="delivery:6", resolved_at=now)
    found = api.call("home.get")
    assert [each["id"] for each in found["gravest"]] == [grave, *reversed(warned)]
    assert found["gravest"][0]["translations"] == {"fr": {"title": "Sérieux"}}
    assert [each["id"] for each in found["missing"]] == [late]
    assert found["missingCount"] == 1
    assert found["stats"] == {
        **api.call("dashboard.stats"),
        "asOf": found["stats"]["asOf"],
    }
    for n in range(6):
        more = {"source_ref": f"delivery:{n}", "live_key": f"more {n}"}
        add(api, "No delivery either", Severity.WARNING, **more)
    found = api.call("home.get")
    assert (len(found["missing"]), found["missingCount"]) == (5, 7)


def test_each_person_has_the_figures_of_their_own_dashboard(api):
    for each in api.call("dashboards.list"):
        api.call("dashboards.delete", id=each["id"])
    assert api.read("home.figures")["dashboardId"] is None
    # Without figures it is nobody's first, however old it is.
    api.call("dashboards.save", name="Tables", panels=[{**panel(), "type": "table"}])
    first, second = (
        api.call("dashboards.save", name=name, panels=[panel(period)])["id"]
        for name, period in (("One day", DAY), ("Two days", {**DAY, "from": "2013-02-01"}))
    )
    api.insert(users, id=2, name="vera", role=Role.VIEWER)
    vera = replace(api, context=replace(api.context, user=User(2, "vera", Role.VIEWER)))
    vera.call("settings.update", homeDashboard=second)
    one, two = api.read("home.figures"), vera.read("home.figures")
    assert (one["dashboardId"], two["dashboardId"]) == (first, second)
    of_days = {
        row[0]: row[1]
        for row in api.call(
            "panels.data",
            queryConfig={
                "version": 2,
                "source": "dataset:flights_daily",
                "datasets": {"main": {"select": [{"field": "date"}, {"measure": "flights"}]}},
            },
        )["rows"]
    }
    (figure,), (of_two,) = one["figures"], two["figures"]
    assert figure["value"] == of_days["2013-02-02"]
    assert of_two["value"] == of_days["2013-02-01"] + of_days["2013-02-02"]
    before = of_days["2013-02-01"]
    assert figure["change"] == pytest.approx(100 * (figure["value"] - before) / before)
    assert figure["points"] == [before, figure["value"]]
    assert (figure["period"]["words"], figure["earlier"]["words"]) == ("2013-02-02", "2013-02-01")
    # Gone, a choice is none; and nobody chooses what is not there.
    api.call("dashboards.delete", id=second)
    assert vera.read("home.figures")["dashboardId"] == first
    with pytest.raises(NotFound):
        vera.call("settings.update", homeDashboard=second)


def test_a_panel_that_is_refused_takes_none_of_the_others_with_it(api):
    broken = panel()
    both = api.call("dashboards.save", name="Both", panels=[broken, panel(title="Well")])["id"]
    config = {**broken["queryConfig"], "source": "dataset:never_declared"}
    first = (panels.c.dashboard_id == both) & (panels.c.position == 0)
    api.write(panels.update().where(first).values(query_config=config))
    found = api.read("home.figures", dashboardId=both)
    assert (found["unread"], len(found["figures"])) == (1, 1)


def test_a_device_is_told_once_what_waits_and_then_only_what_has_changed(api):
    api.write(recommendations.delete())
    long_ago = utc_now() - timedelta(days=2)
    more = {"updated_at": long_ago, "created_at": long_ago}
    # Another tool's evidence, of which only the points are known.
    points = [{"ds": "2013-02-01T00:00:00", "y": 4.0}]
    first = add(api, "First", Severity.WARNING, metadata={"points": points}, **more)
    second = add(api, "Second", Severity.CRITICAL, **more)
    add(api, "Gone", Severity.CRITICAL, resolved_at=long_ago, **more)
    add(api, "Dismissed", Severity.CRITICAL, status=ReviewStatus.DISMISSED, **more)
    found = api.read("recommendations.changes")
    assert [each["id"] for each in found["items"]] == [second, first]
    kept = found["items"][1]
    one = api.read("recommendations.get", id=first)
    assert {name: kept[name] for name in one} == one
    assert kept["metadata"]["points"] == points
    (listed,) = api.read("recommendations.list", q="First")
    assert {name: kept[name] for name in listed} == listed
    assert found["isWhole"] is True
    nothing = api.call("recommendations.changes", since=found["asOf"])
    assert nothing["items"] == []
    api.call("recommendations.update", id=second, status="dismissed", reason="known")
    (changed,) = api.call("recommendations.changes", since=nothing["asOf"])["items"]
    assert (changed["id"], changed["status"]) == (second, "dismissed")


def test_a_device_asks_by_the_clock_of_the_database(api, monkeypatch):
    ahead = utc_now() + timedelta(hours=1)
    monkeypatch.setattr("iop_pipelines.api.procedures.recommendations.utc_now", lambda: ahead)
    since = api.call("recommendations.changes")["asOf"]
    one = add(api, "Written just now", Severity.INFO)
    found = api.call("recommendations.changes", since=since)["items"]
    assert one in [each["id"] for each in found]


def test_the_inbox_is_narrowed_by_days_of_the_platforms_zone_by_model_and_by_series(api):
    api.write(recommendations.delete())
    # Midnight of 2 March is 05:00 UTC in New York.
    late, early = datetime(2026, 3, 2, 5), datetime(2026, 3, 2, 4, 59, 59)
    first = add(api, "The day before", Severity.INFO, created_at=early, unique_id="EWR")
    second = add(api, "On the day", Severity.INFO, created_at=late, unique_id="JFK")
    settings = replace(api.context.platform.settings, time_zone="America/New_York")
    platform = replace(api.context.platform, settings=settings)
    there = replace(api, context=replace(api.context, platform=platform))

    def found(**given):
        return [each["id"] for each in there.call("recommendations.list", **given)]

    assert found(**{"from": "2026-03-02"}) == [second]
    assert found(to="2026-03-01") == [first]
    assert found(**{"from": "2026-03-01"}, to="2026-03-02") == [second, first]
    assert found(to="9999-12-31") == [second, first]
    assert found(uniqueId="EWR") == [first]
    model = api.rows(sa.select(analytical_models.c.id, analytical_models.c.name))[0]
    api.write(
        recommendations.update().where(recommendations.c.id == first).values(model_id=model.id)
    )
    assert found(model=model.name) == [first]
    assert found(model="nobody's") == []
