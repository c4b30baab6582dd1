"""Titles and texts as a person reads them."""

from datetime import datetime, timedelta
from string import Formatter

import pytest
import sqlalchemy as sa

from iop_pipelines.domain.languages import TRANSLATED, Language
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.recommendations.advising import advise
from iop_pipelines.recommendations.evidence import (
    Evidence,
    Occurrence,
    Seen,
    add_periods,
    silent_until,
)
from iop_pipelines.recommendations.review import recommendation
from iop_pipelines.recommendations.text import phrases_of, write
from iop_pipelines.runtimes.catalogue import RUNTIMES
from iop_pipelines.schema.tables import recommendations

ENGLISH, FRENCH = (phrases_of(language).AMOUNTS for language in (Language.EN, Language.FR))


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
    assert ENGLISH.number(value) == said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (68.2, "%", "68 %"),
        (45, "s", "45 s"),
        (340, "s", "5.7 min"),
        (9000, "s", "2.5 h"),
        (12, "", "12"),
        (61.4, "/100", "61/100"),
        (None, "%", "unknown"),
    ],
)
def test_amounts_carry_their_unit(value, unit, said):
    assert ENGLISH.amount(value, unit) == said


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
    assert ENGLISH.band(lo, hi, expected, "%") == said


@pytest.mark.parametrize(
    ("value", "others", "unit", "said"),
    [
        (11.3, [0, 10.9], "%", ("11.3 %", "0–10.9 %")),
        (11.3, [0, 10.98], "%", ("11.3 %", "0–11 %")),
        (11.302, [0, 11.298], "%", ("11.302 %", "0–11.298 %")),
        (12, [0, 10.9], "%", ("12 %", "0–11 %")),
        (0.424, [0.1, 0.419], "", ("0.424", "0.1–0.419")),
        (7261, [60, 7259], "s", ("2.017 h", "60 s to 2.016 h")),
        (11.00001, [0, 11], "%", ("11 %", "0–11 %")),
        (11, [0, 11], "%", ("11 %", "0–11 %")),
        (12000.4, [0, 12000.1], "", ("12,000.4", "0–12,000.1")),
    ],
)
def test_a_value_is_told_from_its_bounds(value, others, unit, said):
    more = ENGLISH.digits_between(value, others, unit)
    lo, hi = others
    assert (ENGLISH.amount(value, unit, more), ENGLISH.band(lo, hi, None, unit, more)) == said


def test_days_and_certainty():
    assert ENGLISH.day(datetime(2013, 2, 8)) == "8 Feb 2013"
    assert ENGLISH.day(datetime(2013, 2, 8, 9, 5)) == "8 Feb 2013 09:05"
    assert ENGLISH.percent(0.9999) == "over 99 %"
    assert ENGLISH.percent(0.001) == "under 1 %"
    assert ENGLISH.certainty(0.93) == "very likely (93 %)"
    assert ENGLISH.certainty(0.2) == "unlikely (20 %)"


@pytest.mark.parametrize(
    ("step", "moment", "english", "french"),
    [
        ("MS", datetime(2005, 4, 1), "in April 2005", "en avril 2005"),
        ("QS", datetime(2005, 4, 1), "in Q2 2005", "au T2 2005"),
        ("QS", datetime(2005, 10, 1), "in Q4 2005", "au T4 2005"),
        ("2QS", datetime(2005, 7, 1), "in H2 2005", "au S2 2005"),
        ("YS", datetime(2005, 1, 1), "in 2005", "en 2005"),
        ("W", datetime(2005, 4, 3), "in the week of 3 Apr 2005", "la semaine du 3 avr. 2005"),
        ("D", datetime(2005, 4, 3), "on 3 Apr 2005", "le 3 avr. 2005"),
        ("h", datetime(2005, 4, 3, 7), "on 3 Apr 2005 07:00", "le 3 avr. 2005 07:00"),
        (None, datetime(2005, 4, 3, 7, 5), "on 3 Apr 2005 07:05", "le 3 avr. 2005 07:05"),
    ],
)
def test_a_period_is_told_by_its_name(step, moment, english, french):
    evidence = _evidence(Category.ANOMALY, "residual", ds=moment, since=moment)
    told = evidence.model_copy(update={"freq": step})
    assert f"28 min {english}" in write(Category.ANOMALY, told, 1).title
    assert f"28 min {french}" in write(Category.ANOMALY, told, 1, Language.FR).title.replace(
        "\u00a0", " "
    )


