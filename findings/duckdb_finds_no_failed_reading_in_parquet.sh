#!/usr/bin/env bash
# DuckDB: an Arrow table has one reading that is not a number; the Parquet file made of it has none.
#
# Expected: a query gives the same count whether it reads a table in memory or the Parquet file made of it.
#   NaN is above every number for DuckDB (https://duckdb.org/docs/stable/sql/data_types/numeric), and
#   Parquet says that minimum and maximum of a column tell nothing about NaN:
#   https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
# Seen: isnan() counts 1 in the table and 0 in the file, "over 2,000" counts 1 and 0, "at most 2,000"
#   counts 9,999 and 10,000: comparisons are decided from the file's minimum and maximum, which leave
#   NaN out. The average of the same file is NaN. A file without statistics agrees with the table.
#   https://github.com/duckdb/duckdb/issues/25521
# Why it matters: the check for failed readings passes on just the files that have some, and a share
#   within limits is 100 per cent.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.1 pandas==3.1.1 pyarrow==26.0.1 >"$work/log" 2>&1 \
  || { cat "$work/log"; exit 1; }
cd "$work" && "$work/venv/bin/python" - <<'PY'
import sys

import duckdb
import numpy as np
import pandas as pd
import pyarrow

print("duckdb", duckdb.__version__, " pandas", pd.__version__, " pyarrow", pyarrow.__version__)
reading = np.arange(10_000) % 1_000 + 0.5
reading[1_234] = np.nan  # the sensor failed once
# Arrow's own type keeps NaN; pandas' default would write a NULL.
frame = pd.DataFrame({"reading": pd.Series(pyarrow.array(reading), dtype=pd.ArrowDtype(pyarrow.float64()))})
frame.to_parquet("readings.parquet")
frame.to_parquet("plain.parquet", write_statistics=False)
table = pyarrow.table({"reading": reading})
sources = {"table": "table_", "file": "'readings.parquet'", "without statistics": "'plain.parquet'"}
db = duckdb.connect()
db.register("table_", table)
seen = {}
for test in ("isnan(reading)", "reading > 2000", "reading <= 2000"):
    seen[test] = tuple(
        db.execute(f"SELECT count(*) FROM {source} WHERE {test}").fetchall()[0][0] for source in sources.values()
    )
    print(f"{test:16}", dict(zip(sources, seen[test])))
print("average of the file:", db.execute("SELECT avg(reading) FROM 'readings.parquet'").fetchall()[0][0])
print("expected: 1, 1 and 9,999 from each")
if seen != {"isnan(reading)": (1, 0, 1), "reading > 2000": (1, 0, 1), "reading <= 2000": (9_999, 10_000, 9_999)}:
    sys.exit("changed: the file answers as the table does, or otherwise")
PY
