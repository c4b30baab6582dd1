"""Questions with answers worked out in plain Python, asked of SQLite, MariaDB and MySQL alike."""

from collections import defaultdict
from datetime import date, datetime

import pytest
import sqlalchemy as sa

from iop_pipelines.domain.languages import Language
from iop_pipelines.domain.sentences import text_of
from iop_pipelines.errors import InvalidQuery
from iop_pipelines.query.result import FrozenResult, Table
from iop_pipelines.query.run import check_query, run_query
from iop_pipelines.schema import tables as iop
from iop_pipelines.schema.engine import begin_write

# 2 February 2013, 07:00 in New York: yesterday is the first, and January is last month.
NOW = datetime(2013, 2, 2, 12)
ZONE = "America/New_York"


def ask(instance, dataset: dict, **config) -> Table:
    return run(instance, {"t": dataset}, **config).tables[0]


def run(instance, datasets: dict, *, now: datetime = NOW, given=None, **config) -> FrozenResult:
    body = {"version": 2, "source": "dataset:flights", "datasets": datasets, **config}
    return run_query(
        body,
        engine=instance.engine,
        drm_engine=instance.engine,
        now=now,
        time_zone=ZONE,
        params=given,
    )


def numbers(table: Table, name: str) -> list[float]:
    return [value for value in table.values(name) if isinstance(value, int | float)]


def current(instance) -> list[dict]:
    return [row for row in instance.rows if row["iop_to"] is None]


def test_measures_by_origin_agree_with_plain_arithmetic(instance):
    table = ask(
        instance,
        {
            "select": [
                {"field": "origin"},
                {"measure": "flights"},
                {"measure": "cancelled_pct"},
                {"measure": "delay"},
                {"measure": "worst"},
                {"measure": "mean_flights"},
                {"measure": "rows"},
            ]
        },
    )
    groups = defaultdict(list)
    for row in current(instance):
        groups[row["origin"]].append(row)
    for origin, flights, pct, delay, worst, mean, rows in table.rows:
        mine = groups[str(origin)]
        known = [row for row in mine if row["delay"] is not None]
        total = sum(row["flights"] for row in mine)
        assert flights == total
        assert isinstance(flights, int)
        assert pct == pytest.approx(100 * sum(row["cancelled"] for row in mine) / total, rel=1e-11)
        assert delay == pytest.approx(
            sum(row["delay"] * row["flights"] for row in known)
            / sum(row["flights"] for row in known),
            rel=1e-11,
        )
        assert worst == max(row["delay"] for row in known)
        assert mean == pytest.approx(total / len(mine), rel=1e-11)
        assert rows == len(mine)
    assert [row[0] for row in table.rows] == ["EWR", "JFK", "LGA"]
    assert [column.type for column in table.columns[:3]] == ["string", "integer", "number"]
    assert table.columns[2].unit == "%"


def test_a_restated_day_counts_once(instance):
    table = ask(
        instance,
        {
            "select": [{"measure": "rows"}],
            "where": {"field": "date", "op": "eq", "value": "2013-02-02"},
        },
    )
    assert table.rows == ((9,),)


@pytest.mark.parametrize(
    ("bucket", "expected"),
    [
        (
            "day",
            [
                date(2013, 1, 30),
                date(2013, 1, 31),
                date(2013, 2, 1),
                date(2013, 2, 2),
                date(2013, 2, 3),
            ],
        ),
        ("week", [date(2013, 1, 28)]),
        ("month", [date(2013, 1, 1), date(2013, 2, 1)]),
        ("quarter", [date(2013, 1, 1)]),
        ("year", [date(2013, 1, 1)]),
    ],
)
@pytest.mark.parametrize("field", ["date", "left_at"])
def test_buckets_begin_alike_on_every_engine(instance, bucket, expected, field):
    table = ask(
        instance,
        {"select": [{"field": field, "bucket": bucket, "as": "start"}, {"measure": "flights"}]},
    )
    assert table.values("start") == expected
    assert sum(numbers(table, "flights")) == sum(row["flights"] for row in current(instance))


def test_hours_are_moments(instance):
    table = ask(instance, {"select": [{"field": "left_at", "bucket": "hour"}, {"measure": "rows"}]})
    assert table.rows[0] == (datetime(2013, 1, 30, 6), 3)