@pytest.mark.parametrize(
    ("step", "since", "until", "english", "french"),
    [
        (
            *("MS", datetime(2005, 4, 1), datetime(2006, 8, 1)),
            *("from April 2005 to August 2006", "d’avril 2005 à août 2006"),
        ),
        (
            *("QS", datetime(2005, 1, 1), datetime(2006, 7, 1)),
            *("from Q1 2005 to Q3 2006", "du T1 2005 au T3 2006"),
        ),
        (
            *("YS", datetime(2005, 1, 1), datetime(2016, 1, 1)),
            *("from 2005 to 2016", "de 2005 à 2016"),
        ),
        (
            *("W", datetime(2005, 1, 2), datetime(2005, 7, 3)),
            "from the week of 2 Jan 2005 to the week of 3 Jul 2005",
            "de la semaine du 2 janv. 2005 à la semaine du 3 juil. 2005",
        ),
        (
            *("D", datetime(2005, 1, 2), datetime(2005, 7, 3)),
            *("from 2 Jan 2005 to 3 Jul 2005", "du 2 janv. 2005 au 3 juil. 2005"),
        ),
    ],
)
def test_a_stretch_is_told_by_the_names_of_its_ends(step, since, until, english, french):
    evidence = _evidence(Category.TREND, "trend", since=since, ds=until)
    told = evidence.model_copy(update={"freq": step})
    assert english in write(Category.TREND, told, 1).description
    said = write(Category.TREND, told, 1, Language.FR).description.replace("\u00a0", " ")
    assert french in said


def test_a_forecast_of_months_names_months():
    details = {"limit": 20, "horizon": 6, "probability_on_day": 0.31}
    details |= {"first_crossing": "2013-01-01T00:00:00"}
    seen = {"ds": datetime(2013, 2, 1), "confidence": 0.83, "details": details}
    evidence = _evidence(Category.FORECAST, "limit_crossing", **seen)
    months = evidence.model_copy(update={"freq": "MS"})
    said = write(Category.FORECAST, months, 1).description
    assert "in at least one month within 6 months, most likely in February 2013" in said
    assert "(31 % in that month alone)" in said
    assert "An even chance of the first by January 2013." in said
    assert "d’ici janvier 2013" in write(Category.FORECAST, months, 1, Language.FR).description


def test_what_else_was_found_is_told_of_the_same_time_and_counted_of_others():
    evidence = _evidence(
        Category.ANOMALY, "residual", ds=datetime(2005, 4, 1), since=datetime(2005, 4, 1)
    )

    def at(*moment):
        return evidence.peak.model_copy(
            update={"ds": datetime(*moment), "since": datetime(*moment), "value": 3.0}
        )

    found = [at(2005, 5, 1), at(2001, 2, 1), at(2009, 12, 1), at(2005, 3, 1)]
    told = evidence.model_copy(update={"freq": "MS", "also": found})
    said = write(Category.ANOMALY, told, 1).description
    also = next(line for line in said.splitlines() if line.startswith("Also"))
    assert "in May 2005" in also
    assert "in March 2005" in also
    assert also.endswith("At other times: 2 findings between February 2001 and December 2009.")
    assert "2001" not in also.split("At other times")[0]
    french = write(Category.ANOMALY, told, 1, Language.FR).description.replace("\u00a0", " ")
    assert "À d’autres moments : 2 constats entre février 2001 et décembre 2009." in french


