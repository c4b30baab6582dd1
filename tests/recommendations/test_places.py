"""The order of the inbox: what still stands, then the gravest, then the latest; one index has it on every database."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from iop_pipelines.domain.places import HIGHEST, place_of
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.recommendations.advising import advise
from iop_pipelines.recommendations.places import give_places
from iop_pipelines.schema import migrate
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.tables import recommendations

NOW = datetime(2026, 11, 30)


def test_what_stands_is_before_what_is_gone_the_gravest_and_latest_first() -> None:
    def days_ago(days: int) -> datetime:
        return NOW - timedelta(days=days)

    wanted = [
        place_of(Severity.CRITICAL, days_ago(900)),
        place_of(Severity.WARNING, days_ago(0)),
        place_of(Severity.WARNING, days_ago(9)),
        place_of(Severity.INFO, days_ago(9)),
        place_of(Severity.INFO, days_ago(400)),
        place_of(Severity.INFO, None),
        place_of(Severity.CRITICAL, days_ago(0), is_gone=True),
        place_of(Severity.INFO, days_ago(0), is_gone=True),
    ]
    assert sorted(wanted, reverse=True) == wanted
    # A number of JavaScript holds it, and nothing is before the first page.
    assert max(place_of(Severity.CRITICAL, datetime.max), *wanted) < HIGHEST < 2**53


def test_of_forecasts_of_one_delivery_that_of_the_largest_effect_is_first(world, found) -> None:
    """All have the same end of their data; none comes before what is graver or is of later data."""
    effects = {"LGA": 0.02, "EWR": 1.5, "JFK": 0.3, "ACY": None}
    ahead = {"category": Category.FORECAST, "kind": "limit_crossing"}
    told = [
        found(9, series, severity=Severity.WARNING, **ahead, evidence={"points": [], **part})
        for series, effect in effects.items()
        for part in [{} if effect is None else {"effect": effect}]
    ]
    graver = found(9, "SWF", severity=Severity.CRITICAL, **ahead, evidence={"points": []})
    later = found(10, "HPN", severity=Severity.WARNING, **ahead, evidence={"points": []})
    advise(world.engine, world.run(0, *told, graver))
    advise(world.engine, world.run(1, later, scored=("HPN",)))
    of = recommendations.c
    with world.engine.connect() as connection:
        listed = connection.scalars(sa.select(of.unique_id).order_by(of.place.desc(), of.id.desc()))
        assert list(listed) == ["SWF", "HPN", "EWR", "JFK", "LGA", "ACY"]
    assert give_places(world.engine, is_thorough=True) == 0


def test_rows_of_before_get_their_places_and_keep_their_dates(database_url: str) -> None:
    migrate.upgrade(database_url, "0028")
    engine = engine_for(database_url)
    insert = sa.text(
        "INSERT INTO recommendations (title, category, severity, last_ds, resolved_at, created_at, "
        "updated_at) VALUES (:title, :category, :severity, :last, :gone, :then, :then)"
    )
    then = "2026-11-01 12:00:00"
    told = (
        ("gone", "anomaly", "critical", "2026-11-20 00:00:00", then),
        ("marginal", "anomaly", "info", "2026-11-29 00:00:00", None),
        ("old", "anomaly", "warning", "2024-02-03 00:00:00", None),
        ("to come", "forecast", "warning", "2027-05-01 00:00:00", None),
        ("fall", "anomaly", "warning", "2026-11-21 00:00:00", None),
        ("of another hand", "anomaly", None, None, None),
    )
    names = ("title", "category", "severity", "last", "gone")
    with engine.begin() as connection:
        for row in told:
            connection.execute(insert, {**dict(zip(names, row, strict=True)), "then": then})
    migrate.upgrade(database_url)
    of = recommendations.c
    query = sa.select(of.title, of.place, of.updated_at).order_by(of.place.desc())
    with engine.connect() as connection:
        found = connection.execute(query).all()
    assert [row.title for row in found] == [
        *("fall", "to come", "old", "marginal", "of another hand", "gone"),
    ]
    assert {row.updated_at for row in found} == {datetime(2026, 11, 1, 12)}
    places = {row.title: row.place for row in found}
    assert places["fall"] == place_of(Severity.WARNING, datetime(2026, 11, 21))
    assert places["to come"] == place_of(Severity.WARNING, datetime(2026, 11, 1, 12))
    migrate.downgrade(database_url, "0028")
    engine.dispose()


def test_what_a_release_of_before_wrote_beside_this_one_gets_its_place(world, found) -> None:
    """It opens without a place, and leaves the place where it raises, lowers or ends."""
    names = ("opened", "raised", "ended", "right")
    for at, _ in enumerate(names):
        advise(world.engine, world.run(at, found(at, series=f"S{at}")))
    of = recommendations.c
    query = sa.select(of.id, of.place).order_by(of.id)
    with begin_write(world.engine) as connection:
        connection.execute(
            recommendations.insert(),
            [{"title": "of another hand", "category": "anomaly", "last_ds": NOW}],
        )
        before = {row.id: row.place for row in connection.execute(query)}
        opened, raised, ended, _, other = before
        for wrong, values in (
            (opened, {"place": 0}),
            (other, {"place": 0}),
            (raised, {"place": place_of(Severity.INFO, NOW)}),
            (ended, {"resolved_at": NOW, "live_key": None}),
        ):
            connection.execute(recommendations.update().where(of.id == wrong).values(**values))
    assert give_places(world.engine) == 2
    assert give_places(world.engine) == 0
    assert give_places(world.engine, is_thorough=True) == 2
    assert give_places(world.engine, is_thorough=True) == 0
    with world.engine.connect() as connection:
        after = {row.id: row.place for row in connection.execute(query)}
    assert {key: each for key, each in after.items() if key != ended} == {
        key: each for key, each in before.items() if key != ended
    }
    assert after[ended] < place_of(Severity.INFO, None)


@pytest.mark.parametrize(
    "condition",
    [
        sa.true(),
        recommendations.c.status == "open",
        recommendations.c.dataset == "sales",
    ],
    ids=["all", "status", "dataset"],
)
def test_a_page_far_down_is_read_from_an_index_without_a_sort(migrated_url: str, condition) -> None:
    engine = engine_for(migrated_url)
    rows = [
        {
            "title": f"{number}",
            "category": Category.ANOMALY,
            "severity": list(Severity)[number % 3],
            "dataset": "sales" if number % 2 else "visits",
            "last_ds": NOW - timedelta(hours=number * 7919 % 3001),
        }
        for number in range(3_000)
    ]
    with begin_write(engine) as connection:
        connection.execute(recommendations.insert(), rows)
        if engine.dialect.name != "sqlite":
            connection.execute(sa.text("ANALYZE TABLE recommendations"))
    of, place = recommendations.c, place_of(Severity.WARNING, NOW - timedelta(hours=1500))
    page = (
        sa.select(of.id)
        .where(of.place <= place, sa.or_(of.place < place, of.id < 1_000), condition)
        .order_by(of.place.desc(), of.id.desc())
        .limit(25)
    )
    statement = page.compile(engine, compile_kwargs={"literal_binds": True})
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        explained = sa.text(f"EXPLAIN {'QUERY PLAN ' if is_sqlite else ''}{statement}")
        plan = " ".join(str(tuple(row)) for row in connection.execute(explained))
        assert len(connection.scalars(page).all()) == 25
    assert "_place" in plan, plan
    assert "TEMP B-TREE" not in plan, plan
    assert "filesort" not in plan, plan
    engine.dispose()
