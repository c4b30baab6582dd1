"""The catalogue says of each runtime what is true of it, in every language."""

import math
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from iop_pipelines.domain.fields import schema_of
from iop_pipelines.domain.languages import TRANSLATED, Language, Text
from iop_pipelines.domain.vocabulary import ModelType
from iop_pipelines.errors import InvalidDeclaration, IopError
from iop_pipelines.runtimes import lookup
from iop_pipelines.runtimes.catalogue import (
    FINDING_KINDS,
    RUNTIMES,
    RuntimeSpec,
    check_params,
    runtimes_of,
    usual_runtime,
)

LANGUAGES = list(Language)
RULE = {"name": "r", "measure": "y", "when": {"left": 1, "op": "lt", "value": 2}}
NEEDED: dict[str, dict[str, Any]] = {
    "rules": {"rules": [RULE]},
    "onnx": {"checksum": "0" * 64},
    "remote": {"url": "https://models.example", "model": "m"},
}


def _properties(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from schema["properties"].items()


def _beside(bound: float, step: float) -> tuple[float, float]:
    return bound - step, bound + step


def _numbers(name: str) -> Iterator[tuple[str, float]]:
    """Each bound of each number, and the values next to it on both sides."""
    for key, schema in _properties(schema_of(RUNTIMES[name].params)):
        bounds = [
            schema[word]
            for word in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
            if word in schema
        ]
        is_whole = "integer" in schema.get("type", ())
        for bound in bounds:
            lower, upper = (
                _beside(bound, 1)
                if is_whole
                else (math.nextafter(bound, -math.inf), math.nextafter(bound, math.inf))
            )
            for value in (lower, bound, upper):
                yield key, int(value) if is_whole else float(value)


def _is_accepted(name: str, params: dict[str, Any]) -> bool:
    try:
        check_params(name, params)
    except InvalidDeclaration:
        return False
    return True


# Fields whose range depends on another's: the schema speaks of each alone.
TOGETHER = {("change_points", "recent"), ("change_points", "min_size")}
EDGES = [
    (name, key, value)
    for name in RUNTIMES
    for key, value in _numbers(name)
    if (name, key) not in TOGETHER
]


def test_there_are_edges_to_try() -> None:
    assert len(EDGES) > 100


@pytest.mark.parametrize(("name", "key", "value"), EDGES)
def test_the_schema_accepts_exactly_what_registration_accepts(
    name: str, key: str, value: float
) -> None:
    schema = schema_of(RUNTIMES[name].params)
    params = {**NEEDED.get(name, {}), key: value}
    says = jsonschema.Draft202012Validator(schema).is_valid(params)
    assert says == _is_accepted(name, params)


@pytest.mark.parametrize("name", RUNTIMES)
def test_the_schema_is_one_and_its_defaults_are_those_that_hold(name: str) -> None:
    model = RUNTIMES[name].params
    schema = schema_of(model)
    jsonschema.Draft202012Validator.check_schema(schema)
    defaults = {key: each["default"] for key, each in _properties(schema) if "default" in each}
    parsed = model.model_validate(NEEDED.get(name, {})).model_dump(mode="json")
    assert defaults == {key: parsed[key] for key in defaults}
    assert set(parsed) == set(dict(_properties(schema)))


def _words(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        if isinstance(node.get("title"), str) and "translations" in node:
            yield path, node
        for key, part in node.items():
            if key != "translations":
                yield from _words(part, f"{path}.{key}")
    elif isinstance(node, list):
        for place, part in enumerate(node):
            yield from _words(part, f"{path}.{place}")


@pytest.mark.parametrize("name", RUNTIMES)
def test_every_parameter_and_choice_has_its_words_in_every_language(name: str) -> None:
    schema = schema_of(RUNTIMES[name].params)
    told = dict(_words(schema))
    for key, each in _properties(schema):
        assert f".properties.{key}" in told, key
        for place, value in enumerate(each.get("enum", ())):
            assert each["oneOf"][place]["const"] == value
            assert f".properties.{key}.oneOf.{place}" in told
    for path, node in told.items():
        assert set(node["translations"]) == set(TRANSLATED), path
        for language, words in node["translations"].items():
            assert set(words) == set(node) & {"title", "description"}, (path, language)
            assert all(words.values())


def _texts(spec: RuntimeSpec) -> list[Text]:
    return [spec.label, spec.summary, *(kind.label for kind in spec.kinds or ())]


@pytest.mark.parametrize("name", RUNTIMES)
def test_every_runtime_and_kind_is_called_something_in_every_language(name: str) -> None:
    for text in _texts(RUNTIMES[name]):
        assert all(text.within(language).strip() for language in LANGUAGES)


def test_a_kind_that_two_runtimes_find_is_one_kind() -> None:
    kinds = [kind for spec in RUNTIMES.values() for kind in spec.kinds or ()]
    assert all(FINDING_KINDS[kind.name] is kind for kind in kinds)


def test_every_type_has_a_usual_runtime_and_every_runtime_a_type() -> None:
    assert {kind: usual_runtime(kind) for kind in ModelType} == {
        ModelType.RULE_BASED: "rules",
        ModelType.STATISTICAL: "seasonal_residual",
        ModelType.ML: "pyod",
    }
    assert sorted(name for kind in ModelType for name in runtimes_of(kind)) == sorted(RUNTIMES)


def test_a_finding_of_a_kind_that_the_catalogue_lacks_ends_the_run(
    run, panel_of, weeks, monkeypatch
) -> None:
    y = weeks()
    y[89] = 500
    panel = panel_of({"a": y})
    assert run("seasonal_residual", panel, {}, first=89).findings
    row = RUNTIMES["seasonal_residual"]
    stripped = RuntimeSpec(
        row.name, row.type, row.module, row.params, row.label, row.summary, kinds=()
    )
    monkeypatch.setattr(lookup, "runtime_spec", lambda name: stripped)
    with pytest.raises(IopError, match="runtime 'seasonal_residual' found residual"):
        run("seasonal_residual", panel, {}, first=89)