def test_french_has_its_own_signs_and_months():
    assert FRENCH.number(12437.4) == "12\u202f437"
    assert FRENCH.number(0.5123) == "0,51"
    assert FRENCH.amount(68.2, "%") == "68\u00a0%"
    assert FRENCH.band(2.1, 9.3, None, "%") == "2,1–9,3\u00a0%"
    assert FRENCH.band(-13, 17, None, "min") == "−13 à 17\u00a0min"
    assert FRENCH.day(datetime(2013, 2, 8, 9, 5)) == "8 févr. 2013 09:05"
    assert FRENCH.count(0, "modèle", "modèles") == "0 modèle"
    assert ENGLISH.count(0, "model", "models") == "0 models"


@pytest.mark.parametrize(
    ("moment", "count", "freq", "later"),
    [
        (datetime(2013, 2, 8), 7, "D", datetime(2013, 2, 15)),
        (datetime(2013, 2, 8, 22), 3, "h", datetime(2013, 2, 9, 1)),
        (datetime(2013, 2, 8), 2, "W", datetime(2013, 2, 22)),
        (datetime(2013, 12, 31), 2, "MS", datetime(2014, 2, 28)),
        (datetime(2013, 11, 1), 1, "MS", datetime(2013, 12, 1)),
        (datetime(2013, 1, 1), 12, "MS", datetime(2014, 1, 1)),
        (datetime(2013, 2, 8), 2, "QS", datetime(2013, 8, 8)),
        (datetime(2013, 1, 1), 1, "2QS", datetime(2013, 7, 1)),
        (datetime(2013, 1, 1), 3, "YS", datetime(2016, 1, 1)),
        # From a Friday.
        (datetime(2013, 2, 8), 2, "B", datetime(2013, 2, 12)),
        (datetime(2013, 2, 8, 23, 50), 3, "5min", datetime(2013, 2, 9, 0, 5)),
        (datetime(2013, 2, 8), 7, None, datetime(2013, 2, 15)),
    ],
)
def test_periods_are_added_by_the_datasets_step(moment, count, freq, later):
    assert add_periods(moment, count, freq) == later


