"""What a rule found in a frame, and how that is said to a person; loads nothing heavy."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class CheckOutcome:
    """One rule on one column, or on the whole frame where `column` is None.

    Attributes:
        rule: the keyword and its value, such as `maximum 2000`.
        failed_count: rows that break it, out of `row_count`.
        sample: at most ten of those rows, JSON-safe, in the frame's order.
    """

    column: str | None
    rule: str
    is_success: bool
    failed_count: int
    row_count: int
    sample: tuple[dict[str, Any], ...] = ()

    def describe(self) -> str:
        """`column dep_delay breaks maximum 2000 in 3 of 106 rows (first: {…})`."""
        where = f"column {self.column}" if self.column else "the frame"
        if self.is_success:
            return f"{where} keeps {self.rule} in {self.row_count} rows"
        first = f" (first: {json.dumps(self.sample[0])})" if self.sample else ""
        return f"{where} breaks {self.rule} in {self.failed_count} of {self.row_count} rows{first}"

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "sample": list(self.sample)}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "CheckOutcome":
        return cls(**{**content, "sample": tuple(content["sample"])})


def dumps(outcomes: Iterable[CheckOutcome]) -> str:
    return json.dumps([outcome.to_json() for outcome in outcomes], separators=(",", ":"))


def loads(text: str) -> list[CheckOutcome]:
    return [CheckOutcome.from_json(content) for content in json.loads(text)]


def failures(outcomes: Iterable[CheckOutcome]) -> list[CheckOutcome]:
    return [outcome for outcome in outcomes if not outcome.is_success]


def failure_message(subject: str, outcomes: Iterable[CheckOutcome]) -> str:
    """One line for a ledger: every broken rule of `subject`, such as `input of delay-trend v1.0.0`.

    Raises ValueError if nothing failed: there is no message to give.
    """
    broken = failures(outcomes)
    if not broken:
        raise ValueError(f"{subject} breaks no rule")
    return f"{subject}: " + "; ".join(outcome.describe() for outcome in broken)
