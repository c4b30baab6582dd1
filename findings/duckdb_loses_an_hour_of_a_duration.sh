#!/usr/bin/env bash
# DuckDB: between two instants 82,800 seconds apart lie, by subtraction, 86,400.
#
# Expected: a TIMESTAMPTZ is an instant, so the difference of two has one length, and whatever
#   bins by the hour agrees.
#   https://duckdb.org/docs/stable/sql/functions/timestamptz
# Seen: a - b counts calendar days in the session's zone: noon to noon over the spring change is
#   "1 day", whose epoch is 86,400, while epoch(a) - epoch(b) is 82,800 and date_diff says 23
#   hours. In autumn date_trunc('hour') puts both 02 o'clocks into one bucket; time_bucket, which
#   should do the same, keeps two.
# Why it matters: rates, uptimes and prices per hour are off by four per cent on two days a year,
#   and the "busiest hour" of October is an artefact.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.1 pytz==2026.2 >"$work/log" 2>&1 \
  || { cat "$work/log"; exit 1; }
"$work/venv/bin/python" - <<'PY'
import sys

import duckdb

print("duckdb", duckdb.__version__)
db = duckdb.connect()
db.execute("SET TimeZone = 'Europe/Berlin'")
spring = db.execute(
    """SELECT epoch(b - a), epoch(b) - epoch(a), date_diff('hour', a, b)
       FROM (SELECT '2026-03-28 12:00'::TIMESTAMPTZ AS a, '2026-03-29 12:00'::TIMESTAMPTZ AS b)"""
).fetchone()
print("noon to noon over 29 March: epoch(b - a) =", spring[0], " epoch(b) - epoch(a) =", spring[1],
      " date_diff in hours =", spring[2])
print("expected: 82800, 82800 and 23")
buckets = {}
for how in ("date_trunc('hour', moment)", "time_bucket(INTERVAL 1 HOUR, moment)"):
    buckets[how] = db.execute(
        f"""SELECT {how}::VARCHAR AS bucket, count(*)::INTEGER
            FROM generate_series('2026-10-24 23:00+00'::TIMESTAMPTZ, '2026-10-25 02:59+00', INTERVAL 1 MINUTE) t(moment)
            GROUP BY ALL ORDER BY min(moment)"""
    ).fetchall()
    print(f"{how:37}", buckets[how])
print("expected: 60 minutes in each bucket, four buckets twice")
if spring != (86400.0, 82800.0, 23):
    sys.exit("changed: the durations agree")
if [n for _, n in buckets["date_trunc('hour', moment)"]] != [60, 120, 60] or len(buckets["time_bucket(INTERVAL 1 HOUR, moment)"]) != 4:
    sys.exit("changed: the buckets agree")
PY
