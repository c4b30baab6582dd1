"""What each runtime can be told, as pydantic models.

No method is loaded here, so that a model can be checked by a process that never runs one.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from iop_pipelines.analytics.rule_language import Rule, depth_of, measures_of
from iop_pipelines.domain.datasets import Name
from iop_pipelines.domain.trees import MAX_DEPTH
from iop_pipelines.errors import InvalidDeclaration, NotFound

Direction = Literal["both", "above", "below"]
Periods = Annotated[int, Field(ge=1, le=100_000)]
Probability = Annotated[float, Field(gt=0, lt=1)]
NotNegative = Annotated[float, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]

# Deepest JSON of rules whose conditions, and operands in them, nest as deep as they may.
_MAX_RULE_DEPTH = 4 * MAX_DEPTH + 10


class _Params(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class _OneMeasure(_Params):
    """`measure` is the one that is scored; the input's first if not given."""

    measure: Name | None = None


class _Expecting(_Params):
    """How the expected value of a period is made from its past.

    Attributes:
        season_length: periods in a season; by the dataset's step if not given (h 24, D 7, W 52, MS 12).
        level_cycles, season_cycles, scale_cycles: seasons that level, seasonal effect and band look back.
        min_history: known values needed before a point; three seasons, and at least 14, if not given.
        mask_limit: anomalies in a row after which they count as the new normal; two seasons, and at
            least 5, if not given.
    """

    season_length: Annotated[int, Field(ge=1, le=8784)] | None = None
    level_cycles: Annotated[int, Field(ge=1, le=1000)] = 4
    season_cycles: Annotated[int, Field(ge=2, le=1000)] = 8
    scale_cycles: Annotated[int, Field(ge=2, le=1000)] = 8
    min_history: Annotated[int, Field(ge=5, le=100_000)] | None = None
    mask_limit: Periods | None = None


class RulesParams(_Params):
    rules: Annotated[tuple[Rule, ...], Field(min_length=1, max_length=50)]

    @model_validator(mode="before")
    @classmethod
    def _is_shallow(cls, value: Any) -> Any:
        if depth_of(value) > _MAX_RULE_DEPTH:
            raise ValueError(f"rules are nested deeper than {_MAX_RULE_DEPTH} levels")
        return value

    @model_validator(mode="after")
    def _names_are_unique(self) -> "RulesParams":
        names = [rule.name for rule in self.rules]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two rules are called {twice[0]!r}")
        return self


class SeasonalResidualParams(_OneMeasure, _Expecting):
    """Attributes:
    threshold: robust sigmas beyond which a point is anomalous; critical: beyond which it is critical, twice
        the threshold if not given.
    direction: which side matters.
    min_effect: smallest distance that matters, in the measure's unit.
    floor, ceiling: where the measure ends; expectation and band are cut there.
    """

    threshold: Positive = 5.0
    critical: Positive | None = None
    direction: Direction = "both"
    min_effect: NotNegative = 0.0
    floor: float | None = None
    ceiling: float | None = None


class MannKendallParams(_OneMeasure):
    """Attributes:
    window: periods that end with the scored one, in which a trend is sought.
    variant: how dependence between points is treated; lags: autocorrelations that hamed_rao corrects for,
        all if null (short windows then find too much).
    alpha: a trend's p-value lies under it, once adjusted for the series that are tested at once.
    min_slope: smallest slope that matters, in the measure's unit a period.
    direction: `above` looks for rises, `below` for falls.
    min_points: known points needed; half the window, and at least 8, if not given.
    """

    window: Annotated[int, Field(ge=8, le=2000)] = 28
    variant: Literal["original", "hamed_rao", "seasonal"] = "hamed_rao"
    season_length: Annotated[int, Field(ge=1, le=8784)] | None = None
    lags: Annotated[int, Field(ge=1, le=100)] | None = 1
    alpha: Probability = 0.01
    min_slope: NotNegative = 0.0
    direction: Direction = "both"
    min_points: Annotated[int, Field(ge=8, le=2000)] | None = None


