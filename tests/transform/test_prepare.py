import json
from datetime import datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.drm.rows import read_rows
from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.errors import InvalidDeclaration, InvalidFrame
from iop_pipelines.transform.apply.deduplicate import EXACT_DUPLICATE, RESTATED
from iop_pipelines.transform.declarations import demo_declarations
from iop_pipelines.transform.prepare import prepare
from iop_pipelines.transform.references import references_of

WINDOW = (datetime(2013, 2, 1), datetime(2013, 2, 3))


def plain(frame, *names):
    """Columns as lists of Python values, None for null."""
    values = [
        [
            None if pd.isna(c) else (str(c.date()) if isinstance(c, pd.Timestamp) else c)
            for c in frame[name]
        ]
        for name in names
    ]
    return values[0] if len(values) == 1 else values


# cast


def cast_one(spec, *cells):
    """Prepares one column `value`, cast by `spec`, beside the day and a running number."""
    declaration = DatasetDeclaration.model_validate(
        {
            "name": "cells",
            "source": "cells",
            "time": "day",
            "freq": "D",
            "key": ["day", "number"],
            "fields": {
                "day": {"type": "date"},
                "number": {"type": "integer"},
                "value": {"type": spec["to"]},
            },
            "steps": [
                {
                    "kind": "cast",
                    "columns": {
                        "day": {"to": "date"},
                        "number": {"to": "integer"},
                        "value": {"source": "cell", **spec},
                    },
                }
            ],
        }
    )
    rows = [("2013-02-01", str(number), cell) for number, cell in enumerate(cells)]
    frame = pd.DataFrame(rows, columns=["day", "number", "cell"], dtype=object)
    return prepare(declaration, frame, WINDOW)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("integer", " 12 ", 12),
        ("integer", "-7", -7),
        ("integer", "900719925474099312", 900719925474099312),
        ("number", "3.5", 3.5),
        ("number", "-.5e2", -50.0),
        ("number", "7", 7.0),
        ("boolean", "Yes", True),
        ("boolean", "0", False),
        ("string", " Lagos ", "Lagos"),
        ("string", "Àbújá 🛫", "Àbújá 🛫"),
        ("date", "2013-02-01", "2013-02-01"),
        ("datetime", "2013-02-01T00:00:00+01:00", "2013-01-31"),
    ],
)
def test_text_that_can_be_read_becomes_its_type(kind, text, value):
    prepared = cast_one({"to": kind}, text)
    assert plain(prepared.frame, "value") == [value]
    assert prepared.rejects.empty


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("integer", "12.0"),
        ("integer", "1e3"),
        ("integer", "twelve"),
        ("integer", "9" * 19),
        ("integer", "\uff11\uff12"),
        ("number", "1,5"),
        ("number", "nan"),
        ("number", "1e999"),
        ("number", "0x1F"),
        ("number", "1_000"),
        ("boolean", "maybe"),
        ("date", "01.02.2013"),
        ("date", "2013-02-30"),
        ("date", "0001-01-01"),
        ("datetime", "noon"),
        ("datetime", "2013-02-01T25:00:00"),
    ],
)
def test_text_that_cannot_be_read_rejects_its_row_with_the_reason_and_the_row(
    sales, raw, kind, text
):
    prepared = cast_one({"to": kind}, None, text)
    article = "an" if kind == "integer" else "a"
    assert prepared.reject_reasons == {f"value: not {article} {kind}": 1}
    (reject,) = prepared.rejects.to_dict("records")
    assert reject["step"] == "cast"
    assert reject["row"]["cell"] == text
    assert plain(prepared.frame, "value") == [None]


def test_missing_is_null_and_rejects_only_where_the_value_is_required():
    cells = ("", "  ", None, "NA", "1")
    optional = cast_one({"to": "integer", "null_values": ["NA"]}, *cells)
    assert plain(optional.frame, "value") == [None, None, None, None, 1]
    required = cast_one({"to": "integer", "null_values": ["NA"], "required": True}, *cells)
    assert required.reject_reasons == {"value: missing": 4}