@pytest.mark.parametrize(
    ("freq", "covered", "silent"),
    [
        # A 50th of two weeks of events is 6 h 43 min 12 s, of a day 28 min 48 s; a day at most.
        (None, timedelta(days=14), timedelta(hours=6, minutes=43, seconds=12)),
        (None, timedelta(days=1), timedelta(minutes=28, seconds=48)),
        (None, timedelta(days=400), timedelta(days=1)),
        # A period at least, seven at most or a day, whichever is longer.
        ("h", timedelta(hours=10), timedelta(hours=1)),
        ("h", timedelta(days=25), timedelta(hours=12)),
        ("h", timedelta(days=500), timedelta(days=1)),
        ("D", timedelta(days=1), timedelta(days=1)),
        ("D", timedelta(days=100), timedelta(days=2)),
        ("D", timedelta(days=1000), timedelta(days=7)),
        ("W", timedelta(days=70), timedelta(weeks=1)),
    ],
)
def test_a_closed_finding_is_silent_for_a_time_that_grows_with_the_data(freq, covered, silent):
    closed = datetime(2026, 3, 31)
    assert silent_until(closed - covered, closed, freq) == closed + silent


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
        band={"expected": None, "lo": None, "hi": None},
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
    ("category", "kind", "options", "english", "french"),
    [
        (
            Category.ANOMALY,
            "residual",
            {"value": 1.0, "lo": 5.0, "hi": 20.0, "expected": 12.0},
            "Departure delay at EWR below normal: 1 min on 8 Feb 2013 (expected 5–20 min)",
            "Departure delay à EWR au-dessous de la normale : 1 min le 8 févr. 2013 (attendu : 5–20 min)",
        ),
        (
            Category.ANOMALY,
            "outlier",
            {},
            "Unusual day at EWR on 8 Feb 2013: departure delay 28 min",
            "Jour inhabituel à EWR le 8 févr. 2013 : departure delay 28 min",
        ),
        (
            Category.ANOMALY,
            "long_waits",
            {"expected": 12.0},
            "Long waits at EWR: departure delay 28 min on 8 Feb 2013 (expected about 12 min)",
            "Long waits à EWR : departure delay 28 min le 8 févr. 2013 (attendu : environ 12 min)",
        ),
        (
            Category.TREND,
            "trend",
            {"value": -0.52, "since": datetime(2013, 1, 11)},
            "Departure delay at EWR falling by 0.52 min a day since 11 Jan 2013",
            "Departure delay à EWR : baisse de 0,52 min par jour depuis le 11 janv. 2013",
        ),
        (
            Category.TREND,
            "change_point",
            {"expected": 12.0, "since": datetime(2013, 1, 30)},
            "Departure delay at EWR stepped up from 12 to 28 min on 30 Jan 2013",
            "Departure delay à EWR : hausse soudaine de 12 à 28 min le 30 janv. 2013",
        ),
        (
            Category.FORECAST,
            "limit_crossing",
            {"confidence": 0.73, "details": {"limit": 20, "direction": "above", "horizon": 14}},
            "Departure delay at EWR forecast above 20 min within 14 days: 73 % probable, most "
            "likely on 8 Feb 2013",
            "Departure delay à EWR : prévision au-dessus de 20 min d’ici 14 jours, probable à 73 %, "
            "surtout le 8 févr. 2013",
        ),
        (
            Category.FORECAST,
            "limit_crossing",
            {"value": 3.0, "details": {"limit": 5, "direction": "below"}},
            "Departure delay at EWR forecast below 5 min within the horizon: most likely on 8 Feb 2013",
            "Departure delay à EWR : prévision au-dessous de 5 min dans l’horizon, surtout le 8 févr. 2013",
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
            "Pipeline flights_ingest ralenti : durée 5,7 min (attendu : environ 2 min), 8 févr. 2013 UTC",
        ),
        (
            Category.OPTIMISATION,
            "failing",
            {"dataset": "pipeline_runs", "series": "flights_ingest", "measure": "is_failed"},
            "Pipeline flights_ingest is failing, 8 Feb 2013 UTC",
            "Pipeline flights_ingest en échec, 8 févr. 2013 UTC",
        ),
        (
            Category.ANOMALY,
            "residual",
            {"series": "all"},
            "Departure delay above normal: 28 min on 8 Feb 2013",
            "Departure delay au-dessus de la normale : 28 min le 8 févr. 2013",
        ),
    ],
)
def test_each_kind_of_finding_has_its_title_in_each_language(
    category, kind, options, english, french
):
    evidence = _evidence(category, kind, **options)
    wording = write(category, evidence, 1)
    assert wording.title == english
    assert "What to do: " in wording.description
    translated = write(category, evidence, 1, Language.FR)
    assert translated.title.replace("\u00a0", " ") == french
    assert "À faire\u00a0: " in translated.description


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


