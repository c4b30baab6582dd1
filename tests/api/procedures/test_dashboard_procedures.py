"""dashboards.*, panels.* and datasets.*: configured views and the rows behind a figure."""

from dataclasses import replace
from datetime import datetime

import pytest

from iop_pipelines.drm.clock import set_clock
from iop_pipelines.errors import Conflict, InvalidInput, NotFound
from iop_pipelines.runtimes.catalogue import FINDING_KINDS

BY_ORIGIN = {
    "version": 2,
    "source": "dataset:flights_daily",
    "where": {"field": "date", "op": "ge", "value": "2013-02-01"},
    "datasets": {
        "by_origin": {
            "select": [{"field": "origin"}, {"measure": "flights"}],
            "sort": [{"by": "flights", "dir": "desc"}],
        },
        "by_week": {
            "select": [{"field": "date", "bucket": "week"}, {"measure": "flights"}],
        },
    },
    "charts": [{"type": "bar", "data": "by_origin", "x": "origin", "y": "flights"}],
}
PANEL = {"title": "Flights by airport", "type": "bar", "queryConfig": BY_ORIGIN}


def saved(api, **more):
    return api.call("dashboards.save", **{"name": "Operations", "panels": [PANEL], **more})["id"]


def test_a_dashboard_is_saved_listed_replaced_and_deleted(api):
    dashboard_id = saved(api)
    listed, *demo = api.call("dashboards.list")
    assert (listed["id"], listed["name"], listed["createdBy"]) == (dashboard_id, "Operations", 1)
    (panel,) = listed["panels"]
    assert panel["queryConfig"] == BY_ORIGIN
    assert (panel["type"], panel["refreshS"], panel["width"]) == ("bar", 60, 6)
    assert [each["id"] for each in api.call("dashboards.list", q="ERATION")] == [dashboard_id]
    assert api.call("dashboards.list", q="Oper%ions") == []
    table = {**PANEL, "type": "table", "title": "As a table", "refreshS": 5}
    assert saved(api, id=dashboard_id, panels=[table, PANEL]) == dashboard_id
    replaced = api.call("dashboards.list")[0]
    assert [each["title"] for each in replaced["panels"]] == ["As a table", "Flights by airport"]
    assert api.call("dashboards.delete", id=dashboard_id) == {"success": True}
    assert api.call("dashboards.list") == demo
    with pytest.raises(NotFound):
        api.call("dashboards.delete", id=dashboard_id)
    with pytest.raises(NotFound):
        saved(api, id=dashboard_id)


def test_a_panel_that_cannot_be_answered_is_refused_with_its_place(api):
    wrong = {**BY_ORIGIN, "source": "dataset:nothing"}
    with pytest.raises(InvalidInput) as refused:
        saved(api, panels=[PANEL, {**PANEL, "queryConfig": wrong}])
    assert refused.value.field == "panels.1.query_config.source"
    with pytest.raises(InvalidInput, match="needs one of type line"):
        saved(api, panels=[{**PANEL, "type": "line"}])
    saved(api)
    with pytest.raises(Conflict, match="exists"):
        saved(api)


def test_a_panel_shows_its_table_with_axes_units_and_freshness(api):
    saved(api)
    panel_id = api.call("dashboards.list")[0]["panels"][0]["id"]
    shown = api.call("panels.data", panelId=panel_id)
    assert (shown["chart"]["x"], shown["chart"]["y"]) == ("origin", "flights")
    assert [each["name"] for each in shown["columns"]] == ["origin", "flights"]
    assert shown["columns"][1]["unit"] == "flights"
    assert {row[0] for row in shown["rows"]} == {"EWR", "JFK", "LGA"}
    assert shown["rows"] == api.call("panels.data", queryConfig=BY_ORIGIN)["rows"]
    assert shown["dataTime"].startswith("2013-02-")
    assert shown["asOf"].endswith("Z")
    with pytest.raises(NotFound):
        api.call("panels.data", panelId=panel_id + 1)


