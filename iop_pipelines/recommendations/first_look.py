"""What a first look at a history tells of what is over in it.

A history is thousands of periods times its series, of which a budget of alerts lets chance have its share each week:
all at once these would be most of the list. So what is over is told only where it stands out of the whole history
(Benjamini & Hochberg 1995, over series and periods), of which `TRUE_SHARE` is then no work of chance. What goes on is
told as ever.

Nobody can act on what is over, but what was great and not long ago is worth a look: it is a warning. All else that is
over is information, and what it was at its time stays beside it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.frequencies import STEPS, ModelFrequency
from iop_pipelines.domain.vocabulary import Category, Severity

TRUE_SHARE = 0.9
_EVENTS = frozenset({Category.ANOMALY, Category.OPTIMISATION})
_DAY = timedelta(days=1)
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
        """How often chance could have told something: what is shorter than a day is told once a day at most."""
        step = STEPS[self.freq].shift(self.end, 1) - self.end if self.freq else _DAY
        return self.tests * min(step / _DAY, 1.0)

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
    largest = _largest_chance(found, history.chances)
    return [each for each in found if not history.is_over(each) or _chance_of(each) <= largest]


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


def _largest_chance(found: Sequence[Finding], tests: float) -> float:
    """The largest that stands out; what has none is not among the tests."""
    chances = sorted(chance for each in found if (chance := _chance_of(each)) > 0)
    passed = 0.0
    for place, chance in enumerate(chances, start=1):
        if chance <= (1 - TRUE_SHARE) * place / max(tests, 1.0):
            passed = chance
    return passed


def _chance_of(found: Finding) -> float:
    chance = found.evidence.get("chance")
    return float(chance) if isinstance(chance, int | float) and math.isfinite(chance) else 0.0


def _is_great(found: Finding) -> bool:
    """By the effect; of what may be on either side of 0 nothing says what a great part of it is."""
    value, expected = found.value, found.expected
    if value is None or expected is None or value < 0 or expected <= 0:
        return False
    return abs(value - expected) >= _GREAT_SHARE * expected
