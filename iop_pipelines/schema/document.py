"""JSON whose keys keep their order on every database.

MySQL keeps the keys of a JSON object by their length and then their bytes; MariaDB and SQLite keep the text as it was
given. The order of what a person wrote is a part of what they said (the first table of a query, the columns of a
rejected row), so a document goes to MySQL with the orders that it would lose, under one more key at its top, `#order`:
of each such object its path as a JSON Pointer, and its keys. Whoever reads it gets the document without that key, on
any database: rows that were carried from a MySQL by other means too. What somebody has changed by SQL keeps as much of
the order as its keys tell; what they added stands behind.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator, TypeEngine

ORDER = "#order"


class Document(TypeDecorator[Any]):
    """A column of JSON objects; the database's own type is JSON, as ever."""

    impl = sa.JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return with_order(value) if loses_order(dialect) else value

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        return without_order(value)

    def coerce_compared_value(self, op: OperatorType | None, value: Any) -> TypeEngine[Any]:
        """Of a part of it, as JSON does."""
        return self.impl_instance.coerce_compared_value(op, value)


def loses_order(dialect: sa.Dialect) -> bool:
    """Whether that server keeps JSON in an order of its own."""
    return dialect.name == "mysql" and not getattr(dialect, "is_mariadb", False)


def with_order(value: Any) -> Any:
    """What is to be stored where keys lose their order; what would lose none is stored as it is."""
    if not isinstance(value, dict):
        return value
    orders = [[path, keys] for path, keys in _orders(value, "")]
    return {**value, ORDER: orders} if orders else value


def without_order(value: Any) -> Any:
    """The document as it was given."""
    if not isinstance(value, dict) or ORDER not in value:
        return value
    document: dict[str, Any] = dict(value)
    given = document.pop(ORDER)
    try:
        orders = {path: list(keys) for path, keys in given}
    except (TypeError, ValueError):
        # Not ours: somebody's own key of that name.
        return value
    return _ordered(document, "", orders)


def text_with_order(text: str) -> str:
    """`with_order` of a document that is text."""
    return json.dumps(with_order(json.loads(text)), ensure_ascii=False)


def _orders(value: Any, path: str) -> Iterator[tuple[str, list[str]]]:
    if isinstance(value, dict):
        keys = [str(key) for key in value]
        if keys != sorted(keys, key=_place):
            yield path, keys
    for key, part in _parts(value):
        yield from _orders(part, f"{path}/{key}")


def _place(key: str) -> tuple[int, bytes]:
    """Where MySQL puts it."""
    kept = key.encode("utf-8", "surrogatepass")
    return len(kept), kept


def _ordered(value: Any, path: str, orders: Mapping[str, list[str]]) -> Any:
    if isinstance(value, list):
        return [_ordered(part, f"{path}/{key}", orders) for key, part in _parts(value)]
    if not isinstance(value, dict):
        return value
    parts = {key: _ordered(value[key], f"{path}/{place}", orders) for place, key in _named(value)}
    first = [key for key in orders.get(path, ()) if key in parts]
    return {key: parts[key] for key in dict.fromkeys([*first, *parts])}


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list):
        yield from ((str(at), part) for at, part in enumerate(value))
    elif isinstance(value, dict):
        yield from ((place, value[key]) for place, key in _named(value))


def _named(value: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    """Of each key its part of a JSON Pointer (RFC 6901)."""
    return ((str(key).replace("~", "~0").replace("/", "~1"), key) for key in value)
