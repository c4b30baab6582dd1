#!/usr/bin/env bash
# pandera: drop_invalid_rows also drops valid rows, those with the same index label.
#
# Expected: the rows that fail a check are removed and the others returned.
#   https://github.com/unionai-oss/pandera/pull/1189
# Seen: failures are collected by index label and taken away by label. Two monthly files put
#   together with pandas.concat have each label twice, so the good row of February that has the
#   label of a bad row of January goes too; 100 + 100 rows with one bad one return 198.
# Why it matters: the result passes the schema, only the total is short. The polars version of the
#   same schema returns 199.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  'pandera[pandas,polars]==0.35.0' pandas==3.1.1 polars==2.1.0 >"$work/log" 2>&1 \
  || { cat "$work/log"; exit 1; }
"$work/venv/bin/python" -W ignore - <<'PY'
import sys
from importlib.metadata import version

import pandas as pd
import pandera.pandas as by_pandas
import pandera.polars as by_polars
import polars as pl

print("pandera", version("pandera"), "pandas", version("pandas"))
january = pd.DataFrame({"paid": [10] * 100})
january.loc[7, "paid"] = -10
february = pd.DataFrame({"paid": [10] * 100})
months = pd.concat([january, february])


def schema(pa, kind):
    return pa.DataFrameSchema({"paid": pa.Column(kind, pa.Check.ge(0))}, drop_invalid_rows=True)


kept = schema(by_pandas, int).validate(months, lazy=True)
renumbered = schema(by_pandas, int).validate(months.reset_index(drop=True), lazy=True)
polars = schema(by_polars, pl.Int64).validate(pl.DataFrame({"paid": months["paid"].to_list()}), lazy=True)
print("200 rows, 1 invalid. pandas, labels as concat leaves them:", len(kept), "rows, sum", kept["paid"].sum())
print("pandas, rows numbered anew:", len(renumbered), "   polars:", len(polars), "sum", polars["paid"].sum())
print("expected: 199 rows, sum 1990, each time")
if (len(kept), len(renumbered), len(polars)) != (198, 199, 199):
    sys.exit("changed: only the invalid row is dropped")
PY
