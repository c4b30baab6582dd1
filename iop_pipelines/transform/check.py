"""What must hold before a declaration is stored: every name is there, every column of a type that its readers take.

The types are followed from the cast through the steps to the fields, so that what would end in pandas on the first
delivery is refused while somebody is looking. All that is wrong is said at once; what a mistake leaves open is not
taken for another.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import TypeAdapter, ValidationError

from iop_pipelines.calendars.countries import problems_of
from iop_pipelines.domain.calendars import CountryDays
from iop_pipelines.domain.datasets import (
    FIELD_TYPES,
    DatasetDeclaration,
    FieldSpec,
    FieldType,
    Measure,
    type_names,
)
from iop_pipelines.domain.frequencies import STEPS, Frequency
from iop_pipelines.domain.nearest import closest
from iop_pipelines.domain.refusals import refusals_of
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.transform.cast_columns import CastColumn
from iop_pipelines.transform.column_types import COUNTABLE, MOMENTS, WIDER, Columns, Read
from iop_pipelines.transform.steps import (
    ON_TEXT,
    Cast,
    Derive,
    JoinReference,
    Rename,
    Resample,
    Step,
    Unpivot,
    refusals_of_steps,
    step_or_none,
)
from iop_pipelines.validation.files import all_of

# The path of what is wrong, and what it is.
Problem = tuple[str, Sentence]
_ROLES = ("field", "weight", "numerator", "denominator")
_MEASURE: TypeAdapter[Measure] = TypeAdapter(Measure)
_CAST_COLUMN = TypeAdapter(CastColumn)
_FIELD = TypeAdapter(FieldSpec)
_COUNTRY = TypeAdapter(CountryDays)


@dataclass(frozen=True)
class _Left:
    """Columns as they stand after a step, and the place of the step that made each.

    is_open: there may be others, as in what DRM delivers, and after a step that is wrong; gone: no longer there;
    vague: there, of a type that a mistake leaves open.
    """

    columns: Columns
    makers: Mapping[str, int]
    is_open: bool = False
    gone: frozenset[str] = frozenset()
    vague: frozenset[str] = frozenset()

    @property
    def names(self) -> set[str]:
        return {*self.columns, *self.vague}


@dataclass(frozen=True)
class _Frame:
    """What is declared besides the steps, as far as it could be read; unread: names of fields that could not."""

    fields: Mapping[str, FieldSpec]
    measures: Mapping[str, Measure]
    time: str | None
    key: Sequence[str]
    freq: str | None
    time_zone: str | None
    countries: Mapping[int, CountryDays]
    unread: frozenset[str] = frozenset()


@dataclass
class _Followed:
    """Where the steps have come to."""

    steps: Sequence[Step | None]
    problems: list[Problem] = field(default_factory=list[Problem])

    def add(self, path: str, said: Sentence) -> None:
        self.problems.append((path, said))


def check_declaration(declaration: DatasetDeclaration) -> None:
    """Raises InvalidDeclaration, naming each path, the field, its type, what is taken there and how to mend it."""
    _refuse([*_of_frame(_frame_of(declaration)), *_of_steps(declaration.steps, declaration.fields)])


def checked(content: Mapping[str, Any]) -> DatasetDeclaration:
    """The declaration that a file holds. Raises as `check_declaration`, of what cannot be read too."""
    try:
        declaration = DatasetDeclaration.model_validate(content)
    except ValidationError as error:
        frame = _readable(content)
        refused = [
            (each.place, each.sentence)
            for each in refusals_of(error, DatasetDeclaration)
            # Of names that are not there, which `_of_frame` tells with their places.
            if each.place
        ]
        steps = content.get("steps", ())
        told = [*refused, *_of_frame(frame)]
        if isinstance(steps, list | tuple):
            told += _of_steps(cast(Sequence[Any], steps), frame.fields)
        _refuse(list(dict(reversed(told)).items())[::-1])
        raise
    check_declaration(declaration)
    return declaration


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise all_of(problems)


def _frame_of(declaration: DatasetDeclaration) -> _Frame:
    return _Frame(
        declaration.fields,
        declaration.measures,
        declaration.time,
        declaration.key,
        declaration.freq,
        declaration.time_zone,
        dict(enumerate(declaration.calendar.countries if declaration.calendar else ())),
    )


def _readable(content: Mapping[str, Any]) -> _Frame:
    fields = _each(content.get("fields"), _FIELD)
    named = content.get("fields")
    time, zone, freq = (content.get(key) for key in ("time", "time_zone", "freq"))
    key = content.get("key")
    return _Frame(
        fields,
        _each(content.get("measures"), _MEASURE),
        time if isinstance(time, str) else None,
        [each for each in cast(list[Any], key) if isinstance(each, str)]
        if isinstance(key, list | tuple)
        else (),
        freq if isinstance(freq, str) else None,
        zone if isinstance(zone, str) else None,
        _countries(content.get("calendar")),
        frozenset(named) - fields.keys() if isinstance(named, Mapping) else frozenset(),
    )


def _countries(calendar: Any) -> dict[int, CountryDays]:
    """Those of a calendar that can be read, by their place."""
    listed = cast(Mapping[str, Any], calendar).get("countries") if _is_mapping(calendar) else ()
    if not isinstance(listed, list | tuple):
        return {}
    placed = {str(at): each for at, each in enumerate(cast(Sequence[Any], listed))}
    return {int(at): each for at, each in _each(placed, _COUNTRY).items()}


def _is_mapping(given: Any) -> bool:
    return isinstance(given, Mapping)


def _each(given: Any, adapter: TypeAdapter[Any]) -> dict[str, Any]:
    """Those of a mapping that can be read."""
    found: dict[str, Any] = {}
    for name, value in cast(Mapping[Any, Any], given).items() if isinstance(given, Mapping) else ():
        try:
            found[str(name)] = adapter.validate_python(value)
        except ValidationError:
            continue
    return found


def _of_frame(frame: _Frame) -> Iterator[Problem]:
    """Time, its zone, the key, and the measures' fields."""
    fields = frame.fields
    named = [("time", frame.time), *((f"key.{at}", name) for at, name in enumerate(frame.key))]
    for path, name in named:
        if name is not None and name not in fields and name not in frame.unread:
            yield path, Sentence("field.not_declared", name=name, known=sorted(fields))
    if frame.time is not None and frame.time in fields:
        step = STEPS.get(cast(Frequency, frame.freq))
        is_within_day = step is not None and step.minutes is not None
        takes: tuple[FieldType, ...] = ("datetime",) if is_within_day else MOMENTS
        found = fields[frame.time].type
        if found not in takes:
            yield (
                "time",
                Sentence(
                    "time.of_hours_wrong_type" if is_within_day else "time.wrong_type",
                    name=frame.time,
                    found=found,
                    takes=_any_of(takes),
                    type=takes[0],
                ),
            )
    if frame.time_zone is not None and not _is_zone(frame.time_zone):
        yield "time_zone", Sentence("time_zone.unknown", name=frame.time_zone)
    for label, measure in frame.measures.items():
        yield from _of_measure(label, measure, frame)
    for place, country in frame.countries.items():
        for path, said in problems_of(country):
            yield f"calendar.countries.{place}.{path}", said


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _of_measure(label: str, measure: Measure, frame: _Frame) -> Iterator[Problem]:
    accepted = (*COUNTABLE, *MOMENTS) if measure.kind in ("min", "max") else COUNTABLE
    for role in _ROLES:
        name, path = getattr(measure, role, None), f"measures.{label}.{role}"
        if name is None or name in frame.unread:
            continue
        if name not in frame.fields:
            yield path, Sentence("measure.lacks_field", name=closest(name, frame.fields))
        elif (found := frame.fields[name].type) not in accepted:
            yield (
                path,
                Sentence(
                    "measure.wrong_type",
                    name=name,
                    found=found,
                    kind=measure.kind,
                    takes=_any_of(accepted),
                ),
            )


