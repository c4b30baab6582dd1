"""What must hold before a declaration is stored: every name is there, every column of a type that its readers take.

The types are followed from the cast through the steps to the fields, so that what would end in pandas on the first
delivery is refused while somebody is looking.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from iop_pipelines.domain.datasets import DatasetDeclaration, FieldType, Measure
from iop_pipelines.domain.nearest import closest
from iop_pipelines.domain.sentences import Sentence
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
        raise InvalidDeclaration("steps.first_not_cast", "steps.0.kind")
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
        raise InvalidDeclaration(
            "time.of_hours_wrong_type" if declaration.freq == "h" else "time.wrong_type",
            "time",
            name=declaration.time,
            found=found,
            takes=_any_of(takes),
            type=takes[0],
        )
    try:
        ZoneInfo(declaration.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidDeclaration(
            "time_zone.unknown", "time_zone", name=declaration.time_zone
        ) from error
    for label, measure in declaration.measures.items():
        for role, name, accepted in _read_by(measure):
            if fields[name].type not in accepted:
                raise InvalidDeclaration(
                    "measure.wrong_type",
                    f"measures.{label}.{role}",
                    name=name,
                    found=fields[name].type,
                    kind=measure.kind,
                    takes=_any_of(accepted),
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
            "step.misfit",
            f"steps.{place}.{misfit.where}",
            step=_step(place, step),
            said=misfit.sentence,
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
    path, who = f"steps.{place}.{read.where}", _step(place, step)
    if read.column not in left.columns:
        raise InvalidDeclaration(
            "step.reads_unknown", path, step=who, name=closest(read.column, left.columns)
        )
    found = left.columns[read.column]
    if found not in read.takes:
        raise InvalidDeclaration(
            "step.reads_wrong_type",
            path,
            step=who,
            name=read.column,
            found=found,
            takes=_any_of(read.takes),
            fix=_fix(read.column, read.takes, left, steps),
        )


def _check_field(name: str, wanted: FieldType, left: _Left, steps: Sequence[Step]) -> None:
    if name not in left.columns:
        raise InvalidDeclaration(
            "step.no_such_column", f"fields.{name}", name=closest(name, left.columns)
        )
    found = left.columns[name]
    if found != wanted and (found, wanted) not in WIDER:
        raise InvalidDeclaration(
            "field.left_as_other",
            f"fields.{name}.type",
            name=name,
            wanted=wanted,
            found=found,
            fix=_fix(name, (wanted,), left, steps),
        )


def _fix(name: str, takes: Sequence[FieldType], left: _Left, steps: Sequence[Step]) -> Sentence:
    """Where the column's type was chosen and what to write there, else which columns would do."""
    place = left.makers[name]
    step, where = steps[place], _step(place, steps[place])
    if isinstance(step, Cast):
        return Sentence("fix.read_as", step=where, type=takes[0])
    if isinstance(step, JoinReference) and name in step.take:
        return Sentence("fix.give_types", step=where, name=name, type=takes[0])
    if isinstance(step, Derive) and takes[0] in ("integer", "number", "boolean"):
        return Sentence("fix.derive", step=where, type=takes[0])
    fitting = sorted(each for each, type_ in left.columns.items() if type_ in takes)
    return Sentence("fix.name_another", known=fitting) if fitting else Sentence("fix.none")


def _step(place: int, step: Step) -> Sentence:
    return Sentence("step.at", place=place + 1, kind=step.kind)


def _any_of(types: Sequence[FieldType]) -> Sentence:
    *others, last = types
    return (
        Sentence("types.or", others=others, last=last)
        if others
        else Sentence("types.one", type=last)
    )
