"""The Intelligence & Optimization Platform's library: everything that makes sense without Dagster's UI.

Importing it decides which time zone rules this process and those that it starts go by: those of the pinned
package `tzdata`, whatever the system has. Dagster's schedules and Celery ask `zoneinfo` too; pandas is given
zones and not their names, of which it would ask pytz.
"""

import os
from zoneinfo import ZoneInfo, reset_tzpath

os.environ["PYTHONTZPATH"] = ""
reset_tzpath(())
# What was looked up before is of the system's rules.
ZoneInfo.clear_cache()
