"""What only a person can decide, and how it is asked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Question:
    """`choices`: (value, in words); `option` is what answers it on the command line."""

    text: Sentence
    choices: tuple[tuple[str, str], ...]
    option: str


Ask = Callable[[Question], str]


def refuse_to_guess(question: Question) -> NoReturn:
    """Where nobody can be asked."""
    ways = [f"{question.option} {_quoted(value)} ({said})" for value, said in question.choices]
    raise InvalidInput("intake.open_question", question=question.text, ways=ways)


def _quoted(value: str) -> str:
    return f"'{value}'" if " " in value or value in ".," else value
