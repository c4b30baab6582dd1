#!/usr/bin/env bash
# statsmodels: STL of two-hourly data takes 24 steps, two days, for its season.
#
# Expected: with period=None the period is worked out from the index of the series; a day of
#   two-hour steps has 12.
#   https://www.statsmodels.org/stable/generated/statsmodels.tsa.seasonal.STL.html
# Seen: the multiple in the frequency is dropped: h, 2h, 4h and 6h all give 24, two months give 12
#   and a fortnight 52. Only steps of minutes raise.
# Why it matters: a season of two days holds the day's pattern too, so a plot looks right, but each of
#   its phases is estimated from half of the days, and what differs from day to day goes into it.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  statsmodels==0.15.0 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1 >"$work/log" 2>&1 \
  || { cat "$work/log"; exit 1; }
"$work/venv/bin/python" - <<'PY'
import sys
from importlib.metadata import version

import numpy as np
import pandas as pd
from statsmodels.tsa.seasonal import STL

print("statsmodels", version("statsmodels"), "pandas", version("pandas"))
rightly = {"h": 24, "2h": 12, "6h": 4, "D": 7, "2W": 26, "2MS": 6}
seen = {}
for freq, period in rightly.items():
    index = pd.date_range("2020-01-01", periods=120, freq=freq)
    seen[freq] = STL(pd.Series(np.arange(120.0), index=index)).period
    print(f"{freq:4}period {seen[freq]:3}, expected {period}")
if seen != {"h": 24, "2h": 24, "6h": 24, "D": 7, "2W": 52, "2MS": 12}:
    sys.exit("changed: the multiple of the frequency counts")
PY
