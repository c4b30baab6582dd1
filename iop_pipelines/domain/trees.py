"""How large a tree of conditions or of operands may be: what one person writes must not hold up all others."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, cast

from iop_pipelines.errors import Unfit

MAX_DEPTH = 20
MAX_LEAVES = 200
Leaves = Literal["conditions", "operands"]
_TOO_DEEP: Mapping[Leaves, str] = {
    "conditions": "tree.conditions_too_deep",
    "operands": "tree.operands_too_deep",
}
_TOO_MANY: Mapping[Leaves, str] = {
    "conditions": "tree.too_many_conditions",
    "operands": "tree.too_many_operands",
}


def leaves_of(
    roots: Sequence[Any],
    parts_of: Callable[[Any], Sequence[Any] | None],
    noun: Leaves,
    most: int = MAX_LEAVES,
) -> list[Any]:
    """What hangs at the ends of all roots together. A walk by levels: nesting costs no recursion.

    Args:
        parts_of: what a node holds, None of a leaf.
        noun: what the leaves are.

    Raises:
        Unfit: more than `most` leaves, or more than MAX_DEPTH levels.
    """
    leaves: list[Any] = []
    level, depth = list(roots), 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise Unfit(_TOO_DEEP[noun], most=MAX_DEPTH)
        below: list[Any] = []
        for node in level:
            parts = parts_of(node)
            if parts is None:
                leaves.append(node)
            else:
                below += parts
            if len(leaves) + len(below) > most:
                raise Unfit(_TOO_MANY[noun], most=most)
        level = below
    return leaves


def parts_under(node: Any, *keys: str) -> Sequence[Any] | None:
    """What the first of the keys holds in a node that is JSON, as a list; None where it has none of them."""
    if not isinstance(node, dict):
        return None
    for key in keys:
        if key in node:
            held = cast(dict[str, Any], node)[key]
            return cast(Sequence[Any], held) if isinstance(held, list | tuple) else [held]
    return None
