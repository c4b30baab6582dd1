"""What the file of each format shows: `outputs` of a query_config, with the words of its keys.

A section of a report's page is a class here, which `PdfOutput` lists, and a module and a template of its name in
`reporting`. Forms, documents and checks read the rest from its fields.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, WithJsonSchema

from iop_pipelines.domain.conditions import Part
from iop_pipelines.domain.fields import param
from iop_pipelines.domain.languages import Language, Text
from iop_pipelines.domain.locales import LOCALES, LocaleCode
from iop_pipelines.domain.vocabulary import FileFormat
from iop_pipelines.query.references import TableName

# Said in place: a form reads the one type of a field, and follows no reference.
_Spoken = Annotated[Language, WithJsonSchema({"type": "string", "enum": list(Language)})]
TableNames = Annotated[tuple[TableName, ...], Field(max_length=20)]


class CsvOutput(Part):
    """`spreadsheet` guards against formulas and starts with a BOM; `raw` is for machines."""

    dataset: TableName | None = param(None, Text("Table"), Text("None selected: the first."))
    profile: Literal["spreadsheet", "raw"] = param(
        "spreadsheet",
        Text("Intended for"),
        choices={
            "spreadsheet": Text("Spreadsheets"),
            "raw": Text("Programs (raw values)"),
        },
    )
    note: bool = param(
        False,
        Text("A line on the number of rows"),
        Text("One line before the column names, beginning with #."),
        is_rare=True,
    )

    heads: Literal["names", "labels"] = param(
        "names",
        Text("Column heads"),
        choices={"names": Text("Names of columns"), "labels": Text("Labels of columns")},
    )
    locale: LocaleCode = param(
        "en-US",
        Text("Number format"),
        Text("Decides the separator, the decimal sign and the language of labels."),
        choices={code: locale.label for code, locale in LOCALES.items()},
    )


class JsonOutput(Part):
    datasets: TableNames = param((), Text("Tables in the file"), Text("None selected: the first."))


class Section(Part):
    """A part of the page: `module` of `reporting.sections` draws it, by the keys that stand here."""

    module: ClassVar[str]


class Summary(Section):
    module = "summary"
    summary: TableName | None = param(
        None,
        Text("Summary sentence"),
        Text("A table with one row, whose compared figures are told in a sentence."),
    )
    summary_worst: TableName | None = param(
        None,
        Text("Worst row of the summary"),
        Text("A table of groups or days, whose worst row the sentence names."),
        is_rare=True,
    )


class Tiles(Section):
    module = "tiles"
    tiles: TableName | None = param(
        None, Text("Headline figures"), Text("A table with one row, shown as large figures.")
    )


class Charts(Section):
    """Its charts are those of the config, which other readers draw as well."""

    module = "charts"


class Advice(Section):
    module = "recommendations"
    recommendations: TableName | None = param(
        None, Text("Recommendations"), Text("A table with a column “title”, shown as a list.")
    )


class Tables(Section):
    module = "tables"
    tables: TableNames = param(
        (), Text("Tables in the file"), Text("None selected: those not shown elsewhere.")
    )
    max_rows: Annotated[int, Field(ge=1, le=100_000)] = param(500, Text("Maximum rows per table"))


class Paper(Part):
    orientation: Literal["portrait", "landscape"] = param(
        "portrait",
        Text("Orientation"),
        choices={"portrait": Text("Portrait"), "landscape": Text("Landscape")},
    )


# From the foot of the page to its head: pydantic takes the keys of the last base first.
class PdfOutput(Paper, Tables, Advice, Charts, Tiles, Summary):
    """The keys of all sections of the page."""


SECTIONS: tuple[type[Section], ...] = tuple(
    each for each in reversed(PdfOutput.__bases__) if issubclass(each, Section)
)


class XlsxOutput(Part):
    datasets: TableNames = param(
        (), Text("Tables in the file"), Text("None selected: all, a sheet each.")
    )
    language: _Spoken | None = param(
        None,
        Text("Language"),
        Text("None selected: that of the report."),
        choices={each.value: each.own_name for each in Language},
    )


class Outputs(Part):
    """`files`: what each report is made as besides the template's own format, from the same rows."""

    csv: CsvOutput = CsvOutput()
    json_: JsonOutput = Field(default=JsonOutput(), alias="json")
    pdf: PdfOutput = PdfOutput()
    xlsx: XlsxOutput = XlsxOutput()
    files: Annotated[tuple[FileFormat, ...], Field(max_length=len(FileFormat))] = ()


def models_by_format() -> dict[FileFormat, type[Part]]:
    """What each format can be told, in the order of `Outputs`."""
    return {
        FileFormat(info.alias or name): type(info.default)
        for name, info in Outputs.model_fields.items()
        if isinstance(info.default, Part)
    }
