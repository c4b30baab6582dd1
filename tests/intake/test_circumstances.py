"""Weather beside what a table is about is no measure that anybody can act on."""

from datetime import datetime

import pytest

from iop_pipelines.domain.languages import Language
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.intake.circumstances import circumstances
from iop_pipelines.intake.datasets import read_sources, understand_all
from iop_pipelines.intake.declare import declare
from iop_pipelines.intake.questions import refuse_to_guess
from iop_pipelines.intake.sources import SourceSpec
from iop_pipelines.intake.understand import Given


@pytest.mark.parametrize(
    ("names", "weather"),
    [
        ("trips temp humidity windspeed", "temp humidity windspeed"),
        ("flights cancelled wind_speed precip", "wind_speed precip"),
        ("umsatz temperatur niederschlag", "temperatur niederschlag"),
        ("ventes température_max vitesse vent", "température_max vent"),
        ("ventas temperatura lluvia_mm", "temperatura lluvia_mm"),
        # All of it is weather, and so what its owner measures.
        ("temp humidity rain", ""),
        # One word alone may be anything's.
        ("sales temp", ""),
        ("door_openings temp pressure", ""),
        # Goods are no weather.
        ("temp snow_boots rain_coats windows", ""),
        ("", ""),
    ],
)
def test_weather_is_known_by_the_words_of_several_measures(names, weather):
    assert circumstances(names.split()) == frozenset(weather.split())


def test_models_watch_what_the_weather_may_explain_and_the_note_says_so(tmp_path):
    rows = [
        f"2026-01-{day:02d},{100 + day * 7 % 13},{day % 5}.5,{day * 3 % 11},{day % 7 * 4}"
        for day in range(1, 29)
    ]
    path = tmp_path / "shop.csv"
    path.write_text("\n".join(["day,sales,temp,rain,wind", *rows]))
    found = read_sources([SourceSpec(str(path))], refuse_to_guess)
    (given,) = understand_all(found, Given(), "UTC", refuse_to_guess).understood
    declared = declare(given, "UTC", datetime(2026, 2, 1))
    watched = {
        name for each in declared.models.values() for name in each["config"]["input"]["measures"]
    }
    assert watched == {"sales"}
    assert {"temp", "rain", "wind"} <= set(declared.dataset["measures"])
    (note,) = [
        each
        for each in given.notes
        if each == Sentence("intake.note_weather", columns=["temp", "rain", "wind"])
    ]
    assert note.alone(Language.EN).endswith("is the weather around the rest: no model watches it")