def test_the_rows_behind_a_figure_add_up_to_it(api):
    shown = api.call("panels.data", queryConfig=BY_ORIGIN)
    origin, flights = shown["rows"][0]
    behind = api.call("panels.drill", queryConfig=BY_ORIGIN, path=[{"origin": origin}], limit=1000)
    names = [each["name"] for each in behind["columns"]]
    rows = [dict(zip(names, row, strict=True)) for row in behind["rows"]]
    assert {row["origin"] for row in rows} == {origin}
    assert min(row["date"] for row in rows) >= "2013-02-01"
    assert rows[0]["date"] == max(row["date"] for row in rows)
    assert behind["isTruncated"] or sum(row["flights"] for row in rows) == flights
    assert behind["isTruncated"] is False or len(rows) == 1000


def test_a_bucket_is_drilled_to_its_own_days(api):
    by_week = {**BY_ORIGIN, "charts": [], "datasets": {"w": BY_ORIGIN["datasets"]["by_week"]}}
    weeks = api.call("panels.data", queryConfig=by_week)
    assert weeks["chart"] is None
    monday, flights = weeks["rows"][-1]
    total, days, rows = 0, set(), 1000
    per_origin = {
        **by_week,
        "where": {
            "and": [BY_ORIGIN["where"], {"field": "origin", "op": "in", "value": ["EWR", "JFK"]}]
        },
    }
    for config in (by_week, per_origin):
        behind = api.call("panels.drill", queryConfig=config, path=[{"date": monday}], limit=1000)
        names = [each["name"] for each in behind["columns"]]
        days |= {row[names.index("date")] for row in behind["rows"]}
        total, rows = (
            sum(row[names.index("flights")] for row in behind["rows"]),
            len(behind["rows"]),
        )
    assert min(days) >= monday
    assert len(days) <= 7
    assert 0 < total < flights
    assert rows > 0


@pytest.mark.parametrize("bucket", ["B", "W-SAT", "QS-MAR", "2QS", "quarter"])
def test_a_group_of_any_step_is_drilled_to_its_own_rows(api, bucket):
    by_step = {"select": [{"field": "date", "bucket": bucket}, {"measure": "flights"}]}
    where = {"field": "date", "op": "ge", "value": "2013-02-04"}
    config = {**BY_ORIGIN, "where": where, "charts": [], "datasets": {"s": by_step}}
    config["fiscal_year_start"] = 12
    start, flights = api.call("panels.data", queryConfig=config)["rows"][0]
    behind = api.call("panels.drill", queryConfig=config, path=[{"date": start}], limit=1000)
    at = [each["name"] for each in behind["columns"]].index("flights")
    assert behind["isTruncated"] is False
    assert sum(row[at] for row in behind["rows"]) == flights > 0


def test_a_drill_names_a_group_of_the_table(api):
    with pytest.raises(InvalidInput, match=r"path\.0\.orign: .*did you mean 'origin'"):
        api.call("panels.drill", queryConfig=BY_ORIGIN, path=[{"orign": "EWR"}])
    nothing = api.call("panels.drill", queryConfig=BY_ORIGIN, path=[{"origin": None}])
    assert nothing["rows"] == []


def test_the_ledgers_are_drilled_like_datasets(api):
    config = {
        "version": 2,
        "source": "executions",
        "datasets": {"m": {"select": [{"field": "model"}, {"measure": "executions"}]}},
    }
    model, count = api.call("panels.data", queryConfig=config)["rows"][0]
    behind = api.call("panels.drill", queryConfig=config, path=[{"model": model}], limit=1000)
    assert len(behind["rows"]) == count


