"""What a rule found in a frame, and how that is said to a person; loads nothing heavy."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from iop_pipelines.domain.sentences import Sentence

Side = Literal["input", "output"]
# The code of what breaks the schema of a side of a model.
BROKEN: Mapping[Side, str] = {"input": "input.broken", "output": "output.broken"}

_LEAST_ROWS = "x-min-rows "


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

    def describe(self) -> Sentence:
        """`column dep_delay breaks maximum 2000 in 3 of 106 rows (first: {…})`."""
        where = (
            Sentence("check.column", name=self.column) if self.column else Sentence("check.frame")
        )
        if self.is_success:
            return Sentence("check.keeps", where=where, rule=self.rule, rows=self.row_count)
        broken = Sentence(
            "check.breaks",
            where=where,
            rule=self.rule,
            failed=self.failed_count,
            rows=self.row_count,
        )
        if not self.sample:
            return broken
        return Sentence("check.breaks_first", said=broken, row=json.dumps(self.sample[0]))

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "sample": list(self.sample)}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "CheckOutcome":
        return cls(**{**content, "sample": tuple(content["sample"])})


def joined(parts: Sequence[Sequence[CheckOutcome]]) -> tuple[CheckOutcome, ...]:
    """Of the parts of a frame, each with the same rules in the same order, those of the whole."""
    return tuple(_joined(outcomes) for outcomes in zip(*parts, strict=True))


def _joined(outcomes: Sequence[CheckOutcome]) -> CheckOutcome:
    rows = sum(each.row_count for each in outcomes)
    first = next((each for each in outcomes if not each.is_success), outcomes[0])
    if first.column is None and first.rule.startswith(_LEAST_ROWS):
        is_success = rows >= int(first.rule.removeprefix(_LEAST_ROWS))
        return replace(
            first, is_success=is_success, failed_count=0 if is_success else rows, row_count=rows
        )
    sample = tuple(row for each in outcomes for row in each.sample)
    return CheckOutcome(
        first.column,
        first.rule,
        all(each.is_success for each in outcomes),
        sum(each.failed_count for each in outcomes),
        rows,
        sample[: max(len(each.sample) for each in outcomes)],
    )


def dumps(outcomes: Iterable[CheckOutcome]) -> str:
    return json.dumps([outcome.to_json() for outcome in outcomes], separators=(",", ":"))


def loads(text: str) -> list[CheckOutcome]:
    return [CheckOutcome.from_json(content) for content in json.loads(text)]


def failures(outcomes: Iterable[CheckOutcome]) -> list[CheckOutcome]:
    return [outcome for outcome in outcomes if not outcome.is_success]


def failure_of(side: Side, label: str, outcomes: Iterable[CheckOutcome]) -> Sentence:
    """For a ledger: every broken rule of the input or output of a model, `input of delay-trend v1.0.0: …`.

    Raises ValueError if nothing failed: there is no message to give.
    """
    broken = failures(outcomes)
    if not broken:
        raise ValueError(f"{side} of {label} breaks no rule")
    said = Sentence.listed([outcome.describe() for outcome in broken])
    return Sentence(BROKEN[side], label=label, said=said)
