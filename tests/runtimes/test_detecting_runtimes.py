"""Seasonal residuals, PyOD, trends and changes as findings: what, where, since when, how sure."""

import numpy as np
import pandas as pd
import pytest

from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.errors import InvalidDeclaration
from iop_pipelines.runtimes.results import evidence_points, in_seven_digits


@pytest.mark.parametrize(
    ("runtime", "kind"), [("seasonal_residual", "residual"), ("pyod", "outlier")]
)
def test_a_storm_of_two_days_is_one_finding_with_its_beginning(
    runtime: str, kind: str, run, panel_of, weeks, on_day
) -> None:
    y = weeks()
    y[87] += 30
    y[88] += 50
    panel = panel_of({"calm": weeks(seed=1), "stormy": y})
    [finding] = run(runtime, panel, {}, first=86, last=89).findings
    assert (finding.category, finding.kind) == (Category.ANOMALY, kind)
    assert (finding.unique_id, finding.ds, finding.since) == ("stormy", on_day(88), on_day(87))
    assert finding.severity == Severity.CRITICAL
    assert finding.value == pytest.approx(y[88], rel=1e-5)
    assert finding.expected == pytest.approx(y[88] - 50, abs=3)
    assert finding.lo is not None
    assert finding.hi is not None
    assert finding.lo < finding.expected < finding.hi < finding.value
    assert finding.evidence["direction"] == "above"
    assert finding.evidence["until"] == on_day(88).isoformat()


@pytest.mark.parametrize(
    ("value", "severity"),
    [
        # 100 is expected: 12 more is little, and other days have it; 30 more is not, nor is what no day ever had.
        (112.0, Severity.INFO),
        (130.0, Severity.CRITICAL),
        (88.0, Severity.CRITICAL),
    ],
)
def test_what_makes_little_difference_is_information(value, severity, run, panel_of) -> None:
    y = np.resize([115.0, 115, 115, 115, 115, 100, 100], 140)
    y = y + np.random.default_rng(1).normal(0, 0.5, 140)
    assert 138 % 7 == 5
    y[138] = value
    [finding] = run("seasonal_residual", panel_of({"a": y}), {}, first=138, last=138).findings
    assert finding.severity is severity


@pytest.mark.parametrize("runtime", ["seasonal_residual", "pyod"])
def test_the_second_day_alone_knows_when_it_began(
    runtime: str, run, panel_of, weeks, on_day
) -> None:
    y = weeks()
    y[[88, 89]] += 50
    [finding] = run(runtime, panel_of({"a": y}), {}, first=89).findings
    assert (finding.ds, finding.since) == (on_day(89), on_day(88))
    assert finding.evidence["periods"] == 2


@pytest.mark.parametrize("runtime", ["seasonal_residual", "pyod"])
def test_a_past_anomaly_is_no_event_of_this_window(runtime: str, run, panel_of, weeks) -> None:
    y = weeks()
    y[85] += 50
    assert run(runtime, panel_of({"a": y}), {}, first=86, last=89).findings == ()


@pytest.mark.parametrize("runtime", ["seasonal_residual", "pyod"])
def test_direction_and_practical_effect_are_asked_for(runtime: str, run, panel_of, weeks) -> None:
    y = weeks()
    y[89] += 20
    panel = panel_of({"a": y})
    assert (
        len(run(runtime, panel, {"direction": "above", "min_effect": 10}, first=89).findings) == 1
    )
    assert run(runtime, panel, {"direction": "below"}, first=89).findings == ()
    assert run(runtime, panel, {"min_effect": 40}, first=89).findings == ()


@pytest.mark.parametrize("runtime", ["seasonal_residual", "pyod"])
def test_the_band_ends_where_the_measure_does(runtime: str, run, panel_of) -> None:
    share = np.abs(np.random.default_rng(0).normal(0, 1, 90))
    frame = run(
        runtime, panel_of({"a": share}), {"floor": 0, "ceiling": 2}, first=80, last=89
    ).frame
    assert frame["lo"].min() == 0
    assert frame["hi"].max() == 2


