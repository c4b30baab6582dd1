"""The base of what each runtime can be told: pydantic models whose fields carry their words.

No method is loaded here, so that a model can be checked by a process that never runs one.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from iop_pipelines.domain.datasets import Name
from iop_pipelines.domain.languages import Text, translations
from iop_pipelines.errors import InvalidDeclaration
from iop_pipelines.validation.files import invalid_declaration

Direction = Literal["both", "above", "below"]
Periods = Annotated[int, Field(ge=1, le=100_000)]
Probability = Annotated[float, Field(gt=0, lt=1)]
NotNegative = Annotated[float, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]


class Params(BaseModel):
    """Every field is made by `param`, so that forms and documents have words for it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def named_measures(self) -> Sequence[tuple[str, str]]:
        """(path under `config.params`, measure) of each measure that they name."""
        return ()


def param(
    default: Any,
    label: Text,
    help_: Text | None = None,
    *,
    choices: Mapping[str, Text] | None = None,
    is_rare: bool = False,
) -> Any:
    """A field of `Params`, `...` for one that must be given.

    choices: the words of each value of a Literal. is_rare: seldom changed; forms keep it out of the way.
    """
    texts = {"title": label} | ({"description": help_} if help_ else {})
    extra: dict[str, Any] = {"translations": translations(**texts)}
    if choices:
        extra["oneOf"] = [
            {"const": value, "title": text.en, "translations": translations(title=text)}
            for value, text in choices.items()
        ]
    if is_rare:
        extra["x-rare"] = True
    return Field(
        default,
        title=label.en,
        description=help_.en if help_ else None,
        json_schema_extra=extra,
    )


class OneMeasure(Params):
    measure: Name | None = param(
        None,
        Text("Measure"),
        Text("The one that is scored; empty: the first it reads."),
        is_rare=True,
    )

    def named_measures(self) -> Sequence[tuple[str, str]]:
        return [("measure", self.measure)] if self.measure else []


class _Schemas(GenerateJsonSchema):
    """`{"type": ["integer", "null"]}` where pydantic says it with `anyOf`: a form reads a field's one type."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        inner = self.generate_inner(schema["schema"])
        if isinstance(inner.get("type"), str):
            return {**inner, "type": [inner["type"], "null"]}
        return super().nullable_schema(schema)


def params_schema(model: type[Params]) -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the parameters: type, range, default, and `title` and `description`
    with their `translations`; `oneOf` has the words of choices."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **model.model_json_schema(schema_generator=_Schemas),
    }


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
