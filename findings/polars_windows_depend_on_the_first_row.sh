#!/usr/bin/env bash
# Polars: one older row moves every six-hour window of the summer by an hour.
#
# Expected: with start_by="window" the first window is the earliest time truncated by "every",
#   and group_by_dynamic(every) agrees with dt.truncate(every) on the column.
#   https://docs.pola.rs/api/python/stable/reference/dataframe/api/polars.DataFrame.group_by_dynamic.html
# Seen: in a zone with summer time only the first window is truncated; the others follow by exact
#   steps of six hours and keep the offset of the first. July from a July file has windows at 0,
#   6, 12 and 18 o'clock; the same rows after one row of March have them at 1, 7, 13 and 19, for
#   months, while dt.truncate stays at 0, 6, 12 and 18.
# Why it matters: the same day has other sums after a backfill, and a join of the two ways of
#   grouping finds nothing.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check polars==2.1.0 tzdata==2026.3 >"$work/log" 2>&1 \
  || { cat "$work/log"; exit 1; }
"$work/venv/bin/python" - <<'PY'
import sys
from datetime import datetime
from importlib.metadata import version
from zoneinfo import ZoneInfo

import polars as pl

print("polars", version("polars"))
zone = ZoneInfo("Europe/Berlin")
july = pl.DataFrame(
    {
        "at": pl.datetime_range(
            datetime(2026, 7, 1, tzinfo=zone), datetime(2026, 7, 2, tzinfo=zone), "1h",
            closed="left", time_zone="Europe/Berlin", eager=True,
        )
    }
).with_columns(sold=pl.int_range(24))
march = pl.DataFrame({"at": [datetime(2026, 3, 1, tzinfo=zone)], "sold": [0]}, schema=july.schema)


def by_window(frame):
    sums = frame.group_by_dynamic("at", every="6h").agg(pl.col("sold").sum())
    return dict(sums.filter(pl.col("at").dt.month() == 7).select(pl.col("at").dt.hour(), "sold").iter_rows())


alone, after_march = by_window(july), by_window(pl.concat([march, july]))
cut = pl.concat([march, july]).group_by(pl.col("at").dt.truncate("6h")).agg(pl.col("sold").sum())
truncated = dict(cut.filter(pl.col("at").dt.month() == 7).sort("at").select(pl.col("at").dt.hour(), "sold").iter_rows())
print("1 July, July's rows alone:       ", alone)
print("1 July, one row of March before: ", after_march)
print("1 July, by dt.truncate, with it: ", truncated)
print("expected: the same three times")
if alone != truncated or list(alone) != [0, 6, 12, 18] or list(after_march) != [1, 7, 13, 19]:
    sys.exit("changed: the windows no longer follow the first row")
PY
