"""What a newcomer is told: the models that `iop start` writes, on real tables, and whether each thing deserves an act.

A table is replayed in pieces, each of which is advised as its delivery would be: what opens a recommendation in it is a
row here. It deserves an act if a cause outside the data is known, the day is one that calendars do not explain, and
somebody could have done something about it; the causes are those below, from public records of the time and from the
weather that stands beside the flights of each hour. What the table gives as information asks for nothing and is counted
apart.

The inbox tells what is of one cause once, so both are counted: each recommendation, and each entry. An entry deserves
an act if its gravest does, whatever stands behind it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd

from benchmarks.analytics.data import existing
from iop_pipelines.calendars.days import calendar_of
from iop_pipelines.domain.calendars import CalendarDeclaration
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.frequencies import STEPS, ModelFrequency
from iop_pipelines.domain.places import place_of
from iop_pipelines.domain.vocabulary import Severity
from iop_pipelines.intake.datasets import read_sources, understand_all
from iop_pipelines.intake.declare import Declared, declare
from iop_pipelines.intake.questions import refuse_to_guess
from iop_pipelines.intake.sources import SourceSpec
from iop_pipelines.intake.understand import Given, Understood
from iop_pipelines.recommendations.causes import Direction, Rate, Standing, gather
from iop_pipelines.recommendations.evidence import SEVERITIES, add_periods, silent_until
from iop_pipelines.recommendations.first_look import History, until_of, worth_telling
from iop_pipelines.recommendations.gathering import direction_of
from iop_pipelines.runtimes.base import RuntimeInput
from iop_pipelines.runtimes.lookup import run_runtime

_RECOVERY = 2
# Model, finding and step of its data.
_Opened = tuple[str, Finding, ModelFrequency]


@dataclass(frozen=True)
class Cause:
    """first, last: days of it, both inside; is_worth: whether somebody could act on it."""

    first: str
    last: str
    what: str
    is_worth: bool = True


_HOLIDAY = "a public holiday and its days"
_FLIGHTS = (
    # Visibility of a quarter of a mile for most of the day at JFK, until ten o'clock and again from eight at EWR.
    Cause("2013-01-13", "2013-01-13", "fog"),
    # Visibility of a quarter of a mile and less at JFK until six; the weather service warned of gusts of 65 mph.
    Cause("2013-01-30", "2013-01-31", "fog, then a gale"),
    Cause("2013-02-07", "2013-02-11", "the blizzard Nemo"),
    Cause("2013-03-06", "2013-03-08", "the storm Saturn"),
    # Wind of 31 mph and rain at JFK from seven in the evening; half of the flights of EWR at eight were cancelled.
    Cause("2013-04-10", "2013-04-10", "an evening of storms"),
    Cause("2013-05-24", "2013-05-27", _HOLIDAY, is_worth=False),
    Cause("2013-06-06", "2013-06-14", "thunderstorms"),
    Cause("2013-06-23", "2013-07-02", "thunderstorms"),
    Cause("2013-07-03", "2013-07-07", _HOLIDAY, is_worth=False),
    Cause("2013-07-08", "2013-07-11", "thunderstorms, and a crash in San Francisco"),
    Cause("2013-07-20", "2013-07-24", "thunderstorms; LaGuardia shut after a nose gear broke"),
    Cause("2013-08-30", "2013-09-02", _HOLIDAY, is_worth=False),
    Cause("2013-09-12", "2013-09-13", "thunderstorms"),
    Cause("2013-11-27", "2013-12-01", _HOLIDAY, is_worth=False),
    Cause("2013-12-05", "2013-12-10", "ice storms"),
    Cause("2013-12-14", "2013-12-17", "snow"),
    Cause("2013-12-20", "2013-12-31", _HOLIDAY, is_worth=False),
)
_MELBOURNE = (
    Cause("2015-02-21", "2015-02-22", "White Night"),
    Cause("2016-02-20", "2016-02-21", "White Night"),
    Cause("2015-01-17", "2015-02-01", "Australian Open beside the counter"),
    Cause("2016-01-16", "2016-01-31", "Australian Open beside the counter"),
    Cause("2015-02-14", "2015-02-14", "opening of the Cricket World Cup at the ground beside it"),
    Cause("2015-03-29", "2015-03-29", "final of the Cricket World Cup"),
    Cause("2015-06-17", "2015-06-17", "State of Origin at the ground beside it"),
    Cause("2015-07-18", "2015-07-24", "Manchester City and Real Madrid at the ground beside it"),
    Cause("2015-09-11", "2015-09-26", "finals of football"),
    Cause("2016-09-09", "2016-09-24", "finals of football"),
    Cause("2015-10-02", "2015-10-04", "Grand Final", is_worth=False),
    Cause("2016-09-30", "2016-10-02", "Grand Final", is_worth=False),
    Cause("2015-07-26", "2015-07-26", "Run Melbourne, which ends beside the counter"),
    Cause("2016-07-24", "2016-07-24", "Run Melbourne, which ends beside the counter"),
    Cause("2016-10-16", "2016-10-16", "Melbourne Marathon"),
    Cause("2014-12-24", "2015-01-06", "New Year", is_worth=False),
    Cause("2015-12-24", "2016-01-04", "New Year", is_worth=False),
    Cause("2016-12-24", "2016-12-31", "New Year", is_worth=False),
    Cause("2015-08-28", "2015-08-28", "a night of sales in the street (VFNO)"),
    Cause("2016-08-26", "2016-08-26", "a night of sales in the street"),
)
_RETAIL = (
    Cause("2005-03-01", "2005-04-30", "Easter in March", is_worth=False),
    Cause("2008-12-01", "2009-06-30", "a payment of the government to households"),
    Cause("2010-01-01", "2012-06-30", "a level that moved for good"),
)
# With what a person answers who is asked for the country of the data.
TABLES: Mapping[str, tuple[Sequence[Cause], str]] = {
    "nyc_flights_daily.csv.gz": (_FLIGHTS, "US"),
    "nyc_flights_hourly.csv.gz": (_FLIGHTS, "US"),
    "melbourne_pedestrian_hourly.csv.gz": (_MELBOURNE, "AU-VIC"),
    "aus_retail_monthly.csv.gz": (_RETAIL, "AU"),
}


def report(folder: Path, _before: object) -> None:
    for is_answered in (True, False):
        print(f"\nthe country is {'answered' if is_answered else 'not answered'}")
        _report(folder, is_answered)


def _report(folder: Path, is_answered: bool) -> None:
    worth: dict[Severity, list[bool]] = {}
    entries: dict[Severity, list[bool]] = {}
    for name, (causes, country) in TABLES.items():
        told = list(_told(existing(folder, "tables", name), country if is_answered else None))
        leads = _leads(told)
        print(f"\n{name}: {len(told)} recommendations in {len(leads)} entries")
        for place, (model, each, _) in enumerate(told):
            cause = _cause_of(each, causes)
            is_worth = cause is not None and cause.is_worth
            worth.setdefault(each.severity, []).append(is_worth)
            if place in leads:
                entries.setdefault(each.severity, []).append(is_worth)
            verdict = "act" if is_worth else "no"
            why = cause.what if cause else "no known cause"
            who = f"{each.unique_id[:34]:34} {model:48}"
            chance = each.evidence.get("chance", 0.0)
            when = f"{each.ds:%Y-%m-%d} {chance:8.1e}"
            entry = f"+{leads[place]}" if leads.get(place) else "" if place in leads else "·"
            print(f"  {verdict:4} {entry:4} {each.severity.value:8} {when} {who} {why}")
    for what, counted in (("recommendations", worth), ("entries", entries)):
        print(f"{what}:")
        for severity, each in sorted(counted.items()):
            _print_share(severity.value, each)
        graver = (counted.get(each, []) for each in (Severity.WARNING, Severity.CRITICAL))
        _print_share("warning and critical", [one for each in graver for one in each])


def _leads(told: Sequence[_Opened]) -> dict[int, int]:
    """Places of those that lead an entry, with how many others are behind each."""
    lead_of = {place: place for place in range(len(told))}
    for direction in Direction:
        standing = [
            Standing(place, each.unique_id, *_span(each, freq), _place(each, freq))
            for place, (_, each, freq) in enumerate(told)
            if direction_of(each.value, each.expected) is direction
        ]
        if not standing:
            continue
        over = max(each.end for each in standing) - min(each.since for each in standing)
        step = min(each.length for each in standing)
        fresh = {each.id for each in standing}
        for cause in gather(standing, fresh, Rate(len(standing), over, step)):
            lead_of |= {each.id: cause.lead.id for each in cause.members}
    leads = Counter(lead_of.values())
    return {lead: count - 1 for lead, count in leads.items()}


def _span(found: Finding, freq: ModelFrequency) -> tuple[datetime, datetime]:
    return found.since, add_periods(max(until_of(found), found.since), 1, freq)


def _place(found: Finding, freq: ModelFrequency) -> int:
    return place_of(found.severity, _span(found, freq)[1])


def _print_share(what: str, worth: Sequence[bool]) -> None:
    share = sum(worth) / max(len(worth), 1)
    print(f"{what}: {sum(worth)} of {len(worth)} deserve an act ({share:.1%})")


def _cause_of(found: Finding, causes: Sequence[Cause]) -> Cause | None:
    until = until_of(found)
    for cause in causes:
        first = datetime.fromisoformat(cause.first)
        last = datetime.fromisoformat(cause.last) + timedelta(days=1)
        if found.since < last and until >= first:
            return cause
    return None


def _told(path: Path, country: str | None) -> Iterator[_Opened]:
    """Model, finding and step of each recommendation that opens, in the order of the data."""
    found = read_sources([SourceSpec(str(path))], refuse_to_guess)
    for given in understand_all(found, Given(country=country), "UTC", refuse_to_guess).understood:
        declared = declare(given, "UTC", given.last)
        table = _table(path, given)
        freq: ModelFrequency = STEPS[declared.dataset["freq"]].modelled_as
        for name, model in declared.models.items():
            for each in _opened(model["config"], declared, table):
                yield name, each, freq


def _table(path: Path, given: Understood) -> pd.DataFrame:
    table = pd.read_csv(path)
    table = table.rename(columns={name: name.lower() for name in table.columns})
    return table.assign(ds=pd.to_datetime(table[given.moment]))


def _opened(config: Mapping, declared: Declared, table: pd.DataFrame) -> list[Finding]:
    """One open at a time for each series, ended after two periods without, then silent unless graver."""
    measure, series = config["input"]["measures"][0], list(config["input"]["series"])
    kind = declared.dataset["measures"][measure]["kind"]
    names = table[series].astype(str).agg("/".join, axis=1) if series else "all"
    panel = table.assign(unique_id=names).groupby(["unique_id", "ds"])[measure].agg(kind)
    panel = panel.astype(float).reset_index()
    freq: ModelFrequency = STEPS[declared.dataset["freq"]].modelled_as
    start = panel["ds"].min().to_pydatetime()
    end = STEPS[freq].shift(panel["ds"].max().to_pydatetime(), 1)
    days = declared.dataset.get("calendar")
    calendar = calendar_of(CalendarDeclaration.model_validate(days)) if days else None
    window = RuntimeInput(
        *(panel, (measure,), {}, freq, start, end, config["params"]), calendar=calendar
    )
    output = run_runtime(config["runtime"], window)
    tests = int(output.frame["score"].notna().sum())
    # All but what the last delivery would bring is over for whoever brings the whole.
    told = worth_telling(output.findings, History(tests, end, end, freq))
    quiet: dict[str, tuple[datetime, Severity]] = {}
    opened: list[Finding] = []
    for each in sorted(told, key=lambda each: each.since):
        until = datetime.fromisoformat(each.evidence.get("until") or each.ds.isoformat())
        closed, gravest = quiet.get(each.unique_id, (datetime.min, Severity.INFO))
        is_graver = SEVERITIES.index(each.severity) > SEVERITIES.index(gravest)
        if each.since > closed or is_graver:
            opened.append(each)
        ended = add_periods(until, _RECOVERY, freq)
        quiet[each.unique_id] = (silent_until(start, ended, freq), each.severity)
    return opened
