"""The runtimes there are, a row each: the one list that registry, workers, API, web app and documents read.

A row names its module, which is loaded only by who runs it: importing this loads no method. The first row of a
type is what a model of that type gets if it says nothing (`usual_runtime`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from iop_pipelines.analytics.rule_language import Rule, depth_of, measures_of
from iop_pipelines.domain.datasets import Name
from iop_pipelines.domain.fields import param
from iop_pipelines.domain.languages import Text
from iop_pipelines.domain.nearest import closest
from iop_pipelines.domain.trees import MAX_DEPTH
from iop_pipelines.domain.vocabulary import Category, ModelType
from iop_pipelines.errors import NotFound, Unfit
from iop_pipelines.runtimes.params import (
    Direction,
    NotNegative,
    OneMeasure,
    Params,
    Periods,
    Positive,
    Probability,
    parse_params,
    require_measure,
)

# Deepest JSON of rules whose conditions, and operands in them, nest as deep as they may.
_MAX_RULE_DEPTH = 4 * MAX_DEPTH + 10

_FROM_STEP = Text("Empty: by the dataset's step (hours 24, days 7, weeks 52, months 12).")
_FROM_DATA = Text(
    "Empty: that of the dataset's step, and the longer and shorter ones that the data show."
)
_ENDS_AT = Text("The expected value and its range are clipped there; empty: no limit.")
_FLOOR_BY_HISTORY = Text("Empty: 0 where the history is never below it.")
_CEILING_BY_HISTORY = Text("Empty: 100 where the unit is % and the history never above it.")
_IN_UNIT = Text("In the measure's unit.")
_BY_HISTORY = Text("Empty: by the history.")
_SIDES = {
    "both": Text("Both"),
    "above": Text("Above"),
    "below": Text("Below"),
}
SeasonLength = Annotated[int, Field(ge=1, le=8784)]
AlertsPerWeek = Annotated[float, Field(gt=0, le=10_000)]


def _direction(
    default: str = "both", help_: Text | None = None, sides: str = "both above below"
) -> Any:
    choices = {side: _SIDES[side] for side in sides.split()}
    return param(default, Text("Direction"), help_, choices=choices)


def _alerts_per_week() -> Any:
    return param(
        2.0,
        Text("Alerts a week"),
        Text(
            "What chance may give at most, over all series of the model. Where nothing is strange, nothing is reported."
        ),
    )


def _floor() -> Any:
    return param(None, Text("Lowest possible value"), _ENDS_AT)


def _ceiling() -> Any:
    return param(None, Text("Highest possible value"), _ENDS_AT)


def _min_effect(label: Text) -> Any:
    return param(0.0, label, _IN_UNIT)


def _season_length() -> Any:
    return param(None, Text("Season length"), _FROM_STEP, is_rare=True)


def _alpha(help_: Text) -> Any:
    return param(0.01, Text("Significance level"), help_)


def _seed() -> Any:
    return param(
        1,
        Text("Seed"),
        Text("The same seed gives the same result."),
        is_rare=True,
    )


class Expecting(Params):
    """How the expected value of a period is made from its past."""

    former: ClassVar[Mapping[str, str | None]] = dict.fromkeys(
        ("level_cycles", "season_cycles", "scale_cycles")
    )

    season_length: SeasonLength | None = param(None, Text("Season length"), _FROM_DATA)
    min_history: Annotated[int, Field(ge=5, le=100_000)] | None = param(
        None,
        Text("Minimum known values before a point"),
        Text("Empty: three seasons, and at least 14."),
        is_rare=True,
    )
    mask_limit: Periods | None = param(
        None,
        Text("Consecutive anomalies that become the new normal"),
        Text("Empty: two seasons, and at least 5."),
        is_rare=True,
    )


class RulesParams(Params):
    rules: Annotated[tuple[Rule, ...], Field(min_length=1, max_length=50)] = param(
        ...,
        Text("Rules"),
        Text("Conditions over measures, aggregates and earlier periods."),
    )

    @model_validator(mode="before")
    @classmethod
    def _is_shallow(cls, value: Any) -> Any:
        if depth_of(value) > _MAX_RULE_DEPTH:
            raise Unfit("rules.too_deep", most=_MAX_RULE_DEPTH)
        return value

    @model_validator(mode="after")
    def _names_are_unique(self) -> "RulesParams":
        names = [rule.name for rule in self.rules]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise Unfit("rules.called_alike", name=twice[0])
        return self

    def named_measures(self) -> Sequence[tuple[str, str]]:
        return [
            (f"rules.{place}", name)
            for place, rule in enumerate(self.rules)
            for name in sorted(measures_of(rule))
        ]


class SeasonalResidualParams(OneMeasure, Expecting):
    former: ClassVar[Mapping[str, str | None]] = dict(Expecting.former) | dict.fromkeys(
        ("threshold", "critical"), "alerts_per_week"
    )

    alerts_per_week: AlertsPerWeek = _alerts_per_week()
    direction: Direction = _direction()
    min_effect: NotNegative = _min_effect(Text("Minimum deviation"))
    floor: float | None = param(None, Text("Lowest possible value"), _FLOOR_BY_HISTORY)
    ceiling: float | None = _ceiling()


class MannKendallParams(OneMeasure):
    window: Annotated[int, Field(ge=8, le=2000)] = param(
        28,
        Text("Window (periods)"),
        Text("Tested for a trend; ends with the scored period."),
    )
    variant: Literal["original", "hamed_rao", "seasonal"] = param(
        "hamed_rao",
        Text("Variant of the test"),
        Text("How autocorrelation is handled."),
        choices={
            "original": Text("Original"),
            "hamed_rao": Text("Hamed and Rao"),
            "seasonal": Text("Seasonal"),
        },
    )
    season_length: SeasonLength | None = _season_length()
    lags: Annotated[int, Field(ge=1, le=100)] | None = param(
        1,
        Text("Autocorrelation lags corrected for"),
        Text("In Hamed and Rao's variant; null: all, which gives false alarms in short windows."),
        is_rare=True,
    )
    alpha: Probability = _alpha(Text("For the p-value, adjusted for the series tested at once."))
    min_slope: NotNegative = param(
        0.0,
        Text("Minimum slope"),
        Text("In the measure's unit, per period."),
    )
    direction: Direction = _direction(help_=Text("Above: rises; below: falls."))
    min_points: Annotated[int, Field(ge=8, le=2000)] | None = param(
        None,
        Text("Minimum known points"),
        Text("Empty: half the window, and at least 8."),
        is_rare=True,
    )


class ChangePointsParams(OneMeasure):
    window: Annotated[int, Field(ge=10, le=5000)] = param(
        90,
        Text("Window (periods)"),
        Text("Ends with the scored period."),
    )
    recent: Annotated[int, Field(ge=2, le=1000)] = param(
        14,
        Text("Periods for which a change is reported"),
        Text("More than the minimum segment length, before which it cannot be seen."),
    )
    min_size: Annotated[int, Field(ge=2, le=500)] = param(
        7,
        Text("Minimum segment length (known points)"),
    )
    penalty: Positive = param(
        3.0,
        Text("Penalty per change point"),
        Text("In multiples of log n; a higher penalty finds fewer."),
    )
    alpha: Probability = _alpha(
        Text("For the p-value, corrected for the choice of the change point.")
    )
    season_length: SeasonLength | None = _season_length()
    min_effect: NotNegative = _min_effect(Text("Minimum change"))
    direction: Direction = _direction()

    @model_validator(mode="after")
    def _can_be_seen(self) -> "ChangePointsParams":
        if self.recent <= self.min_size:
            raise Unfit("change.recent_too_short", recent=self.recent, min_size=self.min_size)
        return self


class Bounds(Params):
    """Where a measure ends, in its unit; None where it does not."""

    floor: float | None = _floor()
    ceiling: float | None = _ceiling()

    @model_validator(mode="after")
    def _is_a_range(self) -> "Bounds":
        if self.floor is not None and self.ceiling is not None and self.floor >= self.ceiling:
            raise Unfit("forecast.floor_not_below_ceiling", floor=self.floor, ceiling=self.ceiling)
        return self


class PyodParams(Expecting):
    former: ClassVar[Mapping[str, str | None]] = dict(Expecting.former) | {
        "quantile": "alerts_per_week"
    }

    measures: Annotated[tuple[Name, ...], Field(min_length=1)] | None = param(
        None,
        Text("Measures"),
        Text("Used by the detector; null: all that the model reads."),
        is_rare=True,
    )
    detector: Literal["knn", "ecod", "copod", "hbos", "iforest"] = param(
        "knn",
        Text("Detector"),
        choices={
            "knn": Text("k nearest neighbours"),
            "ecod": Text("ECOD"),
            "copod": Text("COPOD"),
            "hbos": Text("HBOS"),
            "iforest": Text("Isolation forest"),
        },
    )
    lags: Annotated[int, Field(ge=0, le=200)] | None = param(
        None,
        Text("Earlier periods used as features"),
        Text(
            "Empty: 3 for k nearest neighbours, else none; the others lose a far point among them."
        ),
    )
    alerts_per_week: AlertsPerWeek = _alerts_per_week()
    exclude: Positive = param(
        6.0,
        Text("Excluded from training beyond (robust standard deviations)"),
        is_rare=True,
    )
    scope: Literal["series", "panel"] = param(
        "series",
        Text("One detector for"),
        choices={
            "series": Text("Each series"),
            "panel": Text("All series together"),
        },
    )
    refit_every: Periods = param(
        7,
        Text("Periods between two fits"),
        Text(
            "At least; with a long history a third of it. A fit learns from the last 1,000 points."
        ),
    )
    direction: Direction = _direction(help_=Text("Of the measure that deviates most."))
    min_effect: NotNegative = _min_effect(Text("Minimum deviation"))
    floor: float | None = _floor()
    ceiling: float | None = _ceiling()
    bounds: dict[Name, Bounds] = param(
        {},
        Text("Bounds by measure"),
        Text("Lowest and highest possible values of single measures."),
        is_rare=True,
    )
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = _seed()

    def named_measures(self) -> Sequence[tuple[str, str]]:
        bounded = [(f"bounds.{name}", name) for name in self.bounds]
        return [*(("measures", name) for name in self.measures or ()), *bounded]


class Limit(Params):
    """Either a value in the measure's unit, or a quantile of the series' own known history."""

    value: float | None = param(None, Text("Value"), _IN_UNIT)
    quantile: Probability | None = param(
        None,
        Text("Quantile"),
        Text("Of the series' own known history."),
    )

    @model_validator(mode="after")
    def _is_one_of_both(self) -> "Limit":
        if (self.value is None) == (self.quantile is None):
            raise Unfit("threshold.value_or_quantile")
        return self


class ForecastParams(OneMeasure):
    """What every forecaster can be told."""

    h: Annotated[int, Field(ge=1, le=1000)] = param(14, Text("Horizon (periods)"))
    level: Annotated[float, Field(gt=0, lt=100)] = param(80.0, Text("Coverage of the interval (%)"))
    limit: Limit | None = param(
        None,
        Text("Limit"),
        Text("An object with value or quantile; crossing it is a finding. Empty: forecast only."),
    )
    direction: Literal["above", "below"] = _direction(
        "above",
        Text("The side that is beyond the limit."),
        "above below",
    )
    probability_at_least: Probability = param(
        0.5,
        Text("Report at probability"),
        Text("That the limit is crossed within the horizon."),
    )
    critical_at: Probability = param(0.9, Text("Critical at probability"))
    floor: float | None = param(None, Text("Lowest possible value"), _FLOOR_BY_HISTORY)
    ceiling: float | None = param(None, Text("Highest possible value"), _CEILING_BY_HISTORY)
    paths: Annotated[int, Field(ge=50, le=10_000)] = param(
        400, Text("Simulated paths"), is_rare=True
    )

    @model_validator(mode="after")
    def _is_a_range(self) -> "ForecastParams":
        if self.floor is not None and self.ceiling is not None and self.floor >= self.ceiling:
            raise Unfit("forecast.floor_not_below_ceiling", floor=self.floor, ceiling=self.ceiling)
        return self


class ForecastEnsembleParams(ForecastParams):
    mode: Literal["fast", "best"] = param(
        "fast",
        Text("Mode"),
        Text("Best: each series also learns from the others of its panel."),
        choices={"fast": Text("Fast"), "best": Text("Best")},
    )
    season_lengths: (
        Annotated[tuple[Annotated[int, Field(ge=2, le=8784)], ...], Field(max_length=3)] | None
    ) = param(
        None,
        Text("Season lengths (periods)"),
        Text("Empty: by the dataset's step, where the history shows them."),
        is_rare=True,
    )
    min_history: Annotated[int, Field(ge=3, le=100_000)] = param(
        6,
        Text("Minimum known values"),
        is_rare=True,
    )

    @model_validator(mode="after")
    def _seasons_rise(self) -> "ForecastEnsembleParams":
        given = self.season_lengths or ()
        if list(given) != sorted(set(given)):
            raise Unfit("forecast.seasons_not_rising", given=", ".join(map(str, given)))
        return self


class ProphetParams(ForecastParams):
    min_history: Annotated[int, Field(ge=3, le=100_000)] | None = param(
        None,
        Text("Minimum known values"),
        Text("Empty: two seasons, at least 14 and at most 28."),
        is_rare=True,
    )
    holidays_country: Annotated[str, Field(pattern="^[A-Z]{2,3}$")] | None = param(
        None,
        Text("Country for public holidays"),
        Text("ISO code, such as US or NG."),
        is_rare=True,
    )
    weekly: bool | None = param(None, Text("Weekly seasonality"), _BY_HISTORY, is_rare=True)
    yearly: bool | None = param(None, Text("Yearly seasonality"), _BY_HISTORY, is_rare=True)
    daily: bool | None = param(None, Text("Daily seasonality"), _BY_HISTORY, is_rare=True)
    multiplicative: bool = param(
        False,
        Text("Multiplicative seasonality"),
        is_rare=True,
    )
    changepoint_prior_scale: Positive = param(0.05, Text("Flexibility of the trend"), is_rare=True)
    fit_seconds: Annotated[int, Field(ge=1, le=3600)] = param(
        60,
        Text("Longest fit of a series (seconds)"),
        Text("A series that takes longer is left out."),
        is_rare=True,
    )
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = _seed()


class ForeignParams(OneMeasure):
    """What every model that was made elsewhere can be told: what it is given, and what its answer means."""

    inputs: dict[str, Annotated[tuple[Name, ...], Field(min_length=1)]] | None = param(
        None,
        Text("Measures by input"),
        Text("Which measures each input takes, in order; empty: all, by its only input."),
        is_rare=True,
    )
    lags: Annotated[int, Field(ge=0, le=200)] = param(
        0,
        Text("Earlier periods given with each"),
        Text("After the measures of the period those of the one before, and so on."),
    )
    output: Annotated[str, Field(min_length=1, max_length=200)] | None = param(
        None,
        Text("Output"),
        Text("The one that is read; empty: the only one."),
    )
    column: Annotated[int, Field(ge=0, le=9999)] | None = param(
        None,
        Text("Column of the output"),
        Text("Counted from 0; empty: it has one."),
        is_rare=True,
    )
    answer: Literal["score", "expected"] = param(
        "score",
        Text("What it answers"),
        choices={
            "score": Text("How unusual the period is"),
            "expected": Text("The expected value"),
        },
    )
    direction: Direction = _direction(
        "above",
        Text("Of a score: the unusual side. Of an expected value: the side that matters."),
    )
    threshold: float | None = param(
        None,
        Text("Threshold of the score"),
        Text("Beyond it a period is reported; empty: by alerts a week."),
    )
    alerts_per_week: AlertsPerWeek = _alerts_per_week()
    min_effect: NotNegative = _min_effect(Text("Minimum deviation"))
    missing: Literal["leave_out", "last", "value"] = param(
        "leave_out",
        Text("Where a value is missing"),
        Text("A model made elsewhere never gets a missing value."),
        choices={
            "leave_out": Text("Leave the period out"),
            "last": Text("Use the last known value"),
            "value": Text("Use a fixed value"),
        },
    )
    missing_value: float | None = param(None, Text("The fixed value"), is_rare=True)

    @model_validator(mode="after")
    def _is_whole(self) -> "ForeignParams":
        if self.answer == "score" and self.direction == "both":
            raise Unfit("foreign.score_of_both_sides")
        if self.answer == "expected" and self.threshold is not None:
            raise Unfit("foreign.threshold_of_expected")
        if (self.missing == "value") != (self.missing_value is not None):
            raise Unfit("foreign.missing_value")
        return self

    def named_measures(self) -> Sequence[tuple[str, str]]:
        given = self.inputs or {}
        named = [(f"inputs.{name}", each) for name, read in given.items() for each in read]
        return [*super().named_measures(), *named]


class OnnxParams(ForeignParams):
    checksum: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] = param(
        ...,
        Text("Checksum of the file (SHA-256)"),
        Text("Said where the file was sent, or by iop model store FILE."),
    )


class RemoteParams(ForeignParams):
    url: Annotated[str, Field(pattern=r"^https?://[^/?#@\s]+(/[^?#@\s]*)?$", max_length=500)] = (
        param(
            ...,
            Text("Address of the model server"),
            Text("Without /v2. It must be one that this instance may call (IOP_MODEL_SERVERS)."),
        )
    )
    model: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$", max_length=200)] = param(
        ..., Text("Name of the model on the server")
    )
    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$", max_length=64)] | None = param(
        None, Text("Version on the server"), Text("Empty: the one that the server chooses.")
    )
    token: Annotated[str, Field(pattern="^IOP_MODEL_TOKEN_[A-Z0-9_]+$", max_length=100)] | None = (
        param(
            None,
            Text("Variable that holds the token"),
            Text("IOP_MODEL_TOKEN_…, of the instance's environment; empty: none is sent."),
        )
    )
    timeout_s: Annotated[int, Field(ge=1, le=60)] = param(
        10, Text("Longest answer (seconds)"), is_rare=True
    )
    retries: Annotated[int, Field(ge=0, le=5)] = param(
        2, Text("Attempts after the first"), is_rare=True
    )


@dataclass(frozen=True, slots=True)
class Telling:
    """How findings of a kind are told: templates over what a language's `slots` make of the facts, such as
    `{label}{where}`, `{amount}`, `{since}` (`recommendations.phrases`); another language may use others.

    Attributes:
        headline: the title, without a full stop; happened: the first sentence, with one.
        sure: what follows "How sure: ", without a full stop; None: how certain it is, in words and per cent.
        action: what is usually done about it; None leaves that to its category.
    """

    headline: Text
    happened: Text
    sure: Text | None = None
    action: Text | None = None


@dataclass(frozen=True, slots=True)
class FindingKind:
    """`label` stands in lists."""

    name: str
    category: Category
    label: Text
    telling: Telling


_WAS = Text("{label}{where} was {amount} {on}{against}.")
RESIDUAL = FindingKind(
    "residual",
    Category.ANOMALY,
    Text("Outside seasonal range"),
    Telling(
        headline=Text("{label}{where} {far}{side} normal: {amount} {on}{expected}"),
        happened=_WAS,
        sure=Text("{share} of earlier periods kept to their range"),
    ),
)
OUTLIER = FindingKind(
    "outlier",
    Category.ANOMALY,
    Text("Outlier"),
    Telling(
        headline=Text("Unusual {period}{where} {on}: {label_inside} {amount}{expected}"),
        happened=_WAS,
        sure=Text("{share} of earlier periods were less unusual"),
        action=Text(
            "Look at the measures together: each may be in its own range and the mix still be new."
        ),
    ),
)
TREND = FindingKind(
    "trend",
    Category.TREND,
    Text("Trend"),
    Telling(
        headline=Text("{label}{where} {rising} by {slope} since {since}"),
        happened=Text("{label}{where} {rose} by {slope} from {since} to {until}{moved}."),
        sure=Text("a series without a trend would look like this {chance}{corrected}"),
    ),
)
CHANGE_POINT = FindingKind(
    "change_point",
    Category.TREND,
    Text("Level shift"),
    Telling(
        headline=Text("{label}{where} stepped {step} from {before} to {after} {on_since}"),
        happened=Text("{label}{where} moved from about {before} to {after} {on_since}."),
        sure=Text("a series without a step would look like this {chance}{corrected}"),
        action=Text(
            "Confirm that the change was meant; plans and limits made before it no longer fit."
        ),
    ),
)
LIMIT_CROSSING = FindingKind(
    "limit_crossing",
    Category.FORECAST,
    Text("Forecast limit crossing"),
    Telling(
        headline=Text("{label}{where} forecast {beyond} {within}: {probable}most likely {on}"),
        happened=Text(
            "{label}{where} is forecast {beyond} {in_one} {within}, most likely "
            "{on}{that_day}, when {amount}{interval} is expected.{first_crossing}{effect}"
        ),
        sure=Text("{certainty} that the limit is crossed {within}"),
    ),
)


_FORECASTS = Text(
    "forecasts, and the limits that they cross within the horizon, with the probability and "
    "the likeliest day"
)
# In a class with a field `type` that word means the field.
ParamsModel = type[Params]


@dataclass(frozen=True, slots=True)
class RuntimeSpec:
    """A row of the catalogue.

    Attributes:
        module: dotted name; its RUNTIME is a `base.Runtime`.
        summary: what it finds, after its label and a colon.
        kinds: of its findings; None where they bear names that the model itself declares.
        joins: what it says of a row depends on the rows before it alone, so that a backtest may replay several
            deliveries by one run.
        replayed: how many deliveries a backtest replays at most, of the others every so many; None for all.
        is_raw: it reads the figures as they are, where the others read them without what the calendar explains.
        is_by_series: what it says of a series depends on others only by what it asks `runtimes.together` for, so that
            a large panel can be read, judged and written a part at a time.
    """

    name: str
    type: ModelType
    module: str
    params: ParamsModel
    label: Text
    summary: Text
    kinds: tuple[FindingKind, ...] | None
    joins: bool = False
    replayed: int | None = 104
    is_raw: bool = False
    is_by_series: bool = False


RUNTIMES: Mapping[str, RuntimeSpec] = {
    spec.name: spec
    for spec in (
        RuntimeSpec(
            "rules",
            ModelType.RULE_BASED,
            "iop_pipelines.runtimes.rules",
            RulesParams,
            Text("Rules"),
            Text("conditions over measures, aggregates and earlier periods"),
            None,
            joins=True,
            replayed=None,
            # Its author knows the calendar.
            is_raw=True,
            is_by_series=True,
        ),
        RuntimeSpec(
            "seasonal_residual",
            ModelType.STATISTICAL,
            "iop_pipelines.runtimes.seasonal_residual",
            SeasonalResidualParams,
            Text("Seasonal residual"),
            Text("points that are unusual for their own past, within a budget of alerts"),
            (RESIDUAL,),
            joins=True,
            replayed=None,
            is_by_series=True,
        ),
        RuntimeSpec(
            "mann_kendall",
            ModelType.STATISTICAL,
            "iop_pipelines.runtimes.mann_kendall",
            MannKendallParams,
            Text("Mann-Kendall"),
            Text(
                "trends, with the Theil-Sen slope; p-values adjusted for the series tested at once"
            ),
            (TREND,),
            is_by_series=True,
        ),
        RuntimeSpec(
            "change_points",
            ModelType.STATISTICAL,
            "iop_pipelines.runtimes.change_points",
            ChangePointsParams,
            Text("Change points"),
            Text("level shifts"),
            (CHANGE_POINT,),
            is_by_series=True,
        ),
        RuntimeSpec(
            "forecast_ensemble",
            ModelType.STATISTICAL,
            "iop_pipelines.runtimes.forecast_ensemble",
            ForecastEnsembleParams,
            Text("Forecast ensemble"),
            _FORECASTS,
            (LIMIT_CROSSING,),
            replayed=12,
        ),
        RuntimeSpec(
            "pyod",
            ModelType.ML,
            "iop_pipelines.runtimes.pyod",
            PyodParams,
            Text("PyOD"),
            Text("periods with an unusual combination of measures, scored walk-forward"),
            (OUTLIER,),
            joins=True,
            replayed=None,
        ),
        RuntimeSpec(
            "prophet",
            ModelType.ML,
            "iop_pipelines.runtimes.prophet",
            ProphetParams,
            Text("Prophet"),
            _FORECASTS,
            (LIMIT_CROSSING,),
            replayed=12,
        ),
        RuntimeSpec(
            "onnx",
            ModelType.ML,
            "iop_pipelines.runtimes.onnx",
            OnnxParams,
            Text("ONNX file"),
            Text("what a model of your own in an ONNX file finds unusual or did not expect"),
            (OUTLIER,),
            joins=True,
            replayed=None,
            # It learned from figures as they were.
            is_raw=True,
        ),
        RuntimeSpec(
            "remote",
            ModelType.ML,
            "iop_pipelines.runtimes.remote",
            RemoteParams,
            Text("Model server"),
            Text("what a model on a server of yours finds unusual or did not expect"),
            (OUTLIER,),
            joins=True,
            replayed=None,
            is_raw=True,
        ),
    )
}
FINDING_KINDS: Mapping[str, FindingKind] = {
    kind.name: kind for spec in RUNTIMES.values() for kind in spec.kinds or ()
}


def runtime_spec(name: str) -> RuntimeSpec:
    """Raises NotFound, with the nearest name or all there are."""
    if name not in RUNTIMES:
        raise NotFound("runtime.unknown", name=closest(name, RUNTIMES))
    return RUNTIMES[name]


def runtimes_of(model_type: ModelType) -> tuple[str, ...]:
    return tuple(spec.name for spec in RUNTIMES.values() if spec.type is model_type)


def usual_runtime(model_type: ModelType) -> str:
    """What a model of the type runs by if it does not say."""
    return runtimes_of(model_type)[0]


def usual_forecaster() -> str:
    """What forecasts where nothing else is said."""
    return next(spec.name for spec in RUNTIMES.values() if LIMIT_CROSSING in (spec.kinds or ()))


def params_of_today(runtime: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """The params of a stored model without what an earlier release took and the method finds out by itself by now.

    A threshold in sigmas was no rate: what it let pass is told by the budget that a model has which says nothing. Who
    registers such params is refused, and told what says it now.

    Raises NotFound: there is no such runtime.
    """
    former = runtime_spec(runtime).params.former
    return {name: value for name, value in params.items() if name not in former}


def check_params(
    runtime: str, params: Mapping[str, Any], measures: Sequence[str] | None = None
) -> None:
    """Checks a model's params without loading its method, and the measures they name if the input's are given.

    Raises:
        InvalidDeclaration: naming the parameter, its value and the accepted range.
        NotFound: there is no such runtime.
    """
    parsed = parse_params(runtime_spec(runtime).params, params)
    if measures is not None:
        for path, name in parsed.named_measures():
            require_measure(name, measures, f"config.params.{path}")
