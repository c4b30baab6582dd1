"""What pydantic refuses, as sentences of the catalogues, each at its place.

Its own words ("Extra inputs are not permitted") are for whoever wrote the model. Here each of its types is a code of
ours, whose values are what was given and what is allowed. A validator of ours says its own by raising `Unfit`.
"""

import re
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, cast

from pydantic import BaseModel, Tag, ValidationError
from pydantic_core import core_schema
from typing_extensions import TypeAliasType

from iop_pipelines.domain.sentences import Sentence, placeholders

_SHOWN = 20
_MAX_GIVEN = 80


@dataclass(frozen=True, slots=True)
class Refusal:
    """`path` as the text that was read has it, without what pydantic adds to name branches."""

    path: tuple[str | int, ...]
    sentence: Sentence

    @property
    def place(self) -> str:
        return ".".join(map(str, self.path))


def refusals_of(
    error: ValidationError, model: Any = None, most: int | None = None
) -> list[Refusal]:
    """One for each thing that is wrong, what was meant before the rest.

    model: the type that was validated, or None; from it come the keys that an unknown one may have been meant for.
    most: how many are looked at.
    """
    found = [
        refusal_of(each, model)
        for each in error.errors(include_url=False)[:most]
        if not _is_counted_short(each)
    ]
    # Of the branches of a union that were tried, the first is told.
    return list({each.place: each for each in reversed(found)}.values())[::-1]


def _is_counted_short(error: Any) -> bool:
    """Pydantic counts only what it could read of a list: that is said of what it could not."""
    given: Any = error["input"]
    return (
        error["type"] == "too_short"
        and type(given) in (list, tuple)
        and len(given) >= error["ctx"]["min_length"]
    )


def refusal_of(error: Any, model: Any) -> Refusal:
    """error: one of those of a ValidationError; model: as of `refusals_of`."""
    location, context = tuple(error["loc"]), error.get("ctx", {})
    type_, given = error["type"], error["input"]
    if type_ == "extra_forbidden":
        *above, key = location
        said = _unknown_key(str(key), sorted(_keys_at(model, above)))
        return Refusal((*_path(above, model), key), said)
    if type_ in ("union_tag_invalid", "union_tag_not_found"):
        said, key = _unknown_kind(context, given, sorted(_tags_at(model, location)))
        location = (*location, key) if key else location
    else:
        said = _said(type_, context, given, error["msg"])
    return Refusal(tuple(_path(location, model)), said)


def _said(type_: str, context: Mapping[str, Any], given: Any, message: str) -> Sentence:
    """Of one of pydantic's types, or of a code of ours that a type says to raise."""
    for names, code, keys in _CODES:
        if type_ in names:
            return _with(code, given, {key: _number(context[name]) for key, name in keys.items()})
    if type_ in ("literal_error", "enum"):
        return _not_one_of(given, _choices(str(context["expected"])))
    if type_ == "string_pattern_mismatch":
        form = _FORMS.get(context["pattern"])
        wanted = (
            Sentence(form) if form else Sentence("form.pattern", pattern=str(context["pattern"]))
        )
        return Sentence("value.wrong_form", given=_is(given), form=wanted)
    if type_ == "value_error":
        error: Any = context.get("error")
        # What another library says of its own types.
        return getattr(error, "told", None) or Sentence("value.refused", said=str(error or message))
    if type_ in _MEANT:
        return _with(_MEANT[type_], given, {})
    if type_ in _PYDANTICS:
        return Sentence("value.not_accepted", given=_is(given))
    return Sentence(type_)


def _with(code: str, given: Any, values: Mapping[str, Any]) -> Sentence:
    """`given` is told of those codes that have a place for it."""
    if given == "" and code == "value.too_few_characters":
        return Sentence("value.empty")
    told: dict[str, Any] = {"given": _is(given)} if "given" in placeholders(code) else {}
    return Sentence(code, **values, **told)


def _number(limit: Any) -> Any:
    """0 where the field's type made 0.0 of it."""
    return int(limit) if isinstance(limit, float) and limit.is_integer() else limit


def _choices(expected: str) -> list[str]:
    """`'a', 'b' or 'c'` as its parts."""
    return re.findall(r"'((?:[^'\\]|\\.)*)'", expected) or [expected]


