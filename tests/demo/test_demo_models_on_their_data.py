"""The demo's models on the demo's data, as an instance would run them."""

from datetime import datetime, timedelta
from importlib import resources

import pandas as pd
import pytest

from iop_pipelines.demo.load import folder
from iop_pipelines.registry.models import load_spec
from iop_pipelines.runtimes.base import RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.lookup import run_runtime

SHARES = ("late15_pct", "cancelled_pct")


@pytest.fixture(scope="module")
def flights() -> pd.DataFrame:
    """One row a day and origin, with the measures that the models read."""
    data = resources.files("iop_pipelines.demo") / "data" / "nyc_flights_daily.csv.gz"
    with resources.as_file(data) as path:
        rows = pd.read_csv(path, parse_dates=["date"])
    rows["operated"] = rows["flights"] - rows["cancelled"]
    for measure in ("dep_delay", "arr_delay"):
        rows[measure] = rows[f"{measure}_mean"] * rows["operated"]
    sums = rows.groupby(["origin", "date"], as_index=False)[
        ["flights", "cancelled", "operated", "late15", "dep_delay", "arr_delay"]
    ].sum()
    for measure in ("dep_delay", "arr_delay"):
        sums[measure] /= sums["operated"]
    sums["late15_pct"] = 100 * sums["late15"] / sums["operated"]
    sums["cancelled_pct"] = 100 * sums["cancelled"] / sums["flights"]
    return sums.rename(columns={"origin": "unique_id", "date": "ds"})


def _run(flights: pd.DataFrame, name: str, start: datetime, days: int) -> RuntimeOutput:
    config = load_spec(folder("models") / f"{name}.yaml").config
    end = start + timedelta(days=days)
    first = start - timedelta(days=config.input.history)
    measures = config.input.measures
    window = flights[(flights["ds"] >= first) & (flights["ds"] < end)]
    return run_runtime(
        config.runtime,
        RuntimeInput(
            panel=window[["unique_id", "ds", *measures]].reset_index(drop=True),
            measures=measures,
            units=dict.fromkeys(measures, ""),
            freq="D",
            window_start=start,
            window_end=end,
            params=config.params,
        ),
    )


def test_january_comes_at_once_and_its_last_days_are_scored_for_outliers(flights) -> None:
    output = _run(flights, "operations-outlier", datetime(2013, 1, 1), 31)
    assert output.metrics["series_skipped"] == 0
    scored = output.frame[output.frame["score"].notna()]
    assert set(scored["unique_id"]) == {"EWR", "JFK", "LGA"}
    assert scored["ds"].max() == pd.Timestamp(2013, 1, 31)


def test_no_band_of_a_share_leaves_its_range(flights) -> None:
    frame = _run(flights, "operations-outlier", datetime(2013, 2, 4), 10).frame
    shares = frame[frame["measure"].isin(SHARES)]
    assert shares[["lo", "yhat", "hi"]].min().min() == 0
    assert shares[["lo", "yhat", "hi"]].max().max() <= 100
    assert frame.loc[frame["measure"] == "arr_delay", "lo"].min() < 0


def test_the_week_of_the_storm_is_forecast_and_a_calm_one_is_not(flights) -> None:
    before_the_storm = _run(flights, "delay-forecast", datetime(2013, 2, 3), 1)
    assert [finding.unique_id for finding in before_the_storm.findings] == ["EWR"]
    [finding] = before_the_storm.findings
    assert finding.evidence["probability_on_day"] < 0.6 <= finding.confidence
    assert _run(flights, "delay-forecast", datetime(2013, 2, 24), 1).findings == ()
