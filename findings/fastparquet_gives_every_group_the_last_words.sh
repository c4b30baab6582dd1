#!/usr/bin/env bash
# fastparquet: a categorical column of two row groups is read with the words of the last group for both.
#
# Expected: each column chunk of a Parquet file has a dictionary page of its own, and its indices are of that
#   dictionary; so the shops of January are Accra and Lagos whatever shops February has.
# Seen: January's rows carry February's names: Accra's sales are Kano's, Lagos' are Tunis'. It is so for a file that
#   fastparquet itself wrote and appended to, and for one that pyarrow wrote; pyarrow reads both right. No error, no
#   warning; the number of rows, the sums and every check of the values hold. A text column is read right.
#   https://github.com/apache/parquet-format/blob/master/Encodings.md (dictionary encoding: "per column chunk")
#   https://github.com/dask/fastparquet/issues/949 (open since February 2025)
# Why it matters: who keeps a result in pieces and takes categories for what repeats, as one is advised to, adds a month
#   and thereby gives all earlier months' figures to other shops.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check fastparquet==2026.9.0 pyarrow==26.0.1 pandas==2.3.3 numpy==2.4.6 >"$work/log" 2>&1 \
  || { cat "$work/log"; exit 1; }
cd "$work"
"$work/venv/bin/python" - <<'PY'
import sys
from importlib.metadata import version

import fastparquet
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

print(*(f"{name} {version(name)}" for name in ("fastparquet", "pyarrow", "pandas", "numpy")))
months = [
    pd.DataFrame({"shop": pd.Categorical(["Accra", "Lagos"]), "sales": [10, 20]}),
    pd.DataFrame({"shop": pd.Categorical(["Kano", "Tunis"]), "sales": [1, 2]}),
]
right = {"Accra": 10, "Kano": 1, "Lagos": 20, "Tunis": 2}

fastparquet.write("appended.parquet", months[0])
fastparquet.write("appended.parquet", months[1], append=True)
tables = [pa.Table.from_pandas(each, preserve_index=False) for each in months]
with pq.ParquetWriter("arrow.parquet", tables[0].schema) as writer:
    for table in tables:
        writer.write_table(table)


def totals(path: str, engine: str) -> dict[str, int]:
    read = pd.read_parquet(path, engine=engine)
    return read.astype({"shop": str}).groupby("shop")["sales"].sum().to_dict()


seen = []
for path in ("appended.parquet", "arrow.parquet"):
    for engine in ("pyarrow", "fastparquet"):
        found = totals(path, engine)
        seen.append(found)
        print(f"{path:17} by {engine:12} {found}")
print(f"expected, of each: {right}")
wrong = {"Kano": 11, "Tunis": 22}
sys.exit(seen != [right, wrong, right, wrong])
PY
