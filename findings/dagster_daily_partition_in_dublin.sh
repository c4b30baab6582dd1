#!/usr/bin/env bash
# Dagster: on Ireland's spring day a daily partition begins an hour before the gap, not after it.
#
# Expected: a time that the clocks skip is moved forward to the first time that exists, as the
#   guide says for a 02:30 schedule in the US and as Berlin shows below.
#   https://docs.dagster.io/guides/automate/schedules/customizing-execution-timezone
# Seen: 01:30 Europe/Dublin on 29 March 2026 becomes 00:00 (midnight UTC), an hour and a half
#   early by the clock and an hour before the switch. Ireland's summer time is "standard" in the
#   tz database and its winter is the "daylight saving" part with a negative shift; Morocco's
#   Ramadan is the same.
# Why it matters: the window of the day before loses an hour, the next one takes it. Schedules go
#   through the same code, so a run that waits for data of the night starts before they are there.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check dagster==1.13.27 tzdata==2026.3 >"$work/log" 2>&1 \
  || { cat "$work/log"; exit 1; }
DAGSTER_DISABLE_TELEMETRY=1 "$work/venv/bin/python" - <<'PY'
import sys
from datetime import UTC, datetime
from importlib.metadata import version

import dagster as dg

print("dagster", version("dagster"), "tzdata", version("tzdata"))
# The gap is 01:00 to 02:00 in Dublin, 02:00 to 03:00 in Berlin: both at 01:00 UTC.
gap_ends = datetime(2026, 3, 29, 1, tzinfo=UTC)
starts = {}
for zone, hour in (("Europe/Berlin", 2), ("Europe/Dublin", 1)):
    days = dg.DailyPartitionsDefinition(
        start_date="2026-03-01", timezone=zone, hour_offset=hour, minute_offset=30
    )
    window = days.time_window_for_partition_key("2026-03-29")
    starts[zone] = window.start.astimezone(UTC)
    print(f"{zone}: the day of {hour:02d}:30 starts at {window.start} = {starts[zone]:%H:%M} UTC")
print("expected: 01:00 UTC for both, the first instant after the gap")
if starts["Europe/Berlin"] != gap_ends or starts["Europe/Dublin"] != datetime(2026, 3, 29, 0, tzinfo=UTC):
    sys.exit("changed: the two no longer differ by an hour")
PY
