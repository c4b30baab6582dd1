#!/usr/bin/env bash
# pymannkendall: a meter that goes up by 7 each day has "no trend", and one that goes up by .7 has.
#
# Expected: 60 readings, each higher than all before, are the strongest trend there is: Kendall's tau is 1, and of the
#   60! orders of 60 readings this is one. The plain Mann-Kendall test says so. Those that allow for autocorrelation are
#   to be stricter where neighbours resemble each other beside the trend; here nothing is left beside it.
#   Hamed & Rao 1998, Journal of Hydrology 204; Yue & Wang 2002, Water Resources Research 38
# Seen: "no trend" with p = nan by both, and with p = 1.0 by trend-free pre-whitening, beside a slope of 7 in the
#   same answer: what is left is 0 everywhere and its autocorrelation 0/0, which is no reason to tell of an error. Steps
#   of .7 leave errors of rounding, and with these it is "increasing". By Hamed and Rao twelve readings of a user's
#   with a tau of .67 have none either: their variance comes out as -8.7, and p is nan.
#   https://github.com/mmhs013/pyMannKendall/issues/29 (the twelve readings; open questions since June 2023)
# Why it matters: the label is what people count. Of many counters, tariffs and stocks those that grow most steadily
#   are listed among those that do not grow.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pymannkendall==1.4.3 numpy==2.4.6 scipy==1.17.1 >"$work/log" 2>&1 \
  || { cat "$work/log"; exit 1; }
cd "$work"
"$work/venv/bin/python" -W ignore - <<'PY'
import sys
from importlib.metadata import version

import numpy as np
import pymannkendall as mk

print(*(f"{name} {version(name)}" for name in ("pymannkendall", "numpy", "scipy")))
days = np.arange(60)
SERIES = {
    "7 a day": 100 + 7.0 * days,
    ".7 a day": 100 + 0.7 * days,
    "issue 29": np.array(
        [0.35257984, 0.38692909, 0.39669828, 0.36296244, 0.42035612, 0.39374964]
        + [0.41100085, 0.43182076, 0.40815853, 0.45394297, 0.41584767, 0.47399517]
    ),
}
TESTS = (
    mk.original_test,
    mk.hamed_rao_modification_test,
    mk.yue_wang_modification_test,
    mk.trend_free_pre_whitening_modification_test,
)
told = {}
for name, series in SERIES.items():
    for test in TESTS:
        found = test(series)
        told[name, test] = found.trend
        what = test.__name__.removesuffix("_test").removesuffix("_modification")
        print(f"{name:9} {what:25} {found.trend:10}  p {found.p:<8.3g} tau {found.Tau:.2f}  slope {found.slope:.4g}")
print("expected: increasing, each time")
plain, *stricter = TESTS
is_seen = (
    all(told[name, plain] == "increasing" for name in SERIES)
    and all(told["7 a day", test] == "no trend" for test in stricter)
    and all(told[".7 a day", test] == "increasing" for test in stricter)
    and told["issue 29", mk.hamed_rao_modification_test] == "no trend"
)
sys.exit(not is_seen)
PY
