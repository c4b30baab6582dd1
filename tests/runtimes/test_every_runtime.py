"""What holds of all of them: lookup, parameters, short and empty panels, many series, gaps, no look ahead."""

import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from iop_pipelines.analytics import outliers
from iop_pipelines.errors import InvalidDeclaration, NotFound, SeriesTooShort
from iop_pipelines.runtimes.base import RuntimeInput
from iop_pipelines.runtimes.catalogue import LIMIT_CROSSING, RUNTIMES, check_params, runtime_spec
from iop_pipelines.runtimes.lookup import load_runtime, run_runtime

# What a runtime is tried with where its defaults do not do; a new one is tried with its defaults.
GIVEN: dict[str, dict[str, Any]] = {
    "rules": {
        "rules": [
            {
                "name": "high",
                "measure": "y",
                "when": {"field": "y", "op": "gt", "value": 25},
            }
        ]
    },
    "prophet": {"h": 3, "paths": 50},
    "onnx": {"checksum": "0" * 64, "lags": 7},
    "remote": {"url": "https://models.example", "model": "weekly", "lags": 7},
}
PARAMS = {name: GIVEN.get(name, {}) for name in RUNTIMES}
START = datetime(2024, 1, 1)
FORECASTERS = {name for name, spec in RUNTIMES.items() if LIMIT_CROSSING in (spec.kinds or ())}
LEARNING = [name for name in PARAMS if name != "rules"]


def test_every_row_of_the_catalogue_loads_under_its_name() -> None:
    assert set(GIVEN) <= set(RUNTIMES)
    for name, spec in RUNTIMES.items():
        assert spec.name == name
        assert callable(load_runtime(spec).run)


def test_an_unknown_runtime_is_refused_with_the_nearest_or_those_there_are() -> None:
    with pytest.raises(
        NotFound, match="no runtime 'zzz'; there is change_points, forecast_ensemble, mann_kendall"
    ):
        runtime_spec("zzz")
    with pytest.raises(NotFound, match=r"no runtime 'profet'; did you mean 'prophet'\?"):
        check_params("profet", {})


@pytest.mark.parametrize("name", PARAMS)
def test_a_parameter_that_does_not_exist_is_named(name: str) -> None:
    with pytest.raises(InvalidDeclaration, match=r"^config\.params\.window_size: there is no such"):
        check_params(name, {**PARAMS[name], "window_size": 3})


@pytest.mark.parametrize(
    ("name", "params", "message"),
    [
        (
            "seasonal_residual",
            {"alerts_per_week": 0},
            r"config\.params\.alerts_per_week: is 0; .*greater than 0",
        ),
        (
            "seasonal_residual",
            {"direction": "up"},
            r"direction: is 'up'; it can be both, above, below",
        ),
        (
            "mann_kendall",
            {"window": 3},
            r"config\.params\.window: is 3; it must be at least 8",
        ),
        ("change_points", {"recent": 5}, r"config\.params: recent is 5; .*min_size = 7"),
        (
            "pyod",
            {"detector": "lof"},
            r"config\.params\.detector: is 'lof'; it can be knn, ecod, copod",
        ),
        (
            "pyod",
            {"alerts_per_week": 0},
            r"config\.params\.alerts_per_week: is 0; .*greater than 0",
        ),
        ("prophet", {"limit": {}}, r"config\.params\.limit: give either value or quantile"),
        ("prophet", {"limit": {"value": 1, "quantile": 0.5}}, r"limit: give either"),
        ("prophet", {"holidays_country": "usa!"}, r"config\.params\.holidays_country: is 'usa!'"),
        ("seasonal_residual", {"floor": float("inf")}, r"config\.params\.floor: is inf"),
    ],
)
def test_a_wrong_value_is_refused_with_its_range(
    name: str, params: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidDeclaration, match=message):
        check_params(name, params)


@pytest.mark.parametrize(
    ("name", "former"),
    [(name, former) for name, spec in RUNTIMES.items() for former in spec.params.former],
)
def test_a_stored_model_of_an_earlier_release_runs_as_one_that_says_nothing(
    name: str, former: str, panel_of, weeks
) -> None:
    y = weeks()
    y[89] += 50
    given = RuntimeInput(
        *(panel_of({"a": y}), ("y",), {}, "D"), *(START, START + timedelta(days=90)), PARAMS[name]
    )
    stored = replace(given, params={**PARAMS[name], former: 5})
    now, then = run_runtime(name, given), run_runtime(name, stored)
    pd.testing.assert_frame_equal(now.frame, then.frame)
    assert now.findings == then.findings != ()


@pytest.mark.parametrize(
    ("name", "former"),
    [(name, former) for name, spec in RUNTIMES.items() for former in spec.params.former],
)
def test_a_parameter_of_an_earlier_release_is_refused_with_what_takes_its_place(
    name: str, former: str
) -> None:
    params = RUNTIMES[name].params
    by = params.former[former]
    assert former not in params.model_fields
    assert by is None or by in params.model_fields
    said = f"give {by} instead" if by else "leave it out"
    with pytest.raises(InvalidDeclaration, match=rf"'{former}' is no longer a parameter.*{said}"):
        check_params(name, {**PARAMS[name], former: 5})


@pytest.mark.parametrize("name", LEARNING)
def test_a_measure_that_the_input_has_not_is_refused(name: str, run, panel_of, weeks) -> None:
    named = {"measures": ["other"]} if name == "pyod" else {"measure": "other"}
    params = {**PARAMS[name], **named}
    with pytest.raises(
        InvalidDeclaration, match="'other' is not a measure of the input; there are y"
    ):
        run(name, panel_of({"a": weeks()}), params, first=89)
    with pytest.raises(InvalidDeclaration, match="'other' is not a measure"):
        check_params(name, params, ["y"])


