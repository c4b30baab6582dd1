#!/usr/bin/env bash
# Polars: text in a number column is an error in a CSV file and a null in a workbook.
#
# Expected: what does not fit the inferred type is told, as read_csv does; read_excel takes the
#   same infer_schema_length, how many rows are looked at to find the types.
#   https://docs.pola.rs/py-polars/html/reference/api/polars.read_excel.html
# Seen: after 1,500 numbers a cell with the text 12,5 (a typed decimal comma) is null. Neither an
#   error nor a warning, and the column's sum goes on without it. In row 50 the same cell makes
#   the whole column text.
# Why it matters: sheets kept by hand have such cells at the end, where people add rows; the loss
#   begins when the sheet grows past the rows that are looked at.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  polars==2.1.0 fastexcel==0.21.0 openpyxl==3.1.5 >"$work/log" 2>&1 \
  || { cat "$work/log"; exit 1; }
cd "$work"
"$work/venv/bin/python" -W error::UserWarning - <<'PY'
import sys
from importlib.metadata import version

import openpyxl
import polars as pl

print("polars", version("polars"), "fastexcel", version("fastexcel"))


def write(name, text_in_row):
    """Two files with 1,600 amounts, one of them typed as text."""
    rows = [[i, "12,5" if i == text_in_row else 12.5] for i in range(1600)]
    book = openpyxl.Workbook()
    for row in (["id", "amount"], *rows):
        book.active.append(row)
    book.save(f"{name}.xlsx")
    with open(f"{name}.csv", "w") as out:
        out.write("id;amount\n" + "".join(f"{i};{amount}\n" for i, amount in rows))


write("late", 1500)
write("early", 50)
late, early = pl.read_excel("late.xlsx"), pl.read_excel("early.xlsx")
print("late.xlsx: ", late.schema["amount"], "row 1500:", late["amount"][1500], "nulls:", late["amount"].null_count())
print("early.xlsx:", early.schema["amount"], "row 50:", repr(early["amount"][50]))
try:
    pl.read_csv("late.csv", separator=";")
    told = False
except pl.exceptions.ComputeError as error:
    told = True
    print("late.csv:   error:", str(error).splitlines()[0])
print("expected: an error for late.xlsx too, or the text kept")
if not told or late["amount"][1500] is not None or early["amount"][50] != "12,5":
    sys.exit("changed: the text in the workbook is no longer lost")
PY
