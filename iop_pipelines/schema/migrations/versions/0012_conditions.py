"""Rules of models and derived columns of datasets in the one language of conditions.

In place: they give what they gave, so no version is raised and nothing is computed again. `and` and `or` of steps were
not known as soon as one part was not, and so is the lowest or highest of their parts. What only the new words can say
stops the way back, before anything is changed.
"""

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

from iop_pipelines.schema.respelling import respell_rows, transaction

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_SIGNS = {">": "gt", ">=": "ge", "<": "lt", "<=": "le", "==": "eq", "!=": "ne"}
_WORDS = {
    "greater": "gt",
    "greater_equal": "ge",
    "less": "lt",
    "less_equal": "le",
    "equal": "eq",
    "not_equal": "ne",
}
# A member of a rule may have been called by either.
_JOINS = {"and": "and", "all_of": "and", "or": "or", "any_of": "or"}
_NOT_KNOWN = {"left": {"add": [None, 0]}, "op": "eq", "value": 0}
_MANY = 20


def upgrade() -> None:
    with transaction():
        respell_rows("analytical_models", "config", lambda config: _model(config, _rule_up))
        respell_rows("datasets", "declaration", lambda given: _dataset(given, _expression_up))


def downgrade() -> None:
    with transaction():
        respell_rows("analytical_models", "config", lambda config: _model(config, _rule_down))
        respell_rows("datasets", "declaration", lambda given: _dataset(given, _expression_down))


def _model(config: Any, respell: Callable[[Any], Any]) -> Any:
    params = config.get("params") if isinstance(config, dict) else None
    rules = params.get("rules") if isinstance(params, dict) else None
    if params is None or not isinstance(rules, list) or config.get("runtime") != "rules":
        return config
    return {**config, "params": {**params, "rules": [respell(rule) for rule in rules]}}


def _dataset(declaration: Any, respell: Callable[[Any], Any]) -> Any:
    def step(given: Any) -> Any:
        if not isinstance(given, dict) or given.get("kind") != "derive":
            return given
        columns = {
            name: {**column, "value": respell(column["value"])}
            for name, column in given["columns"].items()
        }
        return {**given, "columns": columns}

    if not isinstance(declaration, dict) or not declaration.get("steps"):
        return declaration
    return {**declaration, "steps": [step(each) for each in declaration["steps"]]}


# Rules, to the new words.


def _rule_up(rule: Any) -> Any:
    return _rule(rule, _condition_up, _operand_up)


def _rule(rule: Any, condition: Callable[[Any], Any], operand: Callable[[Any], Any]) -> Any:
    changed = {**rule, "when": condition(rule["when"])}
    if rule.get("expected") is not None:
        changed["expected"] = operand(rule["expected"])
    return changed


def _condition_up(tree: Any) -> Any:
    for key, joined in _JOINS.items():
        if key in tree:
            return {joined: [_condition_up(part) for part in tree[key]]}
    for key in ("not", "negated"):
        if key in tree:
            return {"not": _condition_up(tree[key])}
    if "right" not in tree:  # respelt already
        return tree
    return _comparison(_operand_up(tree["left"]), _SIGNS[tree["op"]], _operand_up(tree["right"]))


def _comparison(left: Any, op: str, right: Any) -> dict[str, Any]:
    if left is None or right is None:
        return _NOT_KNOWN
    is_field = isinstance(left, dict) and set(left) == {"field"}
    side = left if is_field else {"left": left}
    return {**side, "op": op, "value": right}


def _operand_up(operand: Any) -> Any:
    if not isinstance(operand, dict):
        return operand
    for key in ("multiply", "add"):
        if key in operand:
            return {key: [_operand_up(part) for part in operand[key]]}
    return {("field" if key == "measure" else key): value for key, value in operand.items()}


# Steps, to the new words.


def _expression_up(node: Any) -> Any:
    if (
        not isinstance(node, dict)
        or not ({"column", "value", "args"} & set(node))
        or "left" in node
    ):
        return node
    if "args" not in node:
        if "column" in node:
            return {"field": node["column"]}
        return node if "op" in node else node["value"]
    op, args = node["op"], [_expression_up(arg) for arg in node["args"]]
    if op in _WORDS:
        return _comparison(args[0], _WORDS[op], args[1])
    match op:
        case "and" | "or":
            kind = "min" if op == "and" else "max"
            return {"left": {kind: [_truth_up(arg) for arg in args]}, "op": "ne", "value": 0}
        case "not":
            return _comparison(args[0], "eq", 0)
        case "is_null":
            is_field = isinstance(args[0], dict) and set(args[0]) == {"field"}
            side = args[0] if is_field else {"left": {"coalesce": [args[0], None]}}
            return {**side, "op": "is_null"}
        case "if":
            when = args[0] if _is_condition(args[0]) else _comparison(args[0], "ne", 0)
            return {"if": when, "then": args[1], "else": args[2]}
        case "round":
            return {"round": args[0], "decimals": int(args[1])}
        case "negate" | "abs":
            return {op: args[0]}
        case _:
            return {op: args}


def _is_condition(node: Any) -> bool:
    return isinstance(node, dict) and bool({"op", "and", "or", "not", "unless"} & set(node))


def _truth_up(node: Any) -> Any:
    """0 where it is false, more than that where it is true."""
    return node if _is_condition(node) else {"abs": node}