@pytest.mark.parametrize(
    ("changes", "english", "french"),
    [
        (
            {},
            "If it crosses the limit, then by about 4 min at worst (20 % of the limit). It crossed the limit in 3 of "
            "the 12 stretches of 14 days before. The mean forecast is 23 min, after 20 min in the same period a year "
            "earlier (+15 %).",
            "Si le seuil est franchi, l’écart est d’environ 4 min au maximum (20 % du seuil). Auparavant, il a été "
            "franchi 3 fois sur 12, par séquences de 14 jours. La prévision moyenne est de 23 min, contre 20 min sur "
            "la même période un an plus tôt (+15 %).",
        ),
        (
            {"stretches_crossed": 0, "change": {"ahead": 15.0, "before": 20.0, "periods": 14}},
            "It crossed the limit in none of the 12 stretches of 14 days before. The mean forecast is 15 min, after "
            "20 min in the same period 14 days earlier (−25 %).",
            "Auparavant, il n’a jamais été franchi en 12 séquences de 14 jours. La prévision moyenne est de 15 min, "
            "contre 20 min sur la même période 14 jours plus tôt (−25 %).",
        ),
    ],
)
def test_a_forecast_tells_what_it_comes_to(changes, english, french):
    details = {"limit": 20, "direction": "above", "horizon": 14, "excess": 4.0, "effect": 0.1}
    details |= {"stretches": 12, "stretches_crossed": 3}
    details |= {"change": {"ahead": 23.0, "before": 20.0, "periods": 364}} | changes
    evidence = _evidence(Category.FORECAST, "limit_crossing", details=details, confidence=0.83)
    daily = evidence.model_copy(update={"freq": "D"})
    assert write(Category.FORECAST, daily, 1).description.splitlines()[0].endswith(english)
    said = write(Category.FORECAST, daily, 1, Language.FR).description.splitlines()[0]
    assert said.replace("\u00a0", " ").replace("\u202f", " ").endswith(french)


def test_a_share_of_a_percentage_and_a_single_stretch_say_nothing():
    details = {"limit": 20, "horizon": 14, "excess": 4.0, "stretches": 1, "stretches_crossed": 1}
    details |= {"change": {"ahead": 23.0, "before": 20.0, "periods": 364}}
    evidence = _evidence(Category.FORECAST, "limit_crossing", details=details, unit="%")
    said = write(Category.FORECAST, evidence.model_copy(update={"freq": "D"}), 1).description
    assert "by about 4 points at worst. The mean forecast is 23 %, after 20 %" in said
    assert "a year earlier." in said
    assert "stretches" not in said


def test_the_share_of_an_anomaly_is_said_as_one():
    evidence = _evidence(Category.ANOMALY, "outlier", confidence=0.97)
    text = write(Category.ANOMALY, evidence, 1).description
    assert "How sure: 97 % of earlier periods were less unusual." in text


def test_chances_are_said_as_cases():
    assert ENGLISH.chance(1e-9) == "in fewer than 1 of 1,000 cases"
    assert ENGLISH.chance(0.04) == "in about 4 of 100 cases"


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


