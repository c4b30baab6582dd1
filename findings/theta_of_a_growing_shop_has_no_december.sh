#!/usr/bin/env bash
# Theta in statsmodels and statsforecast: add growth to a series, and its season is gone from the forecast.
#
# Expected: five years of months with a season of +-10 around 100 and noise of 1 have the plainest season
#   there is; a growth of 1 a month beside it changes the level of the forecast and not its shape.
# Seen: both test for a season before they take it off, by the autocorrelation at lag 12 against those of
#   all shorter lags, of the series as it is. Growth makes all of these large, so the test says "no
#   season", and the forecast is a straight line: its error goes from .5 to 9. statsforecast does so from
#   half that growth on, and its parameters have no way out; statsmodels has use_test and difference, and
#   neither warns.
#   https://www.statsmodels.org/stable/generated/statsmodels.tsa.forecasting.theta.ThetaModel.html
#   https://nixtlaverse.nixtla.io/statsforecast/src/core/models.html (Theta)
# Why it matters: Theta is the default benchmark since the M3 competition and a member of most ensembles.
#   Data that grow are the ones that people forecast, and the line through them looks reasonable until
#   December.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check statsmodels==0.15.0 statsforecast==2.1.1 pandas==2.3.3 numpy==2.4.6 >"$work/log" 2>&1 \
  || { cat "$work/log"; exit 1; }
cd "$work"
"$work/venv/bin/python" - <<'PY'
import sys
import warnings
from importlib.metadata import version

import numpy as np
import pandas as pd
from statsforecast.models import Theta
from statsmodels.tsa.forecasting.theta import ThetaModel

warnings.simplefilter("error")
print(*(f"{name} {version(name)}" for name in ("statsmodels", "statsforecast", "pandas", "numpy")))
MONTHS, AHEAD = 60, 12
t = np.arange(MONTHS + AHEAD)
noise = np.random.default_rng(0).normal(size=MONTHS)
months = pd.date_range("2021-01-01", periods=MONTHS, freq="MS")
errors = {}
for growth in (0, 1):
    true = 100 + growth * t + 10 * np.sin(2 * np.pi * t / 12)
    seen = pd.Series(true[:MONTHS] + noise, index=months)
    told = {
        "statsmodels": ThetaModel(seen).fit().forecast(AHEAD).to_numpy(),
        "statsmodels without the test": ThetaModel(seen, use_test=False).fit().forecast(AHEAD).to_numpy(),
        "statsforecast": Theta(season_length=12).forecast(y=seen.to_numpy(), h=AHEAD)["mean"],
    }
    for name, forecast in told.items():
        bend = float(np.abs(np.diff(forecast, 2)).max())
        errors[name, growth] = float(np.abs(forecast - true[MONTHS:]).mean())
        print(f"growth {growth} a month, {name}: mean error {errors[name, growth]:.2f}, largest bend {bend:.2f}")
print("expected: a season in all six; the bend of the true course is 2.7")
lost = [errors[name, 1] > 10 * errors[name, 0] for name in ("statsmodels", "statsforecast")]
sys.exit(not (all(lost) and errors["statsmodels", 0] < 1))
PY
