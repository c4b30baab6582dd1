"""A source of queries: its fields and measures, declared by a dataset or by a ledger (`ledgers`).

It is the trust boundary of every query. Periods of datasets are in the dataset's own zone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import sqlalchemy as sa

from iop_pipelines.domain.datasets import (
    DatasetDeclaration,
    FieldType,
    Measure,
    words_of,
)
from iop_pipelines.domain.languages import Language, Text
from iop_pipelines.domain.nearest import closest
from iop_pipelines.errors import InvalidQuery
from iop_pipelines.query.labels import Label
from iop_pipelines.query.result import Vocabulary
from iop_pipelines.transform.table import FOLD, prepared_table

Database = Literal["iop", "drm"]


@dataclass(frozen=True)
class SourceField:
    """`zone` is the zone of a datetime's local times; a date has none.

    `is_group`: its values make groups that a reader may want; not so amounts, and texts or numbers
    that name one row each. `told`: texts of IOP's own in the languages that they are stored in besides English.
    """

    column: sa.ColumnElement[Any]
    type: FieldType
    label: str
    unit: str | None = None
    zone: str | None = None
    is_group: bool = False
    vocabulary: Vocabulary | None = None
    told: Mapping[Language, sa.ColumnElement[str | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """`scope` is AND-ed to every query, outside the user's own conditions; `order` breaks ties.

    `time` is the field whose latest value says how far the data goes; forecasts and what is made
    from them reach beyond the data and have none.
    """

    name: str
    label: str
    database: Database
    rows: sa.FromClause
    fields: Mapping[str, SourceField]
    measures: Mapping[str, Measure]
    order: tuple[sa.ColumnElement[Any], ...]
    time: str | None = None
    scope: tuple[sa.ColumnElement[bool], ...] = ()
    dataset: DatasetDeclaration | None = None
    # What tells two rows of one `time` apart, in the two hours that clocks show alike.
    fold: sa.ColumnElement[Any] | None = None

    def within(self, language: Language) -> "Source":
        """With texts of IOP's own as that language has them, and in English where it has none."""
        told = {
            name: replace(each, column=sa.func.coalesce(each.told[language], each.column))
            for name, each in self.fields.items()
            if language in each.told
        }
        return replace(self, fields={**self.fields, **told}) if told else self

    def called(self, label: str) -> Label:
        """A label of this source: IOP's own, or of whoever declared the dataset."""
        return Label.own(label) if self.dataset is None else Label.given(label)

    def named(self, label: str) -> Text | str:
        """The same as a value of a sentence."""
        return Text(label) if self.dataset is None else label

    def field(self, name: str, path: str) -> SourceField:
        if name not in self.fields:
            raise InvalidQuery(
                "source.no_such_field", path, source=self.name, name=closest(name, self.fields)
            )
        return self.fields[name]

    def measure(self, name: str, path: str) -> Measure:
        if name not in self.measures:
            raise InvalidQuery(
                "source.no_such_measure", path, source=self.name, name=closest(name, self.measures)
            )
        return self.measures[name]


def dataset_source(declaration: DatasetDeclaration) -> Source:
    """The prepared rows that are true now."""
    table = prepared_table(declaration)
    fields = {
        name: SourceField(
            column=table.c[name],
            type=spec.type,
            label=declaration.label_of(name),
            unit=spec.unit,
            zone=declaration.time_zone if spec.type == "datetime" else None,
            is_group=spec.type in ("string", "boolean") or name in declaration.key,
        )
        for name, spec in declaration.fields.items()
    }
    return Source(
        name=f"dataset:{declaration.name}",
        label=words_of(declaration.name),
        database="iop",
        rows=table,
        fields=fields,
        measures=declaration.measures,
        order=tuple(table.c[name] for name in declaration.key),
        time=declaration.time,
        scope=(table.c.iop_to.is_(None),),
        dataset=declaration,
        fold=table.c[FOLD] if declaration.has_repeated_hours else None,
    )
