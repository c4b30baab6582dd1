"""No word of pydantic's own reaches a reader: each of its types is a code of ours, in every language."""

from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from iop_pipelines.domain.datasets import DatasetDeclaration, Name
from iop_pipelines.domain.languages import SOURCE
from iop_pipelines.domain.models import ModelSpec
from iop_pipelines.domain.refusals import refusals_of
from iop_pipelines.domain.sentences import catalogue
from iop_pipelines.errors import Unfit

PYDANTICS = (
    *(
        "Input should",
        "Extra inputs",
        "Field required",
        "Value error",
        "String should",
        "List should",
    ),
    *("Tuple should", "Dictionary should", "Unable to", "validation", "discriminator", "pydantic"),
)


class Side(Enum):
    LEFT = "left"


class Circle(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["circle"]
    radius: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Square(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["square"]
    side: int = 1


class Given(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Name = "a"
    title: Annotated[str, Field(min_length=1, max_length=5)] = "a"
    count: Annotated[int, Field(ge=1, le=9)] = 1
    share: Annotated[float, Field(lt=1)] = 0.5
    is_set: bool = True
    items: Annotated[list[int], Field(min_length=1, max_length=2)] = [1]
    key: tuple[str, ...] = ()
    kind: Literal["bar", "line"] = "bar"
    side: Side = Side.LEFT
    day: date | None = None
    at: datetime | None = None
    params: dict[str, Any] = {}
    shapes: list[Annotated[Circle | Square, Field(discriminator="kind")]] = []
    inner: Square | None = None
    none: None = None

    @model_validator(mode="after")
    def _fits(self) -> "Given":
        if self.title == "no":
            raise Unfit("name.twice", name="no")
        return self


# Raised where a query is read.
OF_QUERIES = {
    *("value.has_time_of_day", "value.list_length", "value.no_period", "value.not_finite"),
    *("value.not_json", "value.not_of_field", "value.not_of_type", "value.too_deep"),
    "value.too_large_integer",
}
CASES = [
    (
        {"name": "A b"},
        "name",
        "value.wrong_form",
        "is 'A b'; it must be a name of at most 63 small letters",
    ),
    ({"title": ""}, "title", "value.empty", "is empty"),
    ({"title": "abcdef"}, "title", "value.too_many_characters", "has more than 5 characters"),
    ({"title": 7}, "title", "value.not_text", "is 7; it must be text"),
    ({"title": "no"}, "", "name.twice", "'no' is named twice"),
    ({"count": 0}, "count", "value.below_least", "is 0; it must be at least 1"),
    ({"count": 10}, "count", "value.above_most", "is 10; it must be at most 9"),
    ({"count": "many"}, "count", "value.not_whole_number", "is 'many'; it must be a whole number"),
    ({"count": 1.5}, "count", "value.not_whole_number", "is 1.5; it must be a whole number"),
    ({"share": 1}, "share", "value.not_below", "is 1; it must be less than 1"),
    ({"share": []}, "share", "value.not_number", "is a list; it must be a number"),
    ({"is_set": "perhaps"}, "is_set", "value.not_truth", "is 'perhaps'; it must be true or false"),
    ({"items": []}, "items", "value.too_few_items", "has 0 entries; at least 1"),
    ({"items": [1, 2, 3]}, "items", "value.too_many_items", "has more than 2 entries"),
    ({"items": ["x"]}, "items.0", "value.not_whole_number", "is 'x'; it must be a whole number"),
    ({"key": "day"}, "key", "value.not_list", "is 'day'; it must be a list"),
    (
        {"kind": "lines"},
        "kind",
        "value.not_one_of_but_near",
        "is 'lines'; did you mean 'line'? It can be bar, line",
    ),
    ({"kind": 3}, "kind", "value.not_one_of", "is 3; it can be bar, line"),
    ({"side": "right"}, "side", "value.not_one_of", "is 'right'; it can be left"),
    (
        {"day": "someday"},
        "day",
        "value.not_date",
        "is 'someday'; it must be a date such as 2013-02-08",
    ),
    ({"at": "soon"}, "at", "value.not_moment", "is 'soon'; it must be a date and time such as"),
    ({"params": []}, "params", "value.not_mapping", "is a list; it must be a mapping"),
    ({"inner": 3}, "inner", "value.not_mapping", "is 3; it must be a mapping"),
    (
        {"counts": 1},
        "counts",
        "value.unknown_key_but_near",
        "there is no such key here; did you mean 'count'? It can",
    ),
    (
        {"inner": {"kind": "square", "sides": 1}},
        "inner.sides",
        "value.unknown_key_but_near",
        "did you mean 'side'?",
    ),
    (
        {"shapes": [{"kind": "circle", "radius": 1, "side": 2}]},
        "shapes.0.side",
        "value.unknown_key",
        "there is no such key here; it can be kind, radius",
    ),
    ({"shapes": [{"kind": "circle"}]}, "shapes.0.radius", "value.missing", "is missing"),
    (
        {"shapes": [{"kind": "circle", "radius": 0}]},
        "shapes.0.radius",
        "value.not_above",
        "greater than 0",
    ),
    (
        {"shapes": [{"kind": "circle", "radius": float("inf")}]},
        "shapes.0.radius",
        "value.must_be_finite",
        "is inf; it must be a finite number",
    ),
    (
        {"shapes": [{"kind": "sqare"}]},
        "shapes.0.kind",
        "value.unknown_kind_but_near",
        "did you mean 'square'?",
    ),
    (
        {"shapes": [{}]},
        "shapes.0.kind",
        "value.unknown_kind",
        "is missing; it can be circle, square",
    ),
    ({"none": 1}, "none", "value.not_accepted", "is 1, which is not accepted here"),
]


@pytest.mark.parametrize(("given", "place", "code", "said"), CASES)
def test_what_pydantic_refuses_is_a_code_with_one_sentence(
    given: dict[str, Any], place: str, code: str, said: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        Given.model_validate(given)
    (refusal,) = refusals_of(refused.value, Given)
    english = refusal.sentence.english
    assert (refusal.place, refusal.sentence.code) == (place, code)
    assert said in english
    assert not any(word in english for word in PYDANTICS)


def test_every_code_of_a_value_is_tried() -> None:
    tried = {code for _, _, code, _ in CASES}
    of_values = {code for code in catalogue(SOURCE).SENTENCES if code.startswith("value.")}
    # Only a discriminator that is a function has alternatives without a key, and only types without fields have no
    # known keys; conditions, whose operators are written otherwise elsewhere, have tests of their own.
    assert of_values - tried <= {
        *("value.no_alternative", "value.needless_key", "value.too_few_characters"),
        *("value.write", "value.refused"),
        *("value.not_an_expression", "value.not_a_value"),
        *OF_QUERIES,
    }


RUINS: tuple[Any, ...] = (None, True, 0, -1, 2.5, "", "no such", "A", [], ["x"], {}, {"no_such": 1})
DATASET: dict[str, Any] = {
    "name": "sales",
    "source": "sales",
    "time": "day",
    "freq": "D",
    "key": ["day"],
    "fields": {"day": {"type": "date"}},
    "measures": {"rows": {"kind": "count"}, "low": {"kind": "min", "field": "day"}},
}
MODEL: dict[str, Any] = {
    "name": "m",
    "type": "ml",
    "input_schema": {},
    "output_schema": {},
    "config": {
        "runtime": "pyod",
        "dataset": "sales",
        "input": {"measures": ["rows"], "series": [], "history": 4},
        "trigger": {"on": "dataset_update", "weekdays": ["mon"]},
        "advice": {"cool_down": 3},
    },
}


def _ruined(content: Any, path: tuple[Any, ...] = ()) -> list[tuple[tuple[Any, ...], Any]]:
    """Every place of the content, also one that is not there."""
    found: list[tuple[tuple[Any, ...], Any]] = []
    parts = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in parts:
        found += [((*path, key), ruin) for ruin in RUINS]
        if isinstance(value, dict | list):
            found += _ruined(value, (*path, key))
    if isinstance(content, dict):
        found.append(((*path, "no_such_key"), 1))
    return found


def _with(content: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy: Any = dict(content) if isinstance(content, dict) else list(content)
    first, rest = path[0], path[1:]
    copy[first] = _with(copy[first] if rest else None, rest, value)
    return copy


@pytest.mark.parametrize(("model", "content"), [(DatasetDeclaration, DATASET), (ModelSpec, MODEL)])
def test_whatever_is_ruined_in_a_declaration_is_said_in_our_words_at_its_place(
    model: type[BaseModel], content: dict[str, Any]
) -> None:
    model.model_validate(content)
    tried = 0
    for path, ruin in _ruined(content):
        try:
            model.model_validate(_with(content, path, ruin))
        except ValidationError as error:
            tried += 1
            for refusal in refusals_of(error, model):
                said = refusal.sentence.english
                assert said, (path, ruin)
                assert not any(word in said for word in PYDANTICS), said
                # The place is one of the file's own: each part is a key or number of it, or a key that it lacks.
                assert " " not in refusal.place
    assert tried > 100
