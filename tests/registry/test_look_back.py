"""Who reads too little history is told, with the number to use; who does not say is given enough."""

from typing import get_args

import pytest

from iop_pipelines.analytics.seasonal import make_shape
from iop_pipelines.analytics.series import default_season_length
from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.frequencies import SEASONS, ModelFrequency
from iop_pipelines.registry.defaults import default_params
from iop_pipelines.registry.look_back import needed_history, short_history, with_history
from iop_pipelines.registry.models import load_spec
from iop_pipelines.runtimes.catalogue import RUNTIMES

HOURLY = DatasetDeclaration.model_validate(
    {
        "name": "sensors",
        "source": "sensors",
        "time": "at",
        "freq": "h",
        "key": ["at", "sensor"],
        "fields": {
            "at": {"type": "datetime"},
            "sensor": {"type": "string"},
            "people": {"type": "integer"},
        },
        "measures": {"people": {"kind": "sum", "field": "people"}},
    }
)


def spec(runtime="seasonal_residual", params=None, **read):
    return load_spec(
        {
            "name": "m",
            "type": RUNTIMES[runtime].type.value,
            "config": {
                "runtime": runtime,
                "dataset": "sensors",
                "input": {"measures": ["people"], "series": ["sensor"], **read},
                "params": params or default_params(runtime, "people"),
            },
        }
    )


@pytest.mark.parametrize("freq", [*get_args(ModelFrequency), None])
def test_a_detector_needs_what_its_expectation_looks_at(freq):
    """Of the longest season that it looks for."""
    season = max([default_season_length(freq), *SEASONS.get(freq, {}).values()])
    shape = make_shape(season, max(3 * season, 14), 5)
    needed = max(shape.head, shape.reach) + shape.scale_window
    assert needed_history("seasonal_residual", {}, freq) == needed
    assert needed_history("pyod", {}, freq) == needed


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_what_a_stored_model_has_of_an_earlier_release_needs_no_more_and_is_no_error(runtime):
    params = default_params(runtime, "people")
    former = dict.fromkeys(RUNTIMES[runtime].params.former, 3.5)
    assert needed_history(runtime, {**params, **former}, "h") == needed_history(
        runtime, params, "h"
    )


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_every_runtime_says_what_it_needs_of_every_step(runtime):
    for freq in (*get_args(ModelFrequency), None):
        needed = needed_history(runtime, default_params(runtime, "people"), freq)
        assert 1 <= needed <= 100_000


@pytest.mark.parametrize(
    ("runtime", "params", "needed"),
    [
        ("seasonal_residual", {"season_length": 168}, 1176),
        ("mann_kendall", {"window": 500}, 500),
        ("change_points", {"window": 720}, 720),
        ("forecast_ensemble", {"season_lengths": [24, 168], "h": 100}, 436),
        (
            "rules",
            {
                "rules": [
                    {
                        "name": "low",
                        "measure": "people",
                        "when": {
                            "field": "people",
                            "op": "lt",
                            "value": {"field": "people", "agg": "median", "previous": 672},
                        },
                    }
                ]
            },
            672,
        ),
    ],
)
def test_a_history_that_is_too_short_is_told_with_the_number_to_use(runtime, params, needed):
    given = spec(runtime, params, history=400)
    told = short_history(given, HOURLY)
    assert told is not None
    assert told.code == "model.reads_little"
    assert told.values == {"history": 400, "needed": needed}
    assert with_history(given, HOURLY) == given, "what is said stays said"
    assert short_history(spec(runtime, params, history=needed), HOURLY) is None


def test_who_does_not_say_how_much_is_read_gets_what_is_needed_and_never_less_than_usual():
    long = with_history(spec(params={"season_length": 168}), HOURLY)
    assert long.config.input.history == 1176
    assert short_history(long, HOURLY) is None
    assert with_history(spec(params={"season_length": 24}), HOURLY).config.input.history == 400
    assert with_history(spec(), HOURLY).config.input.history == 1176
