"""What does not come is told once, with since when, and ends by itself."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.models import InputSpec
from iop_pipelines.domain.places import place_of
from iop_pipelines.domain.vocabulary import Severity
from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.drm.tables import drm_metadata, pipeline_runs
from iop_pipelines.recommendations.expectations import advise_of_what_came
from iop_pipelines.recommendations.frozen import Looked, end_frozen_unread, tell_frozen
from iop_pipelines.recommendations.lifecycle import Changes
from iop_pipelines.recommendations.silence import advise_of_missing_delivery
from iop_pipelines.schema import migrate
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.tables import recommendations
from iop_pipelines.schema.transactions import write
from iop_pipelines.transform.silence import silent_among
from iop_pipelines.transform.table import ensure_table
from iop_pipelines.transform.versions import dataset
from read_back import events_of

FIRST = datetime(2013, 3, 1)
DAY = timedelta(days=1)


class Deliveries:
    """DRM's runs of `flights`, and prepared rows of its airports."""

    def __init__(self, world, tmp_path):
        self.engine = world.engine
        self.stored = dataset(world.engine, "flights")
        drm_engine = engine_for(f"sqlite:///{tmp_path / 'drm.db'}")
        drm_metadata.create_all(drm_engine)
        self.drm = SharedDatabase(drm_engine)
        self.table = ensure_table(self.engine, self.stored.declaration)
        self.count = 0

    def deliver(self, *series, rows=None, value=None):
        """The next day, six hours after it, with a row of each series; its values never repeat if not told."""
        start = FIRST + self.count * DAY
        ended = start + DAY + timedelta(hours=6)
        self.count += 1
        with begin_write(self.drm.engine) as connection:
            connection.execute(
                pipeline_runs.insert().values(
                    pipeline="flights",
                    dataset="flights",
                    status="success",
                    scheduled_for=ended,
                    started_at=ended,
                    finished_at=ended,
                    window_start=start,
                    window_end=start + DAY,
                    content_checksum=str(self.count),
                    rows_ingested=len(series) if rows is None else rows,
                )
            )
        if series:
            with begin_write(self.engine) as connection:
                rows = [
                    {
                        "date": start.date(),
                        "origin": name,
                        "cancelled_pct": 1 + self.count / 7 if value is None else value,
                        "iop_from": self.count,
                    }
                    for name in series
                ]
                connection.execute(self.table.insert(), rows)
        return ended

    def deliver_days(self, count):
        """When the last of them ended."""
        return [self.deliver() for _ in range(count)][-1]

    def look(self, now):
        return advise_of_missing_delivery(self.engine, self.drm, self.stored, now)

    def look_at_series(self):
        return advise_of_what_came(self.engine, self.drm, self.stored)

    def told(self):
        query = sa.select(recommendations).order_by(recommendations.c.id)
        with self.engine.connect() as connection:
            return connection.execute(query).all()


@pytest.fixture
def deliveries(world, tmp_path):
    made = Deliveries(world, tmp_path)
    yield made
    made.drm.engine.dispose()


def test_a_delivery_that_does_not_come_is_told_once_and_ends_when_it_comes(deliveries):
    last = deliveries.deliver_days(8)
    assert deliveries.look(last + 1.4 * DAY).changed == 0
    opened = deliveries.look(last + 2 * DAY)
    assert len(opened.opened) == 1
    for hours in (49, 72, 240):
        assert deliveries.look(last + timedelta(hours=hours)).changed == 0
    (told,) = deliveries.told()
    # Ten days after the ninth of March, 06:00, it is still missing.
    assert told.place == place_of(Severity.WARNING, datetime(2013, 3, 19))
    assert told.title == "Flights was not delivered: nothing for 9 Mar 2013 and after"
    assert told.severity is Severity.WARNING
    assert told.first_ds == datetime(2013, 3, 9)
    assert "Nothing has been delivered since 9 March 2013, 06:00 UTC" in told.description
    assert "1 day apart" in told.description
    french = told.translations["fr"]
    assert (
        french["title"].replace("\u00a0", " ")
        == "Flights n’a pas été livré : rien pour le 9 mars 2013 ni après"
    )
    came = deliveries.deliver()
    assert deliveries.look(came + timedelta(hours=1)).resolved == opened.opened
    assert [each.kind for each in events_of(deliveries.engine, opened.opened[0])] == [
        "opened",
        "resolved",
    ]


def test_a_delivery_that_is_missing_again_is_told_again(deliveries):
    last = deliveries.deliver_days(8)
    deliveries.look(last + 2 * DAY)
    came = deliveries.deliver()
    deliveries.look(came)
    deliveries.look(came + 3 * DAY)
    first, second = deliveries.told()
    assert first.resolved_at is not None
    assert second.resolved_at is None
    assert second.previous_id == first.id


