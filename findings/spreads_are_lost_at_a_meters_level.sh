#!/usr/bin/env bash
# Dask and Polars: on meters that stand at a hundred million, a standard deviation of 1 becomes 0, and
# a correlation of .89 becomes 1.86.
#
# Expected: a double has 16 digits, so values near 100,000,000 that differ by 1 keep eight digits of
#   their spread; pandas, numpy, DuckDB and Arrow give it to six places or more. Dask's own Series.std
#   and Polars' own corr do, too: the same question without groups, or without a window, is right.
# Seen: Dask's groupby().std() still subtracts the square of the sum from the sum of squares: groups of
#   spread 1 have 0 (with other draws 1.4 or, at seconds since 1970, 23). Polars' rolling_corr leaves
#   [-1, 1], and is off in the second digit from ten million on. No NaN, no warning: a plausible 0.
#   https://github.com/dask/dask/issues/6306 (tiny constants), https://github.com/pola-rs/polars/issues/21491
# Why it matters: counters of electricity, water and mileage, prices in small currencies, seconds since
#   1970 and identifiers in sequence stand there. A threshold of three sigma by group, computed where
#   the data are large, flags every row of one meter and none of the next.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "dask[dataframe]==2026.8.0" polars==2.1.0 pandas==2.3.3 numpy==2.4.6 pyarrow==26.0.1 >"$work/log" 2>&1 \
  || { cat "$work/log"; exit 1; }
cd "$work"
"$work/venv/bin/python" - <<'PY'
import sys
import warnings
from importlib.metadata import version

import dask.dataframe as dd
import numpy as np
import pandas as pd
import polars as pl

warnings.simplefilter("error", RuntimeWarning)
print(*(f"{name} {version(name)}" for name in ("dask", "polars", "pandas", "numpy")))
LEVEL, WINDOW = 1e8, 200
rng = np.random.default_rng(0)
x = LEVEL + rng.normal(0, 1, 3000)
y = x + rng.normal(0, 0.5, 3000)
rows = pd.DataFrame({"meter": rng.integers(0, 3, 3000), "x": x, "y": y})
lazy = dd.from_pandas(rows, npartitions=4)

right = rows.groupby("meter").x.std()
seen = lazy.groupby("meter").x.std().compute()
whole = lazy.x.std().compute()
print("standard deviation a meter: pandas", right.round(2).tolist(), "Dask", seen.round(2).tolist())
print(f"of all rows together: pandas {rows.x.std():.2f} Dask {whole:.2f}")

table = pl.DataFrame(rows)
rolling = table.select(pl.rolling_corr("x", "y", window_size=WINDOW))["x"][-1]
last = rows.tail(WINDOW)
exact = np.corrcoef(last.x - LEVEL, last.y - LEVEL)[0, 1]
alone = pl.DataFrame(last).select(pl.corr("x", "y")).item()
print(f"correlation of the last {WINDOW} rows: exact {exact:.2f}, Polars' corr {alone:.2f}, its rolling_corr {rolling:.2f}")
print("expected: the same everywhere to two digits")
is_dask_off = (abs(seen - right) > 0.3).sum() >= 2 and abs(whole - rows.x.std()) < 1e-3
is_polars_off = abs(rolling) > 1 and abs(alone - exact) < 1e-3
sys.exit(not (is_dask_off and is_polars_off))
PY
