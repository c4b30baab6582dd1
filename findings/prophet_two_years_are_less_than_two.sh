#!/usr/bin/env bash
# Prophet: two full years of days, weeks or months have no season of a year; a day more has.
#
# Expected: "auto" turns the yearly season on with two years of history, so 730 days of 2025 and 2026,
#   or 24 months, have one. That is what two years of figures in a spreadsheet are.
# Seen: the history is measured from the first to the last timestamp, and a whole period is missing:
#   729 days, or 699 for 24 months. The season is left out, in a line of the log at a level that is not
#   shown, and the forecast of a series that swings by 20 errs by 15 to 25. A day, two weeks or a month later it errs by 0.3, 0.9 and 4.4.
#   Twenty-four months need a twenty-fifth.
#   https://facebook.github.io/prophet/docs/seasonality,_holiday_effects,_and_regressors.html
# Why it matters: the most usual monthly file there is gets a straight line, and nobody who looks at
#   the length of the file would think of it.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check prophet==1.5.0 cmdstanpy==1.3.2 pandas==2.3.3 numpy==2.4.6 >"$work/log" 2>&1 \
  || { cat "$work/log"; exit 1; }
cd "$work"
"$work/venv/bin/python" 2>"$work/said" - <<'PY'
import sys
from importlib.metadata import version

import numpy as np
import pandas as pd
from prophet import Prophet

print(*(f"{name} {version(name)}" for name in ("prophet", "cmdstanpy", "pandas", "numpy")))
errors = {}
for step, two_years, ahead in (("D", 730, 180), ("W", 104, 26), ("MS", 24, 12)):
    for count in (two_years, two_years + (2 if step == "W" else 1)):
        at = pd.date_range("2025-01-01", periods=count + ahead, freq=step)
        true = 100 + 20 * np.sin(2 * np.pi * at.dayofyear.to_numpy() / 365.25)
        seen = true[:count] + np.random.default_rng(0).normal(size=count)
        model = Prophet().fit(pd.DataFrame({"ds": at[:count], "y": seen}))
        told = model.predict(pd.DataFrame({"ds": at[count:]}))
        errors[step, count] = float(np.abs(told.yhat.to_numpy() - true[count:]).mean())
        seasons = ", ".join(model.seasonalities) or "none"
        print(f"{count} periods of {step} until {at[count - 1]:%d %b %Y}: seasons {seasons}; mean error {errors[step, count]:.1f}")
print("expected: a yearly season in all six, and errors near 1")
short = [errors[key] for key in (("D", 730), ("W", 104), ("MS", 24))]
longer = [errors[key] for key in (("D", 731), ("W", 106), ("MS", 25))]
sys.exit(not (min(short) > 10 and max(longer) < 6))
PY
