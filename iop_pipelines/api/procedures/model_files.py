"""models.file: what a file of a model takes and answers; `api/uploads.py` takes them."""

from typing import Annotated, Literal

from pydantic import Field

from iop_pipelines.api.context import Context
from iop_pipelines.api.registry import Kind, Registry, Shape
from iop_pipelines.errors import InvalidDeclaration, NotFound
from iop_pipelines.runtimes.model_files import ModelFile, NumberType, described
from iop_pipelines.runtimes.outside import Outside


class OfFile(Shape):
    """`checksum`: SHA-256, as `config.params.checksum` of a model names it."""

    checksum: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class FileInput(Shape):
    """`width`: numbers of a row, null for any; `isSingle`: it takes one row at a time."""

    name: str
    width: int | None
    type: Literal["float32", "float64"]
    is_single: bool


class FileOutput(Shape):
    """`columns`: numbers for each row, null where that depends on the input; `type` is null of a file that was stored
    before it was kept."""

    name: str
    columns: int | None
    type: NumberType | None


class StoredFile(Shape):
    """`name`: as its sender called it."""

    checksum: str
    name: str
    size_bytes: int
    inputs: list[FileInput]
    outputs: list[FileOutput]


def declare(registry: Registry) -> None:
    procedure = registry.procedure

    @procedure("models.file", Kind.QUERY, "What a stored file of a model takes and answers.")
    def file(ctx: Context, given: OfFile) -> StoredFile:
        try:
            return shown_file(described(Outside.of(ctx.platform.settings), given.checksum))
        except InvalidDeclaration as error:
            raise NotFound(error.sentence) from error


def shown_file(file: ModelFile) -> StoredFile:
    return StoredFile(
        checksum=file.checksum,
        name=file.name,
        size_bytes=file.size_bytes,
        inputs=[
            FileInput(
                name=each.name,
                width=each.width,
                type="float32" if each.is_float32 else "float64",
                is_single=each.is_single,
            )
            for each in file.signature.inputs
        ],
        outputs=[
            FileOutput(name=each.name, columns=each.columns, type=each.type)
            for each in file.signature.outputs
        ],
    )
