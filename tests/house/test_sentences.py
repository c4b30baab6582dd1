"""What the platform says is a code with values: in every language, and never prose where it is raised."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

import iop_pipelines
from iop_pipelines.domain.languages import SOURCE, Language
from iop_pipelines.domain.nearest import closest
from iop_pipelines.domain.sentences import Sentence, catalogue, placeholders, read, remade

ROOT = Path(iop_pipelines.__file__).parent
# Not values of a sentence: where it stands, and what else an error carries.
CARRIED = {"field", "issues", "current", "data", "retry_after_s"}
# Of errors that name their kind or place first.
SECOND = {"ApiError", "BodyTooLarge", "Misfit", "Refused"}
# Built-in errors are for who wrote the code, in the modules that declare procedures or make files; what a caller can
# cause is an error of ours.
OF_PROGRAMS = {
    "api/registry.py": "a procedure is declared wrongly",
    "api/typescript.py": "a procedure is declared wrongly",
    "api/wire.py": "an event's id would break the stream",
    "cli/console.py": "a command answers what has no JSON form",
    "events/contract.py": "stops the reading of JSON, and is caught there",
    "ledger/inputs.py": "stops the reading of a moment, and is caught there",
    "query/result.py": "a result holds what it cannot",
    "reporting/pdf_child.py": "stops a fetch of the renderer",
    "reporting/rows.py": "a report holds what it cannot",
    "validation/outcomes.py": "nothing has failed",
}


@cache
def trees() -> dict[str, ast.Module]:
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in ROOT.rglob("*.py")}


@cache
def error_classes() -> frozenset[str]:
    """IopError and all that come from it, by name."""
    found = {"IopError"}
    classes = [
        node
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]
    while True:
        more = {
            each.name
            for each in classes
            if each.name not in found
            and any(ast.unparse(base).split(".")[-1] in found for base in each.bases)
        }
        if not more:
            return frozenset(found)
        found |= more


def said_at() -> Iterator[tuple[str, ast.Call, ast.expr]]:
    """Each place where an error of ours or a sentence is made, with what says it."""
    for name, tree in trees().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func).split(".")[-1]
            at = 1 if called in SECOND else 0
            if (called in error_classes() or called == "Sentence") and len(node.args) > at:
                yield f"{name}:{node.lineno}", node, node.args[at]


def codes_in(said: ast.expr) -> list[str]:
    match said:
        case ast.Constant(value=str(code)):
            return [code]
        case ast.IfExp(body=one, orelse=other):
            return codes_in(one) + codes_in(other)
        case _:
            return []


def is_prose(value: ast.expr) -> bool:
    """Text that is put together, or written out in words: the catalogue's own business."""
    match value:
        case ast.JoinedStr(values=parts):
            # A format alone, `f"{now:%Y-%m-%d}"`, or a path, has no words.
            return any(
                isinstance(p, ast.Constant) and re.search(r"[a-z]+ [a-z]+", str(p.value))
                for p in parts
            )
        case ast.Constant(value=str(text)):
            return " " in text and not text.startswith("openssl")
        case ast.IfExp(body=one, orelse=other):
            return is_prose(one) or is_prose(other)
        case ast.BoolOp(values=values):
            return any(map(is_prose, values))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return is_prose(left) or is_prose(right)
        case _:
            return False


def test_every_error_that_is_raised_has_a_code_of_the_catalogue_with_its_values() -> None:
    wrong: list[str] = []
    known = catalogue(SOURCE).SENTENCES
    found = 0
    for place, call, said in said_at():
        codes = codes_in(said)
        found += bool(codes)
        if isinstance(said, ast.JoinedStr | ast.BinOp):
            wrong.append(f"{place}: {ast.unparse(said)}")
        wrong += [f"{place}: no code {code!r}" for code in codes if code not in known]
        names = [keyword.arg for keyword in call.keywords]
        given = {name for name in names if name is not None} - CARRIED
        if None not in names:
            wrong += [
                f"{place}: {code} has {sorted(placeholders(code))}, not {sorted(given)}"
                for code in codes
                if code in known and placeholders(code) != given
            ]
        wrong += [
            f"{place}: {keyword.arg}={ast.unparse(keyword.value)} is prose"
            for keyword in call.keywords
            if keyword.arg not in CARRIED and is_prose(keyword.value)
        ]
    assert wrong == []
    assert found > 400


def test_what_is_not_of_the_catalogue_is_raised_for_programs_alone() -> None:
    found = {
        name
        for name, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and ast.unparse(node.exc.func) in ("ValueError", "TypeError", "Exception")
    }
    assert found == set(OF_PROGRAMS)


