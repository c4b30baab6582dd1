"""intake.*: files that people bring, from the look at them to the first recommendation; `api/uploads.py` takes them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Literal

import sqlalchemy as sa
from pydantic import Field

from iop_pipelines.api.context import Context, witness_of
from iop_pipelines.api.procedures.shapes import ById, Done, Id, LocalMoment, Told
from iop_pipelines.api.registry import Heavy, Keeping, Kind, Registry, Shape
from iop_pipelines.api.translations import translations_of
from iop_pipelines.domain.frequencies import ModelFrequency
from iop_pipelines.domain.languages import SOURCE, Language
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.sentences import Sentence, read
from iop_pipelines.domain.vocabulary import Role, UploadStatus
from iop_pipelines.errors import Conflict
from iop_pipelines.identity import accounts
from iop_pipelines.intake import uploads
from iop_pipelines.intake.answers import Answers
from iop_pipelines.intake.in_app import in_app
from iop_pipelines.intake.names import LINE, slug
from iop_pipelines.intake.outcome import Standing, standing
from iop_pipelines.intake.own import require_own
from iop_pipelines.intake.questions import Question
from iop_pipelines.intake.uploads import Upload
from iop_pipelines.schema.tables import datasets

if TYPE_CHECKING:
    from iop_pipelines.intake.looking import Look
    from iop_pipelines.intake.tables import LeftLine
    from iop_pipelines.intake.understand import Understood

_FIRST_ROWS = 8
_SHOWN_COLUMNS = 24
_SHOWN_LINES = 100
_LONGEST = 300
_NAMED_ADMINS = 5
# While somebody changes their mind to and fro.
_KEPT_S = 600.0
_HINT = 255

Member = Literal["name", "time", "dates", "decimal", "sheet", "encoding"]


class Said(Shape):
    """A sentence of the platform."""

    message: str
    translations: dict[Language, Told]


class IntakeStanding(Shape):
    """Whether files can be loaded here at all, and if not, why; `admins` are names of accounts who may.

    `maxBytes`: the largest file, and what an archive may unpack to.
    """

    refusal: Said | None
    admins: list[str]
    max_bytes: int


class _Answered(ById):
    time: Annotated[str, Field(min_length=1, max_length=_HINT)] | None = None
    dates: Literal["day-first", "month-first"] | None = None
    decimal: Literal[".", ","] | None = None
    sheet: Annotated[str, Field(min_length=1, max_length=_HINT)] | None = None
    encoding: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    country: Annotated[str, Field(pattern=r"^(none|[A-Z]{2}(-.{1,40})?)$")] | None = None


class OfUpload(_Answered):
    """A file that arrived, and what is said of it beforehand, as the options of `iop start`.

    `name`: of the dataset; `time`: a column's label; `dates`: how 01/02/2026 is read; `decimal`: the decimal sign of
    1,234; `encoding`: of a text file; `country`: whose public holidays hold, such as DE or DE-BY, or none.
    """

    name: Annotated[str, Field(min_length=1, max_length=64)] | None = None


class LoadUpload(_Answered):
    """`name`: of the dataset; the others as in a look."""

    name: Annotated[str, Field(min_length=1, max_length=64)]


class Choice(Shape):
    """`words`: as it stands in the file, of a value that has no words of the platform's."""

    value: str
    words: str


class OpenQuestion(Shape):
    """What only a person can decide: `answers` is the member of the input that does, `choices` its values."""

    text: Said
    answers: Member
    choices: list[Choice]


class LineOfFile(Shape):
    """A line that is no row, or one that cannot be read, and why."""

    line: int
    text: str
    reason: Said


class ColumnOfFile(Shape):
    name: str
    label: str
    type: str
    unit: str | None


class MeasureOfFile(Shape):
    """`kind`: whether several rows of a period are added up or averaged."""

    label: str
    unit: str | None
    kind: Literal["sum", "mean"]


