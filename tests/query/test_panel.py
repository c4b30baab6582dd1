"""The panel that a model reads, on every engine."""

from datetime import datetime

import pandas as pd
import pytest
import sqlalchemy as sa
from sqlalchemy import event

from iop_pipelines.domain.models import InputSpec
from iop_pipelines.errors import InvalidQuery, MisconfiguredInstance
from iop_pipelines.execution.panels import MOST_KEPT, Panels
from iop_pipelines.query.panel import has_more_rows, read_panel, read_panel_parts
from iop_pipelines.query.run import run_query
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.transform.table import prepared_table
from iop_pipelines.transform.versions import PIPELINE_RUNS_DECLARATION, StoredDataset

DAY = datetime(2013, 2, 2)
NEXT = datetime(2013, 2, 3)


def panel(instance, version: int, **given) -> pd.DataFrame:
    spec = InputSpec.model_validate({"measures": ["flights"], **given})
    return read_panel(instance.engine, instance.stored, spec, version, (DAY, NEXT))


def test_a_panel_is_sorted_typed_and_has_one_row_a_period_and_series(instance):
    frame = panel(instance, 5, series=["origin", "airline"], measures=["flights", "delay"])
    assert list(frame.columns) == ["unique_id", "ds", "flights", "delay"]
    assert frame["ds"].dtype == "datetime64[ns]"
    assert frame["flights"].dtype == frame["delay"].dtype == "float64"
    assert not frame.duplicated(["unique_id", "ds"]).any()
    assert frame.equals(frame.sort_values(["unique_id", "ds"], ignore_index=True))
    assert frame["unique_id"].unique().tolist()[0] == "EWR/B6"
    # 30 January to 2 February: the window's day and the three before it.
    assert len(frame) == 9 * 4


def test_an_unknown_value_is_nan_and_never_zero(instance):
    frame = panel(instance, 5, series=["origin", "airline"], measures=["delay"])
    assert frame[frame["unique_id"] == "LGA/UA"]["delay"].isna().all()
    assert frame[frame["unique_id"] != "LGA/UA"]["delay"].notna().all()


def test_a_batch_reads_a_panel_once_and_gives_each_model_its_own(instance):
    panels, window, readings = Panels(), (DAY, NEXT), []

    @event.listens_for(instance.engine, "before_cursor_execute")
    def count(_connection, _cursor, statement, *_):
        readings.extend(["one"] if statement.startswith("SELECT prepared_flights") else [])

    # Each of another history, and so another panel; the last pushes the first out.
    specs = [
        InputSpec.model_validate({"measures": ["flights"], "history": history})
        for history in range(1, MOST_KEPT + 2)
    ]

    def read(number: int, version: int = 5) -> pd.DataFrame:
        return panels.read(instance.engine, instance.stored, specs[number], version, window)

    spoiled = read(0)
    spoiled["flights"] = -1.0
    again = read(0)
    assert len(readings) == 1
    read(0, version=4)
    assert len(readings) == 2
    for number in range(1, MOST_KEPT + 1):
        read(number)
    read(0)
    assert len(readings) == 2 + MOST_KEPT + 1
    event.remove(instance.engine, "before_cursor_execute", count)
    assert again.equals(panel(instance, 5, history=1))


def forget(instance, **known):
    """The window's day at EWR: what is given, by airline; at JFK no flights are known."""
    table = prepared_table(instance.stored.declaration)
    on_day = table.c.date == DAY.date()
    with begin_write(instance.engine) as connection:
        for airline, (flights, cancelled) in known.items():
            connection.execute(
                table.update()
                .where(on_day, table.c.origin == "EWR", table.c.airline == airline)
                .values(flights=flights, cancelled=cancelled)
            )
        connection.execute(
            table.update().where(on_day, table.c.origin == "JFK").values(flights=None)
        )


def test_a_sum_that_does_not_know_one_of_its_rows_is_unknown_to_a_model(own_instance):
    forget(own_instance, B6=(10, 1), DL=(10, 1), UA=(None, 5))
    frame = panel(own_instance, 5, series=["origin"], measures=["flights", "cancelled_pct"])
    day = frame[frame["ds"] == pd.Timestamp(DAY)].set_index("unique_id")
    assert day["flights"].isna().to_dict() == {"EWR": True, "JFK": True, "LGA": False}
    # A share is over the rows that know both its sides: 2 of 20, not 7 of 20.
    assert day.loc["EWR", "cancelled_pct"] == pytest.approx(10)
    assert pd.isna(day.loc["JFK", "cancelled_pct"])
    assert frame[frame["ds"] != pd.Timestamp(DAY)]["flights"].notna().all()