@pytest.mark.parametrize(
    ("where", "keep"),
    [
        ({"field": "origin", "op": "in", "value": ["JFK", "LGA"]}, lambda r: r["origin"] != "EWR"),
        ({"field": "origin", "op": "not_in", "value": ["JFK"]}, lambda r: r["origin"] != "JFK"),
        (
            {"field": "flights", "op": "between", "value": [12, 14]},
            lambda r: 12 <= r["flights"] <= 14,
        ),
        ({"field": "delay", "op": "is_null"}, lambda r: r["delay"] is None),
        ({"field": "delay", "op": "not_null"}, lambda r: r["delay"] is not None),
        ({"field": "delay", "op": "ge", "value": 1.5}, lambda r: (r["delay"] or 0) >= 1.5),
        (
            {"unless": {"field": "delay", "op": "ge", "value": 1.5}},
            lambda r: not (r["delay"] or 0) >= 1.5,
        ),
        ({"field": "is_hub", "op": "eq", "value": True}, lambda r: r["is_hub"]),
        ({"field": "airline", "op": "contains", "value": "b"}, lambda r: r["airline"] == "B6"),
        ({"field": "airline", "op": "starts_with", "value": "u"}, lambda r: r["airline"] == "UA"),
        ({"field": "airline", "op": "contains", "value": "%"}, lambda r: False),
        (
            {"field": "date", "op": "lt", "value": "2013-02-01"},
            lambda r: r["date"] < date(2013, 2, 1),
        ),
        (
            {"field": "left_at", "op": "ge", "value": "2013-02-01T11:30:00+00:00"},
            lambda r: r["left_at"] >= datetime(2013, 2, 1, 6, 30),
        ),
        (
            {
                "or": [
                    {"field": "origin", "op": "eq", "value": "JFK"},
                    {"field": "airline", "op": "eq", "value": "UA"},
                ]
            },
            lambda r: r["origin"] == "JFK" or r["airline"] == "UA",
        ),
        (
            {"field": "date", "op": "in_period", "value": "yesterday"},
            lambda r: r["date"] == date(2013, 2, 1),
        ),
        (
            {"field": "date", "op": "in_period", "value": "last_month"},
            lambda r: r["date"].month == 1,
        ),
        (
            {
                "field": "left_at",
                "op": "in_period",
                "value": {"from": "2013-01-31", "to": "2013-02-01"},
            },
            lambda r: r["date"] in (date(2013, 1, 31), date(2013, 2, 1)),
        ),
    ],
)
def test_conditions_keep_what_they_say(instance, where, keep):
    table = ask(instance, {"select": [{"agg": "count"}], "where": where})
    assert table.rows == ((sum(1 for row in current(instance) if keep(row)),),)


@pytest.mark.parametrize(
    "value",
    ["a%' OR 1=1 --", "'; DROP TABLE prepared_flights; --", "\\", "\\' OR ''='", 'x" OR "1"="1'],
)
def test_hostile_values_stay_values(instance, value):
    for op in ("eq", "contains", "starts_with"):
        table = ask(
            instance,
            {"select": [{"agg": "count"}], "where": {"field": "origin", "op": op, "value": value}},
        )
        assert table.rows == ((0,),)
    with instance.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT COUNT(*) FROM prepared_flights")).scalar() == 54


def test_the_rest_of_a_top_list_is_made_from_rows_not_from_ratios(instance):
    table = ask(
        instance,
        {
            "select": [{"field": "airline"}, {"measure": "flights"}, {"measure": "cancelled_pct"}],
            "sort": [{"by": "flights", "dir": "desc"}],
            "top": {"n": 1, "rest": "Other"},
        },
    )
    others = [row for row in current(instance) if row["airline"] != "UA"]
    flights = sum(row["flights"] for row in others)
    assert table.values("airline") == ["UA", "Other"]
    assert table.rows[1][1] == flights
    assert table.rows[1][2] == pytest.approx(
        100 * sum(row["cancelled"] for row in others) / flights, rel=1e-11
    )


@pytest.mark.parametrize(("limit", "has_rest"), [(None, True), (2, True), (1, False)])
def test_a_rest_that_a_limit_cuts_off_is_not_there(instance, limit, has_rest):
    table = ask(
        instance,
        {
            "select": [{"field": "airline"}, {"measure": "flights"}],
            "sort": [{"by": "flights", "dir": "desc"}],
            "top": {"n": 1, "rest": "Other"},
            **({"limit": limit} if limit else {}),
        },
    )
    assert table.has_rest is has_rest
    assert (table.values("airline")[-1] == "Other") is has_rest