def test_limits_and_sets_reject_with_the_limit_in_the_reason():
    spec = {"to": "number", "minimum": 0, "maximum": 10}
    prepared = cast_one(spec, "-0.1", "0", "10", "10.5")
    assert prepared.reject_reasons == {"value: below 0": 1, "value: above 10": 1}
    assert plain(prepared.frame, "value") == [0, 10]
    prepared = cast_one({"to": "string", "one_of": ["EWR", "JFK"]}, "EWR", "ewr", None)
    assert prepared.reject_reasons == {"value: not one of 2 accepted values": 1}


def test_text_longer_than_its_column_is_rejected():
    prepared = cast_one({"to": "string"}, "x" * 255, "x" * 256)
    assert prepared.reject_reasons == {"value: longer than 255 characters": 1}


def test_a_row_with_two_faults_is_rejected_once(sales, raw):
    prepared = prepare(sales(), raw(("2013-02-01", None, "x", "y")), WINDOW)
    assert prepared.reject_reasons == {"shop: missing": 1}
    assert len(prepared.rejects) == 1


def test_a_moment_with_an_offset_is_converted_and_one_without_is_taken_as_it_is():
    spec = {"to": "datetime", "zone": "Africa/Lagos"}
    texts = ("2013-02-01T10:00:00Z", "2013-02-01T10:00:00", "2013-02-01 10:00:00-05:00")
    prepared = cast_one(spec, *texts)
    assert [str(value) for value in prepared.frame["value"]] == [
        "2013-02-01 11:00:00",
        "2013-02-01 10:00:00",
        "2013-02-01 16:00:00",
    ]


def test_a_column_that_was_not_delivered_is_named(sales, raw):
    with pytest.raises(InvalidFrame, match="no column 'units'"):
        prepare(sales(), raw(("2013-02-01", "a", "1", "1")).drop(columns="units"), WINDOW)


def test_a_delivery_without_rows_is_prepared_to_none(sales, raw):
    steps = [
        {"kind": "deduplicate", "key": ["day", "shop"]},
        {"kind": "holidays", "column": "day", "country": "NG"},
        {
            "kind": "derive",
            "columns": {"price": {"value": {"divide": [{"field": "amount"}, {"field": "units"}]}}},
        },
        {
            "kind": "gap_policy",
            "policy": "forward_fill",
            "time": "day",
            "series": {"shop": []},
            "columns": ["amount"],
            "limit": 1,
        },
    ]
    prepared = prepare(sales(*steps), raw(), WINDOW)
    assert (prepared.rows_in, prepared.rows_out, len(prepared.rejects)) == (0, 0, 0)
    assert str(prepared.frame["day"].dtype) == "datetime64[ns]"
    assert str(prepared.frame["units"].dtype) == "Int64"


# the window, the fields and the key


def test_rows_outside_of_the_window_are_rejected(sales, raw):
    days = ("2013-01-31", "2013-02-01", "2013-02-02", "2013-02-03")
    prepared = prepare(sales(), raw(*((day, "a", "1", "1") for day in days)), WINDOW)
    assert plain(prepared.frame, "day") == ["2013-02-01", "2013-02-02"]
    assert prepared.reject_reasons == {"day: outside the DRM run's window": 2}


def test_a_second_row_of_a_key_is_rejected_even_if_no_step_looks_for_it(sales, raw):
    prepared = prepare(
        sales(), raw(("2013-02-01", "a", "1", "1"), ("2013-02-01", "a", "2", "1")), WINDOW
    )
    assert plain(prepared.frame, "amount") == [2.0]
    assert prepared.reject_reasons == {"key: another row has the same": 1}


def test_a_null_in_a_field_that_allows_none_is_rejected(sales, raw):
    declaration = sales(more_fields={"amount": {"type": "number", "nullable": False}})
    prepared = prepare(declaration, raw(("2013-02-01", "a", None, "1")), WINDOW)
    assert prepared.reject_reasons == {"amount: missing": 1}


def test_rejected_rows_are_json_also_after_the_cast(sales, raw):
    prepared = prepare(sales(), raw(("2013-03-01", "a", None, "1")), WINDOW)
    (row,) = prepared.rejects["row"]
    assert json.loads(json.dumps(row)) == {
        "day": "2013-03-01T00:00:00",
        "shop": "a",
        "amount": None,
        "units": 1,
    }