KINDS = [kind for spec in RUNTIMES.values() for kind in spec.kinds or ()]
LANGUAGES = list(Language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_of_the_catalogue_has_words_of_its_own_in_every_language(kind, language):
    telling = kind.telling
    evidence = _evidence(kind.category, kind.name, confidence=0.9)
    wording = write(kind.category, evidence, 1, language)
    said = wording.description.splitlines()[0]
    for told, text in ((telling.headline, wording.title), (telling.happened, said)):
        template = told.within(language).replace("\u00a0", " ")
        assert "{label}" in template or "{label_inside}" in template
        assert "{" not in text
        # What a template says outside of its slots is told.
        assert any(part.strip() in text.replace("\u00a0", " ") for part in _literal(template))
    assert "{" not in wording.description


@pytest.mark.parametrize("category", [Category.TREND, Category.FORECAST, Category.ANOMALY])
def test_a_kind_without_words_is_told_by_its_name_and_value_and_nothing_more(category):
    """59 is a level here, not a slope: no other kind's sentence may be borrowed."""
    evidence = _evidence(category, "saturation", value=59.0, confidence=0.9)
    wording = write(category, evidence, 1)
    assert wording.title == "Saturation at EWR: departure delay 59 min on 8 Feb 2013"
    assert wording.description.splitlines()[0] == "Departure delay at EWR was 59 min on 8 Feb 2013."
    assert "a day" not in wording.description


def test_a_rule_that_is_called_as_a_kind_of_ours_is_told_as_a_rule():
    details = {"rule": "trend"}
    evidence = _evidence(Category.ANOMALY, "trend", details=details, confidence=1.0)
    title = write(Category.ANOMALY, evidence, 1).title
    assert title == "Trend at EWR: departure delay 28 min on 8 Feb 2013"


def _literal(template):
    return [text for text, *_ in Formatter().parse(template) if text.strip()]


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
    wording = write(Category.OPTIMISATION, failing.updated(wasteful, Category.OPTIMISATION), 2)
    assert wording.title == "Pipeline flights_ingest is failing, 8 Feb 2013 UTC"
    assert "Also: Pipeline flights_ingest is wasteful" in wording.description


@pytest.mark.parametrize(
    ("category", "kind", "options", "first", "sure"),
    [
        (
            Category.ANOMALY,
            "residual",
            {"value": 28.0, "lo": 5.0, "hi": 20.0, "confidence": 0.86},
            "Departure delay à EWR : 28 min le 8 févr. 2013, 8 min au-dessus de l’attendu (5–20 min).",
            "Certitude : 86 % des périodes précédentes sont restées dans leur plage.",
        ),
        (
            Category.TREND,
            "trend",
            {
                "value": -0.52,
                "since": datetime(2013, 1, 11),
                "confidence": 0.996,
                "details": {
                    "start_level": 33,
                    "end_level": 7.3,
                    "p_value": 0.004,
                    "series_tested": 16,
                },
            },
            "Departure delay à EWR : baisse de 0,52 min par jour du 11 janv. 2013 au 8 févr. 2013, "
            "de 33 min à 7,3 min sur la droite.",
            "Certitude : une série sans tendance aurait cette allure dans moins d’un cas sur 100, et "
            "cela tient après correction pour les 16 séries testées ensemble.",
        ),
        (
            Category.FORECAST,
            "limit_crossing",
            {
                "value": 16.0,
                "lo": 9.0,
                "hi": 24.0,
                "confidence": 0.83,
                "details": {
                    "limit": 20,
                    "direction": "above",
                    "horizon": 14,
                    "probability_on_day": 0.31,
                    "first_crossing": "2013-02-05T00:00:00",
                },
            },
            "Departure delay à EWR devrait passer au-dessus de 20 min pendant au moins un jour d’ici 14 "
            "jours, surtout le 8 févr. 2013 (31 % pour ce jour seul), avec une valeur attendue de 16 min "
            "(9–24 min). Une chance sur deux d’un premier franchissement d’ici le 5 févr. 2013.",
            "Certitude : probable (83 %) que le seuil soit franchi d’ici 14 jours.",
        ),
        (
            Category.OPTIMISATION,
            "late",
            {
                "dataset": "pipeline_runs",
                "series": "flights_ingest",
                "measure": "delay_s",
                "unit": "s",
                "label": "Ended after its SLA by",
                "value": 93600.0,
                "confidence": 1.0,
                "details": {"rule": "late"},
            },
            "Un traitement DRM de flights_ingest terminé le 8 févr. 2013 UTC signale un pipeline en retard : "
            "retard sur l’échéance 26 h.",
            "Certitude : totale, la règle compare des chiffres connus.",
        ),
    ],
)
def test_french_says_what_english_says(category, kind, options, first, sure):
    text = write(category, _evidence(category, kind, **options), 1, Language.FR).description
    lines = text.replace("\u00a0", " ").splitlines()
    assert lines[0] == first
    assert sure in lines


def test_what_is_kept_is_in_every_language(world, found):
    summary = advise(world.engine, world.run(0, found(0)))
    stored = recommendation(world.engine, summary.opened[0])
    with world.engine.connect() as connection:
        kept = connection.scalar(sa.select(recommendations.c.translations))
    evidence = Evidence.model_validate(stored.metadata)
    said = {each: write(stored.category, evidence, 1, each) for each in TRANSLATED}
    assert kept == {
        language: {"title": each.title, "description": each.description}
        for language, each in said.items()
    }
    assert stored.title == write(stored.category, evidence, 1).title


INSIDE = [
    {"value": 38.0, "lo": 0.0, "hi": 100.0},
    {"value": 38.0, "lo": 0.0, "hi": 38.0},
    {"value": 38.0, "hi": 40.0},
    {"value": 38.0, "lo": 20.0},
]
ANOMALIES = [kind.name for kind in KINDS if kind.category is Category.ANOMALY] + ["a_rule"]


@pytest.mark.parametrize("seen", INSIDE)
@pytest.mark.parametrize("kind", ANOMALIES)
def test_no_range_is_told_of_a_value_inside_it(kind, seen):
    evidence = _evidence(Category.ANOMALY, kind, unit="%", expected=30.0, **seen)
    for language, words in ((Language.EN, "expected"), (Language.FR, "attendu")):
        wording = write(Category.ANOMALY, evidence, 1, language)
        assert "38" in wording.title
        assert words not in wording.title + wording.description
        assert "(" not in wording.title
    assert write(Category.ANOMALY, evidence, 1).description.splitlines()[0] == (
        "Departure delay at EWR was 38 % on 8 Feb 2013."
    )


@pytest.mark.parametrize("kind", ANOMALIES)
def test_a_value_beyond_a_bound_is_never_told_as_the_bound(kind):
    seen = {"value": 11.3, "lo": 0.0, "hi": 10.9, "unit": "%"}
    evidence = _evidence(Category.ANOMALY, kind, **seen)
    english = write(Category.ANOMALY, evidence, 1)
    assert "11.3 %" in english.title
    assert english.title.endswith("(expected 0–10.9 %)")
    assert english.description.splitlines()[0] == (
        "Departure delay at EWR was 11.3 % on 8 Feb 2013, 0.4 points above the expected 0–10.9 %."
    )
    french = write(Category.ANOMALY, evidence, 1, Language.FR)
    title, first = (
        each.replace("\u00a0", " ") for each in (french.title, french.description.splitlines()[0])
    )
    assert title.endswith("(attendu : 0–10,9 %)")
    assert first == (
        "Departure delay à EWR : 11,3 % le 8 févr. 2013, 0,4 points au-dessus de l’attendu (0–10,9 %)."
    )


def test_a_score_below_the_least_is_never_told_as_the_least():
    seen = {"value": 89.6, "lo": 90.0, "details": {"models": ["delay-trend"]}}
    text = write(Category.OPTIMISATION, _evidence(Category.OPTIMISATION, "quality", **seen), 1)
    assert "is 89.6 of 100" in text.title
    assert "89.6 of 100; models ask for 90." in text.description


SPECIAL = [
    (
        {
            "kind": "holiday",
            "names": {"en": "Christmas Day", "fr": "Noël"},
            "offset": 0,
            "times": 3,
        },
        "Explained by Christmas Day: ",
        "Nothing: the calendar explains it.",
        "Expliqué par Noël : ",
        "Rien : le calendrier l’explique.",
    ),
    (
        {"kind": "holiday", "names": {"en": "Eid al-Fitr", "fr": "Aïd el-Fitr"}, "offset": -1},
        "Perhaps the day before Eid al-Fitr: ",
        "Nothing, if the day before Eid al-Fitr is the reason; else find out what changed.",
        "Peut-être Aïd el-Fitr (la veille) : ",
        "Rien, si la raison est Aïd el-Fitr (la veille) ; sinon, cherchez ce qui a changé.",
    ),
    (
        {"kind": "pay_day", "names": {"en": "pay_day", "fr": "pay_day"}, "offset": 0, "times": 9},
        "Explained by pay day: ",
        "Nothing: the calendar explains it.",
        "Expliqué par jour de paie : ",
        "Rien : le calendrier l’explique.",
    ),
    (
        {"kind": "event", "names": {"en": "Book fair", "fr": "Book fair"}, "offset": 0, "times": 0},
        "Perhaps Book fair: ",
        "Nothing, if Book fair is the reason; else find out what changed.",
        "Peut-être Book fair : ",
        "Rien, si la raison est Book fair ; sinon, cherchez ce qui a changé.",
    ),
]


@pytest.mark.parametrize("kind", ["residual", "outlier"])
@pytest.mark.parametrize(("day", "title", "action", "titre", "geste"), SPECIAL)
def test_what_the_calendar_accounts_for_says_so_whatever_found_it(
    kind, day, title, action, titre, geste
):
    details = {"calendar": day}
    evidence = _evidence(Category.ANOMALY, kind, details=details, severity=Severity.INFO)
    english = write(Category.ANOMALY, evidence, 1)
    assert english.title.startswith(title)
    assert english.actions == (action,)
    french = write(Category.ANOMALY, evidence, 1, Language.FR)
    assert french.title.replace("\u00a0", " ").startswith(titre)
    assert french.actions[0].replace("\u00a0", " ") == geste


def test_what_a_model_wants_done_is_not_asked_for_on_a_day_that_explains_itself():
    details = {"calendar": SPECIAL[0][0]}
    evidence = _evidence(Category.ANOMALY, "residual", details=details)
    asked = evidence.model_copy(update={"action": "Call the shop."})
    assert write(Category.ANOMALY, asked, 1).actions == ("Nothing: the calendar explains it.",)


def test_an_event_says_how_seldom_it_is_what_the_calendar_did_and_what_happened_with_it():
    """1 in 400 of 800 that were judged; of 200 nobody has seen one in 400."""
    off = {**SPECIAL[1][0], "times": 2, "amount": -12.0}
    details = {
        "judged": 800,
        "as_strange": 2,
        "chance": 1 / 400,
        "taken_off": off,
        "related": {"series": ["A/1", "B"], "count": 3},
        "refused": {"rows": 14, "of": 300},
    }
    seen = {"value": 150.0, "expected": 100.0, "lo": 90.0, "hi": 110.0, "unit": ""}
    evidence = _evidence(Category.ANOMALY, "residual", details=details, **seen)
    english = write(Category.ANOMALY, evidence, 1).description
    assert (
        "How unusual: 50 % above what was expected; 2 of the 800 days judged before were as unusual; "
        "chance gives one in about 400 days. What the day before Eid al-Fitr usually takes off (12) is part of "
        "what was expected. At the same time: 3 other series (A, 1; B; …). Of the 300 rows of that delivery, 14 "
        "could not be used: it may come from that in part."
    ) in english
    french = write(Category.ANOMALY, evidence, 1, Language.FR).description.replace("\u00a0", " ")
    assert (
        "50 % de plus qu’attendu ; 2 des périodes évaluées avant (800 jours) ont montré autant d’écart"
        in french
    )
    assert "le hasard en donne un environ tous les 400 jours" in french
    calendars = "Ce qui était attendu comprend l’effet habituel du calendrier : Aïd el-Fitr (la veille), 12 en moins."
    assert calendars in french
    assert "Sur les 300 lignes de cette livraison, 14 n’ont pas pu être utilisées : " in french
    one = _evidence(
        Category.ANOMALY,
        "residual",
        details=details | {"refused": {"rows": 1, "of": 300}},
        **seen,
    )
    one = one.model_copy(update={"freq": "W"})
    french = write(Category.ANOMALY, one, 1, Language.FR).description.replace("\u00a0", " ")
    assert "le hasard en donne un environ toutes les 400 semaines" in french
    assert "Sur les 300 lignes de cette livraison, 1 n’a pas pu être utilisée : " in french
    assert "Au même moment : 3 autres séries (A, 1 ; B ; …)." in french
    few = details | {"judged": 200, "as_strange": 0}
    text = write(Category.ANOMALY, _evidence(Category.ANOMALY, "residual", details=few, **seen), 1)
    assert "none of the 200 days judged before was as unusual. " in text.description
    assert "chance gives" not in text.description
