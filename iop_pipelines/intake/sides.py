"""Columns whose values never belong together: debit and credit beside amounts without a sign, several currencies."""

import re
from collections.abc import Sequence

from iop_pipelines.intake.columns import Column
from iop_pipelines.intake.numerals import is_money, is_null

_SIDES = (
    frozenset({"s", "h"}),
    frozenset({"d", "c"}),
    frozenset({"dr", "cr"}),
    frozenset({"debit", "credit"}),
    frozenset({"soll", "haben"}),
    frozenset({"débit", "crédit"}),
)
# One letter means this only where the head says so.
_SIDE_HEAD = re.compile(
    r".*(?:s/h|soll|haben|d/c|c/d|dr|cr|debit|credit|kennz|sign|indicator|sens).*", re.IGNORECASE
)
_CURRENCY_HEAD = re.compile(
    r"(?:.*[ _])?(?:currency|währung|waehrung|währg|devise|monnaie|moneda|valuta|wkz)(?:[ _].*)?",
    re.IGNORECASE,
)
_MOST_CURRENCIES = 20


def apart_in(columns: Sequence[Column]) -> list[str]:
    """Names of those, of the columns beside the moment's."""
    has_sign = any(column.has_negative for column in columns if column.is_number)
    return [
        column.name
        for column in columns
        if _are_currencies(column) or (not has_sign and _are_sides(column))
    ]


def _values(column: Column) -> list[str]:
    distinct = column.cells.distinct if column.kind == "string" else None
    return [cell for cell in distinct or () if not is_null(cell)]


def _are_currencies(column: Column) -> bool:
    known = _values(column)
    is_told = _CURRENCY_HEAD.fullmatch(column.label.strip()) is not None
    return is_told and 2 <= len(known) <= _MOST_CURRENCIES and all(map(is_money, known))


def only_currency(column: Column) -> str | None:
    """The one that all amounts are in, where a column says it."""
    known = _values(column)
    is_told = _CURRENCY_HEAD.fullmatch(column.label.strip()) is not None
    return known[0] if is_told and len(known) == 1 and is_money(known[0]) else None


def _are_sides(column: Column) -> bool:
    known = frozenset(cell.casefold().rstrip(".") for cell in _values(column))
    is_short = all(len(each) == 1 for each in known)
    return known in _SIDES and (
        not is_short or _SIDE_HEAD.fullmatch(column.label.strip()) is not None
    )
