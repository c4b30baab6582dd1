"""A panel in disorder becomes what runtimes are promised, and what was repaired or left out is told."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from iop_pipelines.errors import InvalidFrame
from iop_pipelines.runtimes.base import RuntimeInput
from iop_pipelines.runtimes.panels import LARGEST, Read, read_regular

Rows = list[tuple[str, str, float]]


def read(rows: Rows, freq: str | None) -> Read:
    frame = pd.DataFrame(rows, columns=["unique_id", "ds", "y"])
    panel = frame.assign(ds=pd.to_datetime(frame["ds"], format="ISO8601").astype("datetime64[ns]"))
    untouched = panel.copy()
    found = read_regular(
        RuntimeInput(panel, ("y",), {}, freq, datetime(2024, 1, 1), datetime(2025, 1, 1), {})
    )
    pd.testing.assert_frame_equal(panel, untouched)
    return found


def rows_of(found: Read) -> Rows:
    panel = found.given.panel
    assert list(panel.columns) == ["unique_id", "ds", "y"]
    assert str(panel["ds"].dtype) == "datetime64[ns]"
    return [
        (name, str(ds).removesuffix(" 00:00:00"), y)
        for name, ds, y in panel.itertuples(index=False)
    ]


@dataclass(frozen=True)
class Fault:
    freq: str | None
    given: Rows
    read: Rows
    repaired: int


GOOD: Rows = [("g", "2024-03-01", 1.0), ("g", "2024-03-02", 2.0)]
FAULTS = {
    "what keeps its promise stays as it is": Fault("D", GOOD, GOOD, 0),
    "rows in any order": Fault("D", GOOD[::-1], GOOD, 0),
    "series between each other": Fault(
        "D",
        [("b", "2024-03-01", 5.0), *GOOD, ("b", "2024-03-02", 6.0)],
        [("b", "2024-03-01", 5.0), ("b", "2024-03-02", 6.0), *GOOD],
        0,
    ),
    "a row without a moment": Fault("D", [*GOOD, ("g", "NaT", 9.0)], GOOD, 0),
    "rows that are there twice": Fault("D", [*GOOD, *GOOD], GOOD, 4),
    "two figures of one day": Fault(
        "D", [*GOOD, ("g", "2024-03-02", 4.0)], [GOOD[0], ("g", "2024-03-02", 3.0)], 2
    ),
    "a figure and nothing": Fault("D", [*GOOD, ("g", "2024-03-02", np.nan)], GOOD, 2),
    "an hour that clocks show twice": Fault(
        "h",
        [
            ("g", "2024-11-03 00:00", 8.0),
            ("g", "2024-11-03 01:00", 6.0),
            ("g", "2024-11-03 01:00", 4.0),
            ("g", "2024-11-03 02:00", 3.0),
        ],
        [
            ("g", "2024-11-03", 8.0),
            ("g", "2024-11-03 01:00:00", 5.0),
            ("g", "2024-11-03 02:00:00", 3.0),
        ],
        2,
    ),
    "an hour that clocks leave out stays a gap": Fault(
        "h",
        [("g", "2024-03-10 01:00", 1.0), ("g", "2024-03-10 03:00", 3.0)],
        [("g", "2024-03-10 01:00:00", 1.0), ("g", "2024-03-10 03:00:00", 3.0)],
        0,
    ),
    "a clock that is seconds off": Fault(
        "D",
        [
            ("g", "2024-03-01", 1.0),
            ("g", "2024-03-01 23:59:58", 2.0),
            ("g", "2024-03-03 00:00:03", 3.0),
            ("g", "2024-03-04", 4.0),
        ],
        [(("g"), f"2024-03-0{day}", float(day)) for day in range(1, 5)],
        2,
    ),
    "days of another zone, an hour later in summer": Fault(
        "D",
        [
            ("g", "2024-03-29 01:00", 1.0),
            ("g", "2024-03-30 01:00", 2.0),
            ("g", "2024-03-31 02:00", 3.0),
        ],
        [(("g"), f"2024-03-{28 + day} 01:00:00", float(day)) for day in range(1, 4)],
        1,
    ),
    "series whose hours begin at moments of their own": Fault(
        "h",
        [("a", "2024-03-01 10:00", 1.0), ("b", "2024-03-01 10:30", 2.0)],
        [("a", "2024-03-01 10:00:00", 1.0), ("b", "2024-03-01 10:30:00", 2.0)],
        0,
    ),
    "a month's figure on another day": Fault(
        "MS",
        [("g", "2024-01-01", 1.0), ("g", "2024-02-01", 2.0), ("g", "2024-03-28", 3.0)],
        [(("g"), f"2024-0{month}-01", float(month)) for month in range(1, 4)],
        1,
    ),
    "quarters that begin in February": Fault(
        "QS",
        [("g", "2024-02-01", 1.0), ("g", "2024-05-01", 2.0), ("g", "2024-09-01", 3.0)],
        [("g", "2024-02-01", 1.0), ("g", "2024-05-01", 2.0), ("g", "2024-08-01", 3.0)],
        1,
    ),
    "a Saturday among business days belongs to its Friday": Fault(
        "B",
        [("g", "2024-03-01", 1.0), ("g", "2024-03-02", 3.0), ("g", "2024-03-04", 4.0)],
        [("g", "2024-03-01", 2.0), ("g", "2024-03-04", 4.0)],
        2,
    ),
    "events without a step that were in one moment": Fault(
        None,
        [("g", "2024-03-01 10:07", 1.0), ("g", "2024-03-01 10:07", 3.0)],
        [("g", "2024-03-01 10:07:00", 2.0)],
        2,
    ),
    "what no square can hold": Fault(
        "D", [*GOOD, ("g", "2024-03-03", 1e300)], [*GOOD, ("g", "2024-03-03", np.nan)], 1
    ),
    "what is infinite": Fault(
        "D", [*GOOD, ("g", "2024-03-03", -np.inf)], [*GOOD, ("g", "2024-03-03", np.nan)], 1
    ),
    "what is large": Fault(
        "D", [*GOOD, ("g", "2024-03-03", -LARGEST)], [*GOOD, ("g", "2024-03-03", -LARGEST)], 0
    ),
    "nothing at all": Fault("D", [], [], 0),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_panel_is_repaired_and_its_repaired_rows_are_counted(name: str) -> None:
    fault = FAULTS[name]
    found = read(fault.given, fault.freq)
    np.testing.assert_equal(rows_of(found), fault.read)
    assert found.metrics == {"rows_repaired": fault.repaired, "series_irregular": 0}
    again = read(rows_of(found), fault.freq)
    np.testing.assert_equal(rows_of(again), fault.read)
    assert again.metrics["rows_repaired"] == 0


MINUTES: Rows = [("m", f"2024-03-01 10:{minute:02}", 1.0) for minute in range(0, 60, 5)]


def test_a_series_of_a_finer_step_is_left_out_and_the_others_are_read() -> None:
    found = read([*GOOD, *MINUTES], "D")
    assert rows_of(found) == GOOD
    assert found.metrics == {"rows_repaired": 0, "series_irregular": 1}


def test_nothing_but_series_of_a_finer_step_is_refused_with_what_to_do() -> None:
    with pytest.raises(
        InvalidFrame, match=r"the step h: most moments of 'm' .* 2024-03-01.*10:05.*finer step"
    ):
        read(MINUTES, "h")
