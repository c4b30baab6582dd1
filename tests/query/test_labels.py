"""Labels of the platform's own sources, in each language."""

import ast
from pathlib import Path

import pytest

import iop_pipelines
from iop_pipelines.domain.datasets import words_of
from iop_pipelines.domain.languages import Language
from iop_pipelines.query import ledgers
from iop_pipelines.query.catalogue import Catalogue
from iop_pipelines.query.labels import Label
from iop_pipelines.transform.versions import PIPELINE_RUNS_DECLARATION


@pytest.mark.parametrize("name", ledgers.LEDGERS)
def test_every_label_of_a_source_has_its_words_in_every_language(name):
    source = Catalogue().source(name)
    texts = [source.label, *(each.label for each in source.fields.values())]
    texts += [each.label or words_of(name) for name, each in source.measures.items()]
    assert all(source.called(text).within(each) for text in texts for each in Language)


def test_measures_of_pipelines_have_theirs():
    for name in PIPELINE_RUNS_DECLARATION.measures:
        label = PIPELINE_RUNS_DECLARATION.measure_label(name)
        assert all(Label.own(label).within(each) for each in Language)


# Of IOP's own sources and findings. A unit has no translations, so it must be a sign that French readers know too.
SIGNS = {"s", "ms", "B", "%", "pts", "/100"}


def test_units_of_the_platform_are_signs_and_no_words():
    sources = [Catalogue().source(name) for name in ledgers.LEDGERS]
    parts = [
        *PIPELINE_RUNS_DECLARATION.fields.values(),
        *PIPELINE_RUNS_DECLARATION.measures.values(),
    ]
    parts += [each for source in sources for each in source.fields.values()]
    parts += [each for source in sources for each in source.measures.values()]
    assert {each.unit for each in parts} - {None} <= SIGNS
    said = {
        given.value.value
        for path in Path(iop_pipelines.__file__).parent.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        # What pandas and numpy call units are steps of time.
        if isinstance(call, ast.Call) and not ast.unparse(call.func).startswith(("pd.", "np."))
        for given in call.keywords
        if given.arg == "unit" and isinstance(given.value, ast.Constant)
    }
    assert {"/100", "ms"} <= said
    # Nothing where there is no number.
    assert said - {None, ""} <= SIGNS


def test_what_somebody_declared_is_the_same_in_every_language():
    assert Label.given("Delay").by("day").translations is None
    mean = Label.given("Delay").aggregated("mean")
    assert (mean.en, mean.within(Language.FR)) == ("Mean delay", "Delay (moyenne)")
    assert Label.known("of another release").translations is None
