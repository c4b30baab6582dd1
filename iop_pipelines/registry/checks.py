"""What must hold before a model is stored: each name it uses exists, and its runtime accepts its parameters."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Literal

import sqlalchemy as sa

from iop_pipelines.domain.conditions import parse_condition
from iop_pipelines.domain.datasets import DatasetDeclaration, modelled_step
from iop_pipelines.domain.models import ModelSpec
from iop_pipelines.domain.moments import wall_clock
from iop_pipelines.domain.resolved import Scope
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidDeclaration, InvalidInput, NotFound
from iop_pipelines.runtimes.base import OUTPUT_COLUMNS
from iop_pipelines.runtimes.catalogue import check_params, runtime_spec, runtimes_of
from iop_pipelines.transform.versions import PIPELINE_RUNS, PIPELINE_RUNS_DECLARATION, dataset
from iop_pipelines.validation.files import all_refused
from iop_pipelines.validation.json_schema import check_row_schema


def check_model(engine: sa.Engine, spec: ModelSpec) -> None:
    """Raises InvalidDeclaration whose `field` is the path of the first thing wrong; the rest follow."""
    refused = [*_refusals(engine, spec)]
    if refused:
        raise all_refused(refused) from refused[0]


def _refusals(engine: sa.Engine, spec: ModelSpec) -> Iterator[InvalidInput]:
    """What needs a runtime or a dataset that is there is looked at where it is."""
    has_no_runtime = _refused(_check_type, spec)
    yield from has_no_runtime
    for side in ("input_schema", "output_schema"):
        yield from _refused(check_schema, getattr(spec, side), side)
    try:
        declaration = declaration_of(engine, spec.config.dataset)
    except InvalidDeclaration as error:
        yield error
    else:
        yield from _refused(check_reads, spec, declaration)
    yield from _refused(_check_threshold, spec)
    if not has_no_runtime:
        read = spec.config.input.measures
        yield from _refused(check_params, spec.config.runtime, spec.config.params, read)


def _refused(check: Callable[..., None], *given: Any) -> list[InvalidInput]:
    try:
        check(*given)
    except InvalidInput as error:
        return [error]
    return []


def check_reads(spec: ModelSpec, declaration: DatasetDeclaration) -> None:
    """Whether the dataset has what the model asks of it; raises as `check_model`."""
    refused = [
        *_refused(_check_step, declaration),
        *_misnamed(spec, declaration),
        *_refused(_check_where, spec, declaration),
    ]
    if refused:
        raise all_refused(refused) from refused[0]


def _check_step(declaration: DatasetDeclaration) -> None:
    if declaration.name != PIPELINE_RUNS:
        modelled_step(declaration)


def _check_type(spec: ModelSpec) -> None:
    try:
        belongs_to = runtime_spec(spec.config.runtime).type
    except NotFound as error:
        raise InvalidDeclaration(error.sentence, field="config.runtime") from error
    if spec.type is not belongs_to:
        raise InvalidDeclaration(
            "runtime.of_other_type",
            field="config.runtime",
            runtime=spec.config.runtime,
            belongs_to=belongs_to,
            type=spec.type,
            known=sorted(runtimes_of(spec.type)),
        )


def check_schema(schema: Mapping[str, Any], side: str) -> None:
    """Raises InvalidDeclaration whose field begins with `side`."""
    try:
        check_row_schema(schema)
    except InvalidDeclaration as error:
        raise error.under(side) from error


def declaration_of(engine: sa.Engine, name: str) -> DatasetDeclaration:
    """Raises InvalidDeclaration of `config.dataset` with the names that are there."""
    if name == PIPELINE_RUNS:
        return PIPELINE_RUNS_DECLARATION
    try:
        return dataset(engine, name).declaration
    except NotFound as error:
        raise InvalidDeclaration(error.sentence, field="config.dataset") from error


def _misnamed(spec: ModelSpec, declaration: DatasetDeclaration) -> Iterator[InvalidInput]:
    read, owner = spec.config.input, Sentence("owner.dataset", name=spec.config.dataset)
    measures, fields = declaration.measures, declaration.fields
    yield from _not_among(read.measures, measures, "config.input.measures", owner, "measure")
    yield from _not_among(read.series, fields, "config.input.series", owner, "field")
    # DRM's own runs are read as a panel, whose series column has its own name.
    columns = {*fields, "unique_id"} if declaration.name == PIPELINE_RUNS else fields
    yield from _no_columns(spec.input_schema, columns, "input_schema", owner)
    of_output = Sentence("owner.output")
    yield from _no_columns(spec.output_schema, OUTPUT_COLUMNS, "output_schema", of_output)


def _check_where(spec: ModelSpec, declaration: DatasetDeclaration) -> None:
    from iop_pipelines.query.conditions import compile_condition
    from iop_pipelines.query.sources import dataset_source

    if spec.config.input.where is None:
        return
    path = "config.input.where"
    tree = parse_condition(spec.config.input.where, path)
    scope = Scope(now=wall_clock(), zone=declaration.time_zone)
    compile_condition(tree, dataset_source(declaration), scope, path)


def _check_threshold(spec: ModelSpec) -> None:
    """DRM scores what a run delivered, not the run itself: a model of runs would wait for ever."""
    if spec.config.dataset == PIPELINE_RUNS and spec.config.quality_threshold is not None:
        raise InvalidDeclaration(
            "pipeline_runs.never_scored",
            field="config.quality_threshold",
            source=PIPELINE_RUNS,
            threshold=spec.config.quality_threshold,
        )


Noun = Literal["measure", "field"]
_NO_SUCH: Mapping[Noun, str] = {"measure": "measures.no_such", "field": "fields.no_such"}


def _not_among(
    names: tuple[str, ...], known: Collection[str], field: str, owner: Sentence, noun: Noun
) -> Iterator[InvalidInput]:
    for position, name in enumerate(names):
        if name not in known:
            yield InvalidDeclaration(
                _NO_SUCH[noun],
                field=f"{field}.{position}",
                owner=owner,
                name=name,
                known=sorted(known) or Sentence("name.nothing"),
            )
        elif name in names[:position]:
            yield InvalidDeclaration("name.twice", field=f"{field}.{position}", name=name)


def _no_columns(
    schema: Mapping[str, Any], known: Collection[str], side: str, owner: Sentence
) -> Iterator[InvalidInput]:
    named = [
        *((f"{side}.properties.{name}", name) for name in schema.get("properties", {})),
        *((f"{side}.required.{at}", name) for at, name in enumerate(schema.get("required", ()))),
        *((f"{side}.x-unique.{at}", name) for at, name in enumerate(schema.get("x-unique", ()))),
    ]
    first: dict[str, str] = {}
    for field, name in named:
        first.setdefault(name, field)
    for name, field in first.items():
        if name not in known:
            yield InvalidDeclaration(
                "columns.no_such", field=field, owner=owner, name=name, known=sorted(known)
            )
