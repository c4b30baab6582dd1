"""What version 1 of query_config meant, in the words of version 2. JSON to JSON; what was wrong stays wrong.

Two meanings changed: a last day did not belong to its period, and `not` was true of what is not known.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, cast

from iop_pipelines.domain.periods import is_day

Json = Mapping[str, Any]


def config_of_version_1(config: Json) -> dict[str, Any]:
    """The same config as version 2."""
    return {**_changed(config, condition_of_version_1, value_of_version_1), "version": 2}


def config_as_version_1(config: Json) -> dict[str, Any]:
    """The other way; what only version 2 can say is left as it is."""
    return {**_changed(config, condition_as_version_1, value_as_version_1), "version": 1}


def _changed(
    config: Json, condition: Callable[[Any], Any], value: Callable[[Any], Any]
) -> dict[str, Any]:
    changed = dict(config)
    if "where" in config:
        changed["where"] = condition(config["where"])
    if isinstance(params := config.get("params"), Mapping):
        changed["params"] = {
            name: {**param, "default": value(param["default"])}
            if isinstance(param, Mapping) and "default" in param
            else param
            for name, param in cast(Json, params).items()
        }
    if isinstance(tables := config.get("datasets"), Mapping):
        changed["datasets"] = {
            name: {**table, "where": condition(table["where"])}
            if isinstance(table, Mapping) and "where" in table
            else table
            for name, table in cast(Json, tables).items()
        }
    return changed


def condition_of_version_1(tree: Any, *, days_as_midnights: bool = False) -> Any:
    """days_as_midnights: an end as a moment means the same in both versions, so that twice is once."""
    value = _to_midnight if days_as_midnights else value_of_version_1
    return _condition(tree, {"not": "unless"}, value)


def condition_as_version_1(tree: Any) -> Any:
    """`not` of version 2 is said by the opposite comparison, or beside "is known"."""
    return _condition(_without_not(tree, False), {"unless": "not"}, value_as_version_1)


def _condition(tree: Any, names: Mapping[str, str], value: Callable[[Any], Any]) -> Any:
    if not isinstance(tree, Mapping):
        return tree
    node = cast(Json, tree)
    changed: dict[str, Any] = {}
    for key, below in node.items():
        if key in ("and", "or") and isinstance(below, list | tuple):
            changed[key] = [_condition(part, names, value) for part in cast(list[Any], below)]
        elif key in ("not", "unless"):
            changed[names.get(key, key)] = _condition(below, names, value)
        elif key == "value":
            changed[key] = value(below)
        else:
            changed[key] = below
    return changed


def value_of_version_1(value: Any) -> Any:
    return _with_end(value, -1)


def value_as_version_1(value: Any) -> Any:
    return _with_end(value, 1)


def _with_end(value: Any, days: int) -> Any:
    """Of {from, to} that ends with a day; the first that does not belong to it, or the last that does."""
    if (end := _last_day(value)) is None:
        return value
    try:
        moved = date.fromisoformat(end) + timedelta(days=days)
    except OverflowError:
        return value
    return {**value, "to": moved.isoformat()}


def _to_midnight(value: Any) -> Any:
    return value if (end := _last_day(value)) is None else {**value, "to": f"{end}T00:00"}


def _last_day(value: Any) -> str | None:
    end = cast(Json, value).get("to") if isinstance(value, Mapping) else None
    return end if isinstance(end, str) and is_day(end) else None


_PAIRS = (("eq", "ne"), ("lt", "ge"), ("gt", "le"), ("in", "not_in"), ("is_null", "not_null"))
_OPPOSITES = {**dict(_PAIRS), **{there: here for here, there in _PAIRS}}


def _without_not(tree: Any, is_negated: bool) -> Any:
    """True of the same rows, without `not`: it is carried down to the comparisons.

    `unless` says the other thing already, whatever is not known: under `not` it is its condition.
    """
    if not isinstance(tree, Mapping):
        return tree
    node = cast(dict[str, Any], tree)
    if "not" in node:
        return _without_not(node["not"], not is_negated)
    if "unless" in node:
        inner = _without_not(node["unless"], False)
        return inner if is_negated else {"unless": inner}
    for key, other in (("and", "or"), ("or", "and")):
        if isinstance(node.get(key), list | tuple):
            parts = [_without_not(part, is_negated) for part in node[key]]
            return {other if is_negated else key: parts}
    if not is_negated:
        return node
    opposite = _OPPOSITES.get(str(node.get("op")))
    # What is skipped is true of every row, whichever way it is said.
    if opposite is not None and not node.get("skip_if_null"):
        return {**node, "op": opposite}
    known = {"field": node.get("field"), "op": "not_null"}
    return {"and": [{"unless": node}, known]}
