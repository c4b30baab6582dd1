"""A panel judged by parts says what it says as a whole, to the bit, whatever the parts and whoever judges them."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from iop_pipelines.calendars.days import calendar_of
from iop_pipelines.domain.calendars import CalendarDeclaration
from iop_pipelines.domain.models import ModelConfig
from iop_pipelines.errors import InvalidFrame, SeriesTooShort
from iop_pipelines.execution import large
from iop_pipelines.execution.coverage import coverage_of, joined_coverage, points_of
from iop_pipelines.execution.pool import Here, opened
from iop_pipelines.runtimes.base import RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.lookup import run_runtime
from iop_pipelines.runtimes.parts import joined_findings, joined_metrics

START = datetime(2023, 1, 1)
DAYS = 200
HIGH = {"name": "high", "measure": "y", "when": {"field": "y", "op": "gt", "value": 45}}
PARAMS: dict[str, dict[str, Any]] = {
    "seasonal_residual": {"alerts_per_week": 3},
    "mann_kendall": {"window": 60},
    "change_points": {},
    "rules": {"rules": [HIGH]},
}
US = calendar_of(CalendarDeclaration.model_validate({"countries": [{"country": "US"}]}))


def panel(series: int = 23, seed: int = 0) -> pd.DataFrame:
    """Weeks with noise, a drift, a step, spikes, gaps, late beginnings, early ends, and one series of its own hour."""
    rng = np.random.default_rng(seed)
    parts = []
    for number in range(series):
        begin, end = int(rng.integers(0, 60)), DAYS - int(rng.choice([0, 0, 0, 20]))
        days = np.arange(begin, end)
        y = 20 + 5 * np.sin(2 * np.pi * days / 7) + rng.normal(0, 1, len(days))
        y += {0: 0.1 * days, 1: 12.0 * (days > 185), 2: 0.0}[number % 3]
        y[rng.integers(0, len(y), 3)] += 30
        y[rng.integers(0, len(y), 5)] = np.nan
        ds = pd.Timestamp(START) + pd.to_timedelta(days, unit="D")
        frame = pd.DataFrame({"unique_id": f"s{number:02}", "ds": ds, "y": y})
        parts.append(frame[rng.random(len(frame)) > 0.02])
    parts[4]["ds"] += pd.Timedelta(hours=5)
    parts[5].loc[parts[5].index[9], "ds"] += pd.Timedelta(hours=2)
    parts[6] = parts[6].iloc[-9:]
    return pd.concat(parts, ignore_index=True)


def given(frame: pd.DataFrame, runtime: str, first: int, calendar: Any = None) -> RuntimeInput:
    return RuntimeInput(
        panel=frame.assign(unique_id=frame["unique_id"].astype(object)),
        measures=("y",),
        units={"y": "min"},
        freq="D",
        window_start=START + timedelta(days=first),
        window_end=START + timedelta(days=DAYS - 3),
        params=PARAMS[runtime],
        calendar=calendar,
    )


def cut(frame: pd.DataFrame, names: list[str], per_part: int) -> list[pd.DataFrame]:
    groups = [names[at : at + per_part] for at in range(0, len(names), per_part)]
    return [frame[frame["unique_id"].isin(group)].reset_index(drop=True) for group in groups]


def by_parts(parts, asked: RuntimeInput, runtime: str, folder: Path, pool=None):
    empty = replace(asked, panel=pd.DataFrame())
    read = large._keep(parts, asked, folder)
    assert read is not None
    answers = large._run(pool or Here(), read, empty, runtime, lambda *_: None)
    frame = pd.concat([each.part.frame() for each in answers])
    frame = frame.sort_values(["unique_id", "ds", "measure"], ignore_index=True)
    config = ModelConfig.model_validate(
        {
            "runtime": runtime,
            "dataset": "d",
            "input": {"measures": ["y"]},
            "params": asked.params,
            "trigger": {"on": "request"},
        }
    )
    points = [points_of(each.part.panel(("y",)), asked, each.part.frame()) for each in answers]
    metrics = {**joined_metrics(answers), **read.metrics}
    coverage = joined_coverage(config, metrics, points, read.left_out)
    return RuntimeOutput(frame, joined_findings(answers), metrics), coverage, config


@pytest.mark.parametrize("runtime", PARAMS)
@pytest.mark.parametrize(
    ("per_part", "first", "calendar"),
    [(1, 190, None), (3, 190, US), (7, DAYS - 4, US), (22, 190, None)],
)
def test_parts_say_what_the_whole_says(tmp_path, runtime, per_part, first, calendar) -> None:
    frame = panel()
    asked = given(frame, runtime, first, calendar)
    whole = run_runtime(runtime, asked)
    names = sorted(frame["unique_id"].unique())
    np.random.default_rng(per_part).shuffle(names)
    output, coverage, config = by_parts(cut(frame, names, per_part), asked, runtime, tmp_path)
    pd.testing.assert_frame_equal(output.frame, whole.frame, check_exact=True)
    assert output.findings == whole.findings
    assert output.metrics == whole.metrics
    assert coverage == coverage_of(config, asked, whole)
    if first == 190:
        assert whole.findings


@pytest.mark.parametrize(("per_part", "calendar"), [(1, None), (2, US), (9, None)])
def test_parts_of_a_whole_history_say_what_the_whole_says(tmp_path, per_part, calendar) -> None:
    frame = panel(seed=per_part)
    asked = given(frame, "seasonal_residual", 0, calendar)
    whole = run_runtime("seasonal_residual", asked)
    names = sorted(frame["unique_id"].unique())
    np.random.default_rng(per_part).shuffle(names)
    parts = cut(frame, names, per_part)
    output, coverage, config = by_parts(parts, asked, "seasonal_residual", tmp_path)
    pd.testing.assert_frame_equal(output.frame, whole.frame, check_exact=True)
    assert output.findings == whole.findings
    assert output.metrics == whole.metrics
    assert coverage == coverage_of(config, asked, whole)
    assert len(whole.findings) > 10


@pytest.mark.parametrize("freq", ["h", None])
def test_series_of_other_moments_end_together_in_parts_too(tmp_path, freq) -> None:
    """Hours at :00 and at :30, of which some end earlier; and events, which have no last period."""
    frame = panel(9)
    frame["ds"] = pd.Timestamp(START) + (frame["ds"] - pd.Timestamp(START)) / 24
    late = frame["unique_id"].isin(["s01", "s07"])
    frame.loc[late, "ds"] += pd.Timedelta(minutes=30)
    asked = replace(given(frame, "seasonal_residual", 0), freq=freq)
    whole = run_runtime("seasonal_residual", asked)
    names = sorted(frame["unique_id"].unique())[::-1]
    output, _, _ = by_parts(cut(frame, names, 2), asked, "seasonal_residual", tmp_path)
    pd.testing.assert_frame_equal(output.frame, whole.frame, check_exact=True)
    assert output.findings == whole.findings
    assert output.metrics == whole.metrics


def test_several_processes_say_the_same(tmp_path) -> None:
    frame = panel(8)
    asked = given(frame, "seasonal_residual", 100, US)
    whole = run_runtime("seasonal_residual", asked)
    names = sorted(frame["unique_id"].unique())
    with opened(2) as pool:
        parts = cut(frame, names, 3)
        output, _, _ = by_parts(parts, asked, "seasonal_residual", tmp_path, pool)
    pd.testing.assert_frame_equal(output.frame, whole.frame, check_exact=True)
    assert (output.findings, output.metrics) == (whole.findings, whole.metrics)


def test_too_short_a_history_is_refused_only_where_all_are(tmp_path) -> None:
    frame = panel(8).groupby("unique_id").head(5).reset_index(drop=True)
    asked = given(frame, "seasonal_residual", 0)
    with pytest.raises(SeriesTooShort) as whole:
        run_runtime("seasonal_residual", asked)
    names = sorted(frame["unique_id"].unique())
    with pytest.raises(SeriesTooShort) as parts:
        by_parts(cut(frame, names, 2), asked, "seasonal_residual", tmp_path)
    assert str(parts.value) == str(whole.value)


def test_series_of_another_step_are_left_out_or_refused_as_of_the_whole(tmp_path) -> None:
    frame = panel(8)
    of_hours = pd.date_range(START, periods=90, freq="h")
    hourly = pd.DataFrame({"unique_id": "a", "ds": of_hours, "y": 1.0})
    mixed = pd.concat([hourly, frame], ignore_index=True)
    asked = given(mixed, "seasonal_residual", 0)
    whole = run_runtime("seasonal_residual", asked)
    names = sorted(mixed["unique_id"].unique())
    (tmp_path / "mixed").mkdir()
    parts = cut(mixed, names, 1)
    output, coverage, config = by_parts(parts, asked, "seasonal_residual", tmp_path / "mixed")
    assert output.metrics == whole.metrics
    assert output.metrics["series_irregular"] == 1
    assert coverage == coverage_of(config, asked, whole)
    alone = given(hourly, "seasonal_residual", 0)
    with pytest.raises(InvalidFrame) as refused:
        by_parts([hourly], alone, "seasonal_residual", tmp_path)
    with pytest.raises(InvalidFrame) as as_whole:
        run_runtime("seasonal_residual", alone)
    assert str(refused.value) == str(as_whole.value)


def test_what_a_killed_execution_left_is_removed_and_what_another_uses_stays(
    tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(large.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(large, "_SETTLED_S", -1)
    left = tmp_path / "iop-panel-left"
    left.mkdir()
    (left / "lock").touch()
    (left / "panel-0.npz").touch()
    with large._own_folder() as used:
        assert not left.exists()
        with large._own_folder():
            assert Path(used).is_dir()
    assert list(tmp_path.iterdir()) == []
