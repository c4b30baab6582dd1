"""Which types of column a step reads and leaves; an expression's included. Declarations only, no pandas."""

from collections.abc import Mapping
from dataclasses import dataclass

from iop_pipelines.domain import conditions as form
from iop_pipelines.domain.datasets import DECIMALS, FieldType, plain_type
from iop_pipelines.domain.resolved import Scope, kind_of, resolve
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidQuery, IopError

Columns = Mapping[str, FieldType]
# The type that a fix names first comes first.
NUMBERS: tuple[FieldType, ...] = ("number", "integer", *DECIMALS)
COUNTABLE: tuple[FieldType, ...] = (*NUMBERS, "boolean")
MOMENTS: tuple[FieldType, ...] = ("date", "datetime")
TEXT: tuple[FieldType, ...] = ("string",)
ANY: tuple[FieldType, ...] = (*TEXT, *COUNTABLE, *MOMENTS)
# A column of the first type may become a field of the second without losing anything.
WIDER: frozenset[tuple[FieldType, FieldType]] = frozenset(
    {("integer", "number"), ("date", "datetime")}
)


@dataclass(frozen=True, slots=True)
class Read:
    """A column that a step reads, where its declaration names it, and the types it may have there."""

    where: str
    column: str
    takes: tuple[FieldType, ...] = ANY


class Misfit(IopError):
    """What a step declares cannot be; `where` is under the step."""

    def __init__(self, where: str, said: str | Sentence, /, **values: object) -> None:
        super().__init__(said, **values)
        self.where = where


class Held:
    """Looks columns up for an expression, by name."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns

    def __call__(self, name: str, path: str) -> "HeldColumn":
        return HeldColumn(plain_type(self._columns[name]), name)


@dataclass(frozen=True, slots=True)
class HeldColumn:
    """As `domain.resolved.KnownField`; moments are local already."""

    type: FieldType
    label: str
    zone: None = None


def type_of(expression: object, columns: Columns, where: str) -> FieldType | None:
    """What an expression gives; None for a null.

    Raises:
        Misfit: a part of it is given what it does not take.
    """
    scope = Scope(now=None, zone="UTC")
    try:
        _resolve_conditions(expression, Held(columns), scope, where)
        return kind_of(expression, Held(columns), scope, where)
    except InvalidQuery as error:
        raise Misfit(error.field or where, error.sentence) from error


def _resolve_conditions(expression: object, held: Held, scope: Scope, where: str) -> None:
    """The kind of a condition is known without its values; whether they fit is not."""
    match expression:
        case form.And() | form.Or() | form.Not() | form.Unless() | form.Compare():
            resolve(expression, held, scope, where)
        case form.Part():
            for part in form.below(expression):
                _resolve_conditions(part, held, scope, where)
        case _:
            pass