class ChangePointsParams(_OneMeasure):
    """Attributes:
    window: periods looked at, ending with the scored one.
    recent: a change is a finding while it is at most this many periods old.
    min_size: shortest stretch that counts as a level, in known points.
    penalty: of a change, in multiples of log n; more finds fewer.
    alpha: the change's p-value, corrected for the choice of place, lies under it.
    min_effect: smallest change that matters, in the measure's unit.
    """

    window: Annotated[int, Field(ge=10, le=5000)] = 90
    recent: Annotated[int, Field(ge=2, le=1000)] = 14
    min_size: Annotated[int, Field(ge=2, le=500)] = 7
    penalty: Positive = 3.0
    alpha: Probability = 0.01
    season_length: Annotated[int, Field(ge=1, le=8784)] | None = None
    min_effect: NotNegative = 0.0
    direction: Direction = "both"

    @model_validator(mode="after")
    def _can_be_seen(self) -> "ChangePointsParams":
        if self.recent <= self.min_size:
            raise ValueError(
                f"recent is {self.recent}; a change is seen only after min_size = {self.min_size} periods"
            )
        return self


class Bounds(_Params):
    """Where a measure ends, in its unit; None where it does not."""

    floor: float | None = None
    ceiling: float | None = None

    @model_validator(mode="after")
    def _is_a_range(self) -> "Bounds":
        if self.floor is not None and self.ceiling is not None and self.floor >= self.ceiling:
            raise ValueError(f"floor {self.floor:g} is not below ceiling {self.ceiling:g}")
        return self


class PyodParams(_Expecting):
    """Attributes:
    measures: which the detector sees; all of the input if not given.
    detector: of PyOD.
    lags: earlier periods that are features too.
    quantile: of the training scores; a point above it is an outlier.
    exclude: periods this many robust sigmas off are not trained on.
    scope: a detector for each series, or one for the whole panel.
    refit_every: periods that one fit scores; the next learns from them too.
    direction, min_effect: of the measure that is farthest off.
    floor, ceiling: where the measures end; expectation and band are cut there.
    bounds: the same by measure, for those that end elsewhere.
    """

    measures: Annotated[tuple[Name, ...], Field(min_length=1)] | None = None
    detector: Literal["ecod", "copod", "hbos", "iforest", "knn"] = "knn"
    lags: Annotated[int, Field(ge=0, le=200)] = 3
    quantile: Probability = 0.98
    exclude: Positive = 6.0
    scope: Literal["series", "panel"] = "series"
    refit_every: Periods = 7
    direction: Direction = "both"
    min_effect: NotNegative = 0.0
    floor: float | None = None
    ceiling: float | None = None
    bounds: dict[Name, Bounds] = {}
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1


class Limit(_Params):
    """Either a value in the measure's unit, or a quantile of the series' own known history."""

    value: float | None = None
    quantile: Probability | None = None

    @model_validator(mode="after")
    def _is_one_of_both(self) -> "Limit":
        if (self.value is None) == (self.quantile is None):
            raise ValueError("give either value or quantile")
        return self


class ProphetParams(_OneMeasure):
    """Attributes:
    h: periods forecast after the window; level: coverage of the interval in per cent.
    limit: crossing it is a finding; None forecasts only. direction: the side that is beyond the limit.
    probability_at_least: of a crossing anywhere within the horizon that is a finding; critical_at: of one that
        is critical.
    min_history: known values needed; two seasons, and at least 14, if not given.
    holidays_country: ISO code for the library holidays, such as US or NG.
    weekly, yearly, daily: seasonalities; Prophet decides from the history if not given.
    floor, ceiling: where the measure ends, such as 0 for counts and shares.
    """

    h: Annotated[int, Field(ge=1, le=1000)] = 14
    level: Annotated[float, Field(gt=0, lt=100)] = 80.0
    limit: Limit | None = None
    direction: Literal["above", "below"] = "above"
    probability_at_least: Probability = 0.5
    critical_at: Probability = 0.9
    min_history: Annotated[int, Field(ge=3, le=100_000)] | None = None
    holidays_country: Annotated[str, Field(pattern="^[A-Z]{2,3}$")] | None = None
    weekly: bool | None = None
    yearly: bool | None = None
    daily: bool | None = None
    multiplicative: bool = False
    changepoint_prior_scale: Positive = 0.05
    floor: float | None = None
    ceiling: float | None = None
    paths: Annotated[int, Field(ge=50, le=10_000)] = 400
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1


