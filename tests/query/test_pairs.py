"""Which moments stand beside each other, against calendars and clocks that are counted here."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.frequencies import BUCKETS, Bucket
from iop_pipelines.domain.periods import Period, YearAndWeek
from iop_pipelines.domain.resolved import Scope
from iop_pipelines.query.config import TableQuery
from iop_pipelines.query.pairs import is_repeated, is_shown, pairs_of
from iop_pipelines.query.sources import dataset_source

VISITS = dataset_source(
    DatasetDeclaration.model_validate(
        {
            "name": "visits",
            "source": "visits",
            "time": "day",
            "freq": "D",
            "key": ["day"],
            "fields": {"day": {"type": "date"}, "visits": {"type": "integer"}},
            "measures": {"visits": {"kind": "sum", "field": "visits"}},
        }
    )
)
BY_WEEK = TableQuery.model_validate(
    {"select": [{"field": "day", "bucket": "week"}, {"measure": "visits"}]}
)


def _scope(begins: YearAndWeek, first: date) -> Scope:
    start = datetime.combine(first, datetime.min.time())
    period = Period(start, start + timedelta(weeks=4), "UTC")
    return Scope(None, "UTC", begins=begins, periods=[period], fields=["day"])


@pytest.mark.parametrize("weekday", range(7))
def test_every_week_stands_beside_the_one_four_weeks_before_whatever_day_weeks_begin_with(weekday):
    begins = YearAndWeek(first_weekday=weekday)
    # 2 November 2026 is a Monday.
    first = date(2026, 11, 2) + timedelta(days=weekday)
    now, then = _scope(begins, first), _scope(begins, first - timedelta(weeks=4))
    pairs = pairs_of(BY_WEEK, VISITS, now, then, None)
    weeks = [first + timedelta(weeks=n) for n in range(4)]
    earlier = [week - timedelta(weeks=4) for week in weeks]
    assert [pairs.here((week, 0)) for week in earlier] == [(week, 0) for week in weeks]
    assert pairs.all_there(weeks) == earlier
    assert pairs.alone_here((week, 0) for week in weeks) == []


@pytest.mark.parametrize("bucket", ["hour", "30min", "15min"])
@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Europe/Berlin", datetime(2026, 3, 27)),
        ("Europe/Berlin", datetime(2026, 10, 23)),
        # Half an hour forward, and back.
        ("Australia/Lord_Howe", datetime(2026, 10, 2)),
        ("Australia/Lord_Howe", datetime(2026, 4, 3)),
        # At midnight, forward and back.
        ("America/Sao_Paulo", datetime(2018, 11, 2)),
        ("America/Sao_Paulo", datetime(2018, 2, 16)),
        ("UTC", datetime(2026, 3, 27)),
    ],
)
def test_what_clocks_show_is_what_passes_on_them(zone: str, first: datetime, bucket: Bucket):
    """Every minute of six days passes on a clock of the zone; four of them are judged."""
    step = BUCKETS[bucket]
    size = timedelta(minutes=60 if bucket == "hour" else int(bucket.removesuffix("min")))
    start = first.replace(tzinfo=UTC) - timedelta(days=1)
    minutes = Counter(
        (start + timedelta(minutes=n)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        for n in range(6 * 24 * 60)
    )
    moment = first
    while moment < first + timedelta(days=4):
        inside = [minutes[moment + timedelta(minutes=n)] for n in range(size.seconds // 60)]
        assert is_shown(moment, step, zone) is (max(inside) > 0), moment
        assert is_repeated(moment, step, zone) is (max(inside) > 1), moment
        moment += size
