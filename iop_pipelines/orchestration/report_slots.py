"""Which reports are due: slots of schedules as rows, those that wait for their data, and templates that may not go on.

All of it is short SQL and safe to do twice: one row a slot, however often it is asked for. Slots and waits are of the
business clock.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.policies import Due, due_by
from iop_pipelines.errors import IopError
from iop_pipelines.ledger.cursors import read_cursor, write_cursor
from iop_pipelines.ledger.requests import Waiting, request_report
from iop_pipelines.ledger.waiting import WaitingReport, issue, note_lacks, waiting_reports
from iop_pipelines.platform import Platform
from iop_pipelines.registry.standing import follow_authors, note_passed_over, pause_if_failing
from iop_pipelines.registry.templates import StoredTemplate, scheduled_templates
from iop_pipelines.reporting.schedule import due_slots, parse_schedule

if TYPE_CHECKING:
    from iop_pipelines.query.run import Lack

# A template's slots older than this are not made up after a long stop; the newest always is.
CATCH_UP = timedelta(days=31)
# Of the days that a report lacks, so many are named.
_NAMED: Final = 31


def request_slots(platform: Platform, cadence: str, now: datetime) -> tuple[int, list[str]]:
    """One row a due slot; asked again for the same time, the unique slot makes it the same row.

    Returns how many, and what there is to say: problems, since a template that cannot be asked for stops no other,
    slots that were passed over, and templates that were paused or are followed again.
    """
    engine = platform.engine
    paused, resumed = follow_authors(engine, now, utc_now())
    said = [f"{count} templates {what}" for count, what in _standings(paused, resumed) if count]
    name = f"slots/{cadence}"
    text = read_cursor(engine, name)
    since = datetime.fromisoformat(text) if text else None
    made = 0
    for template in scheduled_templates(engine):
        try:
            due = due_of(template, cadence, platform.settings.time_zone, since, now)
            if due.slots and pause_if_failing(engine, template.id, utc_now()):
                said.append(f"template {template.name!r} is paused: its reports fail")
                continue
            if due.said is not None:
                note_passed_over(engine, template.id, due)
                said.append(f"template {template.name!r}: {due.said}")
            for slot in due.slots:
                _request(platform, template, slot, cadence, now)
                made += 1
        except IopError as error:
            if error.retryable:
                # The next tick asks for the same slots again, once each.
                raise
            said.append(f"template {template.name!r}: {error}")
    write_cursor(engine, name, now.isoformat())
    return made, said


def _standings(paused: int, resumed: int) -> Sequence[tuple[int, str]]:
    return (
        (paused, "of disabled accounts are paused"),
        (resumed, "are followed again, their authors' accounts work"),
    )


def _request(
    platform: Platform, template: StoredTemplate, slot: datetime, cadence: str, now: datetime
) -> None:
    delay = slot + template.spec.delay(template.id, slot) - now
    request_report(
        platform.engine,
        template.id,
        utc_now(),
        trigger=f"schedule:{cadence}",
        slot=slot,
        waiting=_waiting(platform, template, slot, now),
        run_after=utc_now() + delay if template.spec.jitter and delay > timedelta(0) else None,
    )


def _waiting(
    platform: Platform, template: StoredTemplate, slot: datetime, now: datetime
) -> Waiting | None:
    """None where the report needs not wait, has no time left to, or cannot be asked: then it is made, and says why."""
    until = template.spec.waits_until(slot)
    if until is None or now >= until:
        return None
    lacks = _lacks_or_nothing(platform, template.query_config, template.schedule, slot)
    return Waiting(now, until, lacks) if lacks else None


def _lacks_or_nothing(
    platform: Platform, query_config: Any, schedule: str | None, slot: datetime
) -> list[dict[str, Any]]:
    try:
        return lacks_at(platform, query_config, schedule, slot)
    except IopError as error:
        if error.retryable:
            raise
        return []


def lacks_at(
    platform: Platform, query_config: Any, schedule: str | None, slot: datetime
) -> list[dict[str, Any]]:
    """What a report of that slot lacks now, of each source, as `waiting_for` has it."""
    from iop_pipelines.query.config import parse_config
    from iop_pipelines.query.run import lacks_of

    zone = platform.settings.time_zone
    found = lacks_of(
        parse_config(query_config).in_region(platform.settings.region),
        engine=platform.engine,
        drm_engine=platform.drm_reading,
        now=slot,
        time_zone=parse_schedule(schedule, zone).zone if schedule else zone,
    )
    return [_as_json(each) for each in found]


def _as_json(lack: "Lack") -> dict[str, Any]:
    days = lack.days
    return {
        "source": lack.source,
        "label": lack.label,
        "known": days.known,
        "days": days.all,
        "missing": [day.isoformat() for day in days.missing[:_NAMED]],
        "due": days.due and f"{days.due.isoformat(timespec='seconds')}Z",
    }


def settle_waiting(platform: Platform, now: datetime) -> tuple[int, int]:
    """Issues the waiting reports whose data has come, or whose time is over.

    Returns how many, and how many wait on. One that can no longer be asked is issued, for it says then what is wrong.
    """
    waiting = waiting_reports(platform.engine)
    ended = [each.report_id for each in waiting if _is_over(platform, each, now)]
    return (issue(platform.engine, ended) if ended else 0), len(waiting) - len(ended)


def _is_over(platform: Platform, waiting: WaitingReport, now: datetime) -> bool:
    if now >= waiting.until:
        return True
    lacks = _lacks_or_nothing(platform, waiting.query_config, waiting.schedule, waiting.slot)
    if lacks:
        note_lacks(platform.engine, waiting.report_id, lacks)
    return not lacks


def slots_due(
    template: StoredTemplate,
    cadence: str | None,
    time_zone: str,
    since: datetime | None,
    now: datetime,
) -> list[datetime]:
    """Slots of a template to be made that came after `since`, to `now`; of any cadence for None."""
    return due_of(template, cadence, time_zone, since, now).slots


def due_of(
    template: StoredTemplate,
    cadence: str | None,
    time_zone: str,
    since: datetime | None,
    now: datetime,
) -> Due:
    """The slots that came after `since`, to `now`, by the template's policy.

    After a stop longer than CATCH_UP older ones are not made up, but the newest is, unless late ones are skipped.
    """
    schedule = parse_schedule(template.schedule or "", time_zone)
    if cadence is not None and schedule.cadence != cadence:
        return Due([], [])
    known = [moment for moment in (template.schedule_since, since) if moment]
    begin = max(known, default=now - CATCH_UP)
    edge = max(begin, now - CATCH_UP)
    older = due_slots(schedule, begin, edge)
    slots = due_slots(schedule, edge, now) or older[-1:]
    due = due_by(template.spec.misfire, slots, now)
    made = set(due.slots)
    return Due(due.slots, [slot for slot in [*older, *slots] if slot not in made])
