"""Holidays of countries, by the library `holidays`.

A holiday is known by its English name without what is said of it in brackets: a day of the Islamic calendar is
"(estimated)" until it has been seen, and in some countries for ever, and must be the same holiday before and after.
No language is taken from the process's environment.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from iop_pipelines.domain.calendars import CountryDays
from iop_pipelines.domain.languages import SOURCE, Language
from iop_pipelines.domain.nearest import closest
from iop_pipelines.domain.sentences import Sentence

_ENGLISH = "en_US"
# What the library says of one year's day, and not of the holiday.
_SAID_OF_IT = re.compile(r"\s*\([^()]*\b(?:observed|estimated|substituted|in lieu)\b[^()]*\)\s*$")
_OBSERVED = re.compile(r"\([^()]*\b(?:observed|substituted|in lieu)\b[^()]*\)\s*$")
_LAST_BRACKETS = re.compile(r"\s*\([^()]*\)\s*$")
# Days on which people work who otherwise would not.
_NO_HOLIDAYS = frozenset({"workday"})
# Of the countries that lend a language its words for holidays.
_LENDING_YEARS = (2025,)


@dataclass(frozen=True, slots=True)
class Holiday:
    """
    Attributes:
        name: in English; what it is known by.
        is_observed: kept on another day than its own, since that is a day off already.
        is_half_day: of a category that is so.
    """

    name: str
    is_observed: bool = False
    is_half_day: bool = False


def holidays_of(given: CountryDays, years: Sequence[int]) -> dict[date, tuple[Holiday, ...]]:
    """By day. `given` has been checked (`problems_of`)."""
    found: dict[date, dict[str, Holiday]] = {}
    for category in given.categories:
        listed = _listed(given.country, given.subdivision, category, tuple(years), _ENGLISH)
        for day, names in listed.items():
            for text in names:
                one = Holiday(known_as(text), bool(_OBSERVED.search(text)), category == "half_day")
                # A day that is off and half a day off is off.
                found.setdefault(day, {}).setdefault(one.name, one)
    return {day: tuple(sorted(ones.values(), key=_order)) for day, ones in sorted(found.items())}


def _order(one: Holiday) -> tuple[bool, bool, str]:
    return one.is_half_day, one.is_observed, one.name


def known_as(text: str) -> str:
    """The holiday's own name: without "(observed)", and without "(estimated)" however often it is said."""
    while (plain := _SAID_OF_IT.sub("", text)) != text:
        text = plain
    return text


def weekend_of(given: CountryDays) -> frozenset[int]:
    """Weekdays that are off, 0 for Monday."""
    return frozenset(_listing(given.country, given.subdivision, "public", (), _ENGLISH).weekend)


def problems_of(given: CountryDays) -> Iterator[tuple[str, Sentence]]:
    """What of it the library does not have: the path within, and what is wrong."""
    found = _country_class(given.country)
    if found is None:
        yield "country", Sentence("calendar.no_country", name=closest(given.country, _countries()))
        return
    subdivisions = [*found.subdivisions, *getattr(found, "subdivisions_aliases", {})]
    if given.subdivision is not None and given.subdivision not in subdivisions:
        name = closest(given.subdivision, subdivisions)
        code = "calendar.no_subdivision" if subdivisions else "calendar.no_subdivisions"
        yield "subdivision", Sentence(code, name=name, country=given.country)
    categories = [each for each in found.supported_categories if each not in _NO_HOLIDAYS]
    for place, category in enumerate(given.categories):
        if category not in categories:
            name = closest(category, categories)
            said = Sentence("calendar.no_category", name=name, country=given.country)
            yield f"categories.{place}", said


@cache
def countries() -> Mapping[str, str]:
    """Code of each by its English name and its code of three letters, in small letters without accents."""
    from holidays.registry import COUNTRIES

    known = _countries()
    found: dict[str, str] = {}
    for name, (_, code, *more) in COUNTRIES.items():
        if code in known:
            found |= dict.fromkeys((name.replace("_", " "), more[0].lower()), code)
    return found


@cache
def subdivisions_of(country: str) -> Mapping[str, str]:
    """Code of each of a country's by its code and its names, in small letters without accents."""
    found = _country_class(country)
    if found is None:
        return {}
    codes = {code: code for code in found.subdivisions}
    named = codes | dict(getattr(found, "subdivisions_aliases", {}))
    return {_plain(name): code for name, code in named.items()}


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.lower().replace("ß", "ss"))
    return letters.encode("ascii", "ignore").decode()


def names_in(given: CountryDays, name: str, language: Language, year: int) -> str:
    """What people who read `language` call the holiday; its English name where nobody has said it."""
    if language is SOURCE:
        return name
    own = _translated(given.country, given.subdivision, given.categories, (year,), language)
    return own.get(name) or _lent(language).get(name) or name


@cache
def _lent(language: Language) -> Mapping[str, str]:
    """What most countries that speak it call their holidays."""
    said: dict[str, Counter[str]] = {}
    for country in _countries():
        for name, word in _translated(country, None, ("public",), _LENDING_YEARS, language).items():
            said.setdefault(name, Counter())[word] += 1
    return {name: max(sorted(words), key=words.__getitem__) for name, words in said.items()}


@lru_cache(maxsize=128)
def _translated(
    country: str,
    subdivision: str | None,
    categories: tuple[str, ...],
    years: tuple[int, ...],
    language: Language,
) -> Mapping[str, str]:
    """From English, as days say it that have but one holiday."""
    spoken = _spoken(country, language)
    found: dict[str, str] = {}
    for category in categories if spoken else ():
        ours = _listed(country, subdivision, category, years, _ENGLISH)
        theirs = _listed(country, subdivision, category, years, spoken or "")
        for day, names in ours.items():
            others = theirs.get(day, ())
            if len(names) == len(others) == 1:
                plain = known_as(names[0])
                said = others[0] if plain == names[0] else _LAST_BRACKETS.sub("", others[0])
                found.setdefault(plain, said)
    return found


def _spoken(country: str, language: Language) -> str | None:
    """The library's name of the language, as it is spoken in the country."""
    found = _country_class(country)
    known = () if found is None else found.supported_languages
    return next((each for each in sorted(known) if each.split("_")[0] == language.value), None)


@lru_cache(maxsize=256)
def _listed(
    country: str, subdivision: str | None, category: str, years: tuple[int, ...], language: str
) -> Mapping[date, tuple[str, ...]]:
    listing = _listing(country, subdivision, category, years, language)
    return {day: tuple(listing.get_list(day)) for day in list(listing)}


def _listing(
    country: str, subdivision: str | None, category: str, years: tuple[int, ...], language: str
) -> Any:
    import holidays  # half a second of modules, which only datasets with a calendar pay

    found = _country_class(country)
    known = () if found is None else found.supported_languages
    categories = () if found is None else found.supported_categories
    return holidays.country_holidays(
        country,
        subdiv=subdivision,
        years=years,
        language=language if language in known else getattr(found, "default_language", None),
        categories=(category,) if category in categories else None,
        expand=False,
    )


@cache
def _countries() -> tuple[str, ...]:
    from holidays import list_supported_countries

    return tuple(sorted(each for each in list_supported_countries() if len(each) == 2))


@cache
def _country_class(country: str) -> Any:
    """None for a code that the library does not have."""
    import holidays

    return type(holidays.country_holidays(country)) if country in _countries() else None