_PARAMS: dict[str, type[_Params]] = {
    "rules": RulesParams,
    "seasonal_residual": SeasonalResidualParams,
    "mann_kendall": MannKendallParams,
    "change_points": ChangePointsParams,
    "pyod": PyodParams,
    "prophet": ProphetParams,
}
# Words that pydantic puts into an error's place for a union's branch; no key of anyone's file.
_BRANCHES = frozenset(("comparison", "all", "any", "number", "aggregate", "product", "total"))

P = TypeVar("P", bound=_Params)


def parse_params(model: type[P], params: Mapping[str, Any]) -> P:
    """Raises InvalidDeclaration naming `config.params.…`, the value and what is accepted."""
    try:
        return model.model_validate(dict(params))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InvalidDeclaration(_message(model, first), _path(first)) from error


def check_params(
    runtime: str, params: Mapping[str, Any], measures: Sequence[str] | None = None
) -> None:
    """Checks a model's params without loading its method, and the measures they name if the input's are given.

    Raises:
        InvalidDeclaration: naming the parameter, its value and the accepted range.
        NotFound: there is no such runtime.
    """
    if runtime not in _PARAMS:
        raise NotFound(f"there is no runtime {runtime!r}; there are {', '.join(_PARAMS)}")
    parsed = parse_params(_PARAMS[runtime], params)
    if measures is not None:
        for path, name in _named_measures(parsed):
            require_measure(name, measures, path)


def require_measure(name: str, measures: Sequence[str], path: str) -> None:
    """Raises InvalidDeclaration if the input has no such measure."""
    if name not in measures:
        raise InvalidDeclaration(
            f"{name!r} is not a measure of the input; there are {', '.join(measures)}", path
        )


def _named_measures(params: _Params) -> list[tuple[str, str]]:
    match params:
        case RulesParams(rules=rules):
            return [
                (f"config.params.rules.{place}", name)
                for place, rule in enumerate(rules)
                for name in sorted(measures_of(rule))
            ]
        case PyodParams(measures=names):
            bounded = [(f"config.params.bounds.{name}", name) for name in params.bounds]
            return [("config.params.measures", name) for name in names or ()] + bounded
        case _OneMeasure(measure=name):
            return [("config.params.measure", name)] if name else []
        case _:
            return []


def _message(model: type[_Params], error: Any) -> str:
    if error["type"] == "extra_forbidden":
        known = f"; there are {', '.join(model.model_fields)}" if len(error["loc"]) == 1 else ""
        return f"there is no such parameter{known}"
    if error["type"] == "missing":
        return "is missing"
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "value_error":
        return message
    return f"is {error['input']!r}; {message[0].lower()}{message[1:]}"


def _path(error: Any) -> str:
    keys = [str(key) for key in error["loc"] if key not in _BRANCHES]
    return ".".join(["config", "params", *_without_tag_words(keys)])


def _without_tag_words(keys: list[str]) -> list[str]:
    """Drops the tag `measure` or `not` where it stands before the key of the same union branch."""
    return [
        key
        for place, key in enumerate(keys)
        if not (
            key in ("measure", "not")
            and place + 1 < len(keys)
            and keys[place + 1] in ("measure", "lag", "not")
        )
    ]