class SeriesOfFile(Shape):
    """`labels` of the columns that tell series apart; models watch `watchedCount` of them.

    `isUnique`: each moment comes once a series; else rows are events.
    """

    labels: list[str]
    count: int
    watched_count: int
    is_unique: bool


class TimeOfFile(Shape):
    """`example`: the first moment as it stands in the file; `first` and `last` are periods, in local time."""

    label: str
    example: str
    first: LocalMoment
    last: LocalMoment
    periods: int


class StepOfFile(Shape):
    """`every` periods of `freq`; `share` of the rows are that far apart. Events have no step.

    `seconds`: of a step within the day, which need not be whole hours.
    """

    freq: ModelFrequency
    every: int
    seconds: float | None
    share: float
    is_regular: bool


class CountryOfFile(Shape):
    """Whose public holidays hold: `code`, such as DE or DE-BY, null for no calendar; `column` is the label of what
    names it in the file. `offered` is a country that it may be, because of its currency or language."""

    code: str | None
    column: str | None
    offered: str | None
    because: Literal["currency", "language"] | None


class TableOfFile(Shape):
    """What the file will be loaded as: its first `rows`, in the order of the first `columns`.

    `country`: null where holidays do not show, such as in months.
    `isKnown`: a dataset of that name is there, to which the file adds, or of which it replaces its periods.
    """

    dataset: str
    is_known: bool
    title: list[str]
    time: TimeOfFile
    step: StepOfFile
    country: CountryOfFile | None
    series: SeriesOfFile
    measures: list[MeasureOfFile]
    kept_beside: list[str]
    columns: list[ColumnOfFile]
    column_count: int
    rows: list[list[str | None]]
    row_count: int
    refused: list[LineOfFile]
    refused_count: int
    left_out: list[LineOfFile]
    left_out_count: int
    notes: list[Said]


class LookedAt(Shape):
    """One of `table`, `question` and `refusal` is there; `sheets` of a workbook, `columns`, `encodings` of a text file
    and `countries` by their code can be chosen from. `encoding`: the one in which it was read."""

    sheets: list[str]
    columns: list[str]
    encoding: str | None
    encodings: list[Choice]
    countries: list[str]
    table: TableOfFile | None
    question: OpenQuestion | None
    refusal: Said | None


class WaitingUpload(Shape):
    """A file that arrived and was not loaded, and why, where that was tried."""

    id: int
    name: str
    size_bytes: int | None
    uploaded_at: datetime
    refusal: Said | None


class Asked(Shape):
    id: Id
    status: UploadStatus


class LoadProgress(Shape):
    """How far a file is on its way to advice.

    `prepared`: what became of its rows, null before there are any; `executions` of the models that read them, of
    which `executionsEnded` have ended and said what they found. `recommendations` are those of its dataset that are
    still found, `firstRecommendation` the gravest of them. `isDone`: nothing of it is left to do.
    """

    id: int
    name: str
    status: UploadStatus
    dataset: str | None
    row_count: int | None
    refused_count: int | None
    prepared: Literal["pending", "prepared", "failed"] | None
    executions: int
    executions_ended: int
    executions_failed: int
    recommendations: int
    first_recommendation: int | None
    is_done: bool
    refusal: Said | None


