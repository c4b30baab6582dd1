"""What a first look at a history tells of what is over in it.

A history is thousands of periods times its series, of which a budget of alerts lets chance have its share each week:
all at once these would be most of the list. So what is over is told only where it stands out of the whole history
(Benjamini & Hochberg 1995, over series and periods), of which `TRUE_SHARE` is then no work of chance. Of what is
shorter than a day the tests are days, and the chance is that of a day: of its strangest rows together where the method
tells it, else of its strangest row (Sidak 1967). What goes on is told as ever.

Nobody can act on what is over, but what was great and not long ago is worth a look: it is a warning. All else that is
over is information, and what it was at its time stays beside it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.frequencies import STEPS, ModelFrequency, periods_of_a_day
from iop_pipelines.domain.vocabulary import Category, Severity

TRUE_SHARE = 0.9
_EVENTS = frozenset({Category.ANOMALY, Category.OPTIMISATION})
# Not long ago: a month, or so many periods of a coarser step.
_RECENT = timedelta(days=31)
_RECENT_PERIODS = 2
# A difference from what was expected, beside it, that is great however often chance gives it.
_GREAT_SHARE = 0.5


@dataclass(frozen=True)
class History:
    """A window that begins with the data of its dataset.

    Attributes:
        tests: series times periods that were judged in it.
        present: what ended before it is over.
        end: of the data, half-open.
    """

    tests: int
    present: datetime
    end: datetime
    freq: ModelFrequency | None

    @property
    def chances(self) -> float:
        """How often chance could have told something: what is shorter than a day is judged by the day."""
        return self.tests / periods_of_a_day(self.freq)

    def chance_of(self, found: Finding) -> float | None:
        """How seldom chance tells it in a period, or in a day of shorter ones; None of what a rule finds, 0 where that
        is less than a number of the machine's."""
        rows = periods_of_a_day(self.freq)
        of_day, of_row = (_number(found, name) for name in ("chance_of_day", "chance"))
        if rows == 1 or of_row is None:
            return of_row
        if of_day is not None:
            return of_day
        return -math.expm1(rows * math.log1p(-of_row)) if of_row < 1 else 1.0

    def is_over(self, found: Finding) -> bool:
        return found.category in _EVENTS and until_of(found) < self.present

    @property
    def last(self) -> datetime:
        """The last period of the data."""
        return STEPS[self.freq].shift(self.end, -1) if self.freq else self.end

    @property
    def recent(self) -> datetime:
        """What ended before it is long over."""
        periods = STEPS[self.freq].shift(self.end, -_RECENT_PERIODS) if self.freq else self.end
        return min(self.end - _RECENT, periods)


def until_of(found: Finding) -> datetime:
    """The last period in which it was so."""
    return datetime.fromisoformat(found.evidence.get("until") or found.ds.isoformat())


def worth_telling(found: Sequence[Finding], history: History) -> list[Finding]:
    """Those that go on, and those that are over and that the whole history lets stand out; in their order.

    What has no chance of its own, such as what a rule finds, always stands out.
    """
    largest = _largest_chance(found, history)
    return [
        each
        for each in found
        if not history.is_over(each)
        or (chance := history.chance_of(each)) is None
        or chance <= largest
    ]


def as_of_now(found: Finding, last: datetime, history: History) -> Finding:
    """last: the last period in which anything of its kind was so."""
    if not history.is_over(found):
        return found
    is_great = found.severity is Severity.CRITICAL or (
        found.severity is Severity.WARNING and _is_great(found)
    )
    is_recent = until_of(found) >= history.recent
    over = {
        "until": last.isoformat(),
        "data_end": history.last.isoformat(),
        "severity": found.severity.value,
    }
    return replace(
        found,
        severity=Severity.WARNING if is_great and is_recent else Severity.INFO,
        evidence={**found.evidence, "over": over},
    )


def _largest_chance(found: Sequence[Finding], history: History) -> float:
    """The largest that stands out; what has none is not among the tests."""
    chances = sorted(chance for each in found if (chance := history.chance_of(each)) is not None)
    passed = 0.0
    for place, chance in enumerate(chances, start=1):
        if chance <= (1 - TRUE_SHARE) * place / max(history.chances, 1.0):
            passed = chance
    return passed


def _number(found: Finding, name: str) -> float | None:
    value = found.evidence.get(name)
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _is_great(found: Finding) -> bool:
    """By the effect; of what may be on either side of 0 nothing says what a great part of it is."""
    value, expected = found.value, found.expected
    if value is None or expected is None or value < 0 or expected <= 0:
        return False
    return abs(value - expected) >= _GREAT_SHARE * expected