def test_a_band_ends_at_nothing_where_the_measure_never_was_below_it(run, panel_of) -> None:
    share = np.abs(np.random.default_rng(0).normal(0, 1, 90))
    above, around = (
        run("seasonal_residual", panel_of({"a": y}), {}, first=80, last=89).frame["lo"]
        for y in (share, share - 0.5)
    )
    assert above.min() == 0
    assert around.min() < 0


def test_a_band_ends_where_its_own_measure_does(run, panel_of) -> None:
    share = np.abs(np.random.default_rng(0).normal(0, 1, 90))
    panel = panel_of({"a": share}, "share")
    panel["delay"] = share - 5
    frame = run("pyod", panel, {"bounds": {"share": {"floor": 0}}}, first=80, last=89).frame
    lowest = frame.groupby("measure")["lo"].min()
    assert lowest["share"] == 0
    assert lowest["delay"] < -5


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ({"other": {"floor": 0}}, r"config\.params\.bounds\.other: 'other' is not a measure"),
        ({"y": {"floor": 3, "ceiling": 2}}, r"bounds\.y: floor 3 is not below ceiling 2"),
    ],
)
def test_bounds_that_cannot_be_are_refused(bounds, message: str, run, panel_of, weeks) -> None:
    with pytest.raises(InvalidDeclaration, match=message):
        run("pyod", panel_of({"a": weeks()}), {"bounds": bounds}, first=89)


def test_a_month_that_was_loaded_at_once_is_scored_as_far_as_it_goes(
    run, panel_of, weeks, on_day
) -> None:
    """The first load has no past but its own; what comes late in it has."""
    panel = panel_of({"a": weeks(31), "b": weeks(31, seed=1)})
    output = run("pyod", panel, {}, first=0, last=30)
    assert output.metrics["series_skipped"] == 0
    scored = output.frame[output.frame["score"].notna()]
    assert set(scored["unique_id"]) == {"a", "b"}
    assert scored["ds"].min() >= on_day(21)
    assert scored["ds"].max() == on_day(30)


@pytest.mark.parametrize("runtime", ["seasonal_residual", "pyod", "mann_kendall", "change_points"])
def test_adding_a_constant_shifts_the_expectation(runtime: str, run, panel_of, weeks) -> None:
    y = np.round(weeks() * 8) / 8
    plain = run(runtime, panel_of({"a": y}), {}, first=85, last=89).frame
    moved = run(runtime, panel_of({"a": y + 64}), {}, first=85, last=89).frame
    np.testing.assert_allclose(moved["yhat"], plain["yhat"] + 64)
    np.testing.assert_allclose(moved["score"], plain["score"], atol=1e-9)


def test_calm_weeks_raise_hardly_an_alarm(run, panel_of, weeks) -> None:
    panel = panel_of({f"s{n:02d}": weeks(200, seed=n) for n in range(10)})
    found = run("seasonal_residual", panel, {}, first=60, last=199)
    assert found.metrics["points_scored"] == 1400
    assert found.metrics["anomalous_points"] <= 2


def test_pyod_sees_several_measures_and_names_the_one_that_is_off(run, panel_of, weeks) -> None:
    panel = panel_of({"a": weeks()}).rename(columns={"y": "delay"})
    other = weeks(seed=5)
    other[89] -= 40
    panel["flights"] = other
    output = run("pyod", panel, {"lags": 0}, first=89)
    [finding] = output.findings
    assert finding.measure == "flights"
    assert finding.evidence["direction"] == "below"
    assert set(finding.evidence["distances"]) == {"delay", "flights"}
    assert output.frame["measure"].tolist() == ["delay", "flights"]
    assert output.frame["score"].nunique() == 1
    assert output.frame["is_finding"].tolist() == [False, True]


@pytest.mark.parametrize("detector", ["ecod", "copod", "hbos", "iforest", "knn"])
def test_every_detector_of_the_list_runs_and_repeats_itself(
    detector: str, run, panel_of, weeks
) -> None:
    panel = panel_of({"a": weeks(), "b": weeks(seed=1)})
    params = {"detector": detector, "scope": "panel" if detector == "iforest" else "series"}
    first, second = (run("pyod", panel, params, first=89) for _ in range(2))
    pd.testing.assert_frame_equal(first.frame, second.frame)
    assert first.metrics["detector"] == detector