def test_a_list_that_holds_all_groups_has_no_rest(instance):
    table = ask(
        instance,
        {
            "select": [{"field": "airline"}, {"measure": "flights"}],
            "sort": [{"by": "flights", "dir": "desc"}],
            "top": {"n": 3, "rest": "Other"},
        },
    )
    assert table.values("airline") == ["UA", "DL", "B6"]


def test_truncation_is_said(instance):
    whole = ask(instance, {"select": [{"field": "date"}, {"field": "origin"}], "limit": 45})
    cut = ask(instance, {"select": [{"field": "date"}, {"field": "origin"}], "limit": 44})
    assert (len(whole.rows), whole.is_truncated) == (45, False)
    assert (len(cut.rows), cut.is_truncated) == (44, True)


def test_a_measure_is_compared_with_the_period_before(instance):
    table = ask(
        instance,
        {
            "select": [
                {"field": "origin"},
                {"measure": "flights", "compare": "previous_period"},
                {"measure": "cancelled_pct", "compare": "previous_period"},
            ],
            "where": {"field": "date", "op": "in_period", "value": "yesterday"},
        },
    )
    first = dict(zip([c.name for c in table.columns], table.rows[0], strict=True))
    assert first["flights"] == 12 + 13 + 14
    assert first["flights_previous"] == 11 + 12 + 13
    assert first["flights_change"] == 100 * 3 / 36
    (after, before, change) = (
        numbers(table, f"cancelled_pct{suffix}")[0] for suffix in ("", "_previous", "_change")
    )
    assert change == pytest.approx(after - before, rel=1e-11)
    assert table.column("cancelled_pct_change").unit == "pts"


@pytest.mark.parametrize(
    ("period", "said"),
    [
        # Deliveries are of 30 January to 3 February; until the morning of the 2nd five of seven days have passed.
        ({"from": "2013-01-28", "to": "2013-02-03"}, "incomplete: 3 of 5 days"),
        ({"from": "2013-01-30", "to": "2013-02-01"}, None),
        # Of a day that has not passed nothing is missing yet.
        ("today", None),
    ],
)
def test_a_report_says_how_much_of_its_period_was_delivered(instance, period, said):
    body = {
        "version": 2,
        "source": "dataset:flights",
        "where": {"field": "date", "op": "in_period", "value": period},
        "datasets": {"t": {"select": [{"measure": "flights"}]}},
    }
    asked = {"engine": instance.engine, "drm_engine": instance.engine, "now": NOW}
    found = run_query(body, **asked, time_zone=ZONE, read_at=NOW)
    assert text_of(found.incomplete) == said
    assert FrozenResult.from_json(found.to_json()) == found


def test_several_sources_in_one_config(instance):
    result = run(
        instance,
        {
            "daily": {"select": [{"field": "date"}, {"measure": "flights"}]},
            "runs": {
                "source": "pipeline_runs",
                "select": [{"measure": "runs"}, {"measure": "mean_duration_s"}],
            },
            "quality": {
                "source": "quality",
                "select": [{"field": "dataset"}, {"measure": "lowest_score"}],
            },
        },
        where={"field": "date", "op": "in_period", "value": "this_month"},
    )
    assert len(result.table("daily").rows) == 3
    assert result.table("runs").rows == ((6, 90.0),)
    assert result.table("quality").rows == (("flights_raw", 40.0),)


@pytest.mark.parametrize(
    "source",
    [
        "recommendations",
        "findings",
        "model_outputs",
        "executions",
        "reports",
        "quality",
        "pipeline_runs",
    ],
)
def test_every_field_and_measure_of_the_system_sources_can_be_asked_for(instance, source):
    from iop_pipelines.query.catalogue import Catalogue

    known = Catalogue().source(source)
    run(
        instance,
        {"detail": {"source": source, "select": [{"field": name} for name in known.fields]}},
    )
    table = ask(
        instance, {"source": source, "select": [{"measure": name} for name in known.measures]}
    )
    assert len(table.rows) == 1


