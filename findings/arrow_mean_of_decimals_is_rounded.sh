#!/usr/bin/env bash
# pandas on Arrow: the mean of decimal(38, 0) is a whole number; the rolling mean is not.
#
# Expected: what pandas and SQL call a mean. Arrow documents that its own kernel keeps the scale
#   of a decimal argument; pandas passes that through as Series.mean.
#   https://arrow.apache.org/docs/6.0/python/generated/pyarrow.compute.mean.html
# Seen: four orders of 1, 2, 2 and 2 items have the mean 2, by column and by group; the rolling
#   mean of the same four is 1.75, the mean of the same numbers as int64 is 1.75.
# Why it matters: warehouses hand out whole numbers as decimal(38, 0) over Arrow, so an average
#   per order, or a share of 0 and 1, is silently rounded: nine in twenty is 0.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pandas==3.1.1 pyarrow==26.0.1 >"$work/log" 2>&1 \
  || { cat "$work/log"; exit 1; }
"$work/venv/bin/python" - <<'PY'
import sys
from decimal import Decimal
from importlib.metadata import version

import pandas as pd
import pyarrow as pa

print("pandas", version("pandas"), "pyarrow", version("pyarrow"))
whole = pd.ArrowDtype(pa.decimal128(38, 0))
items = pd.Series([1, 2, 2, 2], dtype=whole)
late = pd.Series([1] * 9 + [0] * 11, dtype=whole)
seen = {
    "mean": items.mean(),
    "mean of a group": items.groupby([0, 0, 0, 0]).mean().iloc[0],
    "rolling mean": items.rolling(4).mean().iloc[-1],
    "mean as int64": items.astype("int64").mean(),
    "share of 9 in 20": late.mean(),
}
for what, value in seen.items():
    print(f"{what:18}{value!r}")
print("expected: 1.75 for the first four, 0.45 for the last")
if list(seen.values()) != [Decimal(2), Decimal(2), 1.75, 1.75, Decimal(0)]:
    sys.exit("changed: the mean is no longer rounded, or not in the same places")
PY
