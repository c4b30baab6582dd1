#!/usr/bin/env bash
# pandas to Excel: a quarter of all floats are read back as other numbers, with either writer.
#
# Expected: a workbook's cells are doubles, as the column is. CSV and Parquet give back what was
#   written, and so would 17 digits in the file; Excel itself stores 17.
# Seen: openpyxl and XlsxWriter both write 16 significant digits. 0.1 + 0.2 is 0.3 in the file. Of
#   10,000 random floats about 2,500 differ in their last bits. XlsxWriter says "%.16G" under
#   write_number; openpyxl does not say it.
#   https://xlsxwriter.readthedocs.io/worksheet.html#worksheet-write-number
# Why it matters: a report that is checked cell by cell against its CSV, a key made of floats, or a
#   sum at the edge of a limit disagrees between two files of the same result, and Excel, which shows
#   15 digits, shows nothing of it. Decimals as text or scaled whole numbers survive.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pandas==3.0.0 openpyxl==3.1.5 xlsxwriter==3.2.9 pyarrow==26.0.1 >"$work/log" 2>&1 \
  || { cat "$work/log"; exit 1; }
cd "$work"
"$work/venv/bin/python" - <<'PY'
import random
import sys
from importlib.metadata import version

import pandas as pd

print(*(f"{name} {version(name)}" for name in ("pandas", "openpyxl", "xlsxwriter", "pyarrow")))
draw = random.Random(1)
written = pd.DataFrame({"amount": [0.1 + 0.2, *(draw.uniform(0, 1000) for _ in range(10_000))]})


def changed(read: pd.DataFrame) -> int:
    return int((read.amount != written.amount).sum())


seen = {}
for engine in ("openpyxl", "xlsxwriter"):
    written.to_excel(f"{engine}.xlsx", engine=engine, index=False)
    read = pd.read_excel(f"{engine}.xlsx", engine="openpyxl")
    seen[engine] = changed(read)
    print(f"{engine}: {seen[engine]} of {len(written)} floats changed; 0.1 + 0.2 is {read.amount[0]!r}")
written.to_csv("a.csv", index=False)
written.to_parquet("a.parquet", index=False)
kept = changed(pd.read_csv("a.csv", float_precision="round_trip")), changed(pd.read_parquet("a.parquet"))
print("CSV and Parquet:", *kept, "changed; expected 0 everywhere")
sys.exit(not (kept == (0, 0) and all(2_000 < count < 3_000 for count in seen.values())))
PY
