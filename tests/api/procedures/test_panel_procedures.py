"""panels.*: one computation for all, the dashboard's period and filters, level by level to the rows."""

import pytest
import sqlalchemy as sa

from iop_pipelines.api.readers.pool import Readers
from iop_pipelines.errors import Conflict, InvalidInput, NotFound
from iop_pipelines.schema.tables import model_executions

FLIGHTS = {
    "version": 2,
    "source": "dataset:flights_daily",
    "where": {
        "field": "date",
        "op": "in_period",
        "value": {"from": "2013-02-01", "to": "2013-02-02"},
    },
    "datasets": {
        "shown": {
            "select": [{"field": "origin"}, {"measure": "flights"}],
            "sort": [{"by": "flights", "dir": "desc"}],
        }
    },
    "charts": [{"type": "bar", "data": "shown", "x": "origin", "y": "flights"}],
}
ADVICE = {
    "version": 2,
    "source": "recommendations",
    "datasets": {"shown": {"select": [{"field": "dataset"}, {"measure": "recommendations"}]}},
}
WEEK = {"from": "2013-02-01", "to": "2013-02-07"}


def panel(api, config=FLIGHTS, **more):
    """(dashboard, panel) ids of a new dashboard of one panel."""
    given = {"title": "Flights", "type": "bar", "queryConfig": config, **more}
    dashboard_id = api.call("dashboards.save", name="Operations", panels=[given])["id"]
    return dashboard_id, api.call("dashboards.get", id=dashboard_id)["panels"][0]["id"]


def records(shown):
    names = [each["name"] for each in shown["columns"]]
    return [dict(zip(names, row, strict=True)) for row in shown["rows"]]


def total(shown):
    return sum(row["flights"] for row in records(shown))


@pytest.fixture
def computed(monkeypatch):
    """What was really asked of the readers, one entry a computation."""
    asked = []
    begin = Readers.begin

    def counted(readers, account, ask):
        asked.append(ask.path)
        return begin(readers, account, ask)

    monkeypatch.setattr(Readers, "begin", counted)
    return asked


def test_a_saved_panel_is_computed_once_an_interval_until_its_dashboard_is_saved(api, computed):
    dashboard_id, panel_id = panel(api)
    first = api.read("panels.data", panelId=panel_id)
    assert api.read("panels.data", panelId=panel_id) == first
    assert len(computed) == 1
    other = api.read(
        "panels.data", panelId=panel_id, filters=[{"field": "origin", "op": "eq", "value": "JFK"}]
    )
    assert len(computed) == 2
    assert other["rows"] != first["rows"]
    stored = api.call("dashboards.get", id=dashboard_id)
    kept = {name: stored["panels"][0][name] for name in ("id", "title", "type", "queryConfig")}
    api.call("dashboards.save", id=dashboard_id, name="Operations", panels=[kept])
    anew = api.read("panels.data", panelId=panel_id)
    assert len(computed) == 3
    assert anew["rows"] == first["rows"] == api.call("panels.data", panelId=panel_id)["rows"]


def test_a_panel_has_the_measures_of_all_rows_where_it_asks_for_them(api):
    """Those of a table that is cut are of all of it; a group has no value there."""
    asked = FLIGHTS["datasets"]["shown"]
    plain = api.call("panels.data", queryConfig={**FLIGHTS, "charts": []})
    cut = {**FLIGHTS, "charts": [], "datasets": {"shown": {**asked, "totals": True, "limit": 1}}}
    shown = api.call("panels.data", queryConfig=cut)
    assert (plain["totals"], plain["totalAt"]) == (None, None)
    assert len(shown["rows"]) == 1
    assert (shown["totals"], shown["totalAt"]) == ([None, total(plain)], 0)
    behind = {**asked, "select": [*reversed(asked["select"])], "totals": True}
    shown = api.call(
        "panels.data", queryConfig={**FLIGHTS, "charts": [], "datasets": {"shown": behind}}
    )
    assert (shown["totals"], shown["totalAt"]) == ([total(plain), None], 1)


def test_a_preview_is_computed_each_time(api, computed):
    first, second = (api.read("panels.data", queryConfig=FLIGHTS) for _ in range(2))
    assert len(computed) == 2
    assert second["rows"] == first["rows"]


