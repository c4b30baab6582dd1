#!/usr/bin/env bash
# sktime: on month starts the Deseasonalizer gives the season back in the wrong phase.
#
# Expected: transform lines the stored season up with the time index of what it is given.
#   https://www.sktime.net/en/v0.13.0/api_reference/auto_generated/sktime.transformations.series.detrend.Deseasonalizer.html
# Seen: with a PeriodIndex, with days or hours it does. With a DatetimeIndex of month starts, the
#   most common monthly index there is, every series is taken to begin where the training did; at
#   month ends or weeks it raises instead. A pure pattern 10 20 30 40, forecast after 18 months,
#   comes out as 10 20 30 40 where 30 40 10 20 follows.
# Why it matters: nothing is said, the forecast looks plausible, and only histories that are whole
#   seasons long come out right.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  sktime==1.2.0 statsmodels==0.15.0 pandas==2.3.3 numpy==2.3.5 >"$work/log" 2>&1 \
  || { cat "$work/log"; exit 1; }
"$work/venv/bin/python" -W ignore - <<'PY'
import sys
from importlib.metadata import version

import numpy as np
import pandas as pd
from sktime.forecasting.compose import TransformedTargetForecaster
from sktime.forecasting.naive import NaiveForecaster
from sktime.transformations.series.detrend import Deseasonalizer

print("sktime", version("sktime"), "pandas", version("pandas"))


def forecast(index):
    """Four steps ahead of 18 values of a pure season of four, and what comes next in truth."""
    series = pd.Series(np.tile([10.0, 20.0, 30.0, 40.0], 6), index=index)
    steps = [("season", Deseasonalizer(sp=4)), ("last", NaiveForecaster())]
    model = TransformedTargetForecaster(steps).fit(series.iloc[:18], fh=[1, 2, 3, 4])
    return model.predict().round(6).tolist(), series.iloc[18:22].tolist()


by_period, truth = forecast(pd.period_range("2024-01", periods=24, freq="M"))
by_day, _ = forecast(pd.date_range("2024-01-01", periods=24, freq="D"))
by_month_start, _ = forecast(pd.date_range("2024-01-01", periods=24, freq="MS"))
print("next four values in truth       ", truth)
print("forecast, PeriodIndex of months ", by_period)
print("forecast, DatetimeIndex of days ", by_day)
print("forecast, month starts          ", by_month_start, "<- expected", truth)
if by_period != truth or by_day != truth or by_month_start != [10.0, 20.0, 30.0, 40.0]:
    sys.exit("changed: month starts are no longer shifted")
PY