def test_the_result_says_how_fresh_and_how_good_the_data_was(instance):
    result = run(
        instance,
        {"t": {"select": [{"measure": "flights"}]}},
        where={
            "field": "date",
            "op": "in_period",
            "value": {"from": "2013-02-01", "to": "2013-02-02"},
        },
    )
    (state,) = result.sources
    assert state.data_time == datetime(2013, 2, 3)
    # Run 14 scored 40 and was restated by run 16, which scored 100.
    assert (state.quality_score, state.quality_lowest) == (100.0, 100.0)
    assert [each.english for each in result.filters] == ["Date: 2013-02-01 to 2013-02-02"]


def test_a_frozen_result_survives_json_byte_for_byte(instance):
    result = run(
        instance,
        {
            "daily": {
                "select": [
                    {"field": "date"},
                    {"measure": "delay"},
                    {"agg": "max", "field": "left_at"},
                ]
            },
            "empty": {"source": "recommendations", "select": [{"field": "title"}]},
        },
    )
    text = result.to_json()
    assert FrozenResult.from_json(text) == result
    assert FrozenResult.from_json(text).to_json() == text


def test_parameters_have_defaults_and_are_checked(instance):
    config = {
        "params": {
            "when": {"type": "period", "default": "yesterday"},
            "origins": {"type": "list", "of": "string", "optional": True},
        },
        "where": {
            "and": [
                {"field": "date", "op": "in_period", "value": {"param": "when"}},
                {
                    "field": "origin",
                    "op": "in",
                    "value": {"param": "origins"},
                    "skip_if_null": True,
                },
            ]
        },
    }
    datasets = {"t": {"select": [{"agg": "count"}]}}
    assert run(instance, datasets, **config).tables[0].rows == ((9,),)
    chosen = {"when": {"from": "2013-01-30", "to": "2013-01-31"}, "origins": ["JFK"]}
    result = run(instance, datasets, given=chosen, **config)
    assert result.tables[0].rows == ((6,),)
    assert [each.english for each in result.filters] == [
        "Date: 2013-01-30 to 2013-01-31",
        "Origin is one of JFK",
    ]
    assert [each.alone(Language.FR) for each in result.filters] == [
        "Date\u00a0: du 30 janvier 2013 au 31 janvier 2013",
        "Origin parmi JFK",
    ]
    for wrong, field in [
        ({"nope": 1}, "params.nope"),
        ({"origins": "JFK"}, "params.origins"),
        ({"when": 7}, "params.when"),
    ]:
        with pytest.raises(InvalidQuery) as caught:
            run(instance, datasets, given=wrong, **config)
        assert caught.value.field == field


@pytest.mark.parametrize(
    ("datasets", "field", "words"),
    [
        (
            {"t": {"select": [{"field": "orgin"}]}},
            "datasets.t.select.0.field",
            "did you mean 'origin'",
        ),
        (
            {"t": {"select": [{"measure": "flight"}]}},
            "datasets.t.select.0.measure",
            "did you mean 'flights'",
        ),
        ({"t": {"select": [{"field": "iop_from"}]}}, "datasets.t.select.0.field", "no field"),
        (
            {"t": {"source": "dataset:nope", "select": [{"field": "x"}]}},
            "datasets.t.source",
            "no dataset",
        ),
        ({"t": {"source": "users", "select": [{"field": "x"}]}}, "datasets.t.source", "no source"),
        (
            {"t": {"select": [{"field": "origin", "bucket": "day"}]}},
            "datasets.t.select.0.bucket",
            "not a time",
        ),
        (
            {"t": {"select": [{"field": "date", "bucket": "hour"}]}},
            "datasets.t.select.0.bucket",
            "no hours",
        ),
        (
            {"t": {"select": [{"agg": "sum", "field": "origin"}]}},
            "datasets.t.select.0",
            "needs numbers",
        ),
        (
            {
                "t": {
                    "select": [{"agg": "count"}],
                    "where": {"field": "flights", "op": "eq", "value": "7"},
                }
            },
            "datasets.t.where.value",
            "no integer",
        ),
        (
            {
                "t": {
                    "select": [{"agg": "count"}],
                    "where": {"and": [{"field": "date", "op": "in_period", "value": "someday"}]},
                }
            },
            "datasets.t.where.and.0.value",
            "last_N_days",
        ),
        (
            {"t": {"select": [{"measure": "flights", "compare": "previous_period"}]}},
            "datasets.t.select",
            "needs a period among the conditions",
        ),
    ],
)
def test_a_name_that_is_not_there_is_refused_with_its_path(instance, datasets, field, words):
    body = {"version": 2, "source": "dataset:flights", "datasets": datasets}
    with pytest.raises(InvalidQuery, match=words) as caught:
        check_query(body, instance.engine, now=NOW)
    assert caught.value.field == field


