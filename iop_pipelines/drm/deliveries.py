"""Which delivery of a dataset is expected next, and by when: the one place that knows.

Expected is what comes in a rhythm: what the dataset declares, or what at least five deliveries had. What was loaded at
once has none, however many deliveries it was: its windows follow each other faster than time does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from iop_pipelines.calendars.days import Calendar
from iop_pipelines.domain.datasets import Rhythm
from iop_pipelines.drm.source import DrmRun, SharedDatabase

LEAST = 5
# Of the newest deliveries so many tell the rhythm.
LOOKED_AT = 60
# What fills its window in less of the time that the window covers was kept back, and delivered at once.
_LIVE = 0.25
_GRACE = 0.5
_A_DAY = timedelta(days=1)
_LONGEST_PAUSE = 21


@dataclass(frozen=True)
class Expected:
    """
    Attributes:
        after: the newest delivery there is.
        due: when the next comes by its rhythm; late: from when on it is missing. Naive UTC.
        rhythm: the usual time from one to the next.
        window_start: the first period that it would bring, dataset-local.
    """

    after: DrmRun
    due: datetime
    late: datetime
    rhythm: timedelta

    @property
    def window_start(self) -> datetime:
        return self.after.window_end

    def is_missing(self, now: datetime) -> bool:
        return now > self.late


def expected(
    drm: SharedDatabase,
    dataset: str,
    zone: str,
    calendar: Calendar | None = None,
    declared: Rhythm | None = None,
) -> Expected | None:
    """The next delivery of DRM's `dataset`; None where nothing says that there will be one.

    zone: of the dataset, in which its weekdays and holidays are; calendar: its own, on whose closed days nothing comes.
    """
    return expected_after(drm.newest_runs(dataset, LOOKED_AT), zone, calendar, declared)


def expected_after(
    runs: Sequence[DrmRun],
    zone: str,
    calendar: Calendar | None = None,
    declared: Rhythm | None = None,
) -> Expected | None:
    """As `expected`, after these successful runs."""
    advancing = _advancing(runs)
    if not advancing:
        return None
    last, ended = advancing[-1], _ended(advancing[-1])
    if declared is not None:
        usual, grace = declared.step, declared.grace
        return Expected(last, ended + usual, ended + usual + grace, usual)
    gaps = _live_gaps(advancing)
    if len(gaps) < LEAST - 1:
        return None
    usual = timedelta(seconds=median(each.total_seconds() for each in gaps))
    if usual <= timedelta(0):
        return None
    due = ended + usual
    if 0.75 * _A_DAY <= usual <= 1.25 * _A_DAY:
        due = _on_a_working_day(due, advancing, ZoneInfo(zone), calendar)
        return Expected(last, due, due + usual * _GRACE, usual)
    # Nights and weekends without hours are pauses that it had before.
    pause = max(max(gaps) - usual, timedelta(0))
    return Expected(last, due, due + pause + usual * _GRACE, usual)


def _advancing(runs: Sequence[DrmRun]) -> list[DrmRun]:
    """Those that brought periods which none before had, as they ended; a restatement is no rhythm."""
    found: list[DrmRun] = []
    for run in sorted((each for each in runs if each.is_success), key=_order):
        if not found or run.window_end > found[-1].window_end:
            found.append(run)
    return found


def _order(run: DrmRun) -> tuple[datetime, int]:
    return _ended(run), run.id


def _ended(run: DrmRun) -> datetime:
    return run.finished_at or run.started_at


def _live_gaps(runs: Sequence[DrmRun]) -> list[timedelta]:
    """Between deliveries that came as time went, back to the last that did not."""
    gaps: list[timedelta] = []
    for earlier, later in zip(reversed(runs[:-1]), reversed(runs[1:]), strict=True):
        gap = _ended(later) - _ended(earlier)
        if gap < _LIVE * (later.window_end - earlier.window_end):
            break
        gaps.append(gap)
    return gaps


def _on_a_working_day(
    due: datetime, runs: Sequence[DrmRun], zone: ZoneInfo, calendar: Calendar | None
) -> datetime:
    """The first day from `due` on which anything comes: no weekday that never had one in two weeks and more."""
    ended = [_ended(run).replace(tzinfo=UTC).astimezone(zone) for run in runs]
    is_known = len(ended) > LEAST and ended[-1] - ended[0] >= 14 * _A_DAY
    usual_days = {each.weekday() for each in ended} if is_known else set(range(7))
    for _ in range(_LONGEST_PAUSE):
        day = due.replace(tzinfo=UTC).astimezone(zone)
        is_open = calendar is None or calendar.is_open(day.date())
        if is_open and day.weekday() in usual_days:
            return due
        due += _A_DAY
    return due