def declare(registry: Registry) -> None:
    procedure = registry.procedure

    @procedure("intake.standing", Kind.QUERY, "Whether files can be loaded, and by whom.")
    def standing_(ctx: Context) -> IntakeStanding:
        return IntakeStanding(
            refusal=_refusal(ctx),
            admins=accounts.names_of_admins(ctx.platform.engine, _NAMED_ADMINS),
            max_bytes=ctx.platform.settings.upload_bytes,
        )

    @procedure("intake.waiting", Kind.QUERY, "Files that arrived and are not loaded.", Role.ADMIN)
    def waiting(ctx: Context) -> list[WaitingUpload]:
        return [
            WaitingUpload(
                id=each.id,
                name=each.name,
                size_bytes=each.size_bytes,
                uploaded_at=each.uploaded_at,
                refusal=_stored_refusal(each),
            )
            for each in uploads.waiting(ctx.platform.engine)
        ]

    @procedure(
        "intake.look",
        Kind.QUERY,
        "What a file holds, as far as the answers decide it.",
        Role.ADMIN,
        heavy=Heavy(_kept_by_answers, is_of_files=True),
    )
    def look_(ctx: Context, given: OfUpload) -> LookedAt:
        # It reads tables by pandas, which the API's own process does without.
        from iop_pipelines.intake.looking import look

        settings = ctx.platform.settings
        found = uploads.upload(ctx.platform.engine, given.id)
        looked = look(
            *(found.storage_url, found.name, _answers(given), settings.time_zone),
            settings.upload_bytes,
            max_refused_percent=settings.max_refused_percent,
        )
        return _looked_at(ctx, looked)

    @procedure("intake.load", Kind.MUTATION, "Load a file, once however often it is asked.")
    def load(ctx: Context, given: LoadUpload) -> Asked:
        engine = ctx.platform.engine
        dataset = slug(given.name, "data")
        answers = _answers(given).told() | {"name": dataset}
        asked = uploads.ask_to_load(
            engine, given.id, dataset, answers, now=utc_now(), witness=witness_of(ctx)
        )
        return Asked(id=asked.id, status=asked.status)

    @procedure("intake.discard", Kind.MUTATION, "Remove a file that is not loaded.")
    def discard(ctx: Context, given: ById) -> Done:
        uploads.discard(ctx.platform.engine, given.id, witness_of(ctx))
        return Done()

    @procedure("intake.progress", Kind.QUERY, "How far a file is on its way to advice.")
    def progress(ctx: Context, given: ById) -> LoadProgress:
        found = uploads.upload(ctx.platform.engine, given.id)
        return _progress(found, standing(ctx.platform.engine, found))


def _refusal(ctx: Context) -> Said | None:
    platform = ctx.platform
    try:
        require_own(platform.drm_engine, platform.settings)
    except Conflict as error:
        return _said(in_app(error.sentence))
    return None


def _answers(given: OfUpload | LoadUpload) -> Answers:
    return Answers(
        *(given.name, given.time, given.dates, given.decimal),
        *(given.sheet, given.encoding, given.country),
    )


def _kept_by_answers(ctx: Context, given: OfUpload) -> Keeping:
    """A file's bytes never change."""
    return Keeping((given.model_dump_json(),), _KEPT_S)


def _said(said: Sentence) -> Said:
    told = {
        language: Told(message=words["message"])
        for language, words in translations_of(said, "message").items()
    }
    return Said(message=said.alone(SOURCE), translations=told)


def _stored_refusal(given: Upload) -> Said | None:
    if given.error_msg is None:
        return None
    said = read(given.said)
    return Said(message=given.error_msg, translations={}) if said is None else _said(said)


def _looked_at(ctx: Context, found: "Look") -> LookedAt:
    return LookedAt(
        sheets=list(found.sheets),
        columns=list(found.columns),
        encoding=found.encoding,
        encodings=[] if found.encoding is None else _encodings(found.encoding),
        countries=_countries() if found.understood and found.understood.country.matters else [],
        table=None if found.understood is None else _table(ctx, found.understood),
        question=None if found.question is None else _question(found.question),
        refusal=None if found.refusal is None else _said(found.refusal),
    )


def _countries() -> list[str]:
    from iop_pipelines.calendars.countries import countries

    return sorted({*countries().values()})


def _encodings(there: str) -> list[Choice]:
    from iop_pipelines.intake.encodings import CHOICES, said_of

    codecs = dict.fromkeys((there, *CHOICES))
    return [Choice(value=codec, words=said_of(codec)) for codec in codecs]


def _question(asked: Question) -> OpenQuestion:
    return OpenQuestion(
        text=_said(asked.text),
        answers=_MEMBERS[asked.option],
        choices=[Choice(value=value, words=words) for value, words in asked.choices],
    )


