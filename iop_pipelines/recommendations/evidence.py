"""What a recommendation's `metadata` holds: the evidence, and the state that its updates go by."""

from datetime import datetime, timedelta
from typing import Any, cast

from pydantic import BaseModel, ConfigDict
from typing_extensions import TypedDict

from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.frequencies import STEPS, ModelFrequency
from iop_pipelines.domain.places import place_of
from iop_pipelines.domain.vocabulary import Category, Severity

MAX_OCCURRENCES = 50

_DAY = timedelta(days=1)
_SILENT_SHARE = 0.02
_MOST_PERIODS = 7
# What parts the places of forecasts of one moment, in seconds: less than the shortest step.
_LEAST_S = 59
_HALF_EFFECT = 0.1

SEVERITIES = tuple(Severity)


class _Part(BaseModel):
    # Rows written by a later release may hold more.
    model_config = ConfigDict(extra="ignore")


class ModelRef(_Part):
    id: int
    name: str
    version: str


class Seen(_Part):
    """One finding without its points; `source_ref` names the execution or score it comes from."""

    kind: str
    severity: Severity
    measure: str
    unit: str
    label: str
    ds: datetime
    since: datetime
    value: float | None
    expected: float | None
    lo: float | None
    hi: float | None
    score: float
    confidence: float | None
    details: dict[str, Any] = {}
    source_ref: str

    @property
    def gravest(self) -> Severity:
        """At its time, of what was over when it was first seen."""
        over = self.details.get("over")
        then = cast(dict[str, str], over).get("severity") if isinstance(over, dict) else None
        return Severity(then) if then else self.severity

    @property
    def rank(self) -> tuple[int, float]:
        """Severity first, then strength."""
        return SEVERITIES.index(self.severity), self.score


class AsTold(_Part):
    """What title and text of a closed recommendation were made from, once later findings are noted on it."""

    count: int
    model: ModelRef | None
    freq: ModelFrequency | None
    series_fields: list[str]
    data_version: str | None
    quality_score: float | None
    peak: Seen
    latest: Seen
    also: list[Seen]
    action: str | None
    owner: str | None


class Occurrence(_Part):
    """`measure` is None where the row is older than the field."""

    ds: datetime
    measure: str | None = None
    value: float | None
    severity: Severity
    source_ref: str


class Band(TypedDict):
    expected: float | None
    lo: float | None
    hi: float | None


class KeptPoint(TypedDict):
    """`ds` is dataset-local."""

    ds: str
    y: float | None
    yhat: float | None
    lo: float | None
    hi: float | None


class FindingEvidence(_Part):
    """At most 60 points; what else the method knows stands beside them."""

    points: list[KeptPoint]