def test_the_dashboards_period_takes_the_place_of_the_panels_own(api):
    own = api.call("panels.data", queryConfig=FLIGHTS)
    assert own["appliedFilters"] == []
    week = api.call("panels.data", queryConfig=FLIGHTS, period=WEEK)
    assert total(week) > total(own)
    (applied,) = week["appliedFilters"]
    assert applied == {
        "kind": "period",
        "field": "date",
        "isApplied": True,
        "words": "Day: 2013-02-01 to 2013-02-07",
        "translations": {"fr": {"words": "Day\u00a0: du 1er février 2013 au 7 février 2013"}},
    }
    assert week["filters"] == ["Day: 2013-02-01 to 2013-02-07"]
    assert week["translations"] == {
        "fr": {"filters": ["Day\u00a0: du 1er février 2013 au 7 février 2013"]}
    }


@pytest.mark.parametrize(
    ("source", "x", "measure", "is_own"),
    [
        ("dataset:flights_daily", "date", {"measure": "flights"}, True),
        ("recommendations", "last_ds", {"measure": "recommendations"}, False),
    ],
)
def test_an_axis_says_whether_a_period_narrows_it(api, source, x, measure, is_own):
    query = {
        "version": 2,
        "source": source,
        "datasets": {"t": {"select": [{"field": x}, measure]}},
        "charts": [{"type": "line", "data": "t", "x": x, "y": measure["measure"]}],
    }
    shown = api.call("panels.data", queryConfig=query, period=WEEK)
    assert shown["spec"]["isOwnTime"] is is_own
    assert [(each["field"] == x) for each in shown["appliedFilters"]] == [is_own]


def test_what_a_source_has_no_use_for_is_said_and_not_applied(api):
    asked = {"period": WEEK, "filters": [{"field": "origin", "op": "in", "value": ["JFK", "LGA"]}]}
    flights = api.call("panels.data", queryConfig=FLIGHTS, **asked)
    assert {row["origin"] for row in records(flights)} == {"JFK", "LGA"}
    assert [each["isApplied"] for each in flights["appliedFilters"]] == [True, True]
    assert flights["appliedFilters"][1]["words"] == "Origin: JFK, LGA"
    advice = api.call("panels.data", queryConfig=ADVICE, **asked)
    assert [each["isApplied"] for each in advice["appliedFilters"]] == [False, False]
    assert "no field 'origin'" in advice["appliedFilters"][1]["words"]
    assert advice["appliedFilters"][0]["translations"]["fr"]["words"] == (
        "Recommandations\u00a0: pas de champ temporel"
    )


def test_conditions_of_the_config_are_not_told_of_a_table_of_another_source(api):
    tables = {"t": {"source": "recommendations", "select": [{"agg": "count"}]}}
    config = {**FLIGHTS, "datasets": tables, "charts": []}
    assert api.call("panels.data", queryConfig=config)["filters"] == []


def test_labels_of_iops_own_sources_come_in_french_and_a_datasets_are_its_own(api):
    def french(shown):
        return [
            each["translations"] and each["translations"]["fr"]["label"]
            for each in shown["columns"]
        ]

    own = {
        "version": 2,
        "source": "executions",
        "datasets": {
            "shown": {
                "select": [
                    {"field": "started_at", "bucket": "week"},
                    {"measure": "failed"},
                    {"field": "duration_ms", "agg": "max"},
                    {"agg": "count"},
                    {"measure": "executions", "label": "How many"},
                ]
            }
        },
    }
    assert french(api.call("panels.data", queryConfig=own)) == [
        "Début (UTC), par semaine",
        "En échec",
        "Durée (maximum)",
        "Lignes",
        None,
    ]
    flights = api.call("panels.drill", queryConfig=FLIGHTS, path=[{"origin": "JFK"}])
    assert set(french(flights)) == {None}
    by_time = [each for each in flights["nextBy"] if each["name"] == "date_month"]
    assert by_time[0]["translations"]["fr"]["label"] == "Day, par mois"
    schema = api.call("datasets.schema", name="quality")
    assert schema["translations"]["fr"]["label"] == "Qualité des données"
    # The word is the same in both.
    assert {each["label"] for each in schema["measures"] if not each["translations"]} == {"Scores"}


def test_a_comparison_says_before_and_change_in_french_too(api):
    select = [{"measure": "flights", "compare": "previous_period"}]
    config = {**FLIGHTS, "datasets": {"shown": {"select": select}}, "charts": []}
    columns = api.call("panels.data", queryConfig=config)["columns"]
    flights, before, change = (each["translations"] for each in columns)
    assert flights is None
    assert before["fr"] == {"label": f"{columns[0]['label']}, avant"}
    assert change["fr"] == {"label": "Évolution"}


