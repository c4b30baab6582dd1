"""Sentences in French: pydantic's as pydantic says them, and no pattern of what nobody says."""

import ast
import re
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

import iop_pipelines
from iop_pipelines.api import wire
from iop_pipelines.api.registry import ApiError, Shape
from iop_pipelines.api.sentences import CATALOGUE, OF_DECLARATIONS, in_french
from iop_pipelines.domain.nearest import closest
from iop_pipelines.domain.refusals import SENTENCES
from iop_pipelines.domain.vocabulary import Severity
from iop_pipelines.errors import NotFound
from iop_pipelines.runtimes.catalogue import RUNTIMES


class Given(Shape):
    name: Annotated[str, Field(min_length=1, max_length=5)] = "a"
    key: Annotated[str, Field(min_length=8, pattern="^[a-z]+$")] = "aaaaaaaa"
    count: Annotated[int, Field(ge=1, le=9)] = 1
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    is_set: bool = True
    items: Annotated[list[int], Field(min_length=1, max_length=2)] = [1]
    measures: Annotated[tuple[str, ...], Field(min_length=1)] = ("a",)
    kind: Literal["bar", "line"] = "bar"
    only: Literal["table"] = "table"
    severity: Severity = Severity.INFO
    params: dict[str, Any] = {}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ('{"name": ""}', "Ne doit pas être vide"),
        ('{"name": "abcdef"}', "Doit compter au plus 5 caractères"),
        ('{"name": 1}', "Doit être un texte"),
        ('{"key": "a"}', "Doit compter au moins 8 caractères"),
        ('{"key": "AAAAAAAA"}', "Doit suivre le motif '^[a-z]+$'"),
        ('{"count": 0}', "Doit être supérieur ou égal à 1"),
        ('{"count": 10}', "Doit être inférieur ou égal à 9"),
        ('{"count": "1"}', "Doit être un nombre entier"),
        ('{"count": 1.5}', "Doit être un nombre entier"),
        ('{"share": 0}', "Doit être supérieur à 0"),
        ('{"share": 1}', "Doit être inférieur à 1"),
        ('{"share": "x"}', "Doit être un nombre"),
        ('{"isSet": 1}', "Doit être vrai ou faux"),
        ('{"items": []}', "Doit compter au moins 1 élément, pas 0"),
        ('{"items": [1, 2, 3]}', "Doit compter au plus 2 éléments, pas 3"),
        ('{"items": 1}', "Doit être une liste"),
        ('{"measures": []}', "Doit compter au moins 1 élément, pas 0"),
        ('{"kind": "pie"}', "Doit être 'bar' ou 'line'"),
        ('{"only": "pie"}', "Doit être 'table'"),
        ('{"severity": "bad"}', "Doit être 'info', 'warning' ou 'critical'"),
        ('{"params": 1}', "Doit être un objet"),
        ('{"other": 1}', "Cette clé n’est pas connue ici"),
    ],
)
def test_what_pydantic_says_is_said_in_french_beside_it(given, said):
    with pytest.raises(ApiError) as refused:
        wire.read_input(Given, given.encode())
    (issue,) = refused.value.data["issues"]
    assert issue["translations"] == {"fr": {"message": said}}


def test_a_refusal_as_a_whole_has_its_place_and_how_many_more():
    with pytest.raises(ApiError) as refused:
        wire.read_input(Given, b'{"name": "", "count": 0}')
    shape = wire.error_shape(refused.value, "reports.save")
    assert shape["message"] == "name: String should have at least 1 character (and 1 more)"
    french = shape["data"]["translations"]["fr"]["message"]
    assert french == "name\u00a0: ne doit pas être vide (et 1 de plus)"


def test_what_happens_in_the_platform_is_told_too():
    refusal = wire.refusal(NotFound("there is no dashboard with id 7"))
    data = wire.error_shape(refusal, "dashboards.get")["data"]
    assert data["translations"]["fr"]["message"] == "Il n’y a pas de tableau de bord 7"


@pytest.mark.parametrize(
    ("said", "french"),
    [
        (
            "the server was too busy to answer within 60 s; try again",
            "Le serveur était trop occupé pour répondre en 60 s\u00a0; réessayez",
        ),
        (
            "where: the conditions compare with more than 10,000 values in lists",
            "where\u00a0: les conditions comparent avec plus de 10\u202f000 valeurs dans des listes",
        ),
        ("origin: missing", "origin\u00a0: absent"),
        ("flights: not an integer", "flights\u00a0: n’est pas de type integer"),
        ("flights: below 1", "flights\u00a0: inférieur à 1"),
        (
            "held for its data quality until DRM run 38 delivered the window again",
            "Retenue pour la qualité de ses données jusqu’à ce que l’exécution DRM 38 livre à nouveau "
            "la fenêtre",
        ),
        ("not found in 2 later execution(s)", "Plus trouvée, exécutions suivantes\u00a0: 2"),
    ],
)
def test_reasons_that_the_platform_gives_are_known(said, french):
    assert in_french(said) == french