def _of_steps(given: Sequence[Any], fields: Mapping[str, FieldSpec]) -> Iterator[Problem]:
    yield from refusals_of_steps(given)
    followed = _Followed([step_or_none(each) for each in given])
    left = _Left({}, {}, is_open=True)
    has_cast = False
    for place, step in enumerate(followed.steps):
        if step is None:
            # Of a kind that is not known, it may have been meant for the cast.
            kind = given[place].get("kind") if isinstance(given[place], Mapping) else None
            has_cast |= kind not in ("rename", "unpivot")
            left = _salvaged(place, given[place], left)
            followed.problems += _of_cast_columns(place, given[place])
            continue
        is_on_text = isinstance(step, ON_TEXT)
        if has_cast and is_on_text:
            followed.add(f"steps.{place}.kind", Sentence("step.on_text", step=_step(place, step)))
        elif not has_cast and not is_on_text and not isinstance(step, Cast):
            followed.add(f"steps.{place}.kind", Sentence("steps.first_not_cast"))
            yield from followed.problems
            return
        has_cast |= isinstance(step, Cast)
        left = _after(place, step, left, followed)
    if not has_cast and all(followed.steps):
        followed.add(f"steps.{len(given)}.kind", Sentence("steps.first_not_cast"))
        left = _Left({}, {}, is_open=True)
    for name, spec in fields.items():
        _check_field(name, spec.type, left, followed)
    yield from followed.problems


