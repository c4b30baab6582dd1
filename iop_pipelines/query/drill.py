"""From a row of a summary to the rows it was made from: another query_config, nothing new to run."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from iop_pipelines.errors import InvalidQuery
from iop_pipelines.query.config import MAX_SELECT, QueryConfig, Select, TableQuery, parse_config
from iop_pipelines.query.periods import Unit, shift, to_zone
from iop_pipelines.query.sources import Catalogue, Source
from iop_pipelines.query.words import closest

DETAIL = "detail"


def drill_config(
    config: QueryConfig,
    table_name: str,
    at: Mapping[str, Any],
    catalogue: Catalogue,
    zone: str,
    limit: int,
) -> QueryConfig:
    """The rows behind one row of a table, newest first.

    Args:
        at: the row's group columns and their values as JSON; a group left out is not narrowed.
        zone: of the config's periods, where it names none.

    Raises:
        InvalidQuery: `at` names no group of the table; its path begins with `at`.
    """
    table = config.datasets[table_name]
    source = catalogue.source(table.source or config.source)
    groups = {item.name: item for item in table.select if not item.is_aggregate}
    conditions = [
        condition
        for name, value in at.items()
        for condition in _conditions(_group(groups, name), value, source, config.time_zone or zone)
    ]
    plain = config.model_dump(mode="json", by_alias=True, exclude_unset=True)
    own = plain["datasets"][table_name].get("where")
    where = [*([own] if own else []), *conditions]
    detail: dict[str, Any] = {
        "source": source.name,
        "select": [{"field": name} for name in list(source.fields)[:MAX_SELECT]],
        "limit": limit,
    }
    if where:
        detail["where"] = {"and": where}
    if newest := _newest_first(source):
        detail["sort"] = [{"by": newest, "dir": "desc"}]
    kept = {
        name: plain[name] for name in ("version", "source", "time_zone", "params") if name in plain
    }
    if "where" in plain and _is_of_config(table, config):
        kept["where"] = plain["where"]
    return parse_config({**kept, "datasets": {DETAIL: detail}})


def _is_of_config(table: TableQuery, config: QueryConfig) -> bool:
    return table.source in (None, config.source)


def _group(groups: Mapping[str, Select], name: str) -> Select:
    if name not in groups:
        raise InvalidQuery(f"the table has no group {closest(name, groups)}", f"at.{name}")
    return groups[name]


def _conditions(item: Select, value: Any, source: Source, zone: str) -> list[dict[str, Any]]:
    field = str(item.field)
    if value is None:
        return [{"field": field, "op": "is_null"}]
    if item.bucket is None:
        return [{"field": field, "op": "eq", "value": value}]
    start = _moment(value, f"at.{item.name}")
    end = shift(start, 1, cast(Unit, item.bucket))
    # A bucket is of the field's own zone, and a bare moment of the query's.
    own = source.fields[field].zone or zone
    is_date = source.fields[field].type == "date"
    bounds = [
        moment.date().isoformat() if is_date else to_zone(moment, own, zone).isoformat()
        for moment in (start, end)
    ]
    return [
        {"field": field, "op": "ge", "value": bounds[0]},
        {"field": field, "op": "lt", "value": bounds[1]},
    ]


def _moment(value: Any, path: str) -> datetime:
    try:
        return datetime.fromisoformat(value).replace(tzinfo=None)
    except (TypeError, ValueError):
        raise InvalidQuery(f"{value!r} is no ISO date or moment", path) from None


def _newest_first(source: Source) -> str | None:
    if source.time is not None:
        return source.time
    return next((name for name in ("id", "ds") if name in source.fields), None)
