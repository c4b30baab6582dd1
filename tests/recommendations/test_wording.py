"""Titles and texts as a person reads them."""

from datetime import datetime

import pytest

from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.recommendations.engine import advise
from iop_pipelines.recommendations.evidence import Evidence, Occurrence, Seen, add_periods
from iop_pipelines.recommendations.review import recommendation
from iop_pipelines.recommendations.text import write
from iop_pipelines.recommendations.wording import (
    say_amount,
    say_band,
    say_certainty,
    say_chance,
    say_day,
    say_number,
    say_percent,
)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (-0.0001, "0"),
        (0.5123, "0.51"),
        (0.99, "0.99"),
        (1.04, "1"),
        (9.94, "9.9"),
        (9.96, "10"),
        (68.4, "68"),
        (-12.6, "−13"),
        (12437.4, "12,437"),
        (float("nan"), "unknown"),
    ],
)
def test_numbers_have_two_digits_that_matter(value, said):
    assert say_number(value) == said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (68.2, "%", "68 %"),
        (45, "s", "45 s"),
        (340, "s", "5.7 min"),
        (9000, "s", "2.5 h"),
        (12, "", "12"),
        (None, "%", "unknown"),
    ],
)
def test_amounts_carry_their_unit(value, unit, said):
    assert say_amount(value, unit) == said


@pytest.mark.parametrize(
    ("lo", "hi", "expected", "said"),
    [
        (2.1, 9.3, 5, "2.1–9.3 %"),
        (-13, 17, 5, "−13 to 17 %"),
        (None, 9, 5, "at most 9 %"),
        (2, None, 5, "at least 2 %"),
        (None, None, 5, "about 5 %"),
        (5.01, 5.02, 5, "about 5 %"),
        (None, None, None, ""),
    ],
)
def test_bands_are_as_narrow_as_what_is_known(lo, hi, expected, said):
    assert say_band(lo, hi, expected, "%") == said


def test_days_and_certainty():
    assert say_day(datetime(2013, 2, 8)) == "8 Feb 2013"
    assert say_day(datetime(2013, 2, 8, 9, 5)) == "8 Feb 2013 09:05"
    assert say_percent(0.9999) == "over 99 %"
    assert say_percent(0.001) == "under 1 %"
    assert say_certainty(0.93) == "very likely (93 %)"
    assert say_certainty(0.2) == "unlikely (20 %)"


@pytest.mark.parametrize(
    ("moment", "count", "freq", "later"),
    [
        (datetime(2013, 2, 8), 7, "D", datetime(2013, 2, 15)),
        (datetime(2013, 2, 8, 22), 3, "h", datetime(2013, 2, 9, 1)),
        (datetime(2013, 2, 8), 2, "W", datetime(2013, 2, 22)),
        (datetime(2013, 12, 31), 2, "MS", datetime(2014, 2, 28)),
        (datetime(2013, 11, 1), 1, "MS", datetime(2013, 12, 1)),
        (datetime(2013, 1, 1), 12, "MS", datetime(2014, 1, 1)),
        (datetime(2013, 2, 8), 7, None, datetime(2013, 2, 15)),
    ],
)
def test_periods_are_added_by_the_datasets_step(moment, count, freq, later):
    assert add_periods(moment, count, freq) == later


def _evidence(category, kind, *, dataset="flights", series="EWR", details=None, **seen):
    values = {
        "kind": kind,
        "severity": Severity.WARNING,
        "measure": "dep_delay",
        "unit": "min",
        "label": "Departure delay",
        "ds": datetime(2013, 2, 8),
        "since": datetime(2013, 2, 8),
        "value": 28.0,
        "expected": None,
        "lo": None,
        "hi": None,
        "score": 1.0,
        "confidence": None,
        "details": details or {},
        "source_ref": "execution:1",
    }
    main = Seen(**(values | seen))
    return Evidence(
        model=None,
        dataset=dataset,
        series=series,
        series_fields=["origin"],
        freq="D",
        data_version=None,
        quality_score=None,
        measure=main.measure,
        unit=main.unit,
        confidence=main.confidence,
        band={},
        points=[],
        peak=main,
        latest=main,
        occurrences=[
            Occurrence(ds=main.ds, value=main.value, severity=main.severity, source_ref="x")
        ],
        window_end=datetime(2013, 2, 9),
        cool_down=7,
        recovery_after=2,
    )


