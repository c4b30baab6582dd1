"""What the bench counts as told, and what it says where it has no data."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from benchmarks.analytics.builds import build_at
from benchmarks.analytics.data import NoData, data_folder, read_nab
from benchmarks.analytics.inbox import first_hits, told

HOURS = np.datetime64("2024-01-01", "ns") + np.arange(40) * np.timedelta64(1, "h")


def five_hours(_first: datetime, closed: datetime) -> datetime:
    return closed + timedelta(hours=5)


def flags(*rows: int) -> np.ndarray:
    return np.isin(np.arange(40), rows)


@pytest.mark.parametrize(
    ("found", "critical", "opened"),
    [
        ([], [], []),
        # One clean row between them does not close it.
        ([3, 4, 6], [], [3]),
        # Closed at 5, silent to 10.
        ([3, 8, 10], [], [3]),
        ([3, 11], [], [3, 11]),
        # Graver than what was told speaks in the silence, and only once.
        ([3, 8, 14], [8, 14], [3, 8]),
        # Graver while open is an update.
        ([3, 4], [4], [3]),
    ],
)
def test_a_finding_opens_one_recommendation_until_its_silence_is_over(
    found: list[int], critical: list[int], opened: list[int]
) -> None:
    alerts = told(flags(*found), flags(*critical), HOURS, five_hours)
    assert np.flatnonzero(alerts).tolist() == opened


def test_only_what_is_stranger_than_all_within_the_silence_is_a_first_hit() -> None:
    score = np.full(40, np.nan)
    score[[0, 3, 4, 8, 10, 15]] = [5, 2, 6, 6, 7, 1]
    kept = first_hits(score, HOURS, five_hours)
    assert np.flatnonzero(np.isfinite(kept)).tolist() == [0, 4, 10]
    assert kept[10] == 7


def test_a_bench_without_data_says_which_and_how(tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("IOP_BENCH_DATA", raising=False)
    with pytest.raises(NoData, match=r"by --data, or by IOP_BENCH_DATA"):
        data_folder(None)
    monkeypatch.setenv("IOP_BENCH_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(NoData, match="nowhere is not a folder"):
        data_folder(None)
    with pytest.raises(NoData, match=r"nab\.csv\.gz is missing"):
        read_nab(data_folder(str(tmp_path)))
    with pytest.raises(NoData, match="not a checkout"):
        build_at(str(tmp_path))