def test_a_report_sums_what_is_known_and_can_say_how_much_that_is(own_instance):
    forget(own_instance, B6=(10, 1), DL=(10, 1), UA=(None, 5))
    select = [
        {"field": "origin"},
        {"measure": "flights"},
        {"measure": "cancelled_pct"},
        {"agg": "count", "field": "flights", "as": "known"},
        {"agg": "count", "as": "all"},
    ]
    config = {
        "version": 2,
        "source": "dataset:flights",
        "where": {"field": "date", "op": "eq", "value": DAY.date().isoformat()},
        "datasets": {"t": {"select": select}},
    }
    engine = own_instance.engine
    result = run_query(config, engine=engine, drm_engine=engine, now=NEXT, time_zone="UTC")
    assert [tuple(row) for row in result.tables[0].rows][:2] == [
        ("EWR", 20, 10.0, 2, 3),
        ("JFK", None, None, 0, 3),
    ]


def test_a_version_does_not_see_what_was_restated_later(instance):
    before, after = panel(instance, 5), panel(instance, 6)
    assert before["unique_id"].unique().tolist() == ["all"]
    assert after["flights"].iloc[-1] == 2 * before["flights"].iloc[-1]
    assert after["flights"].iloc[:-1].equals(before["flights"].iloc[:-1])


def test_an_early_version_sees_only_what_had_arrived(instance):
    assert panel(instance, 2)["ds"].max() == pd.Timestamp(2013, 1, 31)


def test_history_counts_periods(instance):
    frame = panel(instance, 5, history=1)
    assert frame["ds"].tolist() == [pd.Timestamp(2013, 2, 1), pd.Timestamp(2013, 2, 2)]


def test_conditions_are_those_of_a_query(instance):
    frame = panel(
        instance, 5, series=["origin"], where={"field": "origin", "op": "ne", "value": "JFK"}
    )
    assert frame["unique_id"].unique().tolist() == ["EWR", "LGA"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"measures": ["flihgts"]}, "input.measures.0"),
        ({"series": ["orgin"]}, "input.series.0"),
        ({"where": {"field": "origin", "op": "eq", "valeu": 1}}, "input.where.valeu"),
        ({"where": {"field": "orgin", "op": "eq", "value": "x"}}, "input.where.field"),
    ],
)
def test_a_wrong_name_is_refused_with_its_path(instance, given, field):
    with pytest.raises(InvalidQuery) as caught:
        panel(instance, 5, **given)
    assert caught.value.field == field


def events(instance, drm_engine: sa.Engine | None, **given) -> pd.DataFrame:
    spec = InputSpec.model_validate({"measures": ["duration_s"], **given})
    stored = StoredDataset(9, PIPELINE_RUNS_DECLARATION)
    # The run of version 5 ended on 4 February at 10:00.
    end = datetime(2013, 2, 4, 10)
    window = (end, end.replace(second=1))
    return read_panel(instance.engine, stored, spec, 5, window, drm_engine=drm_engine)


def test_pipeline_runs_are_read_where_they_are_up_to_the_run_of_the_version(instance):
    frame = events(instance, instance.engine, history=2)
    assert list(frame.columns) == ["unique_id", "ds", "duration_s"]
    assert frame["unique_id"].unique().tolist() == ["flights_daily"]
    assert frame["duration_s"].tolist() == [90.0, 90.0, 90.0]
    with pytest.raises(InvalidQuery, match="did you mean 'duration_s'"):
        events(instance, instance.engine, measures=["duration"])
    with pytest.raises(MisconfiguredInstance):
        events(instance, None)


@pytest.mark.parametrize("rows", [1, 5, 9, 1000])
def test_a_panel_in_parts_has_the_same_rows_and_each_series_once(instance, rows):
    spec = InputSpec.model_validate(
        {"measures": ["flights", "delay"], "series": ["origin", "airline"]}
    )
    given = (instance.engine, instance.stored, spec, 5, (DAY, NEXT))
    parts = list(read_panel_parts(*given, rows=rows))
    # Nine series of four days: the last series of a part is whole.
    assert [len(each) for each in parts] == {1: [4] * 9, 5: [8] * 4 + [4], 9: [12] * 3, 1000: [36]}[
        rows
    ]
    names = [name for each in parts for name in each["unique_id"].unique()]
    assert len(names) == len(set(names)) == 9
    whole = pd.concat(parts).sort_values(["unique_id", "ds"], ignore_index=True)
    pd.testing.assert_frame_equal(whole, read_panel(*given))
    assert has_more_rows(*given, than=35)
    assert not has_more_rows(*given, than=36)
    # Of all series together four rows are read, however many they are made of.
    one = (*given[:2], InputSpec.model_validate({"measures": ["flights"]}), *given[3:])
    assert has_more_rows(*one, than=3)
    assert not has_more_rows(*one, than=4)
