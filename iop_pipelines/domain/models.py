"""What an analytical model is: a name and version, two schemas, and a configuration; never code."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo

from iop_pipelines.domain.datasets import Name
from iop_pipelines.domain.names import GivenName
from iop_pipelines.domain.nearest import closest
from iop_pipelines.domain.vocabulary import ModelType, Weekday
from iop_pipelines.errors import Unfit


def _known_runtime(name: str, info: ValidationInfo) -> str:
    """Looked up where validation is given the context `runtimes`; a stored model is read without."""
    context: Mapping[str, Collection[str]] = info.context or {}
    known = context.get("runtimes")
    if known is not None and name not in known:
        raise Unfit("runtime.unknown", name=closest(name, known))
    return name


RuntimeName = Annotated[str, AfterValidator(_known_runtime)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InputSpec(_Frozen):
    """Which panel a model reads: one series for each combination of `series`, one row each period.

    `measures` name measures of the dataset; the first is `y`. `where` is in the words of
    query_config. `history` is the number of periods read before the scored window.
    """

    measures: tuple[Name, ...] = Field(min_length=1)
    series: tuple[Name, ...] = ()
    where: dict[str, Any] | None = None
    history: Annotated[int, Field(ge=1, le=100_000)] = 400


class Trigger(_Frozen):
    """`dataset_update` starts an execution for each new data version; on `weekdays` only, if given,
    meaning the weekday of the version's last period."""

    on: Literal["dataset_update", "request"] = "dataset_update"
    weekdays: tuple[Weekday, ...] = ()


class Advice(_Frozen):
    """What a person should do about a finding, and who; and how recommendations are kept.

    `action` left out is the usual one for the kind of finding. `cool_down` is the number of the
    dataset's periods after a review or a recovery in which the same finding opens nothing new; left
    out, that is a time which grows with the data (`recommendations.evidence.silent_until`).
    `recovery_after` executions without it, one after another, resolve an anomaly or an
    optimisation; a trend and a forecast are resolved by the first.
    """

    action: str | None = None
    owner: str | None = None
    cool_down: Annotated[int, Field(ge=0, le=10_000)] | None = None
    recovery_after: Annotated[int, Field(ge=1, le=1000)] = 2


class ModelConfig(_Frozen):
    """`runtime` is one of the catalogue's, which checks `params`.

    `quality_threshold` is 0 to 100: data scored lower, or not scored yet, holds the model back; None
    runs without asking.
    """

    runtime: RuntimeName
    dataset: str
    input: InputSpec
    params: dict[str, Any] = {}
    trigger: Trigger = Trigger()
    quality_threshold: Annotated[float, Field(ge=0, le=100)] | None = None
    advice: Advice | None = None


class ModelSpec(_Frozen):
    """A model as its file declares it; `input_schema` and `output_schema` are JSON Schema (draft
    2020-12) over one row. Left out, they are made from the fields of its dataset when it is registered."""

    name: GivenName
    version: Annotated[str, Field(pattern=r"^v\d+\.\d+\.\d+$", max_length=64)] = "v1.0.0"
    type: ModelType
    description: str = ""
    input_schema: dict[str, Any] = {}
    output_schema: dict[str, Any] = {}
    config: ModelConfig