def test_the_frame_is_in_order_of_time_and_key_whatever_the_delivery(sales, raw):
    rows = [("2013-02-02", "a"), ("2013-02-01", "b"), ("2013-02-01", "a")]
    prepared = prepare(sales(), raw(*((*row, "1", "1") for row in rows)), WINDOW)
    assert plain(prepared.frame, "day", "shop") == [
        ["2013-02-01", "2013-02-01", "2013-02-02"],
        ["a", "b", "a"],
    ]


def test_each_step_counts_its_rows(sales, raw):
    rows = [("2013-02-01", "a", "1", "1")] * 2 + [("2013-02-01", None, "1", "1")]
    prepared = prepare(sales({"kind": "deduplicate", "key": ["day", "shop"]}), raw(*rows), WINDOW)
    counts = [(s.kind, s.rows_in, s.rows_out, s.rows_rejected) for s in prepared.steps]
    assert counts == [("cast", 3, 2, 1), ("deduplicate", 2, 1, 1)]


# deduplicate

DEDUPLICATE = {"kind": "deduplicate", "key": ["day", "shop"]}


def test_exact_duplicates_and_restatements_are_counted_apart(sales, raw):
    rows = [
        ("2013-02-01", "a", "1", "1"),
        ("2013-02-01", "a", "1", "1"),
        ("2013-02-01", "b", "1", "1"),
        ("2013-02-01", "b", "2", "1"),
    ]
    prepared = prepare(sales(DEDUPLICATE), raw(*rows), WINDOW)
    assert prepared.reject_reasons == {str(EXACT_DUPLICATE): 1, str(RESTATED): 1}
    assert plain(prepared.frame, "shop", "amount") == [["a", "b"], [1.0, 2.0]]


CELLS = st.tuples(
    st.sampled_from(["2013-02-01", "2013-02-02"]),
    st.sampled_from("abc"),
    st.sampled_from(["1", "2", None]),
    st.sampled_from(["1", None]),
)
SALES = DatasetDeclaration.model_validate(
    {
        "name": "sales",
        "source": "sales",
        "time": "day",
        "freq": "D",
        "key": ["day", "shop"],
        "fields": {
            "day": {"type": "date"},
            "shop": {"type": "string"},
            "amount": {"type": "number"},
            "units": {"type": "integer"},
        },
        "steps": [
            {
                "kind": "cast",
                "columns": {
                    "day": {"to": "date"},
                    "shop": {"to": "string"},
                    "amount": {"to": "number"},
                    "units": {"to": "integer"},
                },
            },
            DEDUPLICATE,
        ],
    }
)


def frame_of(rows):
    return pd.DataFrame(rows, columns=["day", "shop", "amount", "units"], dtype=object)


def as_text(frame):
    """Prepared rows as they could have been delivered."""
    columns = (frame[name].tolist() for name in ("day", "shop", "amount", "units"))
    return [
        (
            str(day.date()),
            shop,
            None if pd.isna(amount) else f"{amount:g}",
            None if pd.isna(unit) else str(unit),
        )
        for day, shop, amount, unit in zip(*columns, strict=True)
    ]


@given(st.lists(CELLS, max_size=30))
def test_deduplicate_keeps_the_last_row_of_each_key_and_accounts_for_every_other(rows):
    prepared = prepare(SALES, frame_of(rows), WINDOW)
    assert set(as_text(prepared.frame)) == set({row[:2]: row for row in rows}.values())
    assert prepared.rows_out + sum(prepared.reject_reasons.values()) == len(rows)
    assert set(prepared.reject_reasons) <= {str(EXACT_DUPLICATE), str(RESTATED)}


@given(st.lists(CELLS, max_size=20, unique_by=lambda row: row[:2]), st.integers(1, 3))
def test_a_delivery_repeated_in_full_prepares_to_the_same_with_exact_duplicates_only(rows, times):
    once = prepare(SALES, frame_of(rows), WINDOW)
    again = prepare(SALES, frame_of(rows * (times + 1)), WINDOW)
    assert again.frame.equals(once.frame)
    assert again.reject_reasons == ({str(EXACT_DUPLICATE): times * len(rows)} if rows else {})


