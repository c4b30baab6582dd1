"""The parameters of one run, in words."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from iop_pipelines.domain.conditions import Span
from iop_pipelines.domain.periods import resolve_period
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.query.result import FrozenResult
from iop_pipelines.query.words import said_value, said_values


def said_parameters(result: FrozenResult) -> Iterator[Sentence]:
    return (
        Sentence("page.parameter", name=name, value=_said(value, name, result.time_zone))
        for name, value in result.params.items()
    )


def _said(value: Any, name: str, zone: str) -> object:
    if isinstance(value, Mapping):
        span = Span.model_validate(value)
        return resolve_period(span, None, zone, f"params.{name}").describe()
    if isinstance(value, list | tuple):
        return said_values(cast(list[Any], value), name)
    return Sentence("page.not_set") if value is None else said_value(value, name)
