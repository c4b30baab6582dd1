"""What pydantic refuses, as a code with values, and the one English sentence that each code has.

Its own words ("Extra inputs are not permitted") are for whoever wrote the model. Here each of its types is a code of
ours; `values` hold what was given and what is allowed, so that a sentence of any language can be made of them.
"""

import re
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import UnionType
from typing import Any, Union, cast

from pydantic import BaseModel, Tag, ValidationError
from pydantic_core import core_schema

_SHOWN = 20
_MAX_GIVEN = 80


@dataclass(frozen=True, slots=True)
class Refusal:
    """`path` as the text that was read has it, without what pydantic adds to name branches."""

    path: tuple[str, ...]
    code: str
    values: Mapping[str, Any]

    @property
    def place(self) -> str:
        return ".".join(self.path)

    @property
    def sentence(self) -> str:
        """English, without the place before it and a full stop after it."""
        return SENTENCES[self.code](self.values)


def refusals_of(error: ValidationError, model: Any = None) -> list[Refusal]:
    """One for each thing that is wrong, what was meant before the rest.

    model: the type that was validated, or None; from it come the keys that an unknown one may have been meant for.
    """
    found = [
        _refusal(each, model)
        for each in error.errors(include_url=False)
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


def _refusal(error: Any, model: Any) -> Refusal:
    location, context = tuple(error["loc"]), error.get("ctx", {})
    code, values = _told(error["type"], context, error["input"], error["msg"])
    if code == "unknown_key":
        values = {"key": str(location[-1]), "known": sorted(_keys_at(model, location[:-1]))}
    if code == "unknown_kind":
        values |= {"known": sorted(_tags_at(model, location)) or values["known"]}
        location = (*location, str(values["key"]))
    return Refusal(tuple(_path(location, model)), code, values)


def _told(
    type_: str, context: Mapping[str, Any], given: Any, message: str
) -> tuple[str, dict[str, Any]]:
    """The code of one of pydantic's types, and its values."""
    for names, code, keys in _CODES:
        if type_ in names:
            values = {key: context[name] for key, name in keys.items() if name in context}
            return code, {"given": given, **values}
    if type_ in ("literal_error", "enum"):
        return "not_one_of", {"given": given, "known": _choices(str(context["expected"]))}
    if type_ in ("union_tag_invalid", "union_tag_not_found"):
        key = str(context.get("discriminator", "")).strip("'")
        known = _choices(str(context.get("expected_tags", "")))
        if not key.isidentifier():
            return "no_alternative", {"given": given, "known": known}
        return "unknown_kind", {"key": key, "given": context.get("tag"), "known": known}
    if type_ == "value_error":
        return "said", {"sentence": str(context.get("error", message))}
    if type_ in _MEANT:
        return _MEANT[type_], {"given": given}
    return (
        ("said", {"sentence": message})
        if type_ not in _PYDANTICS
        else ("not_accepted", {"given": given})
    )


def _choices(expected: str) -> list[str]:
    """`'a', 'b' or 'c'` as its parts."""
    return re.findall(r"'((?:[^'\\]|\\.)*)'", expected) or [expected]


# (pydantic's types, our code, our names of its context's values)
_CODES: Sequence[tuple[tuple[str, ...], str, Mapping[str, str]]] = (
    (("missing", "missing_argument"), "missing", {}),
    (("extra_forbidden",), "unknown_key", {}),
    (("greater_than",), "not_above", {"limit": "gt"}),
    (("greater_than_equal",), "below_least", {"limit": "ge"}),
    (("less_than",), "not_below", {"limit": "lt"}),
    (("less_than_equal",), "above_most", {"limit": "le"}),
    (("string_too_short",), "too_few_characters", {"limit": "min_length"}),
    (("string_too_long",), "too_many_characters", {"limit": "max_length"}),
    (("string_pattern_mismatch",), "wrong_form", {"pattern": "pattern"}),
    (("too_short",), "too_few_items", {"limit": "min_length", "count": "actual_length"}),
    (("too_long",), "too_many_items", {"limit": "max_length", "count": "actual_length"}),
)
_MEANT: Mapping[str, str] = {
    **dict.fromkeys(("string_type", "string_sub_type", "string_unicode"), "not_text"),
    **dict.fromkeys(
        ("int_type", "int_parsing", "int_parsing_size", "int_from_float"), "not_whole_number"
    ),
    **dict.fromkeys(("float_type", "float_parsing"), "not_number"),
    "finite_number": "not_finite",
    **dict.fromkeys(("bool_type", "bool_parsing"), "not_truth"),
    **dict.fromkeys(
        ("list_type", "tuple_type", "set_type", "frozen_set_type", "iterable_type"), "not_list"
    ),
    **dict.fromkeys(
        (
            *("dict_type", "model_type", "model_attributes_type", "mapping_type"),
            *("dataclass_type", "is_instance_of"),
        ),
        "not_mapping",
    ),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing"), "not_date"),
    **dict.fromkeys(
        ("datetime_type", "datetime_parsing", "datetime_from_date_parsing"), "not_moment"
    ),
}


_PYDANTICS = frozenset(typing.get_args(core_schema.ErrorType))


# What is said ---------------------------------------------------------------------------------

# Patterns of ours, as a reader would say them.
_FORMS: Mapping[str, str] = {
    r"^[a-z][a-z0-9_]{0,62}$": (
        "a name of at most 63 small letters, digits and _, beginning with a letter"
    ),
    r"^v\d+\.\d+\.\d+$": "a version such as v1.0.0",
    r"^[A-Z]{2}$": "a country of two capital letters, such as NG",
    r"^[A-Z]{2,3}$": "a country of two or three capital letters, such as NG",
    r"^[A-Z]{3}$": "a currency of three capital letters, such as NGN",
    r"^drm_ref_[a-z0-9_]{1,54}$": "a reference table of DRM, whose name begins with drm_ref_",
}


def _is(given: Any) -> str:
    """`is 5`, `is empty`, `is a list`."""
    if given is None:
        return "is null"
    if given == "":
        return "is empty"
    if isinstance(given, Mapping):
        return "is a mapping"
    if isinstance(given, list | tuple):
        return "is a list"
    text = str(given).lower() if isinstance(given, bool) else repr(given)
    return f"is {text if len(text) <= _MAX_GIVEN else text[:_MAX_GIVEN] + '…'}"


def _must(words: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda values: f"{_is(values['given'])}; it must be {words.format(**values)}"


def _nearest(given: Any, known: Sequence[str]) -> str:
    """` did you mean 'a'?`, and what there is."""
    near = get_close_matches(str(given), known, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    shown = ", ".join(known[:_SHOWN]) + (", …" if len(known) > _SHOWN else "")
    return f"{hint}It can be {shown}" if near else f"it can be {shown}"


def _unknown_key(values: Mapping[str, Any]) -> str:
    if not values["known"]:
        return "there is no such key here"
    return f"there is no such key here; {_nearest(values['key'], values['known'])}"


def _unknown_kind(values: Mapping[str, Any]) -> str:
    said = "is missing" if values["given"] is None else _is(values["given"])
    return f"{said}; {_nearest(values['given'], values['known'])}"


SENTENCES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda values: "is missing",
    "unknown_key": _unknown_key,
    "unknown_kind": _unknown_kind,
    "no_alternative": lambda values: (
        f"{_is(values['given'])}, which is none of {', '.join(values['known'])}"
    ),
    "not_one_of": lambda values: (
        f"{_is(values['given'])}; {_nearest(values['given'], values['known'])}"
    ),
    "not_above": _must("greater than {limit}"),
    "below_least": _must("at least {limit}"),
    "not_below": _must("less than {limit}"),
    "above_most": _must("at most {limit}"),
    "too_few_characters": lambda values: (
        "is empty" if not values["given"] else f"has fewer than {values['limit']} characters"
    ),
    "too_many_characters": lambda values: f"has more than {values['limit']} characters",
    "wrong_form": lambda values: (
        f"{_is(values['given'])}; it must be "
        f"{_FORMS.get(values['pattern'], 'of the form ' + str(values['pattern']))}"
    ),
    "too_few_items": lambda values: f"has {values['count']} entries; at least {values['limit']}",
    "too_many_items": lambda values: f"has more than {values['limit']} entries",
    "not_text": _must("text"),
    "not_whole_number": _must("a whole number"),
    "not_number": _must("a number"),
    "not_finite": _must("a finite number"),
    "not_truth": _must("true or false"),
    "not_list": _must("a list"),
    "not_mapping": _must("a mapping"),
    "not_date": _must("a date such as 2013-02-08"),
    "not_moment": _must("a date and time such as 2013-02-08T06:00:00"),
    "not_accepted": lambda values: f"{_is(values['given'])}, which is not accepted here",
    "said": lambda values: str(values["sentence"]),
}


# Where it is said -----------------------------------------------------------------------------


def _path(location: Sequence[int | str], model: Any) -> Iterator[str]:
    """The location without the tags of unions, which are followed in the model's types."""
    types = [] if model is None else [model]
    for part in location:
        types, is_tag = _follow(types, part)
        if not is_tag:
            yield str(part)


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
    named = [type_ for tags, type_ in members if part in tags]
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
    """Without Annotated, and the Tag in it."""
    tags: set[str] = set()
    while typing.get_origin(annotation) is typing.Annotated:
        annotation, *metadata = typing.get_args(annotation)
        tags |= {each.tag for each in metadata if isinstance(each, Tag)}
    return annotation, frozenset(tags)


def _literals(type_: Any) -> frozenset[str]:
    """What a union's discriminator may say of it: values of its fields that have but one."""
    if not _is_model(type_):
        return frozenset()
    values = [typing.get_args(field.annotation) for field in type_.model_fields.values()]
    return frozenset(each[0] for each in values if len(each) == 1 and isinstance(each[0], str))


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