def _salvaged(place: int, given: Any, left: _Left) -> _Left:
    """After a step that cannot be read: what is known all the same."""
    raw = cast(Mapping[str, Any], given if isinstance(given, Mapping) else {})
    kind, columns = raw.get("kind"), raw.get("columns")
    made = cast(Mapping[Any, Any], columns if isinstance(columns, Mapping) else {})
    if kind in ("cast", "derive"):
        key = "to" if kind == "cast" else "type"
        default: FieldType | None = None if kind == "cast" else "number"
        told: dict[str, FieldType | None] = {
            str(name): _type_in(spec, key, default) for name, spec in made.items()
        }
        found: dict[str, FieldType] = {} if kind == "cast" else {**left.columns}
        for name, type_ in told.items():
            if type_ is not None:
                found[name] = type_
        vague = {name for name, type_ in told.items() if type_ is None}
        makers = {name: place if name in told else left.makers[name] for name in found}
        is_open = not made or (kind == "derive" and left.is_open)
        known = _without(found, vague)
        return _Left(known, makers, is_open, vague=frozenset(vague))
    if kind in ("deduplicate", "gap_policy"):
        return left
    return _Left({}, {}, is_open=True)


def _without(columns: Columns, names: Collection[str]) -> dict[str, FieldType]:
    return {name: type_ for name, type_ in columns.items() if name not in names}


def _of_cast_columns(place: int, given: Any) -> Iterator[Problem]:
    """Of a cast that cannot be read, what is wrong with those of its columns that can."""
    raw = cast(Mapping[str, Any], given if isinstance(given, Mapping) else {})
    columns = _each(raw.get("columns"), _CAST_COLUMN) if raw.get("kind") == "cast" else {}
    who = Sentence("step.at", place=place + 1, kind="cast")
    for name, spec in columns.items():
        for key, said in spec.misfits(name):
            where = f"steps.{place}.columns.{name}.{key}"
            yield where, Sentence("step.misfit", step=who, said=said)


def _type_in(spec: Any, key: str, default: FieldType | None = None) -> FieldType | None:
    value = cast(Mapping[str, Any], spec).get(key, default) if isinstance(spec, Mapping) else None
    return value if value in FIELD_TYPES else None


def _after(place: int, step: Step, left: _Left, followed: _Followed) -> _Left:
    guessed: dict[str, FieldType] = {}
    for read in step.reads():
        is_known = read.column in left.columns
        if _check_read(place, step, read, left, followed) or not is_known:
            guessed[read.column] = read.takes[0]
    given: dict[str, FieldType] = {**left.columns, **guessed}
    for misfit in (*step.misfits(), *step.judge(given, guessed)):
        said = Sentence("step.misfit", step=_step(place, step), said=misfit.sentence)
        followed.add(f"steps.{place}.{misfit.where}", said)
    columns: Columns = step.leaves(given)
    vague = _vague_after(step, columns, left, guessed)
    columns = _without(columns, vague)
    if not isinstance(step, (Cast, *ON_TEXT)):
        # A name that is not there is not there after the step either.
        made = step.columns.keys() if isinstance(step, Derive) else ()
        lost = {name for name in guessed if name not in left.columns and name not in made}
        restored: dict[str, FieldType] = {
            name: left.columns[name] for name in guessed if name in left.columns and name in columns
        }
        columns = {**_without(columns, lost), **restored}
    is_kept = not isinstance(step, Cast) and set(left.columns) <= set(columns)
    makers = {
        name: left.makers[name]
        if is_kept and left.columns.get(name) == columns[name] and name in left.makers
        else place
        for name in columns
    }
    return _Left(columns, makers, *_besides(step, left), vague)