@given(st.lists(CELLS, max_size=30))
def test_preparing_what_was_kept_changes_nothing(rows):
    once = prepare(SALES, frame_of(rows), WINDOW)
    again = prepare(SALES, frame_of(as_text(once.frame)), WINDOW)
    assert again.frame.equals(once.frame)
    assert again.rejects.empty


# join_reference, holidays, currency


def test_a_reference_adds_its_columns_and_null_where_it_has_no_row(sales, raw):
    join = {
        "kind": "join_reference",
        "reference": {"csv": "airports"},
        "match": {"shop": "iata"},
        "take": {"town": "borough", "state": "state"},
    }
    fields = {"town": {"type": "string"}, "state": {"type": "string"}}
    rows = raw(("2013-02-01", "JFK", "1", "1"), ("2013-02-01", "LOS", "1", "1"))
    prepared = prepare(sales(join, more_fields=fields), rows, WINDOW)
    assert plain(prepared.frame, "town", "state") == [["Queens", None], ["NY", None]]
    prepared = prepare(sales({**join, "on_missing": "reject"}, more_fields=fields), rows, WINDOW)
    assert prepared.reject_reasons == {"shop: not in the reference": 1}
    assert plain(prepared.frame, "shop", "town") == [["JFK"], ["Queens"]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reference": {"csv": "planets"}}, "no reference 'planets'; there are airlines, airports"),
        ({"reference": {"table": "drm_ref_shops"}}, "drm_ref_shops needs the shared database"),
        ({"match": {"shop": "code"}}, "no column 'code'"),
        ({"match": {"shop": "borough"}}, "borough 'Queens' is in the reference twice"),
    ],
)
def test_a_reference_that_cannot_be_joined_is_named(sales, raw, change, message):
    join = {
        "kind": "join_reference",
        "reference": {"csv": "airports"},
        "match": {"shop": "iata"},
        "take": {"town": "borough"},
        **change,
    }
    with pytest.raises(InvalidDeclaration, match=message):
        prepare(sales(join), raw(("2013-02-01", "JFK", "1", "1")), WINDOW)


def test_a_reference_can_be_a_table_of_the_shared_database(sales, raw, iop_engine):
    with iop_engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE drm_ref_shops (code TEXT, floor INT)")
        connection.exec_driver_sql("INSERT INTO drm_ref_shops VALUES ('JFK', 3)")
    join = {
        "kind": "join_reference",
        "reference": {"table": "drm_ref_shops"},
        "match": {"shop": "code"},
        "take": {"floor": "floor"},
    }
    declaration = sales(join, more_fields={"floor": {"type": "string"}})
    prepared = prepare(
        declaration, raw(("2013-02-01", "JFK", "1", "1")), WINDOW, references_of(iop_engine)
    )
    assert plain(prepared.frame, "floor") == ["3"]
    missing = sales({**join, "reference": {"table": "drm_ref_none"}})
    with pytest.raises(InvalidDeclaration, match="no table drm_ref_none"):
        prepare(missing, raw(("2013-02-01", "JFK", "1", "1")), WINDOW, references_of(iop_engine))


def holidays_of(sales, raw, window, *days, **options):
    step = {"kind": "holidays", "column": "day", "name_into": "holiday", **options}
    fields = {"is_holiday": {"type": "boolean"}, "holiday": {"type": "string"}}
    rows = raw(*((day, "a", "1", "1") for day in days))
    return plain(
        prepare(sales(step, more_fields=fields), rows, window).frame, "is_holiday", "holiday"
    )


def test_public_holidays_are_marked_by_country(sales, raw):
    year = (datetime(2013, 1, 1), datetime(2014, 1, 1))
    is_holiday, names = holidays_of(sales, raw, year, "2013-10-01", "2013-11-28", country="NG")
    assert is_holiday == [True, False]
    assert names == ["National Day", None]
    is_holiday, names = holidays_of(sales, raw, year, "2013-10-01", "2013-11-28", country="US")
    assert (is_holiday, names[1]) == ([False, True], "Thanksgiving Day")


