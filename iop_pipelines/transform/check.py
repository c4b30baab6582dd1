"""What must hold before a declaration is stored: every name is there, every column of a type that its readers take.

The types are followed from the cast through the steps to the fields, so that what would end in pandas on the first
delivery is refused while somebody is looking.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from iop_pipelines.domain.datasets import DatasetDeclaration, FieldType, Measure
from iop_pipelines.domain.nearest import closest
from iop_pipelines.errors import InvalidDeclaration
from iop_pipelines.transform.column_types import COUNTABLE, MOMENTS, WIDER, Columns, Misfit, Read
from iop_pipelines.transform.steps import Cast, Derive, JoinReference, Step, parse_steps


@dataclass(frozen=True)
class _Left:
    """Columns as they stand after a step, and the place of the step that made each."""

    columns: Columns
    makers: Mapping[str, int]


def check_declaration(declaration: DatasetDeclaration) -> None:
    """Raises InvalidDeclaration, naming the path, the field, its type, what is taken there and how to mend it."""
    check_frame(declaration)
    steps = parse_steps(declaration)
    if not steps or not isinstance(steps[0], Cast):
        raise InvalidDeclaration("the first step must be a cast: DRM delivers text", "steps.0.kind")
    left = _Left({}, {})
    for place, step in enumerate(steps):
        left = _after(place, step, left, steps)
    for name, spec in declaration.fields.items():
        _check_field(name, spec.type, left, steps)


def check_frame(declaration: DatasetDeclaration) -> None:
    """What is declared besides the steps: time, its zone, and the measures' fields."""
    fields = declaration.fields
    takes: tuple[FieldType, ...] = ("datetime",) if declaration.freq == "h" else MOMENTS
    found = fields[declaration.time].type
    if found not in takes:
        of = " of hours" if declaration.freq == "h" else ""
        raise InvalidDeclaration(
            f"{declaration.time!r} is {found}; the time{of} is {_any_of(takes)}: name another field, "
            f"or declare `{declaration.time}: {{type: {takes[0]}}}`",
            "time",
        )
    try:
        ZoneInfo(declaration.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidDeclaration(
            f"{declaration.time_zone!r} is no IANA time zone such as Africa/Lagos", "time_zone"
        ) from error
    for label, measure in declaration.measures.items():
        for role, name, accepted in _read_by(measure):
            if fields[name].type not in accepted:
                raise InvalidDeclaration(
                    f"{name!r} is {fields[name].type}; {measure.kind} takes {_any_of(accepted)}",
                    f"measures.{label}.{role}",
                )


def _read_by(measure: Measure) -> Iterator[tuple[str, str, tuple[FieldType, ...]]]:
    is_order = measure.kind in ("min", "max")
    for role in ("field", "weight", "numerator", "denominator"):
        name = getattr(measure, role, None)
        if name is not None:
            yield role, name, (*COUNTABLE, *MOMENTS) if is_order else COUNTABLE


def _after(place: int, step: Step, left: _Left, steps: Sequence[Step]) -> _Left:
    is_first = place == 0
    for read in () if is_first else step.reads():
        _check_read(place, step, read, left, steps)
    try:
        columns = step.leaves(left.columns)
    except Misfit as misfit:
        raise InvalidDeclaration(
            f"step {place + 1} ({step.kind}): {misfit}", f"steps.{place}.{misfit.where}"
        ) from misfit
    is_kept = not isinstance(step, Cast) and set(left.columns) <= set(columns)
    makers = {
        name: left.makers[name]
        if is_kept and left.columns.get(name) == columns[name] and name in left.makers
        else place
        for name in columns
    }
    return _Left(columns, makers)


def _check_read(place: int, step: Step, read: Read, left: _Left, steps: Sequence[Step]) -> None:
    path, who = f"steps.{place}.{read.where}", f"step {place + 1} ({step.kind})"
    if read.column not in left.columns:
        raise InvalidDeclaration(
            f"{who} reads {closest(read.column, left.columns)}",
            path,
        )
    found = left.columns[read.column]
    if found not in read.takes:
        raise InvalidDeclaration(
            f"{who} reads {read.column!r}, which is {found} there; it takes {_any_of(read.takes)}: "
            f"{_fix(read.column, read.takes, left, steps)}",
            path,
        )


def _check_field(name: str, wanted: FieldType, left: _Left, steps: Sequence[Step]) -> None:
    if name not in left.columns:
        raise InvalidDeclaration(f"no step leaves {closest(name, left.columns)}", f"fields.{name}")
    found = left.columns[name]
    if found != wanted and (found, wanted) not in WIDER:
        raise InvalidDeclaration(
            f"{name!r} is declared {wanted} and the last step leaves it as {found}: declare "
            f"`type: {found}`, or {_fix(name, (wanted,), left, steps)}",
            f"fields.{name}.type",
        )


def _fix(name: str, takes: Sequence[FieldType], left: _Left, steps: Sequence[Step]) -> str:
    """Where the column's type was chosen and what to write there, else which columns would do."""
    place = left.makers[name]
    step, where = steps[place], f"step {place + 1} ({steps[place].kind})"
    if isinstance(step, Cast):
        return f"let {where} read it as `to: {takes[0]}`"
    if isinstance(step, JoinReference) and name in step.take:
        return f"give {where} `types: {{{name}: {takes[0]}}}`"
    if isinstance(step, Derive) and takes[0] in ("integer", "number", "boolean"):
        return f"let {where} derive a {takes[0]} for it"
    fitting = sorted(each for each, type_ in left.columns.items() if type_ in takes)
    return f"name a column that is, of {', '.join(fitting)}" if fitting else "no column there is"


def _any_of(types: Sequence[FieldType]) -> str:
    *others, last = types
    return f"{', '.join(others)} or {last}" if others else last
