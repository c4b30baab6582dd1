"""From the text that DRM delivered to typed rows, by the steps that the dataset declares. Pure; heavy."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from iop_pipelines.domain.collector import collector_paused
from iop_pipelines.domain.datasets import DECIMALS, DatasetDeclaration, FieldType
from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.transform.apply import apply_step
from iop_pipelines.transform.apply.frame import (
    Context,
    Reasons,
    Rejects,
    concatenated,
    keys_of,
    second_hours,
    too_long,
    unknown,
    with_folds,
)
from iop_pipelines.transform.column_types import Columns
from iop_pipelines.transform.references import References, read_carried
from iop_pipelines.transform.steps import ON_TEXT, Cast, Step, parse_steps
from iop_pipelines.transform.table import FOLD, STRING_LENGTH

# The names of the two checks that every dataset gets after its steps, besides the steps' own.
WINDOW_CHECK = "window"
FIELDS_CHECK = "fields"
_CHECKS = 2
_MOST_SHARED = 50_000

# Rows that say nothing which the kept ones do not: without them nothing of a delivery is lost.
_LOSES_NOTHING = frozenset({"row.exact_duplicate", "row.gap"})


@dataclass(frozen=True)
class StepCount:
    """Rows before, after and rejected by one step; resample and gap_policy change the number otherwise too.

    rows_refused: those of the rejected whose content is lost by it.
    """

    kind: str
    rows_in: int
    rows_out: int
    rows_rejected: int
    rows_refused: int = 0


@dataclass(frozen=True)
class Prepared:
    """Attributes:
    frame: the declared fields, typed (string object, integer Int64, number float64, boolean boolean,
        date and datetime datetime64[ns] naive local, decimal Int64 of its last place), unique by key, within
        the window, sorted by time and key. Where time is a datetime, `iop_fold` beside them: 1 in the second of two
        hours that clocks show alike, else 0; two such rows may have one key.
    rejects: `step`, `reason`, `said` (the same as code and values), `row` (the row before that step, JSON-ready).
    reject_reasons: reason -> rows. reasons: the same by sentence.
    steps: the declared ones. checks: the two that every dataset gets after them.
    """

    frame: pd.DataFrame
    rejects: pd.DataFrame
    rows_in: int
    rows_out: int
    reject_reasons: dict[str, int]
    steps: tuple[StepCount, ...] = ()
    checks: tuple[StepCount, ...] = ()
    reasons: Mapping[Sentence, int] = field(default_factory=dict[Sentence, int])

    @property
    def rows_refused(self) -> int:
        return sum(each.rows_refused for each in (*self.steps, *self.checks))

    @property
    def usable_share(self) -> Fraction | None:
        """What the steps leave of each other's rows, 0 to 1; None where nothing was delivered.

        Shares are multiplied, for after `resample` a row stands for many that were delivered.
        """
        if self.rows_in == 0:
            return None
        if self.rows_out == 0:
            return Fraction(0)
        share = Fraction(1)
        for each in (*self.steps, *self.checks):
            share *= 1 - Fraction(each.rows_refused, each.rows_in or 1)
        return share

    @property
    def usable_pct(self) -> float | None:
        share = self.usable_share
        return None if share is None else float(100 * share)


def prepare(
    declaration: DatasetDeclaration,
    raw: pd.DataFrame | Iterable[pd.DataFrame],
    window: tuple[datetime, datetime],
    references: References = read_carried,
    tick: Tick = nobody,
) -> Prepared:
    """Runs the declared steps on `raw`, cells text or None, in order of delivery, whole or in parts.

    window: [start, end) in the dataset's local time; rows outside of it are rejected, since they would
    stand beside those of the version that their own window belongs to.
    tick: called before every step, and before each of the two checks that follow.

    Raises:
        InvalidDeclaration: a step cannot do what it says with these columns.
        InvalidFrame: a column that the cast names was not delivered.
    """
    context = Context(declaration.time, declaration.time_zone, *window, references)
    rejects = Rejects()
    stages = list(_stages(declaration, window, context, rejects))
    parts = [raw] if isinstance(raw, pd.DataFrame) else raw
    # A cast looks at each row by itself, and what it makes of a part is a fifth of its texts.
    is_first = stages[0][0] == "cast"
    frame, rows_in = _from_parts(parts, stages[0][1] if is_first else None, tick)
    counts = [_counted("cast", rows_in, len(frame), rejects.reasons)] if is_first else []
    for kind, apply in stages[is_first:]:
        tick()
        before, rejected = len(frame), len(rejects.rows)
        frame = apply(frame)
        counts.append(_counted(kind, before, len(frame), rejects.reasons[rejected:]))
    reasons = [each.english for each in rejects.reasons]
    kept = {each: each.as_json() for each in set(rejects.reasons)}
    return Prepared(
        frame=frame,
        rejects=pd.DataFrame(
            {
                "step": rejects.steps,
                "reason": reasons,
                "said": [kept[each] for each in rejects.reasons],
                "row": rejects.rows,
            },
            dtype=object,
        ),
        rows_in=rows_in,
        rows_out=len(frame),
        reject_reasons=dict(Counter(reasons)),
        steps=tuple(counts[:-_CHECKS]),
        checks=tuple(counts[-_CHECKS:]),
        reasons=Counter(rejects.reasons),
    )


def _stages(
    declaration: DatasetDeclaration,
    window: tuple[datetime, datetime],
    context: Context,
    rejects: Rejects,
) -> Iterator[tuple[str, Callable[[pd.DataFrame], pd.DataFrame]]]:
    """The declared steps and the two checks after them, by kind."""
    types: Columns = {}
    for step in parse_steps(declaration):
        # What the cast and the steps before it reject is shown as it was delivered.
        shown = {} if isinstance(step, (Cast, *ON_TEXT)) else types
        given = replace(context, columns=types)
        yield step.kind, partial(_stepped, step, given, rejects.showing(shown))
        types = step.leaves(types)
    shown = rejects.showing(types)
    yield WINDOW_CHECK, lambda frame: _within_window(declaration, frame, window, shown)
    yield FIELDS_CHECK, lambda frame: _conform(declaration, frame, shown)


def _stepped(step: Step, context: Context, rejects: Rejects, frame: pd.DataFrame) -> pd.DataFrame:
    return apply_step(step, frame, context, rejects)


def _counted(kind: str, before: int, after: int, reasons: Sequence[Sentence]) -> StepCount:
    refused = sum(
        count
        for reason, count in Counter(reasons).items()
        if reason.inner.code not in _LOSES_NOTHING
    )
    return StepCount(kind, before, after, len(reasons), refused)


def _from_parts(
    parts: Iterable[pd.DataFrame],
    first: Callable[[pd.DataFrame], pd.DataFrame] | None,
    tick: Tick,
) -> tuple[pd.DataFrame, int]:
    """All parts in one, after the first step if it is given; and how many rows came."""
    done: list[pd.DataFrame] = []
    count = 0
    shared: dict[str, dict[Any, Any]] = {}
    with collector_paused():
        for part in parts:
            tick()
            count += len(part)
            if not part.index.equals(pd.RangeIndex(len(part))):
                part = part.reset_index(drop=True)
            done.append(first(part) if first is not None else _sharing(part, shared))
    return done[0] if len(done) == 1 else concatenated(done), count


def _sharing(part: pd.DataFrame, shared: dict[str, dict[Any, Any]]) -> pd.DataFrame:
    """Texts that many rows of all parts have are kept once. shared: those of each column so far."""
    cells = {}
    for name in part.columns:
        known = shared.setdefault(name, {})
        texts = part[name].tolist()
        # Of a column with so many different texts, rows hardly share any.
        if len(known) < _MOST_SHARED:
            texts = list(map(known.setdefault, texts, texts))
        cells[name] = texts
    return pd.DataFrame(cells, columns=part.columns, dtype=object)


def _within_window(
    declaration: DatasetDeclaration,
    frame: pd.DataFrame,
    window: tuple[datetime, datetime],
    rejects: Rejects,
) -> pd.DataFrame:
    name, (start, end) = declaration.time, window
    time = frame[name].to_numpy(dtype="datetime64[ns]")
    reasons = Reasons(len(frame))
    reasons.add(np.isnat(time), Sentence("row.missing"), name)
    is_outside = (time < np.datetime64(start)) | (time >= np.datetime64(end))
    reasons.add(is_outside, Sentence("row.outside_window"), name)
    return rejects.take(frame, reasons, WINDOW_CHECK)


def _conform(
    declaration: DatasetDeclaration, frame: pd.DataFrame, rejects: Rejects
) -> pd.DataFrame:
    """The declared fields with their types; rejects nulls where none may be, and second rows of a key."""
    fold = second_hours(frame, declaration.time)
    # Of the same columns in the same order a copy would be all that comes of it.
    if list(frame.columns) != list(declaration.fields):
        frame = frame[list(declaration.fields)]
    if fold.any():
        frame = with_folds(frame, declaration.time, fold)
    reasons = Reasons(len(frame))
    for name, spec in declaration.fields.items():
        if not spec.nullable:
            reasons.add(unknown(frame[name]), Sentence("row.missing"), name)
        if spec.type == "string":
            reasons.add(too_long(frame[name]), Sentence("row.too_long", most=STRING_LENGTH), name)
    is_former = frame.duplicated(keys_of(frame, declaration.key), keep="last").to_numpy()
    reasons.add(is_former, Sentence("row.key_twice"), "key")
    frame = rejects.take(frame, reasons, FIELDS_CHECK)
    wanted = {name: _DTYPES[spec.type] for name, spec in declaration.fields.items()}
    others = {name: dtype for name, dtype in wanted.items() if frame[name].dtype != dtype}
    frame = frame.astype(others) if others else frame
    order = list(dict.fromkeys((*keys_of(frame, (declaration.time,)), *declaration.key)))
    frame = frame.sort_values(order, kind="stable", na_position="first", ignore_index=True)
    fold = second_hours(frame, declaration.time)
    frame = with_folds(frame, declaration.time, None)
    if declaration.has_repeated_hours:
        # Sorting made the frame: it need not be copied once more.
        frame[FOLD] = fold
    return frame


_DTYPES: dict[FieldType, str | type] = {
    "string": object,
    "integer": "Int64",
    "number": np.float64,
    "boolean": "boolean",
    "date": "datetime64[ns]",
    "datetime": "datetime64[ns]",
    **dict.fromkeys(DECIMALS, "Int64"),
}
