"""Every language of the one list has every word that the platform says, and no list beside it names a language."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

import iop_pipelines
from iop_pipelines.domain import sentences
from iop_pipelines.domain.datasets import words_of
from iop_pipelines.domain.frequencies import STEPS
from iop_pipelines.domain.languages import (
    SOURCE,
    TRANSLATED,
    Language,
    Text,
    accepted_language,
    catalogue_of,
)
from iop_pipelines.query import labels, ledgers
from iop_pipelines.query.catalogue import Catalogue
from iop_pipelines.recommendations import phrases
from iop_pipelines.recommendations.text import Phrases, phrases_of
from iop_pipelines.runtimes.catalogue import FINDING_KINDS, Telling
from iop_pipelines.transform.versions import PIPELINE_RUNS_DECLARATION

PACKAGE = Path(iop_pipelines.__file__).parent
# What rows of evidence call the score of a delivery, and how much of it is usable.
STORED = {"Quality score", "Usable rows", "Deliveries", "Delivered rows", "Forecast error"}
# Refusals, whose French is known by patterns.
REFUSALS = {"sentences.py", "problems.py", "executions.py", "openapi.py"}


def _sources() -> Iterator[tuple[Path, ast.Module]]:
    for path in PACKAGE.rglob("*.py"):
        yield path, ast.parse(path.read_text())


def _calls() -> Iterator[str]:
    """The English of each `Text("…")`, `Label.own("…")` and `say("…")` of the code and of the pages."""
    for _, module in _sources():
        for node in ast.walk(module):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) not in (
                "Text",
                "Label.own",
                "voice.say",
            ):
                continue
            if len(node.args) == 1 and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)
    for path in PACKAGE.rglob("*.j2"):
        yield from re.findall(r'\bsay\("([^"]+)"\)', path.read_text(encoding="utf-8"))


def _labels() -> Iterator[str]:
    for name in ledgers.LEDGERS:
        source = Catalogue().source(name)
        yield source.label
        yield from (each.label for each in source.fields.values())
        yield from (each.label or words_of(name) for name, each in source.measures.items())
    for name in PIPELINE_RUNS_DECLARATION.measures:
        yield PIPELINE_RUNS_DECLARATION.measure_label(name)
    for frame in (
        *(each.by for each in STEPS.values() if each.by),
        *labels.AGGREGATES.values(),
        *labels.BEFORE.values(),
    ):
        yield frame.en


def _told() -> Iterator[Text | None]:
    for kind in FINDING_KINDS.values():
        yield from (getattr(kind.telling, part) for part in Telling.__slots__)


TOLD = {text.en for text in _told() if text is not None}


@cache
def _english() -> set[str]:
    return {*_calls(), *_labels(), *STORED}


def test_there_are_words_to_look_for() -> None:
    assert len(_english()) > 150


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_has_what_the_code_says_and_nothing_else(language: Language) -> None:
    assert set(catalogue_of(language)) == _english()


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_word_is_empty_and_every_hole_is_one_that_is_filled(language: Language) -> None:
    for english, said in catalogue_of(language).items():
        holes = _holes(said)
        assert said.strip(), english
        assert bool(holes) == bool(_holes(english)), english
        # What is told of findings has a language's own holes, which test_wording fills.
        assert english in TOLD or holes <= {"label", "inside"}, english


def _holes(text: str) -> set[str]:
    return {name for _, name, *_ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", Language)
def test_a_language_tells_recommendations_by_the_same_parts(language: Language) -> None:
    say, english = phrases_of(language), phrases_of(SOURCE)
    for name in (each for each in vars(Phrases) if not each.startswith("_")):
        assert hasattr(say, name), name
    assert set(say.ACTIONS) == set(english.ACTIONS)
    assert len(say.AMOUNTS.months) == 12
    assert len(say.AMOUNTS.certainty_steps) == len(english.AMOUNTS.certainty_steps)


def test_the_list_names_every_module_of_a_language_and_no_other() -> None:
    """Modules that hold no language have longer names than a code of two letters."""
    for package in (sentences, phrases):
        folder = Path(package.__path__[0])
        assert {path.stem for path in folder.glob("??.py")} == set(Language)


def test_no_module_beside_those_of_a_language_names_one() -> None:
    """`"fr"`, `{"fr": …}`, `fr: Words` and `Language.FR` are what a next language would have to be added beside."""
    own = {f"{language}.py" for language in Language}
    found = [
        f"{path.relative_to(PACKAGE)}:{line}"
        for path, module in _sources()
        if path.name not in own | REFUSALS and path.name != "languages.py"
        for line in _named_in(module)
    ]
    assert found == []


def _named_in(module: ast.Module) -> Iterator[int]:
    codes = {language.value for language in TRANSLATED}
    for node in ast.walk(module):
        match node:
            case ast.Constant(value=str(text)) if text in codes:
                yield node.lineno
            case ast.AnnAssign(target=ast.Name(id=name)) if name in codes:
                yield node.lineno
            case ast.Attribute(value=ast.Name(id="Language"), attr=name) if name != SOURCE.name:
                if name in Language.__members__:
                    yield node.lineno
            case ast.ImportFrom(module=str(origin)) if re.search(
                r"\.(catalogues|phrases)$", origin
            ):
                if {each.name for each in node.names} & codes:
                    yield node.lineno


def test_a_text_without_words_names_the_language_and_the_text() -> None:
    with pytest.raises(KeyError, match=r"sentences\.fr has no words for 'Never said'"):
        Text("Never said").within(Language.FR)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", Language.EN),
        ("fr-FR,fr;q=0.9", Language.FR),
        ("de, FR-ca;q=0.5, en;q=0.1", Language.FR),
        ("en-GB,fr", Language.EN),
        ("xx", Language.EN),
    ],
)
def test_a_browser_is_answered_in_the_first_language_that_is_spoken(
    header: str, language: Language
) -> None:
    assert accepted_language(header) is language