def test_a_period_in_words_is_counted_from_the_platforms_now(api):
    today = api.context.platform.now().date()
    shown = api.call("panels.data", queryConfig=FLIGHTS, period="last_7_days")
    assert f" to {today}" not in shown["filters"][0]
    assert shown["appliedFilters"][0]["isApplied"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"period": "lately"}, "period"),
        ({"period": {"from": "2013-02-08", "to": "2013-02-01"}}, "period"),
        ({"period": {"from": "2013-02-01T06:00", "to": "2013-02-02"}}, "period"),
        ({"filters": [{"field": "origin", "op": "eq", "value": 5}]}, "filters.0.value"),
        ({"filters": [{"field": "origin", "op": "eq", "value": ["JFK"]}]}, "filters.0.value"),
        ({"filters": [{"field": "origin", "op": "in", "value": "JFK"}]}, "filters.0.value"),
    ],
)
def test_what_cannot_be_applied_is_refused_by_its_place(api, asked, field):
    with pytest.raises(InvalidInput) as refused:
        api.call("panels.data", queryConfig=FLIGHTS, **asked)
    assert refused.value.field == field


def test_a_comparison_follows_the_dashboards_period(api):
    compared = {
        **FLIGHTS,
        "datasets": {
            "shown": {
                "select": [
                    {"field": "origin"},
                    {"measure": "flights", "compare": "previous_period"},
                ]
            }
        },
    }
    second = api.call(
        "panels.data", queryConfig=compared, period={"from": "2013-02-03", "to": "2013-02-04"}
    )
    first = api.call("panels.data", queryConfig=FLIGHTS)
    assert sum(row["flights_previous"] for row in records(second)) == total(first)


def test_a_level_draws_the_first_measure_that_is_a_number(api):
    select = [{"field": "origin"}, {"agg": "max", "field": "date"}, {"measure": "flights"}]
    query = {**FLIGHTS, "datasets": {"shown": {"select": select}}, "charts": []}
    level = api.call("panels.drill", queryConfig=query, path=[], by="airline")
    assert (level["chart"]["y"], level["spec"]["kind"]) == ("flights", "bar")
    assert level["rows"] == sorted(level["rows"], key=lambda row: -row[1])


def test_a_figure_is_drilled_level_by_level_and_each_level_adds_up(api):
    asked = {"queryConfig": FLIGHTS, "period": WEEK}
    origin, flights = api.call("panels.data", **asked)["rows"][0]
    first = api.call("panels.drill", **asked, path=[{"origin": origin}], by="airline")
    assert total(first) == flights
    assert [each["name"] for each in first["columns"]] == ["airline", "flights"]
    assert records(first)[0]["flights"] == max(row["flights"] for row in records(first))
    offered = [each["name"] for each in first["nextBy"]]
    assert "origin" not in offered
    assert "airline" not in offered
    assert "date_day" in offered
    airline, of_airline = first["rows"][0]
    path = [{"origin": origin}, {"airline": airline}]
    days = api.call("panels.drill", **asked, path=path, by="date_day")
    assert total(days) == of_airline
    assert [row["date_day"] for row in records(days)] == sorted(
        row["date_day"] for row in records(days)
    )
    day, of_day = days["rows"][0]
    rows = api.call("panels.drill", **asked, path=[*path, {"date_day": day}])
    assert total(rows) == of_day
    assert {(row["origin"], row["airline"], row["date"]) for row in records(rows)} == {
        (origin, airline, day)
    }
    assert not any(each["name"].startswith("date_") for each in rows["nextBy"])
    assert rows["nextCursor"] is None


def test_rows_are_paged_without_losing_or_repeating_any(api):
    asked = {"queryConfig": FLIGHTS, "path": [{"origin": "JFK"}], "limit": 7}
    seen, cursor, pages = [], 0, 0
    while cursor is not None:
        page = api.call("panels.drill", **asked, cursor=cursor)
        seen += page["rows"]
        cursor, pages = page["nextCursor"], pages + 1
        assert pages < 100
    whole = api.call("panels.drill", **{**asked, "limit": 1000})["rows"]
    assert seen == whole
    assert pages > 1


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"by": "date_minute"}, "by"),
        ({"path": [{"origin": "JFK"}, {"airlin": "AA"}]}, "path.1.airlin"),
        ({"path": [{"origin": 5}]}, "path.0.origin"),
        ({"path": [{"date_month": "spring"}]}, "path.0.date_month"),
    ],
)
def test_a_level_that_is_not_there_is_refused_by_its_place(api, asked, field):
    with pytest.raises(InvalidInput) as refused:
        api.call("panels.drill", queryConfig=FLIGHTS, **asked)
    assert refused.value.field == field


