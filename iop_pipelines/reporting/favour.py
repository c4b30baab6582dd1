"""Whether a change is good news, by what its measure says: `favourable: up` or `down`."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

from iop_pipelines.domain.datasets import Favourable
from iop_pipelines.domain.languages import Text
from iop_pipelines.query.result import Column, Value

Verdict = Literal["better", "worse"]
_CHANGE = "_change"
VERDICTS: Mapping[Verdict, Text] = {"better": Text("better"), "worse": Text("worse")}


def verdict_of(favourable: Favourable | None, change: Value) -> Verdict | None:
    """None where nobody said which way is good, nothing is known, or nothing changed."""
    if favourable is None or not isinstance(change, int | float | Decimal) or not change:
        return None
    return "better" if (change > 0) == (favourable == "up") else "worse"


def favoured(columns: Sequence[Column]) -> list[Favourable | None]:
    """Of each column of changes which way is good, as the measure beside it says; None of all others."""
    own: dict[str, Favourable | None] = {each.name: each.favourable for each in columns}
    return [
        own.get(column.name.removesuffix(_CHANGE)) if column.name.endswith(_CHANGE) else None
        for column in columns
    ]
