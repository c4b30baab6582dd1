#!/usr/bin/env bash
# PyOD: a fitted ECOD calls a row an outlier alone, and normal beside rows that are worse.
#
# Expected: after fit, predict tells of each sample by itself whether it is an outlier, with the
#   threshold of the training data.
#   https://github.com/yzhao062/pyod/blob/master/pyod/models/base.py (BaseDetector.predict)
# Seen: ECOD puts the rows to score among the training rows before it ranks them, so a row's score
#   sinks when worse rows come in the same call, while the threshold stays. The row (3.5, 3.5) on
#   500 standard normal rows: 1 alone, 0 in a batch with fifty bad ones. A missing value scores 0,
#   the most normal there is, where other detectors refuse it.
# Why it matters: an incident hides its own beginning, and a replay in batches disagrees with what
#   was alerted live.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  pyod==3.6.7 scikit-learn==1.9.1 numpy==2.4.6 >"$work/log" 2>&1 \
  || { cat "$work/log"; exit 1; }
"$work/venv/bin/python" -W ignore - <<'PY'
import sys
from importlib.metadata import version

import numpy as np
from pyod.models.ecod import ECOD
from pyod.models.knn import KNN

print("pyod", version("pyod"))
train = np.random.default_rng(0).normal(size=(500, 2))
row = np.array([[3.5, 3.5]])
batch = np.vstack([row, np.full((50, 2), 50.0)])
seen = {}
for kind in (KNN, ECOD):
    fitted = kind(contamination=0.02).fit(train)
    seen[kind.__name__] = int(fitted.predict(row)[0]), int(fitted.predict(batch)[0])
    print(f"{kind.__name__}: threshold {fitted.threshold_:.2f}; the row alone: score "
          f"{fitted.decision_function(row)[0]:.2f}, label {seen[kind.__name__][0]}; in the batch: score "
          f"{fitted.decision_function(batch)[0]:.2f}, label {seen[kind.__name__][1]}")
missing = float(ECOD(contamination=0.02).fit(train).decision_function(np.array([[np.nan, np.nan]]))[0])
print("ECOD's score of a row of NaN:", missing)
print("expected: one label a row, whatever comes with it")
if seen != {"KNN": (1, 1), "ECOD": (1, 0)} or missing != 0.0:
    sys.exit("changed: the label no longer depends on the batch, or NaN is refused")
PY