class Evidence(_Part):
    """The `metadata` of a recommendation.

    Attributes:
        measure, unit, confidence, band, points: of the finding that title and text are about. band is what was expected
            at its `ds`, in `unit`: {expected, lo, hi}; points are [{ds, y, yhat, lo, hi}].
        peak: the strongest finding. latest: the last one; latest_points: its points, where those above are another's.
        also: what else the latest execution found of the same series.
        occurrences: the last 50, oldest first.
        clean: executions since the last finding that scored the series and found nothing.
        window_end: end of the latest window that was scored and found wanting, dataset-local.
        data_start: the first moment of the dataset's data, dataset-local; None where it is not known.
        lasts_to: of what is told once and goes on, up to when it was seen to be so; else None.
        version_id: of the data version, whose order tells a restatement.
        closed_ds: end of the data at the time of the last review or recovery; the cool-down
            counts from there.
        told: None while title and text follow what stands here.
    """

    model: ModelRef | None
    dataset: str
    series: str
    series_fields: list[str] = []
    freq: ModelFrequency | None
    data_version: str | None
    quality_score: float | None
    measure: str
    unit: str
    confidence: float | None
    band: Band
    points: list[KeptPoint]
    peak: Seen
    latest: Seen
    latest_points: list[KeptPoint] = []
    also: list[Seen] = []
    occurrences: list[Occurrence]
    clean: list[str] = []
    window_end: datetime
    data_start: datetime | None = None
    lasts_to: datetime | None = None
    version_id: int | None = None
    closed_ds: datetime | None = None
    cool_down: int | None
    recovery_after: int
    action: str | None = None
    owner: str | None = None
    told: AsTold | None = None

    def to_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json")

    @property
    def cool_until(self) -> datetime | None:
        """Data up to this moment opens nothing new; None while it was never closed."""
        if self.closed_ds is None:
            return None
        if self.cool_down is not None:
            return add_periods(self.closed_ds, self.cool_down, self.freq)
        return silent_until(self.data_start or self.closed_ds, self.closed_ds, self.freq)

    @property
    def gravest(self) -> Severity:
        """What the strongest finding and the last one were at their time."""
        return max((each.gravest for each in (self.peak, self.latest)), key=SEVERITIES.index)

    def place(self, category: Category, *, is_gone: bool = False) -> int:
        """In the inbox, by the last finding; what a forecast sees to come is so as of its data, and of forecasts of the
        same moment that of the largest effect is the first."""
        until = self._until(category)
        if category is Category.FORECAST:
            until -= timedelta(seconds=round(_LEAST_S * (1 - self._effect)))
        return place_of(self.latest.severity, until, is_gone=is_gone)

    @property
    def _effect(self) -> float:
        """Of a forecast, 0 to 1: a half where a tenth of the limit, weighed, is expected beyond it."""
        weight = self.latest.details.get("effect")
        size = float(weight) if isinstance(weight, int | float) and weight > 0 else 0.0
        return size / (size + _HALF_EFFECT)

    def _until(self, category: Category) -> datetime:
        """The end of the last period in which it was so; what goes on is so up to the end of the data."""
        if self.lasts_to is not None:
            return self.lasts_to
        if is_statement(category):
            return self.window_end
        last = datetime.fromisoformat(
            self.latest.details.get("until") or self.latest.ds.isoformat()
        )
        return min(add_periods(last, 1 if self.freq else 0, self.freq), self.window_end)

    def main(self, category: Category) -> Seen:
        """What title and text are about: an event is worth its worst; a statement about what goes on its last."""
        return self.latest if is_statement(category) else self.peak

    def clean_needed(self, category: Category) -> int:
        """Executions without the finding that resolve it."""
        return 1 if is_statement(category) else self.recovery_after

    def updated(self, new: "Evidence", category: Category) -> "Evidence":
        """With a later finding's evidence; what is older than the latest only counts."""
        is_graver = new.peak.rank > self.peak.rank
        if is_statement(category):
            return self._with(new, new if new.window_end >= self.window_end else self)
        return self._with(new, new if is_graver else self)

    def noted(self, new: "Evidence", count: int) -> "Evidence":
        """As `updated`, of a closed recommendation whose texts, of `count` findings, stay what they are."""
        told = self.told
        if told is None:
            told = AsTold(count=count, **{name: getattr(self, name) for name in _OF_TEXTS})
        return self._with(new, self).model_copy(update={"told": told})

    def _with(self, new: "Evidence", main: "Evidence") -> "Evidence":
        """main: whose finding title and text are about, self or new."""
        is_later = new.window_end >= self.window_end
        base = new if is_later else self
        return base.model_copy(
            update={
                **{name: getattr(main, name) for name in _OF_MAIN},
                "peak": max(self.peak, new.peak, key=lambda seen: seen.rank),
                "latest_points": base.latest_points or ([] if main is base else base.points),
                "occurrences": [*self.occurrences, *new.occurrences][-MAX_OCCURRENCES:],
                "closed_ds": self.closed_ds,
                "clean": [] if is_later else self.clean,
                "told": None,
            }
        )

    def as_told(self, count: int) -> tuple["Evidence", int]:
        """What title and text were made from, and of how many findings; count: those there are by now."""
        if self.told is None:
            return self, count
        update = {name: getattr(self.told, name) for name in _OF_TEXTS}
        return self.model_copy(update=update), self.told.count


_OF_MAIN = ("measure", "unit", "confidence", "band", "points")
_OF_TEXTS = tuple(name for name in AsTold.model_fields if name != "count")


def is_statement(category: Category) -> bool:
    """About what goes on, and not about an event."""
    return category in (Category.TREND, Category.FORECAST)


def seen(finding: Finding, label: str, source_ref: str) -> Seen:
    details = {key: value for key, value in finding.evidence.items() if key != "points"}
    return Seen(
        kind=finding.kind,
        severity=finding.severity,
        measure=finding.measure,
        unit=finding.unit,
        label=label,
        ds=finding.ds,
        since=finding.since,
        value=finding.value,
        expected=finding.expected,
        lo=finding.lo,
        hi=finding.hi,
        score=finding.score,
        confidence=finding.confidence,
        details=details,
        source_ref=source_ref,
    )


def silent_until(data_start: datetime, closed: datetime, freq: ModelFrequency | None) -> datetime:
    """Until when a finding that is closed opens nothing new, unless it is graver.

    That is a 50th of the time that the data cover, so that a young series speaks again soon and an old one does not
    repeat itself: a period at least, and at most a day, or seven periods of a coarser step. Counted in time, since
    seven periods of five minutes are over before a person has read the first.
    """
    shortest = add_periods(closed, 1 if freq else 0, freq)
    longest = max(closed + _DAY, add_periods(closed, _MOST_PERIODS if freq else 0, freq))
    return min(max(closed + (closed - data_start) * _SILENT_SHARE, shortest), longest)


def add_periods(moment: datetime, count: int, freq: ModelFrequency | None) -> datetime:
    """`count` steps later; events without a step count by days, months keep to the month's last day."""
    return moment + timedelta(days=count) if freq is None else STEPS[freq].shift(moment, count)