@pytest.mark.parametrize(
    ("category", "kind", "options", "title"),
    [
        (
            Category.ANOMALY,
            "residual",
            {"value": 1.0, "lo": 5.0, "hi": 20.0, "expected": 12.0},
            "Departure delay at EWR below normal: 1 min on 8 Feb 2013 (expected 5–20 min)",
        ),
        (
            Category.ANOMALY,
            "outlier",
            {},
            "Unusual day at EWR on 8 Feb 2013: departure delay 28 min",
        ),
        (
            Category.ANOMALY,
            "long_waits",
            {"expected": 12.0},
            "Long waits at EWR: departure delay 28 min on 8 Feb 2013 (expected about 12 min)",
        ),
        (
            Category.TREND,
            "trend",
            {"value": -0.52, "since": datetime(2013, 1, 11)},
            "Departure delay at EWR falling by 0.52 min a day since 11 Jan 2013",
        ),
        (
            Category.TREND,
            "change_point",
            {"expected": 12.0, "since": datetime(2013, 1, 30)},
            "Departure delay at EWR stepped up from 12 to 28 min on 30 Jan 2013",
        ),
        (
            Category.FORECAST,
            "limit_crossing",
            {"confidence": 0.73, "details": {"limit": 20, "direction": "above", "horizon": 14}},
            "Departure delay at EWR forecast above 20 min within 14 days: 73 % probable, most "
            "likely on 8 Feb 2013",
        ),
        (
            Category.FORECAST,
            "limit_crossing",
            {"value": 3.0, "details": {"limit": 5, "direction": "below"}},
            "Departure delay at EWR forecast below 5 min within the horizon: most likely on 8 Feb 2013",
        ),
        (
            Category.OPTIMISATION,
            "slow",
            {
                "dataset": "pipeline_runs",
                "series": "flights_ingest",
                "measure": "duration_s",
                "unit": "s",
                "label": "Duration",
                "value": 340.0,
                "expected": 120.0,
            },
            "Pipeline flights_ingest is slow: duration 5.7 min (expected about 2 min), 8 Feb 2013 UTC",
        ),
        (
            Category.OPTIMISATION,
            "failing",
            {"dataset": "pipeline_runs", "series": "flights_ingest", "measure": "is_failed"},
            "Pipeline flights_ingest is failing, 8 Feb 2013 UTC",
        ),
        (
            Category.ANOMALY,
            "residual",
            {"series": "all"},
            "Departure delay above normal: 28 min on 8 Feb 2013",
        ),
    ],
)
def test_each_kind_of_finding_has_its_title(category, kind, options, title):
    wording = write(category, _evidence(category, kind, **options), 1)
    assert wording.title == title
    assert "What to do: " in wording.description


@pytest.mark.parametrize(
    ("kind", "details", "said"),
    [
        (
            "trend",
            {"p_value": 0.004, "p_adjusted": 0.02, "series_tested": 16},
            "How sure: a series without a trend would look like this in fewer than 1 of 100 cases, "
            "and it stands when corrected for the 16 series tested at once.",
        ),
        (
            "trend",
            {"p_value": 0.0004, "series_tested": 1},
            "How sure: a series without a trend would look like this in fewer than 1 of 1,000 cases.",
        ),
        (
            "change_point",
            {},
            "How sure: a series without a step would look like this in about 2 of 100 cases.",
        ),
    ],
)
def test_a_test_says_what_its_p_value_means_and_no_more(kind, details, said):
    evidence = _evidence(Category.TREND, kind, details=details, confidence=0.98)
    text = write(Category.TREND, evidence, 1).description
    assert said in text
    assert "chance" not in text
    assert "98 %" not in text


def test_a_forecast_tells_the_horizon_from_the_day():
    details = {
        "limit": 20,
        "direction": "above",
        "horizon": 14,
        "probability_on_day": 0.31,
        "first_crossing": "2013-02-05T00:00:00",
    }
    seen = {"details": details, "value": 16.0, "lo": 9.0, "hi": 24.0, "confidence": 0.83}
    evidence = _evidence(Category.FORECAST, "limit_crossing", **seen)
    text = write(Category.FORECAST, evidence, 1).description
    assert text.splitlines()[0] == (
        "Departure delay at EWR is forecast above 20 min on at least one day within 14 days, most "
        "likely on 8 Feb 2013 (31 % on that day alone), when 16 min (9–24 min) is expected. "
        "An even chance of the first by 5 Feb 2013."
    )
    assert "How sure: likely (83 %) that the limit is crossed within 14 days." in text


def test_the_share_of_an_anomaly_is_said_as_one():
    evidence = _evidence(Category.ANOMALY, "outlier", confidence=0.97)
    text = write(Category.ANOMALY, evidence, 1).description
    assert "How sure: 97 % of earlier periods were less unusual." in text


def test_chances_are_said_as_cases():
    assert say_chance(1e-9) == "in fewer than 1 of 1,000 cases"
    assert say_chance(0.04) == "in about 4 of 100 cases"


def test_a_title_fits_its_column(world, found):
    summary = advise(world.engine, world.run(0, found(0, "x" * 255)))
    stored = recommendation(world.engine, summary.opened[0])
    assert len(stored.title) == 255
    assert stored.title.endswith("…")


def test_a_rules_own_words_are_in_the_text():
    details = {"rule": "many", "message": "A quarter did not leave."}
    evidence = _evidence(Category.ANOMALY, "many", details=details, confidence=1.0)
    assert "A quarter did not leave." in write(Category.ANOMALY, evidence, 1).description
    assert "How sure: certain" in write(Category.ANOMALY, evidence, 1).description


def test_a_pipeline_that_fails_and_then_repeats_says_both():
    failing, wasteful = (
        _evidence(
            Category.OPTIMISATION,
            kind,
            dataset="pipeline_runs",
            series="flights_ingest",
            measure=measure,
            severity=severity,
            source_ref=source_ref,
        )
        for kind, measure, severity, source_ref in (
            ("failing", "is_failed", Severity.CRITICAL, "execution:1"),
            ("wasteful", "is_repeat", Severity.INFO, "execution:2"),
        )
    )
    wording = write(Category.OPTIMISATION, failing.updated(wasteful), 2)
    assert wording.title == "Pipeline flights_ingest is failing, 8 Feb 2013 UTC"
    assert "Also: Pipeline flights_ingest is wasteful" in wording.description
