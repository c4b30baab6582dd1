"""JSON that somebody gave, looked at before anything is made of it: its size, its depth, its values.

What is refused here costs no more than a look; what pydantic refuses afterwards is said in the same error.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, cast

from pydantic import ValidationError

from iop_pipelines.domain.refusals import refusal_of
from iop_pipelines.domain.trees import MAX_DEPTH, leaves_of, parts_under
from iop_pipelines.errors import InvalidQuery, Unfit

MAX_TEXT = 1_000
# Of one condition; a comparison has two at least.
MAX_OPERANDS = 1_000
INT64 = 2**63

# Where the parts of a node stand, by its key.
_BELOW = (
    *("and", "or", "not", "unless", "add", "subtract", "multiply", "divide", "min", "max"),
    *("coalesce", "negate", "abs", "round", "if", "then", "else"),
)


def check_size(tree: Any, path: str | None = None) -> None:
    """Before anything is made of it: what is refused for its size costs no more than a look.

    Raises InvalidQuery for more than 200 comparisons, 1,000 operands in them, or 20 levels of either.
    """
    try:
        comparisons = leaves_of([tree], _joined, "conditions")
        sides = [side for each in comparisons for side in _sides(each)]
        leaves_of(sides, _parts_of, "operands", MAX_OPERANDS)
    except Unfit as error:
        raise InvalidQuery(error.sentence, path) from None


def sized(tree: Any) -> Any:
    """`check_json` and `check_size` as a validator of a pydantic field."""
    try:
        check_json(tree)
        check_size(tree)
    except InvalidQuery as error:
        raise Unfit(error.told) from None
    return tree


def _joined(node: Any) -> Sequence[Any] | None:
    return parts_under(node, "and", "or", "not", "unless")


def _sides(comparison: Any) -> Sequence[Any]:
    """An expression that is no comparison is its own side."""
    is_comparison = isinstance(comparison, Mapping) and "op" in comparison
    return (_parts_of(comparison) if is_comparison else None) or [comparison]


def _parts_of(node: Any) -> Sequence[Any] | None:
    """Of a node as JSON; the fields and literals of a comparison are its leaves."""
    if not isinstance(node, Mapping):
        return None
    held = cast(Mapping[str, Any], node)
    if "op" in held:
        return [held.get("left"), held.get("value")]
    parts: list[Any] = []
    for key in _BELOW:
        parts += (parts_under(held, key) or ()) if key in held else ()
    return parts or None


# Deepest JSON of what nests as deep as it may, with room to spare.
_MAX_JSON_DEPTH = 4 * MAX_DEPTH + 10


def check_json(data: Any, path: str | None = None) -> None:
    """Bounds what pydantic would walk: depth, 64-bit integers, finite floats, short and encodable text."""
    pending: list[tuple[Any, tuple[str, ...]]] = [(data, (path,) if path else ())]
    while pending:
        value, at = pending.pop()
        where = ".".join(at) or None
        if len(at) > _MAX_JSON_DEPTH:
            raise InvalidQuery("value.too_deep", ".".join(at[:8]) + "…", most=_MAX_JSON_DEPTH)
        if isinstance(value, Mapping):
            for key, held in cast(Mapping[Any, Any], value).items():
                if not isinstance(key, str):
                    raise InvalidQuery("key.not_text", where, key=key)
                _check_text(key, where)
                pending.append((held, (*at, key)))
        elif isinstance(value, list | tuple):
            held = cast(Sequence[Any], value)
            pending.extend((each, (*at, str(i))) for i, each in enumerate(held))
        else:
            _check_scalar(value, where)


def _check_scalar(value: Any, where: str | None) -> None:
    if isinstance(value, str):
        _check_text(value, where)
    elif isinstance(value, int):
        if not -INT64 <= value < INT64:
            raise InvalidQuery("value.too_large_integer", where)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidQuery("value.not_finite", where, given=value)
    elif value is not None:
        raise InvalidQuery("value.not_json", where, type=type(value).__name__)


def _check_text(text: str, where: str | None) -> None:
    if len(text) > MAX_TEXT:
        raise InvalidQuery("text.too_long", where, count=len(text), most=MAX_TEXT)
    if "\x00" in text or any(0xD800 <= ord(char) <= 0xDFFF for char in text):
        raise InvalidQuery("text.not_storable", where)


def as_invalid_query(error: ValidationError, model: Any, path: str | None = None) -> InvalidQuery:
    """The deepest error is the one meant: a union reports its other branches at shallower places."""
    errors = error.errors(include_url=False)
    first = min(errors, key=lambda e: (e["type"] != "extra_forbidden", -len(e["loc"])))
    refusal = refusal_of(first, model)
    return InvalidQuery(refusal.sentence, ".".join(filter(None, (path, refusal.place))) or None)