@pytest.mark.parametrize("before", ["noise", "zeros"])
@pytest.mark.parametrize("detector", ["ecod", "copod", "hbos", "iforest", "knn"])
def test_every_detector_of_the_list_finds_a_far_point_by_its_defaults(
    detector: str, before: str, run, panel_of, on_day
) -> None:
    """60 standard deviations off plain noise, and off a history of zeros."""
    for seed in range(5):
        noise = np.random.default_rng(seed).normal(0, 1, 120)
        y = noise if before == "noise" else np.zeros(120)
        y[119] = 60
        [finding] = run("pyod", panel_of({"a": y}), {"detector": detector}, first=119).findings
        assert (finding.ds, finding.evidence["direction"]) == (on_day(119), "above")


@pytest.mark.parametrize("measures", [1, 2])
def test_of_noise_pyod_tells_within_the_budget_over_all_its_series(measures: int, run) -> None:
    """A week of 150 series that do nothing, of four kinds: two a week by chance, so that 10 of 8 expected are few."""
    findings = 0
    for place, draw in enumerate(
        [
            lambda random, shape: random.normal(100, 10, shape),
            lambda random, shape: random.standard_t(3, shape),
            lambda random, shape: random.lognormal(3, 0.5, shape),
            lambda random, shape: random.poisson(0.15, shape).astype(float),
        ]
    ):
        random = np.random.default_rng([measures, place])
        names = [f"m{number}" for number in range(measures)]
        panel = pd.DataFrame(
            {
                "unique_id": np.repeat([f"s{number:03d}" for number in range(150)], 97),
                "ds": np.tile(pd.date_range("2024-01-01", periods=97), 150),
                **{name: draw(random, (97, 150)).T.ravel() for name in names},
            }
        )
        findings += len(run("pyod", panel, {}, first=90, last=96).findings)
    assert findings <= 10


def test_how_strange_a_row_is_has_seven_digits_in_rows_and_findings(run, panel_of, weeks) -> None:
    y = weeks()
    y[88] += 50
    output = run("seasonal_residual", panel_of({"a": y}), {}, first=40, last=89)
    score = output.frame["score"].to_numpy()
    assert score.astype(np.float32).astype(float).tolist() == score.tolist()
    assert len(set(score)) == 50
    [finding] = output.findings
    assert finding.score == score[48] > 1


def test_seven_digits_are_those_of_single_precision_and_as_far_as_doubles_go() -> None:
    values = np.random.default_rng(5).lognormal(0, 20, 1000) * [[1], [-1]]
    short = in_seven_digits(values.ravel())
    np.testing.assert_array_equal(short, values.ravel().astype(np.float32).astype(float))
    far = np.array([1e300, -1e300, 0.0, np.finfo(float).max])
    np.testing.assert_allclose(in_seven_digits(far), far, rtol=1e-7)
    unknown = np.array([np.nan, np.inf, -np.inf])
    np.testing.assert_array_equal(in_seven_digits(unknown), unknown)


def test_numbers_of_evidence_are_those_that_six_digits_of_them_read_as() -> None:
    random = np.random.default_rng(6)
    sizes = random.lognormal(0, 60, 1500) * random.choice([-1, 1], 1500)
    # Halves of the sixth digit and their neighbours, and the powers of ten and theirs.
    halves = (random.integers(100_000, 999_999, 500) + 0.5) * 10.0 ** random.integers(-24, 24, 500)
    powers = 10.0 ** np.arange(-40, 40)
    edges = np.concatenate([halves, powers])
    values = np.concatenate([sizes, edges, np.nextafter(edges, 0), np.nextafter(edges, np.inf)])
    values = np.append(values, [0.0, -0.0, 999_999.5, 1e300, 5e-324, np.nan, np.inf, -np.inf])
    ds = np.datetime64("2026-01-01", "ns") + np.arange(60)
    for first in range(0, len(values), 60):
        part = values[first : first + 60]
        points = evidence_points(ds[: len(part)], part, hi=-part)
        read = [float(f"{value:.6g}") if np.isfinite(value) else None for value in part]
        assert [repr(each["y"]) for each in points] == [repr(value) for value in read]
        assert [each["hi"] for each in points] == [None if v is None else -v for v in read]
        assert {each["lo"] for each in points} == {None}


