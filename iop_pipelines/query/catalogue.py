"""The sources of one instance, by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.nearest import closest
from iop_pipelines.errors import InvalidQuery
from iop_pipelines.query.ledgers import LEDGERS
from iop_pipelines.query.sources import Source, dataset_source
from iop_pipelines.schema.tables import datasets


@dataclass(frozen=True)
class Catalogue:
    """The sources of one instance; datasets are read when they are first asked for."""

    declarations: Mapping[str, DatasetDeclaration] = field(default_factory=dict)

    def source(self, name: str, path: str = "source") -> Source:
        if name.startswith("dataset:"):
            wanted = name.removeprefix("dataset:")
            if wanted not in self.declarations:
                raise InvalidQuery("dataset.unknown", path, name=closest(wanted, self.declarations))
            return dataset_source(self.declarations[wanted])
        if name not in LEDGERS:
            known = [*LEDGERS, *(f"dataset:{dataset}" for dataset in self.declarations)]
            raise InvalidQuery("source.unknown", path, name=closest(name, known))
        return LEDGERS[name]()


def load_catalogue(connection: sa.Connection) -> Catalogue:
    """Every prepared dataset's latest declaration; `pipeline_runs` is a source of its own."""
    rows = connection.execute(sa.select(datasets.c.name, datasets.c.declaration))
    return Catalogue(
        {
            name: DatasetDeclaration.model_validate(declaration)
            for name, declaration in rows
            if name not in LEDGERS
        }
    )
