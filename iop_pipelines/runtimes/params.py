"""The base of what each runtime can be told: pydantic models whose fields carry their words.

No method is loaded here, so that a model can be checked by a process that never runs one.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from iop_pipelines.domain.datasets import Name
from iop_pipelines.domain.fields import param
from iop_pipelines.domain.languages import Text
from iop_pipelines.errors import InvalidDeclaration, Unfit
from iop_pipelines.validation.files import invalid_declaration

Direction = Literal["both", "above", "below"]
Periods = Annotated[int, Field(ge=1, le=100_000)]
Probability = Annotated[float, Field(gt=0, lt=1)]
NotNegative = Annotated[float, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]


class Params(BaseModel):
    """Every field is made by `domain.fields.param`, so that forms and documents have words for it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    # What earlier releases took: name -> what says it now, None where the method finds out by itself.
    former: ClassVar[Mapping[str, str | None]] = {}

    @model_validator(mode="before")
    @classmethod
    def _knows_what_was(cls, value: Any) -> Any:
        for name in sorted(cls.former.keys() & set(value)) if isinstance(value, Mapping) else ():
            by = cls.former[name]
            if by is None:
                raise Unfit("param.dropped", name=name)
            raise Unfit("param.replaced", name=name, by=by)
        return value

    def named_measures(self) -> Sequence[tuple[str, str]]:
        """(path under `config.params`, measure) of each measure that they name."""
        return ()


class OneMeasure(Params):
    measure: Name | None = param(
        None,
        Text("Measure"),
        Text("The one that is scored; empty: the first it reads."),
        is_rare=True,
    )

    def named_measures(self) -> Sequence[tuple[str, str]]:
        return [("measure", self.measure)] if self.measure else []


P = TypeVar("P", bound=Params)


def parse_params(model: type[P], params: Mapping[str, Any]) -> P:
    """Raises InvalidDeclaration naming `config.params.…`, the value and what is accepted."""
    try:
        return model.model_validate(dict(params))
    except ValidationError as error:
        raise invalid_declaration(error, model, under=("config", "params")) from error


def require_measure(name: str, measures: Sequence[str], path: str) -> None:
    """Raises InvalidDeclaration if the input has no such measure."""
    if name not in measures:
        raise InvalidDeclaration("measure.not_of_input", path, name=name, known=measures)
