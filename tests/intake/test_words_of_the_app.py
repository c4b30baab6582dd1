"""What is said of a file in the app: never an option of a command, which nobody can type there."""

import re

import pytest

from iop_pipelines.domain.languages import Language
from iop_pipelines.domain.sentences import Sentence, catalogue
from iop_pipelines.intake.in_app import in_app

_OF_COMMANDS = re.compile(r"--\w|\biop |IOP_|env:")
# Of databases and sources that are watched, which only the command line opens; and of the log of a command.
ELSEWHERE = {
    "intake.bad_query",
    "intake.no_query",
    "intake.same_name",
    "intake.slow_query",
    "intake.watch_one",
    "intake.which_table",
    "intake.wrong_reference",
}
# Their values name the ways to answer.
BY_VALUES = {"intake.open_question"}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_sentence_with_a_command_has_a_twin_without_one(language: Language) -> None:
    sentences = catalogue(language).SENTENCES
    named = {
        code
        for code, text in sentences.items()
        if code.startswith("intake.") and _OF_COMMANDS.search(text)
    }
    twins = {code.removesuffix("_in_app") for code in sentences if code.endswith("_in_app")}
    assert named - ELSEWHERE == twins - BY_VALUES
    assert not [code for code in twins if _OF_COMMANDS.search(sentences[f"{code}_in_app"])]


def test_a_sentence_within_a_sentence_is_said_for_the_app_too() -> None:
    told = Sentence("intake.no_table", name="a.csv", what=Sentence("intake.is_sqlite"))
    assert "export its table as CSV" in str(in_app(told))
    question = Sentence("intake.ask_order", column="day", cell="01/02/2026")
    asked = Sentence("intake.open_question", question=question, ways=["--dates day-first"])
    assert str(in_app(asked)).startswith(str(question))
    assert "--" not in str(in_app(asked))
