"""Reports that wait for deliveries, are issued again when data comes again, and templates that may not go on.

One dataset of a shop's sales, delivered a day at a time; DRM's clock is the instance's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from database_servers import DATABASES
from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.sentences import read, text_of
from iop_pipelines.domain.vocabulary import Phase, ReportStatus, TemplateStatus
from iop_pipelines.drm.clock import set_clock
from iop_pipelines.drm.tables import drm_metadata, pipeline_runs
from iop_pipelines.errors import Conflict, InvalidInput
from iop_pipelines.ledger import restatements
from iop_pipelines.ledger.restatements import mark_restated, reissue
from iop_pipelines.ledger.waiting import issue_now
from iop_pipelines.notifications.listing import notifications
from iop_pipelines.orchestration.report_slots import request_slots, settle_waiting
from iop_pipelines.platform import Platform
from iop_pipelines.registry.standing import follow_authors, pause_if_failing
from iop_pipelines.registry.templates import (
    load_template,
    register_template,
    set_template_status,
    take_over,
    template,
)
from iop_pipelines.reporting.generate import Generated, generate
from iop_pipelines.reporting.schedule import parse_schedule
from iop_pipelines.schema import tables as iop
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.settings import Settings
from iop_pipelines.transform.table import prepared_table

ZONE = "Africa/Lagos"
SLOT = datetime(2026, 11, 30, 5)  # 06:00 in Lagos
QUERY = {
    "version": 2,
    "source": "dataset:sales",
    "where": {"field": "day", "op": "in_period", "value": "month_to_date"},
    "datasets": {
        "by_shop": {
            "title": "By shop",
            "select": [{"field": "shop"}, {"measure": "sales"}],
            "sort": [{"by": "shop"}],
            "totals": True,
        },
        "rows": {"title": "Rows", "select": [{"field": "day"}, {"field": "shop"}]},
    },
}


def sales(zone: str) -> DatasetDeclaration:
    return DatasetDeclaration.model_validate(
        {
            "name": "sales",
            "source": "sales_raw",
            "time": "day",
            "freq": "D",
            "time_zone": zone,
            "key": ["day", "shop"],
            "fields": {
                "day": {"type": "date"},
                "shop": {"type": "string", "label": "Shop"},
                "sales": {"type": "integer", "label": "Sales"},
            },
            "measures": {"sales": {"kind": "sum", "field": "sales", "label": "Sales"}},
            "deliveries": {"every": "day"},
        }
    )


@dataclass
class World:
    platform: Platform
    zone: str

    @property
    def engine(self) -> sa.Engine:
        return self.platform.engine

    def at(self, moment: datetime) -> datetime:
        set_clock(self.engine, moment)
        return moment

    def deliver(self, *days: date, sold: int = 10) -> None:
        """A run, its version and the rows of two shops; of a day that is there it takes their place."""
        rows = prepared_table(sales(self.zone))
        with begin_write(self.engine) as connection:
            for day in days:
                start = datetime.combine(day, datetime.min.time())
                window = {"window_start": start, "window_end": start + timedelta(days=1)}
                ended = start + timedelta(days=1, hours=3)
                run = connection.execute(
                    pipeline_runs.insert().values(
                        pipeline="sales",
                        dataset="sales_raw",
                        status="success",
                        scheduled_for=ended,
                        started_at=ended,
                        finished_at=ended,
                        **window,
                    )
                ).lastrowid
                version = connection.execute(
                    iop.dataset_versions.insert().values(
                        dataset_id=1,
                        data_version=f"v{run}",
                        drm_run_id=run,
                        declaration_version=1,
                        status="prepared",
                        phase=Phase.DONE,
                        **window,
                    )
                ).lastrowid
                connection.execute(
                    rows.update()
                    .where(rows.c.day == day, rows.c.iop_to.is_(None))
                    .values(iop_to=version)
                )
                shops = [{"shop": "Aba", "sales": sold}, {"shop": "Jos", "sales": 1}]
                connection.execute(
                    rows.insert(), [{"iop_from": version, "day": day, **each} for each in shops]
                )

    def template(self, schedule: str = f"monthly last 06:00 {ZONE}", **more: Any) -> int:
        given = {"name": "Sales", "query_config": QUERY, "schedule": schedule, **more}
        owner = given.pop("created_by", None)
        return register_template(
            self.engine,
            load_template(given),
            check_schedule=parse_schedule,
            now=self.platform.now(),
            created_by=owner,
        )

    def tick(self, moment: datetime, cadence: str = "monthly") -> list[str]:
        now = self.at(moment)
        _, said = request_slots(self.platform, cadence, now)
        settle_waiting(self.platform, now)
        return said

    def reports(self) -> list[Any]:
        with self.engine.connect() as connection:
            query = sa.select(iop.generated_reports).order_by(iop.generated_reports.c.id)
            return list(connection.execute(query))

    def make(self, report_id: int) -> Generated:
        """As a worker does."""
        made = self.read(report_id)
        self.is_ready(report_id, made)
        return made

    def read(self, report_id: int) -> Generated:
        return generate(
            *(self.engine, self.engine, self.platform.settings, report_id), now=self.platform.now()
        )

    def is_ready(self, report_id: int, made: Generated) -> None:
        assert made.shown is not None
        self.end(
            report_id,
            status=ReportStatus.READY,
            storage_url=made.storage_url,
            row_count=made.row_count,
            files=made.files,
            remark=made.remark and made.remark.as_json(),
            **made.shown.columns,
        )

    def end(self, report_id: int, **values: Any) -> None:
        table = iop.generated_reports
        ended = {"phase": Phase.DONE, "finished_at": utc_now(), **values}
        with begin_write(self.engine) as connection:
            connection.execute(table.update().where(table.c.id == report_id).values(**ended))

    def user(self, name: str, role: str = "admin") -> int:
        with begin_write(self.engine) as connection:
            return connection.execute(iop.users.insert().values(name=name, role=role)).lastrowid

    def disable(self, user_id: int, *, is_disabled: bool = True) -> None:
        with begin_write(self.engine) as connection:
            is_it = iop.users.c.id == user_id
            connection.execute(iop.users.update().where(is_it).values(is_disabled=is_disabled))

    def told(self, user_id: int) -> list[tuple[str, str, str | None]]:
        found = notifications(self.engine, user_id, utc_now() + timedelta(seconds=1))
        return [(each.kind, each.event, each.detail) for each in found.items]


def filled(url: str, folder: Path, zone: str = ZONE) -> World:
    settings = Settings.from_env(
        {"IOP_HOME": str(folder), "DATABASE_URL": url, "IOP_DRM_DATABASE_URL": url}
        | {"IOP_CLOCK": "drm", "IOP_TIME_ZONE": zone}
    )
    engine = engine_for(url)
    iop.metadata.create_all(engine)
    drm_metadata.create_all(engine)
    prepared_table(sales(zone)).create(engine)
    with begin_write(engine) as connection:
        declared = sales(zone).model_dump(mode="json")
        row = {"id": 1, "name": "sales", "source": "sales_raw", "version": 1}
        connection.execute(iop.datasets.insert().values(**row, declaration=declared))
    world = World(Platform(settings), zone)
    world.at(datetime(2026, 11, 1))
    return world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = filled(f"sqlite:///{tmp_path / 'iop.db'}", tmp_path)
    yield made
    made.engine.dispose()


@pytest.fixture(params=DATABASES)
def world_on(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """On a server too."""
    if request.param == "sqlite":
        yield request.getfixturevalue("world")
        return
    server = request.getfixturevalue(f"{request.param}_server")
    url = server.create_database()
    yield filled(url, tmp_path)
    engine_for(url).dispose()
    server.drop_database(url)


def november(*without: int, until: int = 29) -> list[date]:
    return [date(2026, 11, day) for day in range(1, until + 1) if day not in without]


def test_a_report_waits_for_what_its_period_lacks_and_is_issued_when_it_comes(world_on: World):
    world_on.deliver(*november(28, 29))
    world_on.template(wait="6h")
    world_on.tick(SLOT)
    (held,) = world_on.reports()
    assert (held.phase, held.slot, held.waiting_since) == (Phase.HELD, SLOT, SLOT)
    assert held.waiting_until == datetime(2026, 11, 30, 11)
    (lack,) = held.waiting_for
    assert (lack["source"], lack["known"], lack["days"]) == ("dataset:sales", 27, 29)
    assert lack["missing"] == ["2026-11-28", "2026-11-29"]
    # 27 November came on the 28th at 3; the next was to come a day later.
    assert lack["due"] == "2026-11-29T03:00:00Z"
    world_on.deliver(date(2026, 11, 28))
    world_on.tick(SLOT + timedelta(hours=1))
    (held,) = world_on.reports()
    assert (held.phase, held.waiting_for[0]["missing"]) == (Phase.HELD, ["2026-11-29"])
    world_on.deliver(date(2026, 11, 29))
    world_on.tick(SLOT + timedelta(hours=2))
    (issued,) = world_on.reports()
    assert issued.phase is Phase.QUEUED
    made = world_on.make(issued.id)
    # It counts from its slot, was read two hours later, and lacks nothing.
    (row,) = world_on.reports()
    assert (row.as_of, row.read_at) == (SLOT, SLOT + timedelta(hours=2))
    assert made.remark is None


def test_what_never_comes_is_waited_for_until_the_end_and_said(world: World):
    world.deliver(*november(28, 29))
    world.template(wait="6h")
    world.tick(SLOT)
    world.tick(SLOT + timedelta(hours=5, minutes=59))
    (held,) = world.reports()
    assert held.phase is Phase.HELD
    world.tick(SLOT + timedelta(hours=6))
    (issued,) = world.reports()
    assert issued.phase is Phase.QUEUED
    remark = text_of(world.make(issued.id).remark)
    assert remark == "incomplete: 27 of 29 days, it waited for data until 2026-11-30 11:00 UTC"


def test_what_is_complete_or_asked_for_too_late_waits_for_nothing(world: World):
    world.deliver(*november())
    world.template(wait="6h")
    world.tick(SLOT)
    assert [row.phase for row in world.reports()] == [Phase.QUEUED]
    world.template(name="Late", wait="1h", query_config=_of_december())
    world.tick(datetime(2026, 12, 31, 6))
    assert [row.phase for row in world.reports()][-1] is Phase.QUEUED


def _of_december() -> dict[str, Any]:
    """The same under another name."""
    return {**QUERY, "time_zone": ZONE}


def test_a_wait_ends_by_hand_and_no_other_report_does(world: World):
    world.deliver(*november(29))
    world.template(wait="2d")
    world.tick(SLOT)
    (held,) = world.reports()
    issue_now(world.engine, held.id, world.platform.now())
    assert [row.phase for row in world.reports()] == [Phase.QUEUED]
    with pytest.raises(Conflict, match="does not wait"):
        issue_now(world.engine, held.id, world.platform.now())


@pytest.mark.parametrize(
    ("zone", "day", "slot", "until"),
    [
        # Clocks go back at 3: the day of the slot has 25 hours, six of them are six.
        ("Europe/Berlin", date(2026, 10, 25), "2026-10-24 22:30", "2026-10-25 04:30"),
        ("America/New_York", date(2026, 11, 1), "2026-11-01 04:30", "2026-11-01 10:30"),
        # Ramadan: back on 15 February at 3, forward on 22 March at 2.
        ("Africa/Casablanca", date(2026, 2, 15), "2026-02-14 23:30", "2026-02-15 05:30"),
        ("Africa/Casablanca", date(2026, 3, 22), "2026-03-22 00:30", "2026-03-22 06:30"),
        # Forward at 2: a day of 23 hours.
        ("Europe/Berlin", date(2026, 3, 29), "2026-03-28 23:30", "2026-03-29 05:30"),
        ("America/New_York", date(2026, 3, 8), "2026-03-08 05:30", "2026-03-08 11:30"),
    ],
)
def test_a_wait_has_its_hours_on_days_when_clocks_turn(zone, day, slot, until, tmp_path):
    world = filled(f"sqlite:///{tmp_path / 'iop.db'}", tmp_path, zone)
    before = datetime.combine(day, datetime.min.time()) - timedelta(days=3)
    world.at(before)
    # Two days that were delivered, and yesterday's, which was not.
    world.deliver(day - timedelta(days=3), day - timedelta(days=2))
    query = {
        **QUERY,
        "where": {"field": "day", "op": "in_period", "value": "last_3_days"},
    }
    world.template(f"once {day}T00:30 {zone}", wait="6h", query_config=query)
    due, end = datetime.fromisoformat(slot), datetime.fromisoformat(until)
    world.tick(due, "once")
    (held,) = world.reports()
    assert (held.slot, held.waiting_until, held.phase) == (due, end, Phase.HELD)
    assert held.waiting_for[0]["missing"] == [str(day - timedelta(days=1))]
    world.tick(end - timedelta(minutes=1), "once")
    assert world.reports()[0].phase is Phase.HELD
    world.tick(end, "once")
    assert world.reports()[0].phase is Phase.QUEUED
    world.engine.dispose()


def test_a_day_of_25_hours_is_whole_with_its_one_delivery(tmp_path):
    zone = "Europe/Berlin"
    world = filled(f"sqlite:///{tmp_path / 'iop.db'}", tmp_path, zone)
    world.at(datetime(2026, 10, 20))
    world.deliver(*(date(2026, 10, day) for day in (23, 24, 25)))
    query = {**QUERY, "where": {"field": "day", "op": "in_period", "value": "last_3_days"}}
    world.template(f"once 2026-10-26T00:30 {zone}", wait="6h", query_config=query)
    world.tick(datetime(2026, 10, 25, 23, 30), "once")
    assert [row.phase for row in world.reports()] == [Phase.QUEUED]
    world.engine.dispose()


def test_data_that_came_again_is_offered_to_the_owner_with_what_it_changes(world_on: World):
    owner, other = world_on.user("Ada"), world_on.user("Bisi")
    world_on.deliver(*november())
    world_on.template(created_by=owner)
    world_on.tick(SLOT)
    (first,) = world_on.reports()
    world_on.make(first.id)
    assert mark_restated(world_on.engine, utc_now()) == 0
    # The 9th is sold again: 13 instead of 10.
    world_on.deliver(date(2026, 11, 9), sold=13)
    assert mark_restated(world_on.engine, utc_now()) == 1
    (first,) = world_on.reports()
    said = "data it shows was delivered again: Sales, 9 November 2026"
    assert text_of(read(first.restated)) == said
    offered = ("restatement", "restated", said)
    assert offered in world_on.told(owner)
    assert offered not in world_on.told(other)
    assert mark_restated(world_on.engine, utc_now()) == 0
    second = reissue(world_on.engine, first.id, utc_now(), "api")
    with pytest.raises(Conflict, match=f"report {second} is being made"):
        reissue(world_on.engine, first.id, utc_now(), "api")
    world_on.at(datetime(2026, 12, 3))
    made = world_on.make(second)
    # Aba sold 29 × 10, now three more; Jos sold one a day.
    figure = {"label": "Sales", "old": "290", "new": "293", "row": "Aba"}
    total = {"label": "Sales", "old": "319", "new": "322", "row": None}
    assert made.shown is not None
    assert made.shown.changes is not None
    (change,) = made.shown.changes
    assert change["figures"] == [total, figure]
    assert (change["changed"], change["added"], change["gone"]) == (1, 0, 0)
    assert text_of(made.remark) == (
        f"changed since report {first.id}: By shop: Sales 319, now 322, "
        "Sales of Aba 290, now 293, 1 row changed"
    )
    edition = world_on.reports()[-1]
    assert (edition.as_of, edition.reissue_of, edition.audience) == (SLOT, first.id, None)
    assert ("report", "reissued", text_of(made.remark)) in world_on.told(other)


def test_what_is_sent_again_by_itself_is_sent_only_if_it_says_something_else(world: World):
    world.deliver(*november())
    world.template(reissue="send")
    reader = world.user("Uju", "viewer")
    world.tick(SLOT)
    (first,) = world.reports()
    world.make(first.id)
    mark_restated(world.engine, utc_now())
    # The same once more.
    world.deliver(date(2026, 11, 9))
    assert mark_restated(world.engine, utc_now()) == 1
    second = world.reports()[-1]
    assert (second.trigger, second.reissue_of) == ("restatement", first.id)
    made = world.make(second.id)
    assert text_of(made.remark) == f"nothing changed since report {first.id}"
    assert [each for each in world.told(reader) if each[1] == "reissued"] == []
    world.deliver(date(2026, 11, 9), sold=8)
    assert mark_restated(world.engine, utc_now()) == 1
    third = world.reports()[-1]
    made = world.make(third.id)
    assert text_of(made.remark).startswith(f"changed since report {second.id}: By shop: Sales 319")
    assert [each[1] for each in world.told(reader)].count("reissued") == 1


def test_a_delivery_outside_its_period_and_a_template_that_says_never_are_left_alone(world: World):
    world.deliver(*november())
    world.template()
    world.template(name="Never", reissue="never", query_config={**QUERY, "time_zone": "UTC"})
    world.tick(SLOT)
    for report in world.reports():
        world.make(report.id)
    world.deliver(date(2026, 10, 31))
    assert mark_restated(world.engine, utc_now()) == 0
    world.deliver(date(2026, 11, 1))
    assert mark_restated(world.engine, utc_now()) == 1
    assert [row.restated_at is not None for row in world.reports()] == [True, False]


MORNING = datetime(2026, 11, 10, 7)  # 08:00 in Lagos
DAILY = f"daily 08:00 {ZONE}"


def asked_of(period: str | None, **measure: Any) -> dict[str, Any]:
    """Sales of a period by shop; of all that there is where there is no period."""
    where = {"where": {"field": "day", "op": "in_period", "value": period}} if period else {}
    table = {"select": [{"field": "shop"}, {"measure": "sales", **measure}]}
    return {"version": 2, "source": "dataset:sales", "datasets": {"by_shop": table}, **where}


def shown_on_the_10th(world: World, query: dict[str, Any], *days: date, **template: Any) -> int:
    """A report of 10 November, made of these deliveries; its id."""
    world.deliver(*days)
    world.template(DAILY, query_config=query, **template)
    world.tick(MORNING, "daily")
    report_id = world.reports()[-1].id
    world.make(report_id)
    assert mark_restated(world.engine, utc_now()) == 0
    return report_id


@pytest.mark.parametrize("reissue", ["offer", "send"])
@pytest.mark.parametrize(
    ("period", "is_shown"),
    [
        *((each, True) for each in ("month_to_date", "this_month", "this_year", "last_7_days")),
        # No period: the whole dataset. And one of which nothing was there to be shown.
        (None, True),
        ("today", False),
    ],
)
def test_the_deliveries_that_follow_are_no_restatement(world: World, period, is_shown, reissue):
    report_id = shown_on_the_10th(world, asked_of(period), *november(until=9), reissue=reissue)
    for day in (10, 11, 12):
        world.deliver(date(2026, 11, day))
        assert mark_restated(world.engine, utc_now()) == 0
    world.deliver(date(2026, 11, 9), sold=13)
    assert mark_restated(world.engine, utc_now()) == is_shown
    if is_shown:
        said = text_of(read(next(row.restated for row in world.reports() if row.id == report_id)))
        assert said == "data it shows was delivered again: Sales, 9 November 2026"
    assert len(world.reports()) == 1 + (is_shown and reissue == "send")


def test_days_that_were_over_and_come_at_last_are_told_and_those_that_ran_are_not(world: World):
    shown_on_the_10th(world, asked_of("month_to_date"), *november(8, 9, until=9))
    world.deliver(date(2026, 11, 10))
    assert mark_restated(world.engine, utc_now()) == 0
    world.deliver(date(2026, 11, 9))
    assert mark_restated(world.engine, utc_now()) == 1
    said = text_of(read(world.reports()[-1].restated))
    assert said == "data that was missing came after it was made: Sales, 9 November 2026"


def test_what_came_late_and_what_came_again_are_told_apart(world: World):
    shown_on_the_10th(world, asked_of("month_to_date"), *november(8, 9, until=9))
    world.deliver(date(2026, 11, 8))
    world.deliver(date(2026, 11, 3), sold=13)
    assert mark_restated(world.engine, utc_now()) == 1
    said = text_of(read(world.reports()[-1].restated))
    assert said == (
        "data it shows was delivered again: Sales, 3 November 2026; "
        "data that was missing came after it was made: Sales, 8 November 2026"
    )


def test_between_the_two_periods_of_a_comparison_nothing_is_shown(world: World):
    query = asked_of("month_to_date", compare="same_period_last_year")
    last_year = [day.replace(year=2025) for day in november(until=9)]
    months_between = [date(2026, 6, 15), date(2026, 10, 31)]
    shown_on_the_10th(world, query, *last_year, *months_between, *november(until=9))
    world.deliver(*months_between, sold=13)
    assert mark_restated(world.engine, utc_now()) == 0
    world.deliver(date(2025, 11, 5), sold=13)
    assert mark_restated(world.engine, utc_now()) == 1


def test_a_report_that_read_its_data_before_it_came_again_is_told_of_once_it_is_ready(world: World):
    world.deliver(*november(until=9))
    world.template(DAILY, query_config=asked_of("month_to_date"))
    world.tick(MORNING, "daily")
    (report,) = world.reports()
    made = world.read(report.id)
    world.deliver(date(2026, 11, 9), sold=13)
    assert mark_restated(world.engine, utc_now()) == 0
    world.is_ready(report.id, made)
    assert mark_restated(world.engine, utc_now()) == 1
    assert mark_restated(world.engine, utc_now()) == 0


def test_more_reports_than_one_call_looks_at_are_looked_at_by_the_next(world: World, monkeypatch):
    monkeypatch.setattr(restatements, "_A_CALL", 2)
    world.deliver(*november(until=9))
    world.template(DAILY, query_config=asked_of("yesterday"))
    for day in range(2, 7):
        world.tick(datetime(2026, 11, day, 7), "daily")
        world.make(world.reports()[-1].id)
    for _ in range(4):
        assert mark_restated(world.engine, utc_now()) == 0
    # What the oldest of five shows, and none of the others.
    oldest = next(row for row in world.reports() if row.slot == datetime(2026, 11, 2, 7))
    world.deliver(date(2026, 11, 1), sold=13)
    assert [mark_restated(world.engine, utc_now()) for _ in range(4)] == [0, 0, 1, 0]
    assert [row.id for row in world.reports() if row.restated_at] == [oldest.id]


def test_how_long_a_report_is_looked_after_is_counted_from_its_first_edition(world: World):
    first = shown_on_the_10th(world, asked_of("month_to_date"), *november(until=9), reissue="send")
    world.deliver(date(2026, 11, 9), sold=13)
    assert mark_restated(world.engine, utc_now()) == 1
    world.make(world.reports()[-1].id)
    world.end(first, finished_at=utc_now() - restatements.LOOKED_BACK)
    world.deliver(date(2026, 11, 9), sold=14)
    assert mark_restated(world.engine, utc_now()) == 0
    world.end(first, finished_at=utc_now() - restatements.LOOKED_BACK + timedelta(hours=1))
    world.deliver(date(2026, 11, 9), sold=15)
    assert mark_restated(world.engine, utc_now()) == 1


def test_a_row_that_does_not_say_how_far_its_data_reached_is_passed_over(world: World):
    report_id = shown_on_the_10th(world, asked_of("month_to_date"), *november(until=9))
    said = {"dataset": "sales", "label": "Sales", "versions": 9, "newest": 9}
    world.end(report_id, sources_read=[{**said, "start": None, "end": None}])
    world.deliver(date(2026, 11, 9))
    assert mark_restated(world.engine, utc_now()) == 0


def test_a_report_of_no_known_moment_is_not_made_again_about_other_days(world: World):
    report_id = shown_on_the_10th(world, asked_of("month_to_date"), *november(until=9))
    world.end(report_id, slot=None, as_of=None)
    with pytest.raises(Conflict, match=rf"which moment report {report_id} counts"):
        reissue(world.engine, report_id, utc_now(), "api")
    assert [row.id for row in world.reports()] == [report_id]


@pytest.mark.parametrize("empty", ["skip", "tell owner"])
def test_readers_of_figures_that_are_no_more_are_told_whoever_is_told_of_an_empty_report(
    world: World, empty: str
):
    world.user("Ada")
    reader = world.user("Uju", "viewer")
    query = asked_of("yesterday")
    shown_on_the_10th(world, query, *november(until=9), reissue="send", empty=empty)
    # The same once more, of which nobody is told, and then nothing at all.
    world.deliver(date(2026, 11, 9))
    assert mark_restated(world.engine, utc_now()) == 1
    world.make(world.reports()[-1].id)
    assert world.reports()[-1].audience == "nobody"
    world.deliver(date(2026, 11, 9))
    with begin_write(world.engine) as connection:
        rows = prepared_table(sales(ZONE))
        connection.execute(rows.delete().where(rows.c.day == date(2026, 11, 9)))
    assert mark_restated(world.engine, utc_now()) == 1
    made = world.make(world.reports()[-1].id)
    assert world.reports()[-1].audience is None
    remark = text_of(made.remark)
    assert remark is not None
    assert remark.startswith("changed since report")
    assert ("report", "reissued", remark) in world.told(reader)


def test_a_report_issued_by_hand_says_how_long_it_waited_and_is_made_at_once(world: World):
    world.deliver(*november(29))
    world.template(wait="6h", jitter="2h")
    world.tick(SLOT)
    (held,) = world.reports()
    assert held.run_after is not None
    now = world.at(SLOT + timedelta(hours=1))
    issue_now(world.engine, held.id, now)
    (row,) = world.reports()
    assert (row.phase, row.waiting_until, row.run_after) == (Phase.QUEUED, now, None)
    remark = text_of(world.make(held.id).remark)
    assert remark == "incomplete: 28 of 29 days, it waited for data until 2026-11-30 06:00 UTC"


@pytest.mark.parametrize(
    ("empty", "audience", "said"),
    [
        ("send", None, None),
        ("skip", "nobody", "nothing in it, so it was sent to nobody"),
        ("tell owner", "owner", "nothing in it, so only the owner of the template was told"),
    ],
)
def test_an_empty_report_is_told_to_whom_its_template_says(world: World, empty, audience, said):
    owner, other = world.user("Ada"), world.user("Bisi")
    world.template(created_by=owner, empty=empty)
    world.tick(SLOT)
    (report,) = world.reports()
    made = world.make(report.id)
    assert (world.reports()[0].audience, text_of(made.remark)) == (audience, said)
    ready = ("report", "ready", said)
    assert (ready in world.told(owner)) == (audience != "nobody")
    assert (ready in world.told(other)) == (audience is None)


def test_a_template_of_a_disabled_author_pauses_and_tells_the_admins(world_on: World):
    owner, admin, viewer = (
        world_on.user("Ada"),
        world_on.user("Bisi"),
        world_on.user("Uju", "viewer"),
    )
    template_id = world_on.template(created_by=owner)
    world_on.disable(owner)
    world_on.tick(SLOT)
    assert world_on.reports() == []
    assert template(world_on.engine, template_id).status is TemplateStatus.PAUSED
    paused = ("template", "paused", "the account of its author Ada is disabled")
    assert world_on.told(admin) == [paused]
    assert world_on.told(viewer) == []
    with pytest.raises(Conflict, match="take the template over"):
        set_template_status(world_on.engine, template_id, TemplateStatus.ACTIVE, SLOT)
    take_over(world_on.engine, template_id, admin, SLOT)
    followed = template(world_on.engine, template_id)
    assert (followed.status, followed.created_by) == (TemplateStatus.ACTIVE, admin)
    assert world_on.told(admin) == []
    # What fell due meanwhile is not made up.
    world_on.tick(SLOT + timedelta(hours=1))
    assert world_on.reports() == []


def test_an_author_whose_account_works_again_is_followed_and_a_pause_by_hand_stays(world: World):
    owner = world.user("Ada")
    followed = world.template(created_by=owner)
    by_hand = world.template(name="By hand", created_by=owner)
    set_template_status(world.engine, by_hand, TemplateStatus.PAUSED, SLOT)
    world.disable(owner)
    assert follow_authors(world.engine, SLOT, utc_now()) == (1, 0)
    assert follow_authors(world.engine, SLOT, utc_now()) == (0, 0)
    world.disable(owner, is_disabled=False)
    assert follow_authors(world.engine, SLOT, utc_now()) == (0, 1)
    statuses = [template(world.engine, each).status for each in (followed, by_hand)]
    assert statuses == [TemplateStatus.ACTIVE, TemplateStatus.PAUSED]


def test_a_schedule_pauses_after_failures_in_a_row_and_tells_its_owner(world: World):
    owner, other = world.user("Ada"), world.user("Bisi")
    made = world.template(f"daily 06:00 {ZONE}", created_by=owner, pause_after=3)
    outcomes = [ReportStatus.FAILED, ReportStatus.READY, *[ReportStatus.FAILED] * 3]
    for number, outcome in enumerate(outcomes):
        day = datetime(2026, 11, 10 + number, 5)
        world.tick(day, "daily")
        assert template(world.engine, made).status is TemplateStatus.ACTIVE
        world.end(world.reports()[-1].id, status=outcome)
    assert pause_if_failing(world.engine, made, utc_now())
    assert not pause_if_failing(world.engine, made, utc_now())
    paused = ("template", "paused", "3 reports in a row failed")
    assert paused in world.told(owner)
    assert paused not in world.told(other)
    set_template_status(world.engine, made, TemplateStatus.ACTIVE, datetime(2026, 11, 14, 6))
    # The failures before it was resumed count no more.
    assert not pause_if_failing(world.engine, made, utc_now())
    world.tick(datetime(2026, 11, 15, 5), "daily")
    assert len(world.reports()) == 6


def test_slots_of_a_stop_are_made_up_as_the_template_says_and_the_others_are_named(world: World):
    for misfire in ("latest", "all", "skip"):
        world.template(f"daily 06:00 {ZONE}", name=misfire, misfire=misfire)
    world.tick(datetime(2026, 11, 9, 5), "daily")
    world.tick(datetime(2026, 11, 13, 9), "daily")
    slots: dict[str, list[int]] = {}
    for row in world.reports():
        name = template(world.engine, row.template_id).name
        slots.setdefault(name, []).append(row.slot.day)
    # Those of the 2nd to the 8th are of the stop before the first look.
    assert slots["all"] == list(range(1, 14))
    assert slots["latest"] == [9, 13]
    assert slots["skip"] == [9]
    with world.engine.connect() as connection:
        query = sa.select(iop.report_templates.c.passed_over).order_by(iop.report_templates.c.id)
        said = [text_of(read(each)) for each in connection.scalars(query)]
    assert said == [
        "3 due times passed over, 2026-11-10 05:00 to 2026-11-12 05:00 UTC",
        None,
        "4 due times passed over, 2026-11-10 05:00 to 2026-11-13 05:00 UTC",
    ]


def test_jitter_moves_when_a_report_is_made_and_never_its_slot(world: World):
    world.template(f"daily 06:00 {ZONE}", jitter="30m")
    before = utc_now()
    world.tick(datetime(2026, 11, 9, 5), "daily")
    row = world.reports()[-1]
    assert row.slot == datetime(2026, 11, 9, 5)
    drawn = template(world.engine, 1).spec.delay(1, row.slot)
    assert timedelta(0) < drawn <= timedelta(minutes=30)
    assert abs(row.run_after - before - drawn) <= timedelta(seconds=5)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"wait": "8d"}, r"wait: '8d' is out of range; it can be 1m to 7d"),
        ({"wait": "soon"}, r"wait: 'soon' is no length of time"),
        ({"jitter": "3h"}, r"jitter: '3h' is out of range; it can be 1m to 2h"),
        ({"empty": "shout"}, r"empty: "),
        ({"pause_after": 0}, r"pause_after: "),
    ],
)
def test_a_policy_that_cannot_be_is_refused_by_its_name(given: dict[str, Any], why: str):
    with pytest.raises(InvalidInput, match=why):
        load_template({"name": "t", "query_config": QUERY, **given})


def test_capitals_and_blanks_of_a_policy_say_nothing():
    words = {"wait": " 6 H", "empty": "Tell  owner", "misfire": "ALL", "jitter": "10min"}
    spec = load_template({"name": "t", "query_config": QUERY, **words})
    assert (spec.wait, spec.empty, spec.misfire, spec.jitter) == ("6h", "tell_owner", "all", "10m")