def test_a_country_without_a_calendar_is_named(sales, raw):
    with pytest.raises(InvalidDeclaration, match=r"holidays: .*XX"):
        holidays_of(sales, raw, WINDOW, "2013-02-01", country="XX")


RATES = pd.DataFrame(
    [
        ("2013-01-31", "NGN", "USD", "0.0064"),
        ("2013-02-02", "NGN", "USD", "0.0063"),
        ("2013-02-02", "NGN", "EUR", "0.0047"),
        ("2013-01-10", "KES", "USD", "0.0115"),
    ],
    columns=["date", "currency", "quote", "rate"],
    dtype=object,
)


def convert(sales, rows, **options):
    step = {
        "kind": "currency",
        "amount": "amount",
        "into": "amount_usd",
        "currency": "shop",
        "to": "USD",
        "date": "day",
        "rates": {"csv": "rates"},
        **options,
    }
    declaration = sales(step, more_fields={"amount_usd": {"type": "number"}})
    return prepare(declaration, rows, WINDOW, lambda source: RATES)


def test_an_amount_is_converted_by_the_last_rate_on_or_before_its_day(sales, raw):
    rows = raw(
        ("2013-02-01", "NGN", "1000", "1"),
        ("2013-02-02", "NGN", "1000", "1"),
        ("2013-02-02", "USD", "5", "1"),
        ("2013-02-02", "NGN2", None, "1"),
    )
    prepared = convert(sales, rows)
    assert plain(prepared.frame, "shop", "amount_usd") == [
        ["NGN", "NGN", "NGN2", "USD"],
        [pytest.approx(6.4), pytest.approx(6.3), None, 5.0],
    ]


def test_an_amount_without_a_recent_rate_is_null_or_rejected_never_zero(sales, raw):
    rows = raw(("2013-02-01", "KES", "1000", "1"), ("2013-02-01", "NGN", "1000", "1"))
    assert plain(convert(sales, rows).frame, "amount_usd") == [None, pytest.approx(6.4)]
    assert plain(convert(sales, rows, max_age_days=30).frame, "amount_usd")[0] == pytest.approx(
        11.5
    )
    rejected = convert(sales, rows, on_missing="reject")
    assert rejected.reject_reasons == {"amount: no rate to USD within 7 days": 1}
    assert plain(rejected.frame, "shop", "amount_usd") == [["NGN"], [pytest.approx(6.4)]]


def test_one_currency_for_all_rows_can_be_named_by_its_code(sales, raw):
    rows = raw(("2013-02-02", "a", "1000", "1"))
    assert plain(convert(sales, rows, currency="NGN").frame, "amount_usd") == [pytest.approx(6.3)]
    assert plain(convert(sales, rows, currency="NGN", to="EUR").frame, "amount_usd") == [
        pytest.approx(4.7)
    ]


def test_rates_without_their_columns_are_refused(sales, raw):
    declaration = sales(
        {
            "kind": "currency",
            "amount": "amount",
            "into": "x",
            "currency": "NGN",
            "to": "USD",
            "date": "day",
            "rates": {"csv": "airports"},
        }
    )
    with pytest.raises(
        InvalidDeclaration, match=r"the rates lack the columns \['currency', 'date'"
    ):
        prepare(declaration, raw(("2013-02-01", "a", "1", "1")), WINDOW)


# derive


def test_derived_columns_have_the_declared_type(sales, raw):
    step = {
        "kind": "derive",
        "columns": {
            "price": {"value": {"divide": [{"field": "amount"}, {"field": "units"}]}},
            "boxes": {
                "type": "integer",
                "value": {"divide": [{"field": "units"}, 2]},
            },
            "is_big": {
                "type": "boolean",
                "value": {"field": "amount", "op": "gt", "value": 5},
            },
        },
    }
    fields = {
        "price": {"type": "number"},
        "boxes": {"type": "integer"},
        "is_big": {"type": "boolean"},
    }
    rows = raw(("2013-02-01", "a", "9", "4"), ("2013-02-01", "b", None, "0"))
    prepared = prepare(sales(step, more_fields=fields), rows, WINDOW)
    assert plain(prepared.frame, "price", "boxes", "is_big") == [[2.25, None], [2, 0], [True, None]]


