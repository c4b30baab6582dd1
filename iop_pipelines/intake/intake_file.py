"""What `intake.yaml` declares: where deliveries of a dataset come from, and how they are read.

Loads what understands tables; who only looks at sources does without (`watched`).
"""

import secrets
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field, field_validator

from iop_pipelines.domain.datasets import Name
from iop_pipelines.errors import InvalidInput, Unfit
from iop_pipelines.intake.reading import Reading
from iop_pipelines.intake.sources import SourceSpec
from iop_pipelines.intake.watched import WatchedSource, watched_source
from iop_pipelines.schema.tables import intake_sources
from iop_pipelines.schema.transactions import write
from iop_pipelines.validation.files import located, parse_declaration, read_declaration

EVERY_S = 5
# Of what is not on this machine.
EVERY_S_AFAR = 60
Seconds = Annotated[int, Field(ge=1, le=86_400)]


class IntakeDeclaration(BaseModel):
    """A source of one dataset.

    Attributes:
        source: as `SourceSpec`; every_s: how often it is looked at, at most at each tick of the sensor.
        settle_s: how long an item has to stay as it is before it is taken for whole.
        whole_within_s: how long one that cannot be read to its end is waited for before it has failed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: Name
    source: dict[str, Any]
    every_s: Seconds = EVERY_S
    settle_s: Seconds = 5
    whole_within_s: Seconds = 600
    reading: Reading

    @field_validator("source")
    @classmethod
    def _is_a_source(cls, given: dict[str, Any]) -> dict[str, Any]:
        try:
            SourceSpec.from_mapping(given)
        except InvalidInput as error:
            raise Unfit(error.told) from error
        return given


def load_intake(path: Path) -> IntakeDeclaration:
    """Raises NotFound for a file that is not there, InvalidDeclaration naming the file, line and field."""
    content = read_declaration(path)
    with located(path):
        return parse_declaration(IntakeDeclaration, content)


def register_source(engine: sa.Engine, declaration: IntakeDeclaration) -> WatchedSource:
    """Watches from now on; what is declared anew for a dataset takes the place of what was, and what was seen stays."""
    values = {"declaration": declaration.model_dump(mode="json", exclude_none=True)}

    def work(connection: sa.Connection) -> None:
        is_it = intake_sources.c.dataset == declaration.dataset
        there = connection.scalar(sa.select(intake_sources.c.id).where(is_it).with_for_update())
        if there is None:
            new = {"dataset": declaration.dataset, "token": secrets.token_hex(8)}
            connection.execute(intake_sources.insert().values(**new, **values))
        else:
            connection.execute(intake_sources.update().where(is_it).values(**values))

    write(engine, work)
    return watched_source(engine, declaration.dataset)


def declaration_of(source: WatchedSource) -> IntakeDeclaration:
    return IntakeDeclaration.model_validate(source.content)