KNOWN = ["date", "datetime"]
REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("missing", {}),
    ("unknown_key", {"key": "dat", "known": KNOWN}),
    ("unknown_key", {"key": "x", "known": KNOWN}),
    ("unknown_key", {"key": "x", "known": []}),
    ("unknown_kind", {"given": None, "known": KNOWN}),
    ("unknown_kind", {"given": "dat", "known": KNOWN}),
    ("not_one_of", {"given": "dat", "known": KNOWN}),
    ("not_one_of", {"given": "x", "known": KNOWN}),
    *((code, {"given": 5, "limit": 1}) for code in ("not_above", "below_least", "not_below")),
    ("above_most", {"given": 5, "limit": 1}),
    ("too_few_characters", {"given": "", "limit": 1}),
    ("too_many_characters", {"given": "abc", "limit": 1}),
    ("wrong_form", {"given": "one", "pattern": r"^v\d+\.\d+\.\d+$"}),
    ("wrong_form", {"given": "A", "pattern": r"^[a-z][a-z0-9_]{0,62}$"}),
    ("too_few_items", {"given": [], "count": 0, "limit": 1}),
    ("too_many_items", {"given": [1, 2], "count": 2, "limit": 1}),
    *((code, {"given": "x"}) for code in ("not_text", "not_whole_number", "not_number")),
    *((code, {"given": "x"}) for code in ("not_finite", "not_truth", "not_list", "not_mapping")),
]
LOOKED_UP = [f"there is no runtime {closest(name, RUNTIMES)}" for name in ("profet", "onnx")]


def _said(node: ast.expr) -> list[str]:
    """What a sentence of the code can read like, with `7` in its holes."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=one, orelse=other):
            return _said(one) + _said(other)
        case ast.JoinedStr(values=values):
            pieces = [_said(v) if isinstance(v, ast.Constant) else _filled(v) for v in values]
            return ["".join(each) for each in product(*pieces)]
        case _:
            return []


def _filled(hole: ast.expr) -> list[str]:
    assert isinstance(hole, ast.FormattedValue)
    return _said(hole.value) if isinstance(hole.value, ast.IfExp) else ["7"]


def test_whatever_a_query_is_refused_for_is_said_in_french():
    root = Path(iop_pipelines.__file__).parent
    raised = [
        node.exc
        for folder in ("query", "domain")
        for path in (root / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)
    ]
    said = [
        each
        for call in raised
        if isinstance(call.func, ast.Name) and call.func.id == "InvalidQuery" and call.args
        for each in _said(call.args[0])
    ]
    assert len(said) > 40
    assert [each for each in said if in_french(each) is None] == []


def test_what_is_refused_of_a_declaration_is_said_in_french_and_each_pattern_is_needed():
    said = [SENTENCES[code](values) for code, values in REFUSED] + LOOKED_UP
    assert [each for each in said if in_french(each) is None] == []
    for english in OF_DECLARATIONS:
        pattern = re.sub(r"\\\{\w+\\\}", ".*?", re.escape(english))
        assert any(re.fullmatch(pattern, each) for each in said), english


@pytest.mark.parametrize("said", ["something nobody has put into French", "x" * 5000])
def test_what_is_not_in_the_catalogue_is_in_english_only(said):
    assert in_french(said) is None
    data = wire.error_shape(wire.refusal(NotFound(said)), None)["data"]
    assert "translations" not in data


def test_a_value_that_reads_like_a_template_stays_what_it_is():
    assert in_french("no source '{password} {0.__class__}'") == (
        "Pas de source '{password} {0.__class__}'"
    )


def test_each_pattern_is_of_something_that_is_said():
    """Of what is ours, every piece between two holes stands in the code; pydantic's is tried above."""
    root = Path(iop_pipelines.__file__).parent
    code = "\n".join(path.read_text() for path in root.rglob("*.py") if path.name != "sentences.py")
    # An f-string may go over lines.
    code = re.sub(r"\"\s*\n\s*f?\"", "", code).replace("{{", "{").replace("}}", "}")
    pydantics = (
        "Input should",
        "String should",
        "List should",
        "Tuple should",
        "Dictionary should",
        "Extra",
        "Field",
    )
    for english in CATALOGUE:
        if english.startswith(pydantics) or english in OF_DECLARATIONS:
            continue
        pieces = [piece for piece in re.split(r"\{\w+\}", english) if piece.strip(" ;:,")]
        missing = [piece for piece in pieces if piece.strip(" :") not in code]
        assert not missing, (english, missing)
