"""Refusals on the wire: English and its translations, and a code with values for programs."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from iop_pipelines.api import wire
from iop_pipelines.api.registry import ApiError, Shape
from iop_pipelines.domain.vocabulary import Severity
from iop_pipelines.errors import InvalidQuery, NotFound
from iop_pipelines.query.config import parse_config


class Given(Shape):
    name: Annotated[str, Field(min_length=1, max_length=5)] = "a"
    key: Annotated[str, Field(min_length=8, pattern="^[a-z]+$")] = "aaaaaaaa"
    count: Annotated[int, Field(ge=1, le=9)] = 1
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    is_set: bool = True
    items: Annotated[list[int], Field(min_length=1, max_length=2)] = [1]
    kind: Literal["bar", "line"] = "bar"
    only: Literal["table"] = "table"
    severity: Severity = Severity.INFO
    params: dict[str, Any] = {}


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ('{"name": ""}', "value.empty", "Ne doit pas être vide"),
        ('{"name": "abcdef"}', "value.too_many_characters", "Compte plus de 5 caractères"),
        ('{"name": 1}', "value.not_text", "Vaut 1\u00a0; doit être un texte"),
        ('{"key": "a"}', "value.too_few_characters", "Compte moins de 8 caractères"),
        (
            '{"key": "AAAAAAAA"}',
            "value.wrong_form",
            "Vaut 'AAAAAAAA'\u00a0; doit être de la forme ^[a-z]+$",
        ),
        ('{"count": 0}', "value.below_least", "Vaut 0\u00a0; doit être supérieur ou égal à 1"),
        ('{"count": 10}', "value.above_most", "Vaut 10\u00a0; doit être inférieur ou égal à 9"),
        ('{"count": 1.5}', "value.not_whole_number", "Vaut 1.5\u00a0; doit être un nombre entier"),
        ('{"share": 0}', "value.not_above", "Vaut 0\u00a0; doit être supérieur à 0"),
        ('{"share": 1}', "value.not_below", "Vaut 1\u00a0; doit être inférieur à 1"),
        ('{"share": "x"}', "value.not_number", "Vaut 'x'\u00a0; doit être un nombre"),
        ('{"isSet": 1}', "value.not_truth", "Vaut 1\u00a0; doit être true ou false"),
        (
            '{"items": []}',
            "value.too_few_items",
            "Compte 0 élément\u00a0; il en faut au moins 1",
        ),
        ('{"items": [1, 2, 3]}', "value.too_many_items", "Compte plus de 2 éléments"),
        ('{"items": 1}', "value.not_list", "Vaut 1\u00a0; doit être une liste"),
        ('{"kind": "pie"}', "value.not_one_of", "Vaut 'pie'\u00a0; possibles\u00a0: bar, line"),
        (
            '{"severity": "warn"}',
            "value.not_one_of_but_near",
            "Vaut 'warn'\u00a0; vouliez-vous dire 'warning'\u00a0? Possibles\u00a0: info, warning, critical",
        ),
        ('{"params": 1}', "value.not_mapping", "Vaut 1\u00a0; doit être un objet"),
        (
            '{"isSett": 1}',
            "value.unknown_key_but_near",
            "Cette clé n’est pas connue ici\u00a0; vouliez-vous dire 'isSet'\u00a0? Possibles\u00a0: "
            "count, isSet, items, key, kind, name, only, params, severity, share",
        ),
    ],
)
def test_what_pydantic_refuses_is_said_in_french_beside_it(
    given: str, code: str, said: str
) -> None:
    with pytest.raises(ApiError) as refused:
        wire.read_input(Given, given.encode())
    (issue,) = refused.value.data["issues"]
    assert (issue["code"], issue["translations"]["fr"]) == (code, {"message": said})


def test_a_refusal_as_a_whole_has_its_place_and_how_many_more() -> None:
    with pytest.raises(ApiError) as refused:
        wire.read_input(Given, b'{"name": "", "count": 0}')
    shape = wire.error_shape(refused.value, "reports.save")
    assert shape["message"] == "name: is empty (and 1 more)"
    french = shape["data"]["translations"]["fr"]["message"]
    assert french == "name\u00a0: ne doit pas être vide (et 1 de plus)"


def test_what_happens_in_the_platform_is_a_code_with_values_too() -> None:
    data = wire.error_shape(wire.refusal(NotFound("dashboard.not_found", id=7)), "dashboards.get")[
        "data"
    ]
    assert data["refusal"] == {"code": "dashboard.not_found", "values": {"id": 7}}
    assert data["translations"]["fr"]["message"] == "Il n’y a pas de tableau de bord 7"


def test_a_value_of_half_a_megabyte_is_told_briefly_in_every_language() -> None:
    long = "x" * 500_000
    with pytest.raises(ApiError) as refused:
        wire.read_input(Given, f'{{"{long}": 1, "kind": "{long}"}}'.encode())
    assert len(wire.refused(refused.value, "reports.save")) < 50_000


@pytest.mark.parametrize(("op", "meant"), [(">", "gt"), ("<=", "le"), ("==", "eq"), ("!=", "ne")])
def test_an_operator_of_other_languages_is_answered_with_the_one_to_write(
    op: str, meant: str
) -> None:
    config = {
        "version": 2,
        "source": "dataset:flights",
        "datasets": {"all": {"select": [{"field": "origin"}]}},
        "where": {"field": "dep_delay", "op": op, "value": 15},
    }
    with pytest.raises(InvalidQuery) as refused:
        parse_config(config)
    assert str(refused.value) == f"where.op: is {op!r}; write {meant}"
