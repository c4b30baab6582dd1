"""Headline figures: the columns of a table of one row, with what they were before."""

from collections.abc import Mapping

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.query.config import QueryConfig
from iop_pipelines.query.result import Column, FrozenResult, Table, Value
from iop_pipelines.reporting.favour import VERDICTS, verdict_of
from iop_pipelines.reporting.formats import (
    beside,
    decimals_of,
    format_number,
    format_value,
    unit_beside,
)
from iop_pipelines.reporting.sections import Drawn, Frame
from iop_pipelines.reporting.voice import Voice

# Characters of a figure that the narrowest tile has in one line; those of a unit are half as wide.
_NARROWEST = 9
_ARROWS = {1: "▲", 0: "=", -1: "▼"}
_BLANK: dict[str, str] = dict.fromkeys(
    ("name", "value", "joint", "unit", "change", "style", "verdict", "against"), ""
)


def draw(config: QueryConfig, result: FrozenResult, frame: Frame) -> Drawn | None:
    name = config.outputs.pdf.tiles
    return None if name is None else Drawn({"lines": _tiles(result.table(name), frame.voice)})


def _tiles(table: Table, voice: Voice) -> list[list[dict[str, str]]]:
    """Rows of equally wide tiles, at most four in each; the last row is filled with blanks."""
    if not table.rows:
        return []
    record = next(iter(table.records()))
    tiles = [
        _tile(column, table, record, voice)
        for column in table.columns
        if not column.name.endswith(("_previous", "_change"))
    ]
    wide = len(tiles) if len(tiles) <= 4 else 3 if len(tiles) in (5, 6, 9) else 4
    tiles += [_BLANK] * (-len(tiles) % wide)
    return [tiles[i : i + wide] for i in range(0, len(tiles), wide)]


def _tile(
    column: Column, table: Table, record: Mapping[str, Value], voice: Voice
) -> dict[str, str]:
    value = record[column.name]
    change = record.get(f"{column.name}_change")
    before = record.get(f"{column.name}_previous")
    shown = format_value(value, column, decimals_of(column, [value]), voice)
    is_share = column.unit == "%" and value is not None
    unit = "" if is_share else unit_beside(column)
    tile = {
        **_BLANK,
        "name": voice.label(column),
        "value": beside(shown, "%") if is_share else shown,
        "joint": "\u00a0" if len(shown) + len(unit) / 2 <= _NARROWEST else " ",
        "unit": unit,
    }
    if isinstance(change, int | float) and before is not None:
        arrow = _ARROWS[(change > 0) - (change < 0)]
        points = table.column(f"{column.name}_change").unit
        changed = format_number(change, 1, is_signed=True, voice=voice)
        tile["change"] = beside(f"{arrow} {changed}", points or "")
        verdict = verdict_of(column.favourable, change)
        tile["style"] = verdict or ""
        tile["verdict"] = VERDICTS[verdict].within(voice.language) if verdict else ""
        earlier = format_value(before, column, decimals_of(column, [before]), voice)
        tile["against"] = voice.tell(Sentence("page.from", value=earlier))
    return tile
