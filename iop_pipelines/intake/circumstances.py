"""Measures that stand in a table for what happened around it: weather beside sales, trips or flights.

Nobody can do anything about rain, so models watch what it may explain, and not the rain. A table of weather alone is
what its owner measures. Since one word may mean something else (the temperature of a cold store, snow boots), a
measure is of weather where all of its words are, and a table has weather where two measures are, one of them by a word
that nothing else has.
"""

import re
import unicodedata
from collections.abc import Iterable


def _all(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


# English, French, German, Spanish, Italian and Portuguese, without accents.
_SURELY = _all(
    "rain rainfall precip precipitation snow snowfall snowdepth wind winds windspeed windgust",
    "winddir winddirection gust gusts humidity visib visibility cloudcover cloudiness dew dewpoint",
    "pluie pluviometrie precipitations neige vent rafale rafales humidite nebulosite",
    "niederschlag niederschlagsmenge regen schnee schneehohe windgeschwindigkeit luftfeuchte",
    "luftfeuchtigkeit sichtweite bewolkung lluvia precipitacion nieve viento humedad",
    "pioggia neve vento umidita chuva umidade",
)
_PERHAPS = _all(
    "temp temps temperature temperatures tmin tmax tavg atemp hum pressure sunshine temperatur",
    "lufttemperatur luftdruck pression ensoleillement temperatura presion pressao pressione",
)
# What stands beside it in a name.
_BESIDE = _all(
    "air sea level speed direction dir depth cover point rate amount total sum mean avg average",
    "min max relative feels like mm cm m in km kmh kph mph ms h f c hpa mb pct percent deg",
    "daily hourly 1h 3h 24h",
)
_WORD = re.compile(r"[a-z0-9]+")


def circumstances(names: Iterable[str]) -> frozenset[str]:
    """Of the names of a table's measures, those of weather; none where all are, or only one is called so."""
    words = {name: _words(name) for name in names}
    sure = {name for name, each in words.items() if each & _SURELY and _is_weather(each)}
    perhaps = {name for name, each in words.items() if each & _PERHAPS and _is_weather(each)}
    weather = sure | perhaps
    if not sure or len(weather) < 2 or len(weather) == len(words):
        return frozenset()
    return frozenset(weather)


def _words(name: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return frozenset(_WORD.findall(plain))


def _is_weather(words: frozenset[str]) -> bool:
    return words <= _SURELY | _PERHAPS | _BESIDE
