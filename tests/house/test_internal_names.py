"""No name of a program's own on pages: keys of JSON, procedures, validators' words, in every language.

Settings are said by their names, which is how whoever operates an instance knows them.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from iop_pipelines.domain.languages import TRANSLATED, Language, catalogue_of
from iop_pipelines.domain.sentences import catalogue

APP = Path(__file__).parents[2] / "dashboard" / "src"
# As TypeScript writes texts; one that a colon follows is a key.
LITERAL = re.compile(
    r"""(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`)(?!:)"""
)
INTERNAL = re.compile(
    # snake_case, a path or procedure, and camelCase; names of files and hosts have other ends.
    r"\b[a-z]+(?:_[a-z0-9]+)+\b|\b[a-z]{3,}\.[a-z][A-Za-z]{3,}\b|\b[a-z]{2,}[A-Z][a-z]+"
    # Of pydantic and of JSON Schema.
    r"|\b(?:Input|String|Value|List|Field) should\b|\b(?:Field|Extra) (?:required|inputs?)\b"
)
# What stands for a value.
VALUE = re.compile(r"\$?\{[^{}]*\}")
WRITTEN = {
    "change": "a model's file, which its author writes with these keys",
    "cast": "a dataset's declaration, which its author writes with these keys",
    "comparison": "operators of a query_config that somebody writes as JSON",
    "config": "a model's file, which its author writes with these keys",
    "foreign": "a model's file, which its author writes with these keys",
    "pipeline_runs": "a model's file, which its author writes with these keys",
    "reference": "a dataset's declaration, which its author writes with these keys",
    "step": "a dataset's declaration, which its author writes with these keys",
    "unpivot": "a dataset's declaration, which its author writes with these keys",
}
OF_PROGRAMS = {
    "brand.of_instance": "a file of whoever operates the instance",
    "connection_params.not_json": "only a program sends them",
    "connection_params.not_strings": "only a program sends them",
    "dagster.unknown_storage": "a file of whoever operates the instance",
    "input.name_or_version": "only a program can give both or neither",
    "input.panel_or_query": "only a program can give both or neither",
    "serve.needs_code_server": "a file of whoever operates the instance",
}


def _said(text: str) -> str:
    """Without values, settings and what is no word of a page."""
    return VALUE.sub("", re.sub(r"\b(?:amqps?|https?|tcp|tls)://\S*", "", text))


def _of_app() -> Iterator[tuple[str, str]]:
    found = [path for path in APP.rglob("*.ts") if re.search(r"words|vocabulary", path.name)]
    found += (APP / "i18n" / "catalogues").glob("*.ts")
    assert len(found) > 15
    for path in found:
        lines = path.read_text().splitlines()
        texts = "\n".join(each for each in lines if not each.startswith("import "))
        for groups in LITERAL.findall(texts):
            yield f"{path.relative_to(APP)}", "".join(groups)


def _of_server() -> Iterator[tuple[str, str]]:
    for language in Language:
        yield from catalogue(language).SENTENCES.items()
    for language in TRANSLATED:
        for english, said in catalogue_of(language).items():
            yield english, english
            yield english, said


def test_the_app_says_no_name_of_the_code() -> None:
    texts = list(_of_app())
    assert ("query/words.ts", "Query as JSON") in texts
    found = [f"{path}: {text}" for path, text in texts if INTERNAL.search(_said(text))]
    assert found == []


def test_what_the_server_says_has_no_name_of_the_code_but_where_its_reader_writes_it() -> None:
    named = {code for code, text in _of_server() if INTERNAL.search(_said(text))}
    unknown = {code for code in named if code not in OF_PROGRAMS}
    unknown = {code for code in unknown if code.partition(".")[0] not in WRITTEN}
    assert unknown == set()
    assert OF_PROGRAMS.keys() <= named
    assert WRITTEN.keys() <= {code.partition(".")[0] for code in named}


@pytest.mark.parametrize(
    "text",
    [
        "As models.create takes it",
        "query_config as JSON",
        "lower outputs.pdf.max_rows",
        "give either name or versionId",
        "String should have at most 5 characters",
        "Field required",
    ],
)
def test_a_name_of_the_code_would_be_found(text: str) -> None:
    assert INTERNAL.search(_said(text))


@pytest.mark.parametrize(
    "text",
    [
        "Set IOP_UPLOAD_MB",
        "{count:row|rows} of {total:,}",
        "It is `${name.replaceAll('_', ' ')}`",
        "For example Africa/Lagos.",
        "in OpenAPI, of JavaScript",
    ],
)
def test_what_people_read_is_not_taken_for_one(text: str) -> None:
    assert not INTERNAL.search(_said(text))
