"""The parameters of a query: what they may be, and what they are."""

from collections.abc import Mapping
from typing import Any

from iop_pipelines.domain.conditions import MAX_IN, Span, parse_condition
from iop_pipelines.domain.given_json import check_json
from iop_pipelines.domain.nearest import closest
from iop_pipelines.errors import InvalidQuery
from iop_pipelines.query import config as form


def resolve_params(config: form.QueryConfig, given: Mapping[str, Any]) -> dict[str, Any]:
    """Defaults overlaid with what was given. Raises InvalidQuery for unknown or missing ones."""
    for name in given:
        if name not in config.params:
            raise InvalidQuery(
                "parameter.unknown", f"params.{name}", name=closest(name, config.params)
            )
    check_json(given, "params")
    values: dict[str, Any] = {}
    for name, param in config.params.items():
        value = given.get(name, param.default)
        if value is None and not param.optional:
            raise InvalidQuery("parameter.needed", f"params.{name}")
        if value is not None:
            value = _param_value(param, value, f"params.{name}")
        values[name] = value
    return values


_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "date": (str,),
    "datetime": (str,),
}


def _param_value(param: form.Param, value: Any, path: str) -> Any:
    if param.type == "period":
        if isinstance(value, Mapping):
            value = parse_condition({"field": "f", "op": "in_period", "value": value}).value  # type: ignore[union-attr]
        if not isinstance(value, str | Span):
            raise InvalidQuery("value.no_period", path, value=value)
        return value
    if param.type == "list":
        if not isinstance(value, list | tuple) or not 1 <= len(value) <= MAX_IN:
            raise InvalidQuery("value.list_length", path, most=MAX_IN)
        return tuple(_scalar(param.of, one, f"{path}.{i}") for i, one in enumerate(value))
    return _scalar(param.type, value, path)


def _scalar(kind: str, value: Any, path: str) -> Any:
    fits = isinstance(value, _PYTHON_TYPES[kind]) and (
        isinstance(value, bool) == (kind == "boolean")
    )
    if not fits:
        raise InvalidQuery("value.not_of_type", path, value=value, kind=kind)
    return value


def as_json(value: Any) -> Any:
    """A value as a frozen result keeps it."""
    if isinstance(value, Span):
        return {"from": value.start, "to": value.end}
    return list(value) if isinstance(value, tuple) else value