def test_params_are_checked_without_loading_any_method() -> None:
    code = (
        "import sys; from iop_pipelines.runtimes.catalogue import check_params; "
        "import iop_pipelines.runtimes.lookup; check_params('prophet', {'h': 3}); "
        "print([m for m in ('numpy', 'pandas', 'prophet', 'pyod', 'scipy') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize("name", LEARNING)
def test_a_short_series_is_skipped_and_counted(name: str, run, panel_of, weeks) -> None:
    short = np.full(90, np.nan)
    short[85:] = 1.0
    output = run(name, panel_of({"long": weeks(), "short": short}), PARAMS[name], first=89)
    assert output.metrics["series"] == 2
    assert output.metrics["series_skipped"] == 1
    assert set(output.frame["unique_id"]) == {"long"}


@pytest.mark.parametrize("name", LEARNING)
def test_nothing_but_short_series_is_an_error_that_says_what_is_needed(
    name: str, run, panel_of
) -> None:
    with pytest.raises(SeriesTooShort, match=r"all 2 series have too short a history: \d+ known"):
        run(name, panel_of({"a": np.arange(4.0), "b": np.arange(4.0)}), PARAMS[name], first=3)


@pytest.mark.parametrize("name", PARAMS)
def test_a_window_without_rows_gives_an_empty_frame_of_the_right_kinds(
    name: str, run, panel_of, weeks
) -> None:
    output = run(name, panel_of({"a": weeks(60)}), PARAMS[name], first=89)
    assert len(output.frame) == 0
    assert output.frame.dtypes.astype(str).to_dict() == {
        "unique_id": "object",
        "ds": "datetime64[ns]",
        "measure": "object",
        "y": "float64",
        "yhat": "float64",
        "lo": "float64",
        "hi": "float64",
        "score": "float64",
        "is_finding": "bool",
    }
    assert output.findings == ()


@pytest.mark.parametrize("name", [name for name in PARAMS if name not in FORECASTERS])
def test_a_gap_in_the_window_stays_a_gap(name: str, run, panel_of, weeks) -> None:
    y = weeks()
    y[88] = np.nan
    panel = panel_of({"a": y})
    output = run(name, panel, PARAMS[name], first=87, last=89)
    assert output.frame["y"].isna().tolist() == [False, True, False]
    absent = run(
        name, panel[panel["y"].notna()].reset_index(drop=True), PARAMS[name], first=87, last=89
    )
    assert [str(moment.date()) for moment in absent.frame["ds"]] == ["2024-03-28", "2024-03-30"]


@pytest.mark.parametrize("name", PARAMS)
def test_rows_after_the_window_change_nothing(name: str, run, panel_of, weeks) -> None:
    y = weeks(90)
    later = np.concatenate([y, np.full(10, 1e4)])
    now = run(name, panel_of({"a": y}), PARAMS[name], first=85, last=89)
    hindsight = run(name, panel_of({"a": later}), PARAMS[name], first=85, last=89)
    pd.testing.assert_frame_equal(now.frame, hindsight.frame)
    assert now.findings == hindsight.findings


@pytest.mark.parametrize("name", ["rules", "seasonal_residual", "mann_kendall", "change_points"])
def test_a_window_of_days_scores_each_as_a_window_of_one_day_does(
    name: str, run, panel_of, weeks
) -> None:
    panel = panel_of({"a": weeks(), "b": weeks(seed=1)})
    together = run(name, panel, PARAMS[name], first=86, last=89).frame
    one_by_one = pd.concat(
        [run(name, panel, PARAMS[name], first=n).frame for n in range(86, 90)]
    ).sort_values(["unique_id", "ds"], ignore_index=True)
    columns = ["y", "yhat", "lo", "hi"]
    pd.testing.assert_frame_equal(together[columns], one_by_one[columns])


@pytest.mark.parametrize("name", PARAMS)
def test_every_runtime_tells_that_it_goes_on_at_least_once_a_series(
    name: str, run, panel_of, weeks
) -> None:
    """A worker is ended where it tells nothing for long, however much there is to do."""

    def told(series: int) -> int:
        panel = panel_of({f"s{number:02}": weeks(seed=number) for number in range(series)})
        ticks: list[str] = []
        output = run(name, panel, PARAMS[name], first=88, tick=lambda: ticks.append(name))
        assert output.metrics["series"] == series
        return len(ticks)

    few, more = told(2), told(5)
    assert few >= 2
    assert more - few >= 3


@pytest.mark.parametrize(
    "params", [{}, {"scope": "panel"}, {"detector": "ecod"}, {"detector": "copod", "lags": 2}]
)
def test_pyod_tells_between_any_two_fits_and_what_its_detectors_score_at_once(
    params: dict[str, Any], run, panel_of, weeks, monkeypatch
) -> None:
    heard: list[str] = []
    learned, score = outliers._Learned.__init__, outliers._Learned.score

    def overheard_learning(*given: Any) -> None:
        heard.append("worked")
        learned(*given)

    def overheard_score(*given: Any) -> Any:
        heard.append("worked")
        return score(*given)

    monkeypatch.setattr(outliers._Learned, "__init__", overheard_learning)
    monkeypatch.setattr(outliers._Learned, "score", overheard_score)
    panel = panel_of({"a": weeks(), "b": weeks(seed=1)})
    run("pyod", panel, params, first=80, last=89, tick=lambda: heard.append("told"))
    one_by_one = params.get("detector") is not None
    assert heard.count("worked") >= (2 * 10 if one_by_one else 2)
    assert ("worked", "worked") not in set(pairwise(heard))
