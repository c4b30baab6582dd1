"""How a file writes its moments and numbers, in the words of a declaration: what is delivered by others later, in the
person's own spelling, is read by the dataset as the file was."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from iop_pipelines.intake.columns import Column, Kind
from iop_pipelines.intake.moments import Form
from iop_pipelines.intake.numerals import SCALES, is_null, parts_of
from iop_pipelines.transform.cast_columns import CastColumn
from iop_pipelines.transform.formats import ISO, MomentFormat, clash_of

_MOST = 3
_LOOKED_AT = 200
_EPOCHS = {10: "epoch_s", 13: "epoch_ms", 16: "epoch_us", 19: "epoch_ns"}
# By the group of a form's pattern; two directives are for its lengths.
_DIRECTIVES = {
    "m": "%m",
    "d": "%d",
    "word": "%b",
    "q": "%q",
    "yearday": "%j",
    "weekday": "%u",
    "week": "%V",
    "minute": "%M",
    "second": "%S",
    "part": "%f",
    "half": "%p",
    "zone": "%z",
}
_NEGATIVES = (("parentheses", ")"), ("trailing", "-"))
_DAY_NAME = re.compile(r"^[^\W\d_]{2,10}(?=\.?,?\s)")


def formats_of(form: Form, cells: Iterable[str], zone: str) -> tuple[str, ...]:
    """ISO, in which moments land, and what the cells are written in; empty where ISO reads them all, or where
    no directives say what they are."""
    found: list[MomentFormat] = []
    for cell in [each for each in cells if not is_null(each)][:_LOOKED_AT]:
        moment = form.read(cell, zone)
        if moment is None or any(_reads(each, cell, zone, moment) for each in (*found, _ISO)):
            continue
        text = _format_of(form, cell)
        if text is None or len(found) == _MOST:
            return ()
        new = MomentFormat(text)
        if not _reads(new, cell, zone, moment):
            return ()
        found.append(new)
    # Digits alone are a day and a time of ISO as well, such as of the year 1357.
    every = (*found, _ISO) if form.kind == "epoch" else (_ISO, *found)
    return tuple(each.text for each in every) if found and clash_of(every) is None else ()


_ISO = MomentFormat(ISO)


def _reads(given: MomentFormat, cell: str, zone: str, moment: datetime) -> bool:
    read = given.read(cell, zone)
    return read is not None and read.replace(tzinfo=None) == moment


def numbers_of(column: Column) -> dict[str, Any]:
    """Currency, units, thousands, percent and signs of a column's numbers, for its cast; empty where they are plain,
    and where a number as it lands, with a point, would be another one in the file's spelling."""
    numeral = column.numeral
    if numeral is None or (numeral.decimal == "," and column.kind != "integer"):
        return {}
    cells = [cell for cell in column.cells.sample(_LOOKED_AT) if not is_null(cell)]
    values = column.landed(cells)
    pairs = [
        (cell, value)
        for cell, value in zip(cells, values, strict=True)
        if value not in (None, cell)
    ]
    if not pairs:
        return {}
    parts = [found for cell, _ in pairs if (found := parts_of(cell)) is not None]
    signs = {unit for _, _, unit, _ in parts if unit}
    told: dict[str, Any] = {"decimal": numeral.decimal} if numeral.decimal != "." else {}
    digits = "".join(each for _, each, _, _ in parts)
    grouped = [sign for sign in ",. '" if sign != numeral.decimal and sign in digits]
    told |= {"thousands": grouped[0]} if len(grouped) == 1 else {}
    told |= {"percent": "points"} if "%" in signs else {}
    told |= {"currency": sorted(signs - {"%"})} if signs - {"%"} else {}
    told |= {"units": {each: SCALES[each] for each in numeral.scales}} if numeral.scales else {}
    ways = [way for way, sign in _NEGATIVES if any(sign in cell[-1:] for cell, _ in pairs)]
    told |= {"negative": ways} if ways else {}
    return told if _reads_both(told, column.kind, pairs) else {}


def _reads_both(
    told: Mapping[str, Any], kind: Kind, pairs: Sequence[tuple[str, str | None]]
) -> bool:
    """Whether a cell of the file and the number that lands are the same, by a cast that may be declared."""
    try:
        form = CastColumn.model_validate({"to": kind, **told}).number_form
    except ValidationError:
        return False
    return form is not None and all(
        value is not None and form.read(cell) == form.read(value) == Decimal(value)
        for cell, value in pairs
    )


def _format_of(form: Form, cell: str) -> str | None:
    if form.kind == "epoch":
        # .NET's is no format of a declaration.
        return _EPOCHS.get(len(cell.partition(".")[0]))
    found = form.pattern.fullmatch(cell)
    if form.kind != "parts" or found is None:
        return None
    spans = sorted(
        (found.span(name), name)
        for name, said in found.groupdict().items()
        if said and name not in ("sep", "tsep")
    )
    text, end = "", 0
    for (begin, after), name in spans:
        directive = _directive(name, found)
        if directive is None or begin < end:
            return None
        text += _literal(cell[end:begin], is_first=not end) + directive
        end = after
    return text + _literal(cell[end:], is_first=False)


def _directive(name: str, found: re.Match[str]) -> str | None:
    said = found.groupdict()
    if name == "y":
        if said.get("week"):
            return "%G" if len(found["y"]) == 4 else None
        return "%Y" if len(found["y"]) == 4 else "%y"
    if name == "hour":
        return "%I" if said.get("half") else "%H"
    return _DIRECTIVES.get(name)


def _literal(text: str, *, is_first: bool) -> str:
    """Names of days are not looked at, in whatever language."""
    escaped = text.replace("%", "%%")
    return _DAY_NAME.sub("%a", escaped) if is_first else escaped
