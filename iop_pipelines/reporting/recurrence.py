"""The days and times of a schedule in words: what they hold, however the schedule was written.

Libraries that read cron aloud were weighed: they say French around English names of days and months, or count
`*/2` and a weekday as either where `cron` counts both.
"""

from collections.abc import Collection, Sequence
from datetime import time

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.reporting.cron import Cron

_MOST_LISTED_TIMES = 6
_MONDAY_FIRST = range(7)
_WITH_COMMA = ("days.or_last", "days.in_weeks", "said.parts")


def at(days: Sentence, times: Sequence[time]) -> Sentence:
    """`every day at 06:00 and 18:00`; what has a comma itself has one before the times too."""
    if days.code in _WITH_COMMA:
        return Sentence.listed([days, _times_listed(times)], "said.parts")
    return Sentence("schedule.at", days=days, times=_times_listed(times))


def weekday(number: int) -> Sentence:
    """Monday is 0."""
    return Sentence("weekday.name", weekday=number)


def every_weekday(numbers: Sequence[int]) -> Sentence:
    """`every Monday and Friday`, or `Monday to Friday` of three and more that follow each other."""
    if _is_run(numbers):
        return Sentence("weekdays.span", first=weekday(numbers[0]), last=weekday(numbers[-1]))
    named = [Sentence("weekday.each", weekday=number) for number in numbers]
    return Sentence("weekdays.every", all=named)


def month_days(numbers: Sequence[int], months: Sequence[int] = ()) -> Sentence:
    """`on days 1 and 15 of every month`, or of these months."""
    of = Sentence("months.some", all=_named(months)) if months else Sentence("months.every")
    named = [Sentence("day.number", day=number) for number in numbers]
    if _is_run(numbers):
        return Sentence("days.span_of_month", first=named[0], last=named[-1], of=of)
    return Sentence("days.of_month", count=len(numbers), all=named, of=of)


def of_cron(cron: Cron) -> Sentence:
    """As in `every day at 06:30`, with all that the expression means."""
    days, times = _days(cron), _times(cron)
    if times.code == "times.listed" and days.code not in ("days.both", "days.either"):
        return Sentence("schedule.at", days=days, times=times)
    is_often = times.code in ("times.hourly", "times.stepped")
    return (
        times
        if is_often and days.code == "days.every"
        else Sentence.listed([days, times], "said.parts")
    )


def _is_run(numbers: Sequence[int]) -> bool:
    """Three and more that follow each other."""
    return len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1


def _days(cron: Cron) -> Sentence:
    months = sorted(cron.months) if len(cron.months) < 12 else []
    # Cron counts from Sunday.
    weekdays = [day for day in _MONDAY_FIRST if (day + 1) % 7 in cron.weekdays]
    days = sorted(cron.days)
    is_by_week, is_by_month = len(weekdays) < 7, len(days) < 31
    if is_by_week and is_by_month:
        of_month = month_days(days, months)
        if cron.is_either_day:
            also = _in_months(every_weekday(weekdays), months)
            return Sentence("days.either", days=of_month, weekdays=also)
        named = [weekday(number) for number in weekdays]
        return Sentence("days.both", days=of_month, weekdays=named)
    if cron.is_either_day or not (is_by_week or is_by_month):
        return _in_months(Sentence("days.every"), months)
    if is_by_month:
        return month_days(days, months)
    return _in_months(every_weekday(weekdays), months)


def _in_months(days: Sentence, months: Sequence[int]) -> Sentence:
    return Sentence("days.in_months", days=days, all=_named(months)) if months else days


def _named(months: Sequence[int]) -> list[Sentence]:
    return [Sentence("month.name", month=number) for number in months]


def _times(cron: Cron) -> Sentence:
    times, minutes, hours = cron.times(), sorted(cron.minutes), sorted(cron.hours)
    if len(times) <= _MOST_LISTED_TIMES:
        return _times_listed(times)
    is_all_day = len(hours) == 24
    step = _step(minutes)
    if is_all_day and minutes == [0]:
        return Sentence("times.hourly")
    if is_all_day and step:
        return Sentence("times.stepped", step=step)
    if is_all_day:
        return Sentence("times.minutes", count=len(minutes), minutes=minutes)
    ends = {"first": _clock(times[0]), "last": _clock(times[-1])}
    if step and hours[-1] - hours[0] == len(hours) - 1:
        return Sentence("times.stepped_between", step=step, **ends)
    hour_step = hours[1] - hours[0] if len(hours) > 1 else 1
    if len(minutes) == 1 and hours == list(range(hours[0], hours[-1] + 1, hour_step)):
        return Sentence("times.hourly_between", step=hour_step, **ends)
    return Sentence("times.minutes_of_hours", count=len(minutes), minutes=minutes, hours=hours)


def _step(minutes: Collection[int]) -> int:
    """Minutes between any two that follow each other, over the hour's end too; 0 where they differ."""
    step = 60 // len(minutes)
    return step if len(minutes) > 1 and list(minutes) == list(range(0, 60, step)) else 0


def _times_listed(times: Sequence[time]) -> Sentence:
    return Sentence("times.listed", times=[_clock(each) for each in times])


def _clock(at: time) -> Sentence:
    return Sentence("time.of_day", time=f"{at:%H:%M}")