def test_a_long_line_is_reduced_and_says_so_and_every_line_has_its_own_points(api):
    hourly = {
        "version": 2,
        "source": "executions",
        "datasets": {
            "l": {
                "select": [{"field": "id"}, {"field": "model"}, {"field": "duration_ms"}],
                "limit": 5000,
            }
        },
        "charts": [{"type": "line", "data": "l", "x": "id", "y": "duration_ms", "series": "model"}],
    }
    model_id = api.rows(sa.select(sa.func.min(model_executions.c.model_id)))[0][0]
    rows = [
        {"model_id": model_id, "status": "success", "phase": "done", "duration_ms": 100 + at % 7}
        for at in range(1500)
    ]
    rows[777]["duration_ms"] = 99_999
    api.write(model_executions.insert(), rows)
    shown = api.call("panels.data", queryConfig=hourly)
    assert shown["reduced"]["total"] >= 1500
    assert shown["reduced"]["shown"] == len(shown["rows"])
    by_model = {}
    for row in records(shown):
        by_model.setdefault(row["model"], []).append(row)
    assert max(map(len, by_model.values())) <= 500
    assert max(row["duration_ms"] or 0 for row in records(shown)) == 99_999
    assert [row["id"] for row in records(shown)] == sorted(row["id"] for row in records(shown))
    bars = {**hourly, "charts": [{**hourly["charts"][0], "type": "bar"}]}
    assert api.call("panels.data", queryConfig=bars)["reduced"] is None


def test_panels_keep_their_ids_where_they_are_given(api):
    dashboard_id, panel_id = panel(api)
    changed = {"id": panel_id, "title": "Renamed", "type": "bar", "queryConfig": FLIGHTS}
    added = {"title": "New", "type": "bar", "queryConfig": FLIGHTS}
    api.call("dashboards.save", id=dashboard_id, name="Operations", panels=[added, changed])
    new, same = api.call("dashboards.get", id=dashboard_id)["panels"]
    assert (same["id"], same["title"]) == (panel_id, "Renamed")
    assert (new["title"], new["id"] != panel_id) == ("New", True)
    for wrong in ([{**changed, "id": 999}], [changed, changed]):
        with pytest.raises(InvalidInput, match=r"panels\.\d\.id"):
            api.call("dashboards.save", id=dashboard_id, name="Operations", panels=wrong)
    api.call("dashboards.save", id=dashboard_id, name="Operations", panels=[changed])
    assert [each["id"] for each in api.call("dashboards.get", id=dashboard_id)["panels"]] == [
        panel_id
    ]
    with pytest.raises(NotFound):
        api.call("dashboards.get", id=999)


def test_of_two_who_change_the_same_dashboard_the_second_is_told(api):
    first = api.call("dashboards.save", name="Operations")
    dashboard_id, seen = first["id"], first["version"]
    saved = api.call("dashboards.save", id=dashboard_id, name="Mine", ifVersion=seen)
    assert saved["version"] == seen + 1
    with pytest.raises(Conflict, match="somebody else saved it") as refused:
        api.call("dashboards.save", id=dashboard_id, name="Yours", ifVersion=seen)
    assert refused.value.current["version"] == saved["version"]
    assert api.call("dashboards.get", id=dashboard_id)["name"] == "Mine"
    api.call("dashboards.save", id=dashboard_id, name="Whatever is there")


def test_what_is_said_beside_a_query_of_version_1_is_said_in_its_words(api):
    days = {"from": "2013-02-01", "to": "2013-02-03"}
    when = {"field": "date", "op": "in_period", "value": {"param": "when"}}
    config = {
        **FLIGHTS,
        "params": {"when": {"type": "period", "default": days}},
        "where": when,
    }

    def seen(version: int, **given) -> float:
        return total(api.call("panels.data", queryConfig={**config, "version": version}, **given))

    one_less = {"from": "2013-02-01", "to": "2013-02-02"}
    for given in ({}, {"params": {"when": days}}, {"period": days}):
        shorter = {name: {"when": one_less} if name == "params" else one_less for name in given}
        if not given:
            shorter = {"params": {"when": one_less}}
        assert seen(1, **given) == seen(2, **shorter) < seen(2, **given)