def test_a_derived_column_of_another_type_than_declared_is_refused(sales, raw):
    step = {"kind": "derive", "columns": {"x": {"type": "number", "value": {"field": "shop"}}}}
    with pytest.raises(InvalidDeclaration, match="x is declared number"):
        prepare(sales(step), raw(("2013-02-01", "a", "1", "1")), WINDOW)


# gap_policy


def gap(policy, **options):
    return {"kind": "gap_policy", "policy": policy, "time": "day", **options}


def test_absent_rejects_rows_that_say_nothing_and_adds_none(sales, raw):
    rows = raw(("2013-02-01", "a", "1", None), ("2013-02-02", "a", None, None))
    prepared = prepare(sales(gap("absent", columns=["amount", "units"])), rows, WINDOW)
    assert plain(prepared.frame, "day") == ["2013-02-01"]
    assert prepared.reject_reasons == {"gap: amount, units not known": 1}


def test_null_adds_the_missing_periods_of_each_series_as_nulls(sales, raw):
    rows = raw(("2013-02-01", "a", "1", "1"), ("2013-02-02", "b", "2", "2"))
    prepared = prepare(sales(gap("null", series={"shop": []})), rows, WINDOW)
    assert plain(prepared.frame, "day", "shop", "amount", "units") == [
        ["2013-02-01", "2013-02-01", "2013-02-02", "2013-02-02"],
        ["a", "b", "a", "b"],
        [1.0, None, None, 2.0],
        [1, None, None, 2],
    ]


def test_null_adds_series_that_were_not_delivered_at_all(sales, raw):
    step = gap("null", series={"shop": ["a", "b"]})
    prepared = prepare(sales(step), raw(), WINDOW)
    assert plain(prepared.frame, "shop", "amount") == [["a", "b", "a", "b"], [None] * 4]


def test_forward_fill_holds_the_last_known_value_of_the_series_up_to_its_limit(sales, raw):
    window = (datetime(2013, 2, 1), datetime(2013, 2, 6))
    rows = raw(
        ("2013-02-01", "a", "7", None),
        ("2013-02-02", "a", None, None),
        ("2013-02-03", "a", None, None),
        ("2013-02-02", "b", None, "5"),
    )
    step = gap("forward_fill", series={"shop": []}, columns=["amount"], limit=1)
    prepared = prepare(sales(step), rows, window)
    assert plain(prepared.frame, "shop", "amount") == [["a", "a", "b", "a"], [7.0, 7.0, None, None]]
    prepared = prepare(sales({**step, "adds_rows": True, "limit": 3}), rows, window)
    filled = prepared.frame[prepared.frame["shop"] == "a"]
    assert plain(filled, "amount") == [7.0, 7.0, 7.0, 7.0, None]


@given(st.lists(CELLS, max_size=20), st.sampled_from(["null", "forward_fill"]))
def test_no_gap_policy_ever_makes_a_zero(rows, policy):
    options = (
        {"columns": ["amount"], "limit": 3, "adds_rows": True} if policy == "forward_fill" else {}
    )
    steps = (*SALES.steps, gap(policy, series={"shop": ["a", "b", "c"]}, **options))
    prepared = prepare(SALES.model_copy(update={"steps": steps}), frame_of(rows), WINDOW)
    assert not (prepared.frame["amount"] == 0).any()
    assert len(prepared.frame) == 6


def test_an_unknown_delay_of_the_demo_stays_unknown(february):
    runs = SharedDatabase(february).recent_runs("ingest_flights_daily", limit=1000)
    storm = next(run for run in runs if run.run_key == "flights_daily:2013-02-09#1")
    raw_rows = read_rows(february, "flights_daily", storm.id)
    flights = demo_declarations()[1]
    frame = prepare(flights, raw_rows, (storm.window_start, storm.window_end)).frame
    grounded = frame[frame["operated"] == 0]
    assert len(grounded) > 20
    assert grounded["dep_delay_min"].isna().all()
    assert (frame["cancelled"].sum(), frame["flights"].sum()) == (393, 684)
