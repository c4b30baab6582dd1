"""Which rows of model outputs the conditions of a table can be true of: the least that has to be read of files.

What is not understood narrows nothing; the database judges all of the conditions on what was read.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain import conditions as form
from iop_pipelines.domain.conditions import AnyCondition
from iop_pipelines.domain.resolved import Among, Junction, Resolved, Scope, Side, Test, resolve
from iop_pipelines.query.output_files import Wanted
from iop_pipelines.query.sources import Source
from iop_pipelines.schema.tables import analytical_models

_OF_MODEL = {"model": "name", "model_version": "version", "dataset": "dataset"}


def wanted_by(
    connection: sa.Connection,
    source: Source,
    conditions: Iterable[tuple[AnyCondition, str]],
    scope: Scope,
    *,
    is_of_any_time: bool,
) -> Wanted | None:
    """None where files have nothing of it: findings are all in the table.

    is_of_any_time: another period than that of the conditions is read beside, to compare with.
    """
    bounds = _Bounds()
    for tree, path in conditions:
        for leaf in _leaves(resolve(tree, partial(_field, source), scope, path)):
            bounds.narrow(leaf)
    if bounds.lists.get("is_finding") == {True}:
        return None
    return Wanted(
        executions=bounds.lists.get("execution_id"),
        models=_models(connection, bounds.lists),
        series=bounds.lists.get("unique_id"),
        measures=bounds.lists.get("measure"),
        since=None if is_of_any_time else bounds.since,
        until=None if is_of_any_time else bounds.until,
    )


def _field(source: Source, name: str, path: str) -> Any:
    return source.field(name, path)


def _leaves(node: Resolved) -> Iterator[Resolved]:
    """What must all be true."""
    if isinstance(node, Junction) and node.kind == "and":
        for part in node.parts:
            yield from _leaves(part)
    else:
        yield node


@dataclass
class _Bounds:
    lists: dict[str, set[Any]] = field(default_factory=dict[str, set[Any]])
    since: datetime | None = None
    until: datetime | None = None

    def narrow(self, leaf: Resolved) -> None:
        if not isinstance(leaf, Test | Among) or not isinstance(
            leaf.side.expression, form.FieldValue
        ):
            return
        name = leaf.side.expression.field
        values: Sequence[Any] = leaf.values if isinstance(leaf, Among) else (leaf.value,)
        if any(isinstance(each, Side) for each in values):
            return
        op = "eq" if isinstance(leaf, Among) else leaf.op
        if name == "ds":
            self._narrow_time(op, values)
        elif op == "eq":
            own = {bool(each) if name == "is_finding" else each for each in values}
            self.lists[name] = own & self.lists[name] if name in self.lists else own

    def _narrow_time(self, op: str, values: Sequence[Any]) -> None:
        moments = [each for each in values if isinstance(each, datetime)]
        if len(moments) != len(values) or not moments:
            return
        if op in ("eq", "ge", "gt"):
            self.since = max(min(moments), self.since or datetime.min)
        if op in ("eq", "le", "lt"):
            self.until = min(max(moments), self.until or datetime.max)


def _models(connection: sa.Connection, lists: dict[str, set[Any]]) -> list[int] | None:
    named = [
        analytical_models.c[column].in_(list(lists[name]))
        for name, column in _OF_MODEL.items()
        if name in lists
    ]
    if not named:
        return None
    return list(connection.scalars(sa.select(analytical_models.c.id).where(*named)))
