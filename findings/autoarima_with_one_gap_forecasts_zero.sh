#!/usr/bin/env bash
# statsforecast: with one missing month AutoARIMA forecasts 0.
#
# Expected: R's auto.arima, which it mirrors, takes missing values; its neighbour AutoETS
#   refuses them.
#   https://github.com/alkaline-ml/pmdarima/issues/555
# Seen: sales of about 100 a month with one NaN in the middle give 0.0, 0.0, 0.0 and no error or
#   warning. Filling the one value gives about 100.
# Why it matters: in a panel of thousands the series with a gap become zeros, and zero is a
#   forecast that orders nothing.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  statsforecast==2.1.1 utilsforecast==0.2.17 pandas==2.3.3 numpy==2.3.5 >"$work/log" 2>&1 \
  || { cat "$work/log"; exit 1; }
"$work/venv/bin/python" -W error - <<'PY'
import sys
from importlib.metadata import version

import numpy as np
import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import AutoARIMA, AutoETS

print("statsforecast", version("statsforecast"))
noise = np.random.default_rng(1)
sales = 100 + noise.normal(size=48)
whole = pd.DataFrame({"unique_id": "shop", "ds": pd.date_range("2022-01-01", periods=48, freq="MS"), "y": sales})
gap = whole.assign(y=whole["y"].mask(whole.index == 20))


def forecast(frame, model):
    out = StatsForecast([model], freq="MS").forecast(df=frame, h=3, level=[90])
    return out.drop(columns=["unique_id", "ds"]).round(1)


full, holed = forecast(whole, AutoARIMA()), forecast(gap, AutoARIMA())
print("48 months, none missing:\n", full.to_string(index=False), sep="")
print("month 21 missing:\n", holed.to_string(index=False), sep="")
try:
    forecast(gap, AutoETS())
    refused = False
except Exception as error:
    refused = True
    print("AutoETS on the same:", error)
print("expected: about the same forecast, or AutoETS's error")
if not refused or full["AutoARIMA"].min() < 80 or holed["AutoARIMA"].abs().max() != 0:
    sys.exit("changed: the forecast is no longer 0")
PY