# (pydantic's types, our code, our names of its context's values)
_CODES: Sequence[tuple[tuple[str, ...], str, Mapping[str, str]]] = (
    (("missing", "missing_argument"), "value.missing", {}),
    (("greater_than",), "value.not_above", {"limit": "gt"}),
    (("greater_than_equal",), "value.below_least", {"limit": "ge"}),
    (("less_than",), "value.not_below", {"limit": "lt"}),
    (("less_than_equal",), "value.above_most", {"limit": "le"}),
    (("string_too_short",), "value.too_few_characters", {"limit": "min_length"}),
    (("string_too_long",), "value.too_many_characters", {"limit": "max_length"}),
    (("too_short",), "value.too_few_items", {"limit": "min_length", "count": "actual_length"}),
    (("too_long",), "value.too_many_items", {"limit": "max_length"}),
)
_MEANT: Mapping[str, str] = {
    **dict.fromkeys(("string_type", "string_sub_type", "string_unicode"), "value.not_text"),
    **dict.fromkeys(
        ("int_type", "int_parsing", "int_parsing_size", "int_from_float"), "value.not_whole_number"
    ),
    **dict.fromkeys(("float_type", "float_parsing"), "value.not_number"),
    "finite_number": "value.must_be_finite",
    **dict.fromkeys(("bool_type", "bool_parsing"), "value.not_truth"),
    **dict.fromkeys(
        ("list_type", "tuple_type", "set_type", "frozen_set_type", "iterable_type"),
        "value.not_list",
    ),
    **dict.fromkeys(
        (
            *("dict_type", "model_type", "model_attributes_type", "mapping_type"),
            *("dataclass_type", "is_instance_of"),
        ),
        "value.not_mapping",
    ),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing"), "value.not_date"),
    **dict.fromkeys(
        ("datetime_type", "datetime_parsing", "datetime_from_date_parsing"), "value.not_moment"
    ),
}


_PYDANTICS = frozenset(typing.get_args(core_schema.ErrorType))


# Patterns of ours, as a reader would say them.
_FORMS: Mapping[str, str] = {
    r"^[a-z][a-z0-9_]{0,62}$": "form.name",
    r"^v\d+\.\d+\.\d+$": "form.version",
    r"^[A-Z]{2}$": "form.country",
    r"^[A-Z]{2,3}$": "form.country_of_three",
    r"^[A-Z]{3}$": "form.currency",
    r"^drm_ref_[a-z0-9_]{1,54}$": "form.reference_table",
    r"^[^\s0-9.,'_()%+\-]{1,16}$": "form.sign",
}
# What other languages of conditions write for an operator of ours.
_OPERATORS: Mapping[str, str] = {
    ">": "gt",
    ">=": "ge",
    "<": "lt",
    "<=": "le",
    "=": "eq",
    "==": "eq",
    "!=": "ne",
    "<>": "ne",
    "greater": "gt",
    "greater_than": "gt",
    "less": "lt",
    "less_than": "lt",
    "equals": "eq",
    "not_equals": "ne",
}


def _is(given: Any) -> Sentence:
    """`is 5`, `is empty`, `is a list`."""
    if given is None:
        return Sentence("given.null")
    if given == "":
        return Sentence("given.empty")
    if isinstance(given, Mapping):
        return Sentence("given.mapping")
    if isinstance(given, list | tuple):
        return Sentence("given.list")
    text = str(given).lower() if isinstance(given, bool) else repr(given)
    return Sentence(
        "given.value", shown=text if len(text) <= _MAX_GIVEN else f"{text[:_MAX_GIVEN]}…"
    )


def _not_one_of(given: Any, known: Sequence[str]) -> Sentence:
    meant = _OPERATORS.get(given) if isinstance(given, str) else None
    if meant in known:
        return Sentence("value.write", given=_is(given), meant=meant)
    return _among("value.not_one_of", given, known, given=_is(given))


# The code of the same where one is near.
_BUT_NEAR: Mapping[str, str] = {
    "value.not_one_of": "value.not_one_of_but_near",
    "value.unknown_key": "value.unknown_key_but_near",
    "value.unknown_kind": "value.unknown_kind_but_near",
}


def _among(code: str, sought: Any, known: Sequence[str], /, **values: Sentence) -> Sentence:
    """With the nearest of those that are known, where one is near."""
    shown = [*known[:_SHOWN], *(["…"] if len(known) > _SHOWN else [])]
    near = get_close_matches(str(sought), known, n=1)
    if near:
        return Sentence(_BUT_NEAR[code], near=near[0], known=shown, **values)
    return Sentence(code, known=shown, **values)