@pytest.mark.parametrize("count", [0, 1, 4])
def test_of_few_deliveries_nothing_is_missing(deliveries, count):
    last = FIRST
    for _ in range(count):
        last = deliveries.deliver()
    assert deliveries.look(last + 100 * DAY).changed == 0


def test_a_series_that_stops_is_told_with_since_when_and_ends_when_it_is_back(deliveries):
    for _ in range(15):
        deliveries.deliver("EWR", "JFK", "LGA")
    assert deliveries.look_at_series().changed == 0
    for _ in range(2):
        deliveries.deliver("EWR", "JFK")
        assert deliveries.look_at_series().changed == 0, "two days are a pause"
    deliveries.deliver("EWR", "JFK")
    opened = deliveries.look_at_series()
    assert len(opened.opened) == 1
    for _ in range(4):
        deliveries.deliver("EWR", "JFK")
        assert deliveries.look_at_series().changed == 0, "told once"
    (told,) = deliveries.told()
    assert told.title == "No rows at LGA in flights since 16 Mar 2013"
    assert told.place == place_of(Severity.WARNING, datetime(2013, 3, 23)), "to the end of the data"
    assert told.unique_id == "LGA"
    assert told.first_ds == datetime(2013, 3, 16)
    assert (
        told.translations["fr"]["title"] == "Aucune ligne à LGA dans flights depuis le 16 mars 2013"
    )
    deliveries.deliver("EWR", "JFK", "LGA")
    assert deliveries.look_at_series().resolved == opened.opened


def test_what_the_release_before_told_of_a_silent_series_ends_too(deliveries):
    for _ in range(15):
        deliveries.deliver("EWR", "LGA")
    for _ in range(3):
        deliveries.deliver("EWR")
    opened = deliveries.look_at_series().opened
    url = deliveries.engine.url.render_as_string(hide_password=False)
    source_of_all = sa.select(recommendations.c.source_ref)
    for _ in range(2):
        migrate.downgrade(url, "0022")
        with deliveries.engine.connect() as connection:
            told = connection.scalars(source_of_all).all()
        assert told == ["silence:LGA@2013-03-16T00:00:00"]
        migrate.upgrade(url)
    deliveries.deliver("EWR", "LGA")
    assert deliveries.look_at_series().resolved == opened


def test_a_series_that_comes_now_and_then_is_not_silent(deliveries):
    for number in range(40):
        deliveries.deliver("EWR", *(["LGA"] if number % 4 == 0 else []))
        assert deliveries.look_at_series().changed == 0


def test_series_that_stop_together_are_one_thing(deliveries):
    names = [f"A{number:02d}" for number in range(12)]
    for _ in range(12):
        deliveries.deliver("EWR", *names)
    for _ in range(3):
        deliveries.deliver("EWR")
    opened = deliveries.look_at_series()
    assert len(opened.opened) == 1
    (told,) = deliveries.told()
    assert "12 of 13 series have had no rows since 13 March 2013" in told.description
    deliveries.deliver("EWR", *names)
    assert deliveries.look_at_series().resolved == opened.opened


def test_what_came_in_one_load_has_no_silent_series(deliveries):
    for _ in range(3):
        deliveries.deliver()
    rows = [
        {"date": date(2013, 1, 1) + each * DAY, "origin": name, "iop_from": 1}
        for each in range(60)
        for name in ("EWR", "LGA")
        if name == "EWR" or each < 30
    ]
    with begin_write(deliveries.engine) as connection:
        connection.execute(deliveries.table.insert(), rows)
    assert deliveries.look_at_series().changed == 0


def test_a_dataset_without_a_step_has_no_series_that_could_stop(deliveries):
    content = deliveries.stored.declaration.model_dump() | {"freq": None}
    declaration = DatasetDeclaration.model_validate(content)
    stored = type(deliveries.stored)(deliveries.stored.id, declaration)
    for _ in range(6):
        deliveries.deliver("EWR")
    assert advise_of_what_came(deliveries.engine, deliveries.drm, stored).changed == 0


def test_the_silence_of_all_is_no_series_silence():
    periods = [FIRST + each * DAY for each in range(20) if each not in (5, 6, 7, 8, 9)]
    assert silent_among(periods, {"a": set(periods), "b": set(periods)}) == []


def test_a_series_that_never_was_is_told_once_and_ends_when_it_is_known(deliveries):
    for _ in range(15):
        deliveries.deliver("EWR", "JFK")
        assert deliveries.look_at_series().changed == 0
    deliveries.deliver("EWR", "JFK", "LGA")
    opened = deliveries.look_at_series()
    (told,) = deliveries.told()
    assert told.title == "New in flights since 16 Mar 2013: LGA"
    assert told.severity is Severity.INFO
    assert told.unique_id == "LGA"
    assert "LGA has had rows since 16 March 2013 and never before" in told.description
    french = told.translations["fr"]["title"].replace("\u00a0", " ")
    assert french == "Nouveau dans flights depuis le 16 mars 2013 : LGA"
    for _ in range(8):
        deliveries.deliver("EWR", "JFK", "LGA")
        assert deliveries.look_at_series().changed == 0, "told once"
    deliveries.deliver("EWR", "JFK", "LGA")
    assert deliveries.look_at_series().resolved == opened.opened