def test_a_budget_of_more_alerts_tells_more(run, panel_of) -> None:
    random = np.random.default_rng(4)
    panel = panel_of({f"s{place:02d}": random.standard_t(3, 120) for place in range(60)})
    few, many = (
        len(run("pyod", panel, {"alerts_per_week": budget}, first=100, last=119).findings)
        for budget in (0.1, 100)
    )
    assert few < many


def test_a_rise_is_a_trend_with_its_slope_and_its_certainty(run, panel_of, on_day) -> None:
    y = 50 + 0.5 * np.arange(60) + np.random.default_rng(0).normal(0, 1, 60)
    [finding] = run("mann_kendall", panel_of({"a": y}), {"window": 28}, first=58, last=59).findings
    assert (finding.category, finding.kind) == (Category.TREND, "trend")
    assert (finding.ds, finding.since) == (on_day(59), on_day(32))
    assert finding.value == pytest.approx(0.5, abs=0.08)
    assert finding.lo is not None
    assert finding.hi is not None
    assert finding.lo < 0.5 < finding.hi
    assert finding.confidence is not None
    assert finding.confidence > 0.999
    assert finding.severity == Severity.WARNING
    assert finding.evidence["end_level"] - finding.evidence["start_level"] == pytest.approx(
        27 * finding.value, rel=1e-3
    )


def test_a_sure_trend_that_moves_little_is_none(run, panel_of) -> None:
    """3 % in four weeks of a measure that is never negative, however straight; 20 % are told."""
    noise = np.random.default_rng(1).normal(0, 0.05, 60)
    panel = panel_of({"a": 100 + 0.1 * np.arange(60) + noise, "b": 100 + np.arange(60) + noise})
    told = run("mann_kendall", panel, {"window": 28}, first=59).findings
    assert [each.unique_id for each in told] == ["b"]


def test_a_trend_is_of_the_series_without_its_season(run, panel_of) -> None:
    """A week and a half of a weekly season is no trend, and one under it is not hidden."""
    t = np.arange(96)
    season = 100 + 60 * np.sin(2 * np.pi * t / 7)
    noise = np.random.default_rng(2).normal(0, 1, 96)
    panel = panel_of({"flat": season + noise, "rising": season + 5.0 * t + noise})
    output = run("mann_kendall", panel, {"window": 14}, first=95)
    assert [each.unique_id for each in output.findings] == ["rising"]
    assert output.findings[0].value == pytest.approx(5.0, abs=1.0)
    expected = output.frame.set_index("unique_id")["yhat"]
    assert expected["flat"] == pytest.approx(season[95], abs=8)
    assert expected["rising"] == pytest.approx(season[95] + 5.0 * 95, abs=12)


def test_a_trend_among_many_series_has_to_stand_out_from_their_number(run, panel_of) -> None:
    """One weak trend is a finding by itself, and is what chance gives among forty."""
    noise = np.random.default_rng(3).normal(0, 1, (40, 60))
    weak = 8 + 0.065 * np.arange(60) + noise[0]
    options = {"window": 28, "variant": "original", "alpha": 0.05}
    [alone] = run("mann_kendall", panel_of({"a": weak}), options, first=59).findings
    assert 0.005 < alone.evidence["p_value"] < 0.05
    assert alone.evidence["p_adjusted"] == alone.evidence["p_value"]
    crowd = {f"s{n:02d}": noise[n] for n in range(1, 40)}
    output = run("mann_kendall", panel_of({"a": weak, **crowd}), options, first=59)
    assert output.metrics["series_tested"] == 40
    assert output.findings == ()
    assert not output.frame["is_finding"].any()


