"""Each text in an answer is somebody's own, a code or sign, or has its translations beside it."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from iop_pipelines.api.procedures import build_registry

Schema = dict[str, Any]
# What people, DRM or the machine named or wrote: it reads alike in every language.
GIVEN = {
    *(
        "name",
        "userName",
        "actorName",
        "modelName",
        "templateName",
        "fileName",
        "owner",
        "dataset",
        "pipeline",
    ),
    *(
        "source",
        "uniqueId",
        "measure",
        "measures",
        "field",
        "address",
        "oidcIssuer",
        "columns",
        "error",
        "title",
    ),
}
# For programs, or said by the web app's own words: codes, signs, ids, moments, zones, paths, schedules as stored.
CODES = {
    *(
        "id",
        "version",
        "modelVersion",
        "dataVersion",
        "release",
        "requestId",
        "dagsterRunId",
        "runtime",
        "checksum",
        "code",
    ),
    *(
        "nextCursor",
        "sourceRef",
        "inputRef",
        "outputRef",
        "storageUrl",
        "path",
        "paths",
        "procedure",
        "origin",
    ),
    *(
        "trigger",
        "kind",
        "status",
        "prepared",
        "step",
        "freq",
        "unit",
        "schedule",
        "timeZone",
        "zone",
        "time",
    ),
    *("ds", "since", "firstDs", "lastDs", "dataTime", "windowStart", "windowEnd", "completeSince"),
    # Of a chart: names of columns.
    *("x", "y", "series"),
}
# By their type, where the same name is the platform's own elsewhere.
GIVEN_HERE = {
    *(f"{owner}.description" for owner in ("AnalyticalModel", "ModelDetail", "Dashboard")),
    *(f"{owner}.description" for owner in ("ReportTemplate", "TemplateDetail")),
    *(f"ChartAxes.{name}" for name in ("label", "note")),
    # Values of a dataset.
    "ChartSpec.unshown",
    # What stands in a file of somebody's.
    *(f"{owner}.label" for owner in ("ColumnOfFile", "MeasureOfFile", "TimeOfFile")),
    *("SeriesOfFile.labels", "TableOfFile.keptBeside", "TableOfFile.rows"),
    "TimeOfFile.example",
    # Of a report's data, as its dataset declares it and its pages print it.
    *("LackingSource.label", "ChangedRows.table"),
    *(f"ChangedFigure.{name}" for name in ("label", "row", "old", "new")),
    *("LineOfFile.text", "LookedAt.sheets", "Choice.words", "CountryOfFile.column"),
    "IntakeStanding.admins",
}
# By their type: codes and moments.
CODES_HERE = {
    *(
        "Choice.value",
        "LookedAt.encoding",
        "LookedAt.countries",
        "CountryOfFile.offered",
        "ColumnOfFile.type",
        "LastStretch.period",
        "ListedRecommendation.cursor",
        "KeptRecommendation.cursor",
    ),
    *("TimeOfFile.first", "TimeOfFile.last"),
    *(
        f"{owner}.{name}"
        for owner in ("ReportTemplate", "TemplateDetail")
        for name in ("wait", "jitter")
    ),
    *("LackingSource.missing", "LackingSource.due"),
    *("Thing.until", "Thing.opened", "Week.start"),
    # Of a figure: a number, or a moment that a measure found; and percent or points.
    *("HomeFigure.value", "HomeFigure.changeUnit"),
}
# What somebody composed, and what a recommendation was made from: its own texts stand beside it, in every language.
WHOLE = {"QueryConfig", "Evidence"}
# Counted by the English reason; each row that was refused has its reason in every language.
ENGLISH_KEYS = {"DatasetRun.rejectReasons"}


@cache
def types() -> dict[str, Schema]:
    found: dict[str, Schema] = {}
    for procedure in build_registry():
        schema = procedure.output.json_schema(mode="serialization")
        found |= schema.get("$defs", {})
        if schema.get("type") == "object":
            found[schema["title"]] = schema
    return found


def references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield str(part["$ref"]).rpartition("/")[2]
        for each in part.values():
            yield from references(each)
    elif isinstance(part, list):
        for each in part:
            yield from references(each)


def reached(names: set[str]) -> set[str]:
    """The types and all that they are made of."""
    found, new = set(), set(names)
    while new:
        found |= new
        new = {each for name in new for each in references(types()[name])} - found
    return found


def languages_own() -> set[str]:
    """Types that hold a language's texts."""
    return {
        name
        for each in types().values()
        for name in references(each.get("properties", {}).get("translations", {}))
        if name in types() and types()[name].get("type") == "object"
    }


def is_text(schema: Schema) -> bool:
    if "anyOf" in schema:
        return any(map(is_text, schema["anyOf"]))
    if schema.get("type") == "array":
        return is_text(schema.get("items", {}))
    return schema.get("type") == "string" and not {"enum", "const", "format"} & set(schema)


def is_keyed(schema: Schema) -> bool:
    """A mapping whose keys are not a language's or another closed set's."""
    return any(
        "additionalProperties" in each
        and each["additionalProperties"] not in (True, False)
        and "propertyNames" not in each
        for each in (schema, *schema.get("anyOf", ()))
    )


def answered() -> Iterator[tuple[str, str, Schema, set[str]]]:
    """(type, member, its schema, what the type translates) of all that answers have."""
    apart = reached(WHOLE) | languages_own()
    for name, schema in types().items():
        if name in apart:
            continue
        members = schema.get("properties", {})
        translated = {
            told
            for other in references(members.get("translations", {}))
            if other in types()
            for told in types()[other].get("properties", {})
        }
        yield from ((name, member, part, translated) for member, part in members.items())


def test_each_text_of_an_answer_is_somebodys_own_or_a_code_or_has_translations() -> None:
    unknown = [
        f"{owner}.{member}"
        for owner, member, part, translated in answered()
        if is_text(part) and member not in translated | GIVEN | CODES
    ]
    assert set(unknown) == GIVEN_HERE | CODES_HERE
    assert GIVEN.isdisjoint(CODES)


def test_what_is_listed_here_is_answered() -> None:
    texts = {member for _, member, part, _ in answered() if is_text(part)}
    assert (GIVEN | CODES) - texts == set()
    assert WHOLE.issubset(types())


def test_a_type_that_has_translations_has_texts_of_those_names() -> None:
    for owner in types().values():
        members = owner.get("properties", {})
        for other in references(members.get("translations", {})):
            if other in types():
                assert set(types()[other].get("properties", {})) <= set(members), owner["title"]


def test_keys_of_answers_are_codes_but_for_the_reasons_that_are_counted() -> None:
    # By a dataset's name, and by a severity's or category's code; words by their code.
    known = {
        "byDataset",
        "usableByDataset",
        "bySeverity",
        "byCategory",
        "waitingBySeverity",
        "waitingByCategory",
        "words",
    }
    keyed = {
        f"{owner}.{member}"
        for owner, member, part, _ in answered()
        if is_keyed(part) and member not in known
    }
    assert keyed == ENGLISH_KEYS