def test_a_value_that_freezes_is_told_with_since_when_and_ends_when_it_changes(deliveries):
    for _ in range(12):
        deliveries.deliver("EWR", "JFK")
    for _ in range(5):
        deliveries.deliver("EWR", "JFK", value=21.5)
        assert deliveries.look_at_series().changed == 0, "may be chance"
    deliveries.deliver("EWR", value=21.5)
    opened = deliveries.look_at_series()
    assert len(opened.opened) == 1, "nothing is said of what has no newer value"
    (told,) = deliveries.told()
    assert told.title == "Cancellations at EWR stuck at 22 % since 13 Mar 2013"
    assert "the same since 13 March 2013, 6 periods on end" in told.description
    french = told.translations["fr"]["title"].replace("\u00a0", " ").replace("\u202f", " ")
    assert french == "Cancellations à EWR : valeur figée à 22 % depuis le 13 mars 2013"
    deliveries.deliver("EWR", value=21.5)
    assert deliveries.look_at_series().changed == 0, "told once"
    (told,) = deliveries.told()
    assert told.place == place_of(Severity.WARNING, datetime(2013, 3, 20))
    deliveries.deliver("EWR")
    assert deliveries.look_at_series().resolved == opened.opened


def test_a_value_that_moves_under_one_condition_ends_nothing_under_another(deliveries):
    periods = [FIRST + number * DAY for number in range(20)]
    moving = [1 + number / 7 for number in range(20)]
    stuck = [*moving[:12], *[21.5] * 8]

    def look(carrier, values):
        changes = Changes()
        spec = InputSpec(
            measures=("cancelled_pct",),
            series=("origin",),
            where={"op": "equal", "args": [{"column": "carrier"}, {"value": carrier}]},
        )
        looked = Looked(spec, periods, {("EWR", "cancelled_pct"): values})
        write(deliveries.engine, tell_frozen, deliveries.stored, looked, changes)
        return changes

    opened = look("AA", stuck).opened
    assert len(opened) == 1
    assert look("UA", moving) == Changes()
    assert len(look("UA", stuck).opened) == 1, "which is another thing"
    assert look("AA", moving).resolved == opened


def test_what_was_told_of_data_that_no_model_reads_any_more_ends_and_says_so(deliveries):
    periods = [FIRST + number * DAY for number in range(20)]
    stuck = {("EWR", "cancelled_pct"): [*(1 + number / 7 for number in range(12)), *[21.5] * 8]}

    def spec(carrier, **more):
        where = {"op": "equal", "args": [{"column": "carrier"}, {"value": carrier}]}
        return InputSpec(
            **{"measures": ("cancelled_pct",), "series": ("origin",), "where": where, **more}
        )

    def ended(*reads):
        changes = Changes()
        write(deliveries.engine, end_frozen_unread, deliveries.stored, reads, changes)
        return changes.resolved

    opened = Changes()
    looked = Looked(spec("AA"), periods, stuck)
    write(deliveries.engine, tell_frozen, deliveries.stored, looked, opened)
    assert len(opened.opened) == 1
    assert ended(spec("UA"), spec("AA")) == []
    assert ended(spec("UA")) == opened.opened
    (told,) = deliveries.told()
    reasons = [each.reason for each in events_of(deliveries.engine, told.id)]
    assert reasons[-1] == "no model reads it any more"
    assert ended(spec("UA")) == []


def test_a_delivery_of_far_fewer_rows_is_told_once_and_ends_with_a_whole_one(deliveries):
    for number in range(9):
        deliveries.deliver(rows=400 + 10 * (number % 3))
        assert deliveries.look_at_series().changed == 0
    deliveries.deliver(rows=190)
    opened = deliveries.look_at_series()
    (told,) = deliveries.told()
    assert told.title == "Delivery of flights for 10 Mar 2013 is short: 190 rows, usually 410"
    assert "the smallest had 400" in told.description
    french = told.translations["fr"]["title"].replace("\u00a0", " ")
    assert french == "Livraison de flights du 10 mars 2013 incomplète : 190 lignes, d’habitude 410"
    deliveries.deliver(rows=180)
    assert deliveries.look_at_series().changed == 0, "told once"
    (told,) = deliveries.told()
    assert told.place == place_of(Severity.WARNING, FIRST + 11 * DAY), "to the end of the data"
    deliveries.deliver(rows=405)
    assert deliveries.look_at_series().resolved == opened.opened


def test_of_few_deliveries_nothing_is_said_of_what_they_bring(deliveries):
    for rows in (400, 400, 400, 10):
        deliveries.deliver("EWR", rows=rows, value=1.0)
        assert deliveries.look_at_series().changed == 0