def test_each_code_is_said_somewhere() -> None:
    # The class itself says "said.at" and the two lists.
    words = {
        node.value
        for name, tree in trees().items()
        if name not in ("domain/sentences/en.py", "domain/sentences/fr.py")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(catalogue(SOURCE).SENTENCES) - words == set()


@pytest.mark.parametrize("language", list(Language))
def test_every_language_says_every_code_with_no_value_that_is_not_there(language: Language) -> None:
    own, english = catalogue(language).SENTENCES, catalogue(SOURCE).SENTENCES
    assert set(own) == set(english)
    for code, template in own.items():
        names = {name for _, name, _, _ in Formatter().parse(template) if name is not None}
        assert names <= placeholders(code), code
        assert all(name.isidentifier() for name in names), code
        assert template == template.strip(), code
        # The catalogue is typed with plain spaces; `typeset` keeps lines from breaking at them.
        assert "\u00a0" not in template, code


def test_french_has_its_signs_as_french_has_them() -> None:
    for code, template in catalogue(Language.FR).SENTENCES.items():
        bare = re.sub(r"`[^`]*`|\{[^}]*\}|\w+://\S*|\d\d:\d\d|\w+:\w+|\?\w+=|\?batch", "", template)
        assert "'" not in re.sub(r"'\w+'", "", bare), f"{code}: an apostrophe is ’"
        assert not re.search(r"(?<! )[;!?](?!\d)", bare), f"{code}: a space before ; ! ?"
        assert not re.search(r"(?<! ):(?=\s|$)", bare), f"{code}: a space before :"


def test_french_sentences_are_not_english_ones() -> None:
    french = catalogue(Language.FR).SENTENCES
    same = {
        code
        for code, template in catalogue(SOURCE).SENTENCES.items()
        if template == french[code] and re.search(r"[a-z]{3}", re.sub(r"\{[^}]*\}", "", template))
    }
    assert same == {"move.in_table", "cron.minute"}


def test_a_sentence_begins_with_a_capital_alone_and_with_none_in_another() -> None:
    missing = Sentence("model.not_found", id=7)
    assert missing.english == "there is no model with id 7"
    assert missing.alone(Language.EN) == "There is no model with id 7"
    assert missing.alone(Language.FR) == "Il n’y a pas de modèle 7"
    assert missing.at("id").alone(Language.FR) == "id\u00a0: il n’y a pas de modèle 7"
    # A procedure's name is no word of French.
    assert (
        Sentence("procedure.for_admins", procedure="users.list")
        .alone(Language.FR)
        .startswith("users")
    )
    why = Sentence("run.gave_up", why=Sentence("run.canceled", id="ab"), count=5)
    assert why.alone(Language.FR) == "Le run Dagster ab a été annulé\u00a0; abandon après 5 départs"


@pytest.mark.parametrize(
    ("sentence", "english", "french"),
    [
        (
            Sentence("series.too_short", series=1, needed=Sentence("history.known", count=14)),
            "the only series has too short a history: 14 known periods are needed",
            "La seule série a un historique trop court\u00a0: il faut 14 périodes connues",
        ),
        (
            Sentence("series.too_short", series=3, needed=Sentence("history.known", count=1)),
            "all 3 series have too short a history: 1 known periods are needed",
            "Les 3 séries ont toutes un historique trop court\u00a0: il faut 1 période connue",
        ),
        (
            Sentence("conditions.too_many_values", most=10_000),
            "the conditions compare with more than 10,000 values in lists",
            "Les conditions comparent avec plus de 10\u202f000 valeurs dans des listes",
        ),
        (
            Sentence("quality.scored", id=3, score=92.5),
            "DRM run 3 scored 92.5",
            "Le traitement DRM 3 a le score 92,5",
        ),
        (
            Sentence("report.file_removed", id=4, day="2026-02-03"),
            "the file of report 4 was removed on 3 February 2026 by the retention policy; generate the "
            "report again",
            "Le fichier du rapport 4 a été supprimé le 3 février 2026 par la règle de conservation\u00a0; "
            "produisez-le à nouveau",
        ),
        (
            Sentence("runtime.unknown", name=closest("profet", ["prophet", "pyod"])),
            "there is no runtime 'profet'; did you mean 'prophet'?",
            "Il n’y a pas de moteur 'profet'\u00a0; vouliez-vous dire 'prophet'\u00a0?",
        ),
        (
            Sentence("batch.mixed", kinds=["mutation", "query"]),
            "one batch cannot mix mutation and query",
            "Un lot ne peut pas mêler mutation et query",
        ),
    ],
)
def test_each_language_counts_joins_and_dates_in_its_own_way(
    sentence: Sentence, english: str, french: str
) -> None:
    assert (sentence.english, sentence.alone(Language.FR)) == (english, french)


def test_a_sentence_is_kept_as_json_and_made_again() -> None:
    kept = Sentence(
        "step.misfit",
        step=Sentence("step.at", place=2, kind="derive"),
        said=Sentence("schema.not_names", given={"code": "x", "values": [1, None, 2.5, True]}),
    )
    assert remade(kept.as_json()) == kept
    assert remade(kept.as_json()).english == kept.english
    assert read(None) is None
    # Of a release that knew more.
    assert read({"code": "no.such_code", "values": {}}) is None
    assert read({"code": "model.not_found", "values": {"name": "x"}}) is None


def test_a_value_that_reads_like_a_template_stays_what_it_is() -> None:
    name = "{password} {0.__class__} {series:one|many}"
    said = Sentence("source.unknown", name=closest(name, []))
    assert said.english == f"no source {name!r}; there is none"
    assert said.alone(Language.FR) == f"Pas de source {name!r}\u00a0; il n’y en a aucun"


@pytest.mark.parametrize("values", [{}, {"name": 7}, {"id": 7, "name": 7}])
def test_other_values_than_the_placeholders_are_refused_when_it_is_made(
    values: dict[str, int],
) -> None:
    with pytest.raises(LookupError):
        Sentence("model.not_found", **values)


def test_a_sentence_of_no_catalogue_is_refused_when_it_is_made() -> None:
    with pytest.raises(LookupError):
        Sentence("there is no model with id 7")
