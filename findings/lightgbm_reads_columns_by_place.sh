#!/usr/bin/env bash
# LightGBM: a fitted model takes a frame with its columns in another order for the same frame.
#
# Expected: features have names, the model knows them (feature_name_ says so), and scikit-learn's
#   interface demands that names be looked at: scikit-learn's own estimators refuse the same frame
#   with "The feature names should match those that were passed during fit."
# Seen: LGBMRegressor.predict reads columns by their place. A forecast that follows its target at
#   .99 has nothing to do with it once two columns are exchanged; no error, no warning. A frame whose
#   columns carry quite other names is taken as well. Only predict(..., validate_features=True) looks,
#   and that is off by default.
#   https://lightgbm.readthedocs.io/en/stable/pythonapi/lightgbm.LGBMRegressor.html
#   https://scikit-learn.org/stable/developers/develop.html (feature_names_in_)
# Why it matters: features of a panel come from a query, a pivot or a join, whose order of columns
#   changes when a category appears or a key is sorted otherwise. A global forecaster then answers
#   with plausible numbers that are wrong for every series at once.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check lightgbm==4.7.0 scikit-learn==1.9.1 pandas==2.3.3 numpy==2.4.6 >"$work/log" 2>&1 \
  || { cat "$work/log"; exit 1; }
cd "$work"
"$work/venv/bin/python" - <<'PY'
import sys
import warnings
from importlib.metadata import version

import numpy as np
import pandas as pd
from lightgbm import LGBMRegressor
from sklearn.ensemble import HistGradientBoostingRegressor

warnings.simplefilter("error")
print(*(f"{name} {version(name)}" for name in ("lightgbm", "scikit-learn", "pandas", "numpy")))
rng = np.random.default_rng(0)
x = pd.DataFrame(rng.normal(size=(500, 2)), columns=["price", "visitors"])
y = 10 * x.price
exchanged = x[["visitors", "price"]]
renamed = x.set_axis(["rain", "wind"], axis=1)


def fit(predicted: np.ndarray) -> float:
    return float(np.corrcoef(predicted, y)[0, 1])


model = LGBMRegressor(verbose=-1).fit(x, y)
print("LightGBM knows its features:", model.feature_name_)
seen = [fit(model.predict(frame)) for frame in (x, exchanged, renamed)]
print("correlation with the target: as fitted {:.2f}, exchanged {:.2f}, other names {:.2f}".format(*seen))
refused = []
for frame in (exchanged, renamed):
    try:
        HistGradientBoostingRegressor().fit(x, y).predict(frame)
    except ValueError as error:
        refused.append(str(error).splitlines()[0])
print("scikit-learn, for both:", *dict.fromkeys(refused))
print("expected: .99 for the exchanged frame too, or an error for both")
sys.exit(not (seen[0] > 0.98 and abs(seen[1]) < 0.2 and seen[2] == seen[0] and len(refused) == 2))
PY