def test_columns_of_the_platforms_own_words_say_which_they_are(api):
    config = {
        "version": 2,
        "source": "executions",
        "datasets": {
            "m": {
                "select": [
                    *({"field": "model"}, {"field": "model_type", "as": "how"}),
                    *({"field": "status"}, {"measure": "executions"}),
                ]
            }
        },
    }
    columns = api.call("panels.data", queryConfig=config)["columns"]
    assert [each["vocabulary"] for each in columns] == [
        *(None, "model_type"),
        *("execution_status", None),
    ]


def test_kinds_of_finding_come_with_their_words_in_both_languages(api):
    config = {
        "version": 1,
        "source": "findings",
        "datasets": {"m": {"select": [{"field": "kind"}, {"measure": "findings"}]}},
    }
    kind, findings = api.call("panels.data", queryConfig=config)["columns"]
    assert {name: word["label"] for name, word in kind["words"].items()} == {
        name: each.label.en for name, each in FINDING_KINDS.items()
    }
    assert (
        kind["words"]["residual"]["translations"]["fr"]["label"] == "Hors de la plage saisonnière"
    )
    assert findings["words"] is None


def test_datasets_are_listed_with_their_latest_data_and_described(api):
    listed = {each["name"]: each for each in api.call("datasets.list")}
    assert set(listed) == {"pipeline_runs", "airport_daily", "flights_daily"}
    flights = listed["flights_daily"]
    assert (flights["freq"], flights["timeZone"]) == ("D", "America/New_York")
    assert flights["latest"]["qualityScore"] > 0
    assert not flights["latest"]["windowStart"].endswith("Z")
    assert listed["airport_daily"]["latest"] is None
    schema = api.call("datasets.schema", name="flights_daily")
    assert schema["source"] == "dataset:flights_daily"
    origin = next(each for each in schema["fields"] if each["name"] == "origin")
    assert origin == {
        "name": "origin",
        "type": "string",
        "label": "Origin",
        "unit": None,
        "zone": None,
        "vocabulary": None,
        "words": None,
        "translations": None,
    }
    assert "cancelled_pct" in [each["name"] for each in schema["measures"]]
    assert api.call("datasets.schema", name="recommendations")["source"] == "recommendations"
    with pytest.raises(InvalidInput, match="name: no source"):
        api.call("datasets.schema", name="nothing")


@pytest.mark.parametrize(
    ("region", "said", "weeks"),
    # On Monday, 11 February: the week from Monday the 4th, and that from Sunday the 3rd.
    [
        (None, {}, ["2013-02-04"]),
        ("NG", {}, ["2013-02-04"]),
        ("US", {}, ["2013-02-03"]),
        ("KE", {}, ["2013-02-03"]),
        ("US", {"week_start": "mon"}, ["2013-02-04"]),
    ],
)
def test_weeks_of_a_panel_begin_as_in_the_region_of_the_instance(api, region, said, weeks):
    platform = api.context.platform
    set_clock(platform.drm_engine, datetime(2013, 2, 11, 15))
    there = replace(platform, settings=replace(platform.settings, region=region))
    asked = replace(api, context=replace(api.context, platform=there))
    config = {
        "version": 2,
        "source": "dataset:flights_daily",
        **said,
        "where": {"field": "date", "op": "in_period", "value": "last_week"},
        "datasets": {
            "weeks": {"select": [{"field": "date", "bucket": "week"}, {"measure": "flights"}]},
            "days": {"select": [{"field": "date"}], "group": True, "sort": [{"by": "date"}]},
        },
    }
    shown = asked.call("panels.data", queryConfig=config)
    assert [row[0] for row in shown["rows"]] == weeks
    only = {**config, "datasets": {"days": config["datasets"]["days"]}}
    days = [row[0] for row in asked.call("panels.data", queryConfig=only)["rows"]]
    assert (days[0], len(days)) == (weeks[0], 7)
    # The dashboard's period, which takes the place of its own, is one of such weeks too.
    bare = {name: each for name, each in only.items() if name != "where"}
    chosen = asked.call("panels.data", queryConfig=bare, period="last_week")
    assert [row[0] for row in chosen["rows"]] == days
