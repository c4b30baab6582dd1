"""How much history a model's runtime looks back on, and what to tell of a model that reads less. No pandas here.

A model that reads less scores only the end of what it is given, at every delivery, and nobody sees why.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.frequencies import SEASON_LENGTHS, SEASONS, ModelFrequency
from iop_pipelines.domain.models import ModelSpec
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import IopError
from iop_pipelines.runtimes.catalogue import (
    ChangePointsParams,
    Expecting,
    ForecastEnsembleParams,
    ForecastParams,
    ForeignParams,
    MannKendallParams,
    ProphetParams,
    RulesParams,
    params_of_today,
    runtime_spec,
)
from iop_pipelines.runtimes.params import Params, parse_params

# What `InputSpec.history` may be.
_MOST = 100_000
_LEVEL = 28
_SEASONS_BEFORE = 4
_LEAST_KNOWN = 14
# Scores of which the largest tenth makes a tail.
_SCORES = 100


def needed_history(runtime: str, params: Mapping[str, Any], freq: ModelFrequency | None) -> int:
    """Periods before a window that the runtime needs to judge all of it as well as it can.

    params: of a stored model too, as an earlier release took them. Raises what parsing the params raises.
    """
    parsed = parse_params(runtime_spec(runtime).params, params_of_today(runtime, params))
    season = 1 if freq is None else SEASON_LENGTHS[freq]
    if isinstance(parsed, Expecting) and freq is not None:
        # The longest that it looks for; it cannot find a week in less.
        season = max([season, *SEASONS[freq].values()])
    return min(_NEEDS[runtime](parsed, season), _MOST)


def with_history(spec: ModelSpec, declaration: DatasetDeclaration) -> ModelSpec:
    """Where the model does not say how much it reads, as much as its runtime needs, if that is more than the usual."""
    given = spec.config.input
    if "history" in given.model_fields_set:
        return spec
    needed = _needed(spec, declaration)
    if needed is None or needed <= given.history:
        return spec
    read = given.model_copy(update={"history": needed})
    return spec.model_copy(update={"config": spec.config.model_copy(update={"input": read})})


def short_history(spec: ModelSpec, declaration: DatasetDeclaration) -> Sentence | None:
    """What to tell of a model that reads less than its runtime needs, with the number to use."""
    needed = _needed(spec, declaration)
    if needed is None or needed <= spec.config.input.history:
        return None
    return Sentence("model.reads_little", history=spec.config.input.history, needed=needed)


def _needed(spec: ModelSpec, declaration: DatasetDeclaration) -> int | None:
    """None where the params are refused anyway."""
    config = spec.config
    try:
        return needed_history(config.runtime, config.params, declaration.model_freq)
    except IopError:
        return None


def _head(params: Expecting, season: int) -> int:
    return params.min_history or max(3 * season, _LEAST_KNOWN)


def _of_expectation(params: Params, season: int) -> int:
    """Its beginning or what its features look at, whichever is longer, and the errors that make sigma."""
    given = cast(Expecting, params)
    season = given.season_length or season
    level = season * max(1, round(_LEVEL / season))
    before = _SEASONS_BEFORE * season if season > 1 else 0
    spread = max(2 * _LEVEL, (8 if season <= SEASON_LENGTHS["h"] else 2) * season)
    return max(_head(given, season), 2 * level, before + level) + spread


def _of_forecast(params: Params, season: int) -> int:
    given = cast(ForecastParams, params)
    longest = max(getattr(given, "season_lengths", None) or (season,))
    least = cast(ForecastEnsembleParams | ProphetParams, given).min_history or _LEAST_KNOWN
    return max(least, 2 * longest + given.h)


def _of_rules(params: Params, _season: int) -> int:
    rules = cast(RulesParams, params).model_dump(mode="json")
    return max(1, _past_of(rules))


def _of_scores(params: Params, _season: int) -> int:
    """What a threshold judges needs no past but the lags."""
    given = cast(ForeignParams, params)
    return max(1, given.lags + (_SCORES if given.threshold is None else 0))


def _past_of(part: Any) -> int:
    """The farthest period that a condition asks for."""
    if isinstance(part, dict):
        known = cast(dict[str, Any], part)
        own = sum(int(known.get(name) or 0) for name in ("lag", "previous"))
        return max([own, *map(_past_of, known.values())])
    return max(map(_past_of, cast(list[Any], part)), default=0) if isinstance(part, list) else 0


_NEEDS: Mapping[str, Callable[[Params, int], int]] = {
    "rules": _of_rules,
    "seasonal_residual": _of_expectation,
    # Each row's line is that of the window before.
    "mann_kendall": lambda params, _: cast(MannKendallParams, params).window,
    "change_points": lambda params, _: cast(ChangePointsParams, params).window,
    "forecast_ensemble": _of_forecast,
    "pyod": _of_expectation,
    "prophet": _of_forecast,
    "onnx": _of_scores,
    "remote": _of_scores,
}