# Of the option that answers on the command line.
_MEMBERS: Mapping[str, Member] = {
    "--name": "name",
    "--time": "time",
    "--dates": "dates",
    "--decimal": "decimal",
    "--sheet": "sheet",
    "--encoding": "encoding",
}


def _table(ctx: Context, given: "Understood") -> TableOfFile:
    names = [name for name in given.columns if name != LINE]
    shown = names[:_SHOWN_COLUMNS]
    refused = {str(line.number) for line in given.refused}
    good = islice((row for row in given.rows if row.get(LINE) not in refused), _FIRST_ROWS)
    return TableOfFile(
        dataset=given.name,
        is_known=_is_known(ctx, given.name),
        title=[_cut(line) for line in given.framed.title],
        time=_time(given),
        step=_step(given),
        country=_country(given),
        series=_series(given),
        measures=[
            MeasureOfFile(label=each.column.label, unit=each.column.unit, kind=each.kind)
            for each in given.measures
        ],
        kept_beside=_kept_beside(given),
        columns=[_column(name, given) for name in shown],
        column_count=len(names),
        rows=[[row.get(name) for name in shown] for row in good],
        row_count=len(given.rows),
        refused=_lines(given.refused),
        refused_count=len(given.refused),
        left_out=_lines(given.left_out),
        left_out_count=len(given.left_out),
        notes=[_said(note) for note in given.notes],
    )


def _is_known(ctx: Context, name: str) -> bool:
    with ctx.platform.engine.connect() as connection:
        return (
            connection.scalar(sa.select(datasets.c.id).where(datasets.c.name == name)) is not None
        )


def _time(given: "Understood") -> TimeOfFile:
    return TimeOfFile(
        label=given.time_found.label,
        example=_cut(given.time_found.example),
        first=given.first,
        last=given.last,
        periods=given.periods,
    )


def _step(given: "Understood") -> StepOfFile:
    step = given.step
    return StepOfFile(
        freq=step.freq,
        every=step.every,
        seconds=step.seconds,
        share=step.share,
        is_regular=step.is_regular,
    )


def _country(given: "Understood") -> CountryOfFile | None:
    from iop_pipelines.intake.country import code_of

    found = given.country
    if not found.matters:
        return None
    return CountryOfFile(
        code=None if found.days is None else code_of(found.days),
        column=found.column,
        offered=found.offered,
        because=found.because,
    )


def _series(given: "Understood") -> SeriesOfFile:
    series = given.series
    return SeriesOfFile(
        labels=[given.columns[name][1] for name in series.series],
        count=series.count,
        watched_count=series.watched_count,
        is_unique=series.is_unique,
    )


def _kept_beside(given: "Understood") -> list[str]:
    used = {given.time, given.moment, LINE, *given.series.series}
    used |= {each.column.name for each in given.measures}
    return [label for name, (_, label, _) in given.columns.items() if name not in used]


def _column(name: str, given: "Understood") -> ColumnOfFile:
    kind, label, unit = given.columns[name]
    return ColumnOfFile(name=name, label=label, type=kind, unit=unit)


def _lines(lines: "Sequence[LeftLine]") -> list[LineOfFile]:
    return [
        LineOfFile(line=each.number, text=_cut(each.text), reason=_said(each.reason))
        for each in lines[:_SHOWN_LINES]
    ]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _progress(given: Upload, found: Standing) -> LoadProgress:
    refusal = _stored_refusal(given) or (found.why and _said(found.why))
    return LoadProgress(
        id=given.id,
        name=given.name,
        status=given.status,
        dataset=given.dataset,
        row_count=given.row_count,
        refused_count=given.refused_count,
        prepared=found.prepared,
        executions=found.executions,
        executions_ended=found.executions_ended,
        executions_failed=found.executions_failed,
        recommendations=found.recommendations,
        first_recommendation=found.first_recommendation,
        is_done=given.status is UploadStatus.FAILED or found.is_done,
        refusal=refusal or None,
    )