LEAF = {"field": "origin", "op": "ne", "value": "x" * 1000}


def _deep(leaves: int, levels: int) -> dict:
    if levels == 1:
        return LEAF
    side = "and" if levels % 2 else "or"
    return {side: [LEAF] * (leaves // levels) + [_deep(leaves - leaves // levels, levels - 1)]}


@pytest.mark.parametrize("where", [{"and": [LEAF] * 200}, {"or": [LEAF] * 200}, _deep(200, 20)])
def test_the_largest_tree_is_answered(instance, where):
    asked = {"select": [{"measure": "rows"}], "where": where}
    assert ask(instance, asked, where=where).rows == ((len(current(instance)),),)


def _in_lists(count: int, values: list | dict) -> dict:
    listed = {"field": "origin", "op": "in", "value": values}
    return {"select": [{"measure": "rows"}], "where": {"and": [listed] * count}}


def test_lists_hold_10000_values_together_and_no_more(instance):
    airports = ["EWR", "JFK", "LGA", *(f"A{number}" for number in range(997))]
    everything = ((len(current(instance)),),)
    assert ask(instance, _in_lists(10, airports)).rows == everything
    params = {"all": {"type": "list", "of": "string", "default": airports}}
    for values in (airports, {"param": "all"}):
        with pytest.raises(InvalidQuery, match="more than 10,000 values") as caught:
            ask(instance, _in_lists(11, values), params=params)
        assert caught.value.field == "datasets.t.where.and.10.value"
    # Each table has its own.
    both = {"t": _in_lists(10, airports), "u": _in_lists(10, airports)}
    assert [table.rows for table in run(instance, both).tables] == [everything, everything]
    check_query(
        {"version": 2, "source": "dataset:flights", "datasets": both}, instance.engine, now=NOW
    )


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        ("0001-01-01", "9999-12-31", "datasets.t.where.value.from"),
        ("1700-01-01", "9999-12-30", "datasets.t.where.value"),
        ("1000-01-01", "1200-01-01", "datasets.t.where.value"),
    ],
)
def test_a_period_without_end_is_refused_also_where_it_is_compared(instance, start, end, field):
    where = {"field": "date", "op": "in_period", "value": {"from": start, "to": end}}
    asked = {"select": [{"measure": "rows", "compare": "previous_period"}], "where": where}
    with pytest.raises(InvalidQuery) as caught:
        ask(instance, asked)
    assert caught.value.field == field


@pytest.mark.parametrize("name", ["date", "left_at"])
@pytest.mark.parametrize("span", [("1000-01-01", "1199-12-31"), ("9799-12-31", "9999-12-30")])
def test_the_ends_of_the_calendar_are_answered(instance, name, span):
    """As every database stores them; of the comparison, also the period before."""
    where = {"field": name, "op": "in_period", "value": {"from": span[0], "to": span[1]}}
    asked = {"select": [{"measure": "rows", "compare": "previous_period"}], "where": where}
    # Of days that flights tell nothing about nothing is known; that nothing left then is known.
    count = None if name == "date" else 0
    assert ask(instance, asked, time_zone="Africa/Lagos").rows == ((count, count, None),)
    last = {"field": name, "op": "le", "value": "9999-12-31"}
    counted = ask(instance, {"select": [{"measure": "rows"}], "where": last}, time_zone="UTC")
    assert counted.rows == ((len(current(instance)),),)


def test_a_parameter_is_bounded_like_a_value(instance):
    config = {
        "params": {
            "who": {"type": "string", "default": "EWR"},
            "n": {"type": "integer", "default": 1},
        },
    }
    asked = {"t": {"select": [{"measure": "rows"}]}}
    for given, field in (
        ({"who": "x" * 900_000}, "params.who"),
        ({"n": 2**70}, "params.n"),
        ({"who": "\x00"}, "params.who"),
    ):
        with pytest.raises(InvalidQuery) as caught:
            run(instance, asked, given=given, params=config["params"])
        assert caught.value.field == field


