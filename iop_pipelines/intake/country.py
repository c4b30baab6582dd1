"""Whose public holidays hold where a file's figures come from: what the file names, what a person says, and what may be
offered to them because of a currency or a language, which is never taken by itself."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from iop_pipelines.calendars.countries import countries, problems_of, subdivisions_of
from iop_pipelines.domain.calendars import CountryDays
from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.columns import Column
from iop_pipelines.intake.numerals import is_null

NONE = "none"
_HEAD = re.compile(
    r"(?:(?:iso[ _]?)?(?:country|land|pays|pa[ií]s|paese|nation|staat)(?:[ _-]?(?:code|name|iso\d?|kürzel|kz))?|"
    r"ländercode|code[ _]pays)",
    re.IGNORECASE,
)
_PART_HEAD = re.compile(
    r"(?:federal )?(?:state|bundesland|province|provinz|canton|kanton|subdivision|county|region|région)"
    r"(?:[ _-]?(?:code|name))?",
    re.IGNORECASE,
)
_CURRENCY_HEAD = re.compile(
    r"(?:currency|währung|waehrung|devise|monnaie|moneda|valuta|wkz)(?:[ _-]?code)?", re.IGNORECASE
)
_CODE = re.compile(r"([A-Za-z]{2})(?:-(.{1,40}))?")
# As countries call themselves and their neighbours, where that is not their English name.
_OWN = {
    "deutschland": "DE",
    "allemagne": "DE",
    "alemania": "DE",
    "osterreich": "AT",
    "autriche": "AT",
    "schweiz": "CH",
    "suisse": "CH",
    "svizzera": "CH",
    "frankreich": "FR",
    "francia": "FR",
    "espana": "ES",
    "spanien": "ES",
    "espagne": "ES",
    "italia": "IT",
    "italien": "IT",
    "italie": "IT",
    "nederland": "NL",
    "niederlande": "NL",
    "pays-bas": "NL",
    "belgie": "BE",
    "belgien": "BE",
    "belgique": "BE",
    "polska": "PL",
    "polen": "PL",
    "brasil": "BR",
    "mexico": "MX",
    "usa": "US",
    "united states of america": "US",
    "etats-unis": "US",
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "royaume-uni": "GB",
    "cote d'ivoire": "CI",
    "cote divoire": "CI",
    "maroc": "MA",
    "tunisie": "TN",
    "algerie": "DZ",
    "senegal": "SN",
    "turkiye": "TR",
}
# Money of one country; a euro is nobody's own.
_MONEY = {
    "£": "GB",
    "₦": "NG",
    "₹": "IN",
    "₵": "GH",
    "zł": "PL",
    "Kč": "CZ",
    "Ft": "HU",
    "KSh": "KE",
    "$": "US",
    "R$": "BR",
    "A$": "AU",
    "C$": "CA",
    **{
        code: code[:2]
        for code in (
            *(
                "USD",
                "GBP",
                "CHF",
                "SEK",
                "NOK",
                "DKK",
                "PLN",
                "CZK",
                "HUF",
                "RON",
                "TRY",
                "JPY",
                "CNY",
                "INR",
            ),
            *(
                "BRL",
                "MXN",
                "ZAR",
                "NGN",
                "KES",
                "GHS",
                "EGP",
                "MAD",
                "TND",
                "DZD",
                "AUD",
                "CAD",
                "NZD",
                "ILS",
            ),
            *(
                "KRW",
                "SGD",
                "THB",
                "UAH",
                "RWF",
                "UGX",
                "TZS",
                "ETB",
                "ARS",
                "CLP",
                "COP",
                "PEN",
                "IDR",
                "VND",
            ),
        )
    },
}
# Words of heads that no other of these languages has.
_WORDS = {
    "DE": "umsatz betrag menge anzahl tag monat woche jahr uhrzeit zeitpunkt filiale kunde preis verkauf besuche",
    "FR": "jour mois semaine annee montant ventes quantite magasin produit prix heure chiffre recettes",
    "ES": "fecha ventas importe cantidad tienda dia mes semana precio",
    "IT": "vendite importo quantita giorno mese negozio prezzo fatturato",
    "NL": "bedrag aantal omzet dag maand winkel prijs verkoop",
    "PL": "sprzedaz kwota ilosc dzien sklep cena",
    "PT": "vendas quantidade valor loja preco dia",
}
_LANGUAGES = {
    word: country for country, words in _WORDS.items() for word in words.split() if word != "dia"
}
Because = Literal["currency", "language"]


@dataclass(frozen=True, slots=True)
class CountryFound:
    """`days`: whose holidays hold, if that is known.

    Attributes:
        column: label of the column that names it; None where a person said it.
        offered: code of a country that a person may confirm, and because of what.
        matters: the step is one that holidays show in.
    """

    days: CountryDays | None = None
    column: str | None = None
    offered: str | None = None
    because: Because | None = None
    matters: bool = True


def country_told(text: str) -> CountryDays | None:
    """DE or DE-BY, in any case; None for `none`.

    Raises:
        InvalidInput: there is no such country or subdivision.
    """
    if text.strip().lower() == NONE:
        return None
    found = _CODE.fullmatch(text.strip())
    if found is None:
        raise InvalidInput("intake.country_code", given=text)
    days = CountryDays(
        country=found[1].upper(), subdivision=_known_part(found[1].upper(), found[2])
    )
    for _, problem in problems_of(days):
        raise InvalidInput(problem.code, **problem.values)
    return days


def code_of(days: CountryDays) -> str:
    return days.country if days.subdivision is None else f"{days.country}-{days.subdivision}"


def find_country(columns: Sequence[Column], labels: Iterable[str]) -> CountryFound:
    """columns: those beside the moment; labels: all of the head."""
    for column in columns:
        value = _only(column) if _HEAD.fullmatch(column.label.strip()) else None
        if value is not None and (country := _country_of(value)) is not None:
            return CountryFound(_with_part(country, columns), column.label)
    return _offered(columns, labels)


def _only(column: Column) -> str | None:
    """The one value that it has."""
    distinct = column.cells.distinct
    known = [] if distinct is None else [cell for cell in distinct if not is_null(cell)]
    return known[0] if len(known) == 1 else None


def _country_of(value: str) -> CountryDays | None:
    known = countries()
    if (found := _CODE.fullmatch(value)) is not None and found[1].upper() in known.values():
        country = found[1].upper()
        return CountryDays(country=country, subdivision=_known_part(country, found[2]))
    code = _OWN.get(_plain(value)) or known.get(_plain(value))
    return None if code is None else CountryDays(country=code)


def _with_part(found: CountryDays, columns: Sequence[Column]) -> CountryDays:
    for column in columns:
        value = _only(column) if _PART_HEAD.fullmatch(column.label.strip()) else None
        if found.subdivision is None and value is not None:
            part = _known_part(found.country, value.removeprefix(f"{found.country}-"))
            if part in subdivisions_of(found.country).values():
                return CountryDays(country=found.country, subdivision=part)
    return found


def _known_part(country: str, text: str | None) -> str | None:
    """Its code, where it is called by its name or in other letters."""
    if text is None:
        return None
    return subdivisions_of(country).get(_plain(text), text)


def _offered(columns: Sequence[Column], labels: Iterable[str]) -> CountryFound:
    signs = {column.unit for column in columns if column.unit}
    signs |= {
        value
        for column in columns
        if _CURRENCY_HEAD.fullmatch(column.label.strip()) and (value := _only(column)) is not None
    }
    own = {_MONEY[sign] for sign in signs if sign in _MONEY}
    if len(own) == 1:
        return CountryFound(offered=own.pop(), because="currency")
    words = {word for label in labels for word in re.split(r"[^a-z]+", _plain(label))}
    spoken = {_LANGUAGES[word] for word in words if word in _LANGUAGES}
    if not own and len(spoken) == 1:
        return CountryFound(offered=spoken.pop(), because="language")
    return CountryFound()


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.strip().lower().replace("ß", "ss"))
    return letters.encode("ascii", "ignore").decode().replace("’", "'")
