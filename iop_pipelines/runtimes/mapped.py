"""How a foreign model's inputs and outputs are named in its parameters. No numpy: registration asks the same."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from iop_pipelines.errors import InvalidDeclaration
from iop_pipelines.runtimes.catalogue import ForeignParams


@dataclass(frozen=True, slots=True)
class InputOf:
    """An input of a model. width: columns of a row, None where it takes any; is_float32: what it is given is rounded
    to 24 bits, and what is too large for that is missing."""

    name: str
    width: int | None
    is_float32: bool


def mapped_inputs(
    params: ForeignParams, measures: Sequence[str], inputs: Sequence[InputOf]
) -> Mapping[InputOf, tuple[str, ...]]:
    """The measures of each input. Raises InvalidDeclaration, of `config.params.inputs`, where they do not fit, and of
    `config.params.missing_value` where an input cannot hold that."""
    path = "config.params.inputs"
    if not inputs:
        raise InvalidDeclaration("foreign.no_inputs")
    _check_fill(params, inputs)
    if params.inputs is None:
        if len(inputs) != 1:
            names = [each.name for each in inputs]
            raise InvalidDeclaration("foreign.inputs_needed", path, names=names)
        mapped = {inputs[0]: tuple(measures)}
    else:
        known = {each.name: each for each in inputs}
        if set(known) != set(params.inputs):
            given = sorted(params.inputs)
            raise InvalidDeclaration("foreign.other_inputs", path, known=sorted(known), given=given)
        mapped = {each: params.inputs[each.name] for each in inputs}
    for each, read in mapped.items():
        count = len(read) * (params.lags + 1)
        if each.width is not None and each.width != count:
            raise InvalidDeclaration(
                "foreign.other_width", path, name=each.name, width=each.width, count=count
            )
    return mapped


def _check_fill(params: ForeignParams, inputs: Sequence[InputOf]) -> None:
    if params.missing_value is None or not any(each.is_float32 for each in inputs):
        return
    try:
        struct.pack("<f", params.missing_value)
    except OverflowError as error:
        raise InvalidDeclaration(
            "foreign.fill_too_large", "config.params.missing_value", value=params.missing_value
        ) from error


def output_named(params: ForeignParams, known: Sequence[str]) -> str:
    """Raises InvalidDeclaration of `config.params.output`."""
    if params.output is None and len(known) == 1:
        return known[0]
    if params.output is None or params.output not in known:
        raise InvalidDeclaration(
            "foreign.output_needed", "config.params.output", given=params.output, known=known
        )
    return params.output


def check_column(params: ForeignParams, columns: int | None) -> None:
    """Raises InvalidDeclaration of `config.params.column`; what is not known before it answers is asked then."""
    if columns is None:
        return
    column = params.column
    if (column is None and columns != 1) or (column is not None and column >= columns):
        raise InvalidDeclaration(
            "foreign.other_columns", "config.params.column", columns=columns, column=column
        )


def one_column(answer: Any, params: ForeignParams) -> Any:
    """(r,) of an answer (r,) or (r, columns). Raises InvalidDeclaration of `config.params.column`."""
    table = answer.reshape(len(answer), -1)
    check_column(params, table.shape[1])
    return table[:, params.column or 0]