def test_recommendations_are_told_in_the_language_of_the_report(own_instance):
    """One of ours in both languages, and one that another program wrote, which has no other words."""
    ours = {"title": "Cancellations at LGA", "description": "62 % on one day"}
    french = {"title": "Annulations à LGA", "description": "62 % en un jour"}
    theirs = {"title": "Look here", "description": None}
    kind = {"category": "anomaly", "severity": "critical"}
    with begin_write(own_instance.engine) as connection:
        for row in ({**ours, "translations": {"fr": french}}, {**theirs, "translations": None}):
            connection.execute(iop.recommendations.insert().values(**row, **kind))
    asked = {
        "source": "recommendations",
        "select": [{"field": "title"}, {"field": "description"}],
        "sort": [{"by": "title"}],
    }
    told = {code: ask(own_instance, asked, language=code).rows for code in ("en", "fr")}
    assert told == {
        "en": (tuple(ours.values()), tuple(theirs.values())),
        "fr": (tuple(french.values()), tuple(theirs.values())),
    }
    # What is shown is what is counted and compared.
    of_title = {
        "source": "recommendations",
        "select": [{"field": "title"}, {"measure": "recommendations"}],
        "where": {"field": "title", "op": "eq", "value": "Annulations à LGA"},
    }
    assert ask(own_instance, of_title, language="fr").rows == (("Annulations à LGA", 1),)
    assert ask(own_instance, of_title).rows == ()


@pytest.mark.parametrize(
    ("where", "english", "french"),
    [
        ({"op": "ge", "value": 1234567}, "≥ 1,234,567", "≥ 1\u202f234\u202f567"),
        ({"op": "lt", "value": 0.00001}, "< 0.00001", "< 0,00001"),
        ({"op": "eq", "value": 1234.5}, "is 1234.5", "=\u00a01234,5"),
        ({"op": "in", "value": [10000, 2.50]}, "is one of 10,000, 2.5", "parmi 10\u202f000, 2,5"),
        ({"op": "between", "value": [-1.5, 2013]}, "between -1.5 and 2013", "entre -1,5 et 2013"),
    ],
)
def test_numbers_of_filters_keep_their_digits(instance, where, english, french):
    asked = {"select": [{"agg": "count"}], "where": {"field": "delay", **where}}
    (said,) = ask(instance, asked).filters
    assert said.english == f"Delay {english}"
    assert said.within(Language.FR).replace("\u00a0", " ") == f"Delay {french}".replace(
        "\u00a0", " "
    )


def test_a_filter_calls_a_field_as_the_report_does(instance):
    """By the label of a column of that field, and not by that of its months."""
    when = {"field": "date", "op": "in_period", "value": "last_month"}
    hub = {"field": "origin", "op": "eq", "value": "JFK"}
    month = {"field": "date", "bucket": "month", "label": "Mois"}
    tables = {
        "months": {"select": [month, {"agg": "count"}], "where": hub},
        "days": {"select": [{"field": "date", "label": "Jour"}, {"measure": "flights"}]},
    }
    result = run(instance, tables, where=when)
    assert [each.english for each in result.filters] == ["Jour: January 2013"]
    assert [each.english for each in result.tables[0].filters] == ["Origin is JFK"]


def test_an_execution_that_newer_data_made_needless_is_told_as_superseded_and_not_as_failed(
    own_instance,
):
    ends = [("success", None), ("failed", None), ("failed", 17), ("failed", 18), ("running", None)]
    with begin_write(own_instance.engine) as connection:
        connection.execute(
            iop.analytical_models.insert().values(id=1, name="late", type="rule_based")
        )
        connection.execute(
            iop.model_executions.insert(),
            [{"model_id": 1, "status": status, "superseded_by": by} for status, by in ends],
        )

    of_status = {"select": [{"field": "status"}, {"measure": "executions"}]}
    table = ask(own_instance, {"source": "executions", **of_status})
    assert set(table.rows) == {("success", 1), ("failed", 1), ("superseded", 2), ("running", 1)}
    failed = {"field": "status", "op": "eq", "value": "failed"}
    table = ask(own_instance, {"source": "executions", **of_status, "where": failed})
    assert table.rows == (("failed", 1),)
    measures = [{"measure": "failed"}, {"measure": "superseded"}]
    table = ask(own_instance, {"source": "executions", "select": measures})
    assert table.rows == ((1, 2),)
