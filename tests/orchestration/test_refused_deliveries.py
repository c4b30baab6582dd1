"""A delivery that cannot be used is a failed data version that everybody sees, until somebody settles it."""

from datetime import date, datetime

import pytest
import sqlalchemy as sa

from iop_pipelines.demo.load import folder
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.vocabulary import Category, ExecutionStatus, Role, Severity
from iop_pipelines.drm.tables import pipeline_runs
from iop_pipelines.errors import Conflict
from iop_pipelines.ledger.deliveries import accept, unprepared
from iop_pipelines.ledger.reconcile import reconcile
from iop_pipelines.ledger.stats import figures
from iop_pipelines.ledger.verify import verify
from iop_pipelines.notifications.listing import notifications
from iop_pipelines.orchestration.upkeep import keep_ledger
from iop_pipelines.registry.models import load_spec, promote, register
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import (
    dataset_versions,
    datasets,
    model_executions,
    recommendations,
    rejected_rows,
    users,
)
from iop_pipelines.transform.table import prepared_table
from iop_pipelines.transform.versions import dataset

# 31 of its 104 rows cannot be read: no origin, or a number of flights that is none or below one.
GARBLED = datetime(2013, 2, 15)
HEALTH, LIMITS = "pipeline-health", "cancellation-limits"
executions = model_executions.c


def _version(bench) -> sa.Row:
    (row,) = bench.rows(
        sa.select(dataset_versions)
        .join(datasets, datasets.c.id == dataset_versions.c.dataset_id)
        .where(datasets.c.name == "flights_daily", dataset_versions.c.window_start == GARBLED)
        .order_by(dataset_versions.c.id)
        .limit(1)
    )
    return row


def _rows_of(bench, day: datetime) -> int:
    table = prepared_table(dataset(bench.platform.engine, "flights_daily").declaration)
    on_day = sa.select(sa.func.count()).where(table.c.date == day.date(), table.c.iop_to.is_(None))
    return bench.rows(on_day)[0][0]


def _raised(bench) -> list[sa.Row]:
    is_its = recommendations.c.source_ref.startswith("data_version:")
    return bench.rows(sa.select(recommendations).where(is_its))


def _told(bench) -> list[tuple[str, str, str | None]]:
    engine = bench.platform.engine
    if not bench.rows(sa.select(users.c.id)):
        with begin_write(engine) as connection:
            connection.execute(users.insert().values(name="ada", role=Role.ADMIN))
    ((user_id,),) = bench.rows(sa.select(users.c.id))
    found = notifications(engine, user_id, utc_now(), limit=100)
    return [(each.title, each.event, each.detail) for each in found.items if each.kind == "dataset"]


@pytest.fixture
def refused(bench_of):
    """The garbled day has been delivered, and was looked at."""
    return bench_of("refused", _look_at_the_garbled_day)


def _look_at_the_garbled_day(bench) -> None:
    bench.keep_models(HEALTH)
    bench.pass_over(date(2013, 2, 12))
    bench.ingest_until(GARBLED.date())
    bench.tick()


def test_a_delivery_of_which_too_much_is_refused_is_seen_everywhere_and_nothing_of_it_is_prepared(
    refused,
):
    version = _version(refused)
    why = (
        "31 of 104 delivered rows are refused, at most 20 % may be: origin: missing (11 rows), "
        "flights: below 1 (10 rows), flights: not an integer (10 rows)"
    )
    assert (version.status, version.error_msg) == ("failed", why)
    assert (version.rows_in, version.rows_out, version.rows_rejected) == (104, 0, 31)
    assert version.usable_pct == pytest.approx(100 * 73 / 104)
    kept = sa.select(sa.func.count()).where(rejected_rows.c.dataset_version_id == version.id)
    assert refused.rows(kept)[0][0] == 31
    assert _rows_of(refused, GARBLED) == 0
    assert _rows_of(refused, datetime(2013, 2, 14)) > 50

    assert refused.platform.drm.run(version.drm_run_id).is_success
    stats = figures(refused.platform.engine, utc_now())
    assert [(each.dataset, each.is_refused) for each in stats.unprepared] == [
        ("flights_daily", True)
    ]
    assert stats.usable_by_dataset["flights_daily"] == 100
    assert _told(refused) == [("flights_daily", "refused", why)]
    (raised,) = _raised(refused)
    assert (raised.category, raised.severity) == (Category.OPTIMISATION, Severity.WARNING)
    assert raised.title == (
        "Delivery of flights_daily for 15 Feb 2013 refused: only 70 % of its rows are usable"
    )
    assert why in raised.description
    french = raised.translations["fr"]
    assert french["title"].startswith("Livraison de flights_daily du 15 févr. 2013 refusée")
    assert "31 des 104 lignes livrées sont refusées" in french["description"]


