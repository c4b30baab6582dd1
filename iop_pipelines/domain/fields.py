"""Fields that carry their words: what forms, documents and checks say of a model's field stands at the field.

`schema_of` gives it away as JSON Schema, so that nobody keeps a list of the fields beside the model.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from iop_pipelines.domain.languages import TRANSLATED, Text, translations


def param(
    default: Any,
    label: Text,
    help_: Text | None = None,
    *,
    choices: Mapping[str, Text | str] | None = None,
    is_rare: bool = False,
) -> Any:
    """A field of a model, `...` for one that must be given.

    choices: the words of each value of a Literal; text that is no Text is a name, in every language the same.
    is_rare: seldom changed; forms keep it out of the way.
    """
    texts = {"title": label} | ({"description": help_} if help_ else {})
    extra: dict[str, Any] = {"translations": translations(**texts)}
    if choices:
        extra["oneOf"] = [_choice(value, text) for value, text in choices.items()]
    if is_rare:
        extra["x-rare"] = True
    return Field(
        default,
        title=label.en,
        description=help_.en if help_ else None,
        json_schema_extra=extra,
    )


def _choice(value: str, words: Text | str) -> dict[str, Any]:
    if isinstance(words, Text):
        return {"const": value, "title": words.en, "translations": translations(title=words)}
    named = {language: {"title": words} for language in TRANSLATED}
    return {"const": value, "title": words, "translations": named}


class _Schemas(GenerateJsonSchema):
    """`{"type": ["integer", "null"]}` where pydantic says it with `anyOf`: a form reads a field's one type."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        inner = self.generate_inner(schema["schema"])
        if isinstance(inner.get("type"), str):
            return {**inner, "type": [inner["type"], "null"]}
        return super().nullable_schema(schema)


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a model whose fields are made by `param`: type, range, default, and `title`
    and `description` with their `translations`; `oneOf` has the words of choices."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **model.model_json_schema(schema_generator=_Schemas),
    }