def _unknown_key(key: str, known: Sequence[str]) -> Sentence:
    return _among("value.unknown_key", key, known) if known else Sentence("value.needless_key")


def _unknown_kind(
    context: Mapping[str, Any], given: Any, known: Sequence[str]
) -> tuple[Sentence, str | None]:
    """Of a union whose alternatives a key tells apart; the key is None where a function does."""
    key = str(context.get("discriminator", "")).strip("'")
    told = known or _choices(str(context.get("expected_tags", "")))
    if not key.isidentifier():
        return Sentence("value.no_alternative", given=_is(given), known=told), None
    tag = context.get("tag")
    said = Sentence("value.missing") if tag is None else _is(tag)
    return _among("value.unknown_kind", tag, told, given=said), key


def _path(location: Sequence[int | str], model: Any) -> Iterator[str | int]:
    """The location without the tags of unions, which are followed in the model's types."""
    types = [] if model is None else [model]
    for part in location:
        types, is_tag = _follow(types, part)
        if not is_tag:
            yield part


def _keys_at(model: Any, location: Sequence[int | str]) -> set[str]:
    types = [] if model is None else [model]
    for part in location:
        types, _ = _follow(types, part)
    return {
        field.alias or name
        for _, type_ in _members(types)
        if _is_model(type_)
        for name, field in type_.model_fields.items()
    }


def _tags_at(model: Any, location: Sequence[int | str]) -> set[str]:
    types = [] if model is None else [model]
    for part in location:
        types, _ = _follow(types, part)
    return {tag for tags, _ in _members(types) for tag in tags}


def _follow(types: Sequence[Any], part: int | str) -> tuple[list[Any], bool]:
    """The types under a part of a location, and whether it only names the branch of a union that was tried."""
    members = list(_members(types))
    named = [
        type_
        for tags, type_ in members
        if part in tags or (len(members) > 1 and _is_called(type_, part))
    ]
    if named:
        return named, True
    below = [each for _, type_ in members for each in _below(type_, part)]
    is_tag = (
        isinstance(part, str) and not below and (part.startswith(("<", "[")) or len(members) > 1)
    )
    return (list(types) if is_tag else below), is_tag


def _members(types: Sequence[Any]) -> Iterator[tuple[frozenset[str], Any]]:
    """The types that a value may be read as, unions one by one, each with the tags that name it in one."""
    for annotation in types:
        bare, tag = _bare(annotation)
        if typing.get_origin(bare) in (Union, UnionType):
            parts = [each for each in typing.get_args(bare) if each is not type(None)]
            is_one = len(parts) == 1
            for tags, type_ in _members(parts):
                yield tags if is_one or tags else _literals(type_), type_
        else:
            yield tag, bare


def _bare(annotation: Any) -> tuple[Any, frozenset[str]]:
    """Without Annotated and names of types, and the Tag in it."""
    tags: set[str] = set()
    while True:
        if isinstance(annotation, TypeAliasType):
            annotation = annotation.__value__
        elif typing.get_origin(annotation) is Annotated:
            annotation, *metadata = typing.get_args(annotation)
            tags |= {each.tag for each in metadata if isinstance(each, Tag)}
        else:
            break
    return annotation, frozenset(tags)


def _literals(type_: Any) -> frozenset[str]:
    """What a union's discriminator may say of it: values of its fields that have but one."""
    if not _is_model(type_):
        return frozenset()
    values = [typing.get_args(field.annotation) for field in type_.model_fields.values()]
    return frozenset(each[0] for each in values if len(each) == 1 and isinstance(each[0], str))


def _is_called(type_: Any, part: int | str) -> bool:
    """Of unions without a discriminator pydantic names a model's branch by its class."""
    return _is_model(type_) and type_.__name__ == part


def _is_model(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, BaseModel)


def _below(type_: Any, part: int | str) -> list[Any]:
    """What stands under a key or number of a value of that type; nothing where there is no such place."""
    if _is_model(type_):
        fields = cast(type[BaseModel], type_).model_fields.items()
        # Pydantic keeps a type that names itself as it was written.
        hints = typing.get_type_hints(type_, include_extras=True)
        return [hints[name] for name, field in fields if part in (name, field.alias)]
    origin, args = typing.get_origin(type_), typing.get_args(type_)
    if origin in (dict, Mapping) and len(args) == 2 and isinstance(part, str):
        return [args[1]]
    if origin in (list, tuple, Sequence) and args and isinstance(part, int):
        return [args[0]]
    return []