def _vague_after(
    step: Step, columns: Columns, left: _Left, guessed: Mapping[str, FieldType]
) -> frozenset[str]:
    """Columns whose type is a guess."""
    match step:
        case Resample():
            made = {name for name, each in step.aggregate.items() if each.column in guessed}
            return frozenset(made | {name for name in step.by if name in guessed})
        case Cast() | Rename() | Unpivot():
            return frozenset()
        case _:
            made = {name for name in columns if name not in left.names}
            return left.vague - made - (step.columns.keys() if isinstance(step, Derive) else set())


def _besides(step: Step, left: _Left) -> tuple[bool, frozenset[str]]:
    """Whether there may be other columns after a step, and which there are not."""
    match step:
        case Cast():
            return False, frozenset()
        case Rename():
            return left.is_open, left.gone | set(step.columns.values()) - step.columns.keys()
        case Unpivot():
            return left.is_open and not step.keep, left.gone | set(step.columns)
        case _:
            return left.is_open, left.gone


def _check_read(place: int, step: Step, read: Read, left: _Left, followed: _Followed) -> bool:
    """Whether something is wrong with it."""
    path, who = f"steps.{place}.{read.where}", _step(place, step)
    if read.column not in left.columns:
        if read.column in left.vague or (left.is_open and read.column not in left.gone):
            return False
        name = closest(read.column, sorted(left.names))
        followed.add(path, Sentence("step.reads_unknown", step=who, name=name))
        return True
    found = left.columns[read.column]
    if found in read.takes:
        return False
    followed.add(
        path,
        Sentence(
            "step.reads_wrong_type",
            step=who,
            name=read.column,
            found=found,
            takes=_any_of(read.takes),
            fix=_fix(read.column, read.takes, left, followed.steps),
        ),
    )
    return True


def _check_field(name: str, wanted: FieldType, left: _Left, followed: _Followed) -> None:
    if name not in left.columns:
        if not left.is_open and name not in left.vague:
            known = sorted(left.names)
            followed.add(
                f"fields.{name}", Sentence("step.no_such_column", name=closest(name, known))
            )
        return
    found = left.columns[name]
    if found != wanted and (found, wanted) not in WIDER:
        followed.add(
            f"fields.{name}.type",
            Sentence(
                "field.left_as_other",
                name=name,
                wanted=wanted,
                found=found,
                fix=_fix(name, (wanted,), left, followed.steps),
            ),
        )


def _fix(
    name: str, takes: Sequence[FieldType], left: _Left, steps: Sequence[Step | None]
) -> Sentence:
    """Where the column's type was chosen and what to write there, else which columns would do."""
    place = left.makers[name]
    step = steps[place]
    if isinstance(step, Cast) or (step is None and place == 0):
        where = Sentence("step.at", place=place + 1, kind="cast")
        return Sentence("fix.read_as", step=where, type=takes[0])
    if step is None:
        return Sentence("fix.none")
    where = _step(place, step)
    if isinstance(step, JoinReference) and name in step.take:
        return Sentence("fix.give_types", step=where, name=name, type=takes[0])
    if isinstance(step, Derive) and takes[0] in ("integer", "number", "boolean"):
        return Sentence("fix.derive", step=where, type=takes[0])
    fitting = sorted(each for each, type_ in left.columns.items() if type_ in takes)
    return Sentence("fix.name_another", known=fitting) if fitting else Sentence("fix.none")


def _step(place: int, step: Step) -> Sentence:
    return Sentence("step.at", place=place + 1, kind=step.kind)


def _any_of(types: Sequence[FieldType]) -> Sentence:
    *others, last = type_names(types)
    return (
        Sentence("types.or", others=others, last=last)
        if others
        else Sentence("types.one", type=last)
    )
