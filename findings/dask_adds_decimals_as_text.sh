#!/usr/bin/env bash
# Dask: the sum of a column of Decimals is their digits one after the other.
#
# Expected: from_pandas keeps the values, and a sum is a sum; columns of text become Arrow text.
#   https://github.com/dask/dask/issues/10139
# Seen: every object column is taken for text, Decimals as well, so 0.1 and 0.2 add up to the
#   string 0.10.2, the larger of 9.5 and 10.5 is 9.5, and no step raises.
# Why it matters: DECIMAL columns of a database arrive in pandas as Decimal objects. A maximum or
#   a sort by text looks right until the number of digits changes.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  'dask[dataframe]==2026.8.0' pandas==3.1.1 pyarrow==26.0.1 >"$work/log" 2>&1 \
  || { cat "$work/log"; exit 1; }
"$work/venv/bin/python" - <<'PY'
import sys
from decimal import Decimal
from importlib.metadata import version

import dask.dataframe as dd
import pandas as pd

print("dask", version("dask"), "pandas", version("pandas"))
prices = pd.DataFrame(
    {"a": [Decimal("0.1"), Decimal("0.2")], "b": [Decimal("9.5"), Decimal("10.5")]}, dtype=object
)
spread = dd.from_pandas(prices, npartitions=2)
added, largest = spread["a"].sum().compute(), spread["b"].max().compute()
print("sum of 0.1 and 0.2:      pandas", repr(prices["a"].sum()), "  dask", repr(added))
print("larger of 9.5 and 10.5:  pandas", repr(prices["b"].max()), "  dask", repr(largest))
print("expected: Decimal('0.3') and Decimal('10.5') from both, or an error")
if added != "0.10.2" or largest != "9.5":
    sys.exit("changed: Decimals are no longer text")
PY