@pytest.mark.parametrize(
    "params", [{"direction": "below"}, {"min_slope": 1.0}, {"alpha": 1e-30}, {"min_points": 29}]
)
def test_a_trend_that_was_not_asked_for_is_not_told(params: dict, run, panel_of) -> None:
    y = 50 + 0.5 * np.arange(60) + np.random.default_rng(0).normal(0, 1, 60)
    steady = np.resize([1.0, 2.0], 60)
    if "min_points" in params:
        y[35] = np.nan
        params = {**params, "min_points": 28}
        steady[:] = np.arange(60)
        # 27 of the 28 known: too few for the first series, enough for the second.
        output = run("mann_kendall", panel_of({"a": y, "b": steady}), params, first=59)
        assert [finding.unique_id for finding in output.findings] == ["b"]
        return
    assert run("mann_kendall", panel_of({"a": y}), params, first=59).findings == ()


def test_a_new_level_is_found_while_it_is_new_and_with_one_date(
    run, panel_of, weeks, on_day
) -> None:
    y = weeks(100)
    y[70:] += 8
    panel = panel_of({"a": y})
    found = {
        n: run("change_points", panel, {"min_size": 5}, first=n).findings for n in range(68, 100)
    }
    told = {n: findings[0] for n, findings in found.items() if findings}
    assert len(told) >= 5
    # Five points make a level, and one more makes its beginning sure.
    assert min(told) >= 75
    assert max(told) <= 84
    assert len({finding.since for finding in told.values()}) == 1
    last = told[max(told)]
    assert last.since == on_day(70)
    assert (last.category, last.kind, last.severity) == (
        Category.TREND,
        "change_point",
        Severity.WARNING,
    )
    assert last.value is not None
    assert last.expected is not None
    assert last.value - last.expected == pytest.approx(8, abs=1.5)


def test_one_bad_day_is_not_a_new_level(run, panel_of, weeks) -> None:
    y = weeks(90)
    y[84] += 100
    assert run("change_points", panel_of({"a": y}), {"min_size": 5}, first=89).findings == ()


@pytest.mark.parametrize("runtime", ["seasonal_residual", "pyod"])
def test_the_seasons_that_the_data_show_are_told_with_their_strength(
    runtime: str, run, panel_of, weeks
) -> None:
    random = np.random.default_rng(0)
    panel = panel_of({"flat": random.normal(9, 1, 90), "one": weeks(), "other": weeks(seed=1)})
    told = run(runtime, panel, {}, first=89).metrics
    # Of the week's variance of 24.5 and the noise's of 1.
    assert told["season_week"] == pytest.approx(24.5 / 25.5, abs=0.03)
    assert told["series_seasonal"] == 2
    declared = run(runtime, panel, {"season_length": 7}, first=89).metrics
    assert "season_week" not in declared
    assert "season_week" not in run(runtime, panel, {}, first=89, freq=None).metrics


def test_a_halved_hour_is_found_on_a_saturday_whose_weekdays_are_twice_as_busy(run) -> None:
    """By the day alone the expectation of a Saturday is off by as much as the fall."""
    random = np.random.default_rng(1)
    day = 100 + 60 * np.sin(2 * np.pi * np.arange(24) / 24)
    level = np.where(np.arange(70) % 7 >= 5, 0.5, 1.0)
    y = np.repeat(level, 24) * np.tile(day, 70) * random.normal(1, 0.03, 70 * 24)
    # The last day is a Sunday, the one before it a Saturday.
    at = 68 * 24 + 9
    y[at] /= 2
    hours = pd.date_range("2024-01-01", periods=len(y), freq="h")
    panel = pd.DataFrame({"unique_id": "a", "ds": hours, "y": y})
    output = run("seasonal_residual", panel, {}, first=63, last=69, freq="h")
    [found] = output.findings
    assert found.ds == hours[at].to_pydatetime()
    assert found.expected == pytest.approx(2 * y[at], rel=0.15)
    assert output.metrics["season_week"] > 0.5
    assert output.metrics["season_day"] > 0.3
