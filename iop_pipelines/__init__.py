"""The Intelligence & Optimization Platform's library: everything that makes sense without Dagster's UI.

Importing it decides which time zone rules this process and those that it starts go by: those of the pinned
package `tzdata`, whatever the system has. Dagster's schedules and Celery ask `zoneinfo` too; pandas is given
zones and not their names, of which it would ask pytz.

Whatever part of the product the process is, it loads 300,000 objects and more that stay. Looking through them for
garbage again and again took an eighth of its start, so Python's collector looks rarely until all is loaded.
"""

import gc
import os
import sys
from typing import Any
from zoneinfo import ZoneInfo, reset_tzpath

os.environ["PYTHONTZPATH"] = ""
reset_tzpath(())
# What was looked up before is of the system's rules.
ZoneInfo.clear_cache()

# Python's own are 700, 10 and 10.
_WHILE_LOADING = (20_000, 10, 10)


def _look_rarely_while_loading() -> None:
    """Until a look finds that no module came since the one before; then it is as often as it was."""
    before, count = gc.get_threshold(), len(sys.modules)

    def looked(phase: str, _: dict[str, Any]) -> None:
        nonlocal count
        if phase != "stop":
            return
        last, count = count, len(sys.modules)
        if count == last:
            gc.callbacks.remove(looked)
            # Unless somebody else has decided since.
            if gc.get_threshold() == _WHILE_LOADING:
                gc.set_threshold(*before)

    gc.set_threshold(*_WHILE_LOADING)
    gc.callbacks.append(looked)


_look_rarely_while_loading()