# Rules, to the former words.


def _unsayable(node: Any) -> ValueError:
    return ValueError(
        f"{node!r} cannot be said in the words of revision 0011; change it before you go back"
    )


def _rule_down(rule: Any) -> Any:
    return _rule(rule, _condition_down, _operand_down)


def _condition_down(tree: Any) -> Any:
    for key in ("and", "or"):
        if key in tree:
            return {key: [_condition_down(part) for part in tree[key]]}
    if "not" in tree:
        return {"not": _condition_down(tree["not"])}
    if "right" in tree:
        return tree
    spelt = _plain(tree)
    if spelt is not tree:
        return _condition_down(spelt)
    signs = {word: sign for sign, word in _SIGNS.items()}
    if tree.get("op") not in signs or "value" not in tree:
        raise _unsayable(tree)
    sides = {"left": _operand_down(_left(tree)), "right": _operand_down(tree["value"])}
    return {**sides, "op": signs[tree["op"]]}


def _left(tree: Mapping[str, Any]) -> Any:
    return {"field": tree["field"]} if "field" in tree else tree["left"]


def _plain(tree: Any) -> Any:
    """Lists and ranges as single comparisons; anything else as it is."""
    side = {key: tree[key] for key in ("field", "left") if key in tree}
    match tree.get("op"):
        case "in":
            return {"or": [{**side, "op": "eq", "value": one} for one in tree["value"]]}
        case "not_in":
            return {"and": [{**side, "op": "ne", "value": one} for one in tree["value"]]}
        case "between":
            low, high = tree["value"]
            return {
                "and": [{**side, "op": "ge", "value": low}, {**side, "op": "le", "value": high}]
            }
        case _:
            return tree


def _operand_down(node: Any) -> Any:
    if isinstance(node, int | float) and not isinstance(node, bool):
        return node
    if not isinstance(node, dict):
        raise _unsayable(node)
    if "measure" in node:
        return node
    if "field" in node and "op" not in node:
        return {("measure" if key == "field" else key): value for key, value in node.items()}
    for key in ("multiply", "add"):
        if key in node:
            return _in_fours(key, [_operand_down(part) for part in node[key]])
    if "negate" in node:
        return {"multiply": [-1, _operand_down(node["negate"])]}
    if "subtract" in node:
        first, second = (_operand_down(part) for part in node["subtract"])
        return {"add": [first, {"multiply": [-1, second]}]}
    raise _unsayable(node)


def _in_fours(key: str, parts: list[Any]) -> Any:
    """At most four parts were allowed; grouped from the left, as they are computed."""
    if len(parts) <= 4:
        return {key: parts}
    return reduce(lambda first, part: {key: [first, part]}, parts[1:], parts[0])


# Steps, to the former words.


def _expression_down(node: Any) -> Any:
    if not isinstance(node, dict):
        return {"value": node}
    if "args" in node or "column" in node:
        return node
    if _is_condition(node):
        return _truth_down(node)
    if "field" in node:
        return {"column": node["field"]}
    if "if" in node:
        parts = [_truth_down(node["if"]), *map(_expression_down, (node["then"], node["else"]))]
        return _call("if", parts)
    if "round" in node:
        return _call("round", [_expression_down(node["round"]), {"value": node.get("decimals", 0)}])
    ((op, held),) = node.items()
    return _call(
        op,
        [_expression_down(part) for part in held]
        if isinstance(held, list)
        else [_expression_down(held)],
    )


def _call(op: str, args: list[Any]) -> dict[str, Any]:
    return {"op": op, "args": args}


def _truth_down(tree: Any) -> Any:
    for key in ("and", "or"):
        if key in tree:
            return _joined_down(key, [_truth_down(part) for part in tree[key]])
    if "not" in tree:
        return _call("not", [_truth_down(tree["not"])])
    if "unless" in tree:
        known = _call("coalesce", [_truth_down(tree["unless"]), {"value": 0}])
        return _call("equal", [known, {"value": 0}])
    spelt = _plain(tree)
    if spelt is not tree:
        ((key, parts),) = spelt.items()
        # All are known, or none: they are of one side.
        return _strict(key, [_truth_down(part) for part in parts])
    left = _expression_down(_left(tree))
    if tree["op"] in ("is_null", "not_null"):
        is_null = _call("is_null", [left])
        return is_null if tree["op"] == "is_null" else _call("not", [is_null])
    words = {word: name for name, word in _WORDS.items()}
    if tree["op"] not in words:
        raise _unsayable(tree)
    return _call(words[tree["op"]], [left, _expression_down(tree["value"])])


def _joined_down(key: str, parts: list[Any]) -> Any:
    """One part may decide although another is not known."""
    if len(parts) == 1:
        return parts[0]
    deciding, otherwise = ("equal", 1) if key == "and" else ("not_equal", 0)
    decides = [
        _call(deciding, [_call("coalesce", [part, {"value": otherwise}]), {"value": 0}])
        for part in parts
    ]
    decided = {"value": 0 if key == "and" else 1}
    return _call("if", [_strict("or", decides), decided, _strict(key, parts)])


def _strict(key: str, parts: list[Any]) -> Any:
    while len(parts) > _MANY:
        parts = [_strict(key, parts[at : at + _MANY]) for at in range(0, len(parts), _MANY)]
    return parts[0] if len(parts) == 1 else _call(key, parts)