def test_looking_again_tells_nothing_twice_and_makes_good_what_a_dead_worker_left(refused):
    (before,) = _raised(refused)
    with begin_write(refused.platform.engine) as connection:
        connection.execute(
            dataset_versions.update()
            .where(dataset_versions.c.id == _version(refused).id)
            .values(failed_at=datetime(2026, 1, 2))
        )
    keep_ledger(refused.instance, refused.platform)
    keep_ledger(refused.instance, refused.platform)

    (after,) = _raised(refused)
    assert (before.occurrences, after.occurrences) == (1, 2)
    assert verify(refused.instance, refused.platform.engine).drift == ()


def test_who_accepts_it_gets_what_is_usable_and_all_is_quiet_again(refused):
    version = _version(refused)
    reconcile(refused.instance, refused.platform.engine, utc_now())
    first = accept(refused.platform.engine, version.id)
    again = accept(refused.platform.engine, version.id)
    assert (first.is_new, again.is_new) == (True, False)
    refused.tick()

    taken = _version(refused)
    assert (taken.status, taken.rows_out, taken.rows_rejected) == ("prepared", 73, 31)
    assert taken.usable_pct == pytest.approx(100 * 73 / 104)
    assert _rows_of(refused, GARBLED) == 73
    assert figures(refused.platform.engine, utc_now()).unprepared == ()
    assert _told(refused) == []
    (raised,) = _raised(refused)
    assert raised.resolved_at is not None
    assert accept(refused.platform.engine, version.id).is_new is False


def test_models_that_could_not_run_on_it_run_once_it_is_accepted(bench):
    content = load_spec(folder("models") / f"{LIMITS}.yaml").model_dump(mode="json")
    content["config"]["quality_threshold"] = None
    bench.keep_models()
    promote(
        bench.platform.engine,
        register(bench.platform.engine, load_spec({**content, "name": "free"})),
    )
    bench.pass_over(date(2013, 2, 12))
    bench.ingest_until(GARBLED.date())
    bench.tick()
    version = _version(bench)
    of_it = sa.select(executions.status).where(executions.dataset_version_id == version.id)
    reconcile(bench.instance, bench.platform.engine, utc_now())
    assert [row.status for row in bench.rows(of_it)] == [ExecutionStatus.FAILED]

    accept(bench.platform.engine, version.id)
    bench.tick()

    ended = [row.status for row in bench.rows(of_it.order_by(executions.id))]
    assert ended == [ExecutionStatus.FAILED, ExecutionStatus.SUCCESS]


def test_a_delivery_that_fills_its_period_settles_it(refused):
    refused.ingest_until(date(2013, 2, 17))
    refused.tick()

    assert _version(refused).status == "failed"
    assert _rows_of(refused, GARBLED) > 73
    assert figures(refused.platform.engine, utc_now()).unprepared == ()
    assert _told(refused) == []
    (raised,) = _raised(refused)
    assert raised.resolved_at is not None


def test_preparing_that_failed_says_why_in_the_same_places_and_cannot_be_accepted(bench):
    bench.keep_models(HEALTH)
    with begin_write(bench.platform.drm_engine) as connection:
        run = connection.execute(
            sa.select(pipeline_runs).where(pipeline_runs.c.dataset == "flights_daily")
        ).first()
    assert run is not None
    engine = bench.platform.engine
    with begin_write(engine) as connection:
        row = connection.execute(
            sa.select(datasets).where(datasets.c.name == "flights_daily")
        ).one()
        content = row.declaration
        content["steps"][0]["columns"]["date"]["source"] = "no_such_column"
        changed = datasets.update().where(datasets.c.id == row.id)
        connection.execute(changed.values(declaration=content))
    bench.tick()

    with engine.connect() as connection:
        waiting = unprepared(connection)
    (failed,) = [each for each in waiting if each.dataset == "flights_daily"]
    assert "no_such_column" in failed.error_msg
    assert [event for _, event, _ in _told(bench)] == ["failed"]
    (raised,) = _raised(bench)
    assert raised.severity is Severity.CRITICAL
    assert raised.title == "Delivery of flights_daily for 1 Jan 2013 could not be prepared"
    with pytest.raises(
        Conflict, match=r"cannot be accepted; preparing it failed: .*no_such_column"
    ):
        accept(engine, failed.id)
