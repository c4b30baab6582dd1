"""The words of the app are those of docs/glossary.md: one for each thing, in both languages."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from iop_pipelines.api.procedures import build_registry
from iop_pipelines.api.registry import Kind
from iop_pipelines.api.uploads import DataUpload, ModelUpload

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "iop_pipelines"
APP = ROOT / "dashboard" / "src"
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$", re.M)
# As TypeScript and Python write them.
LITERAL = re.compile(r"""'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`""")

# By what is to be said instead.
FORBIDDEN = {
    "execution": r"\b(?:an?|the|this|that|its|last|latest|recent|no|every|each|one|first|next|any|"
    r"former|earlier|new|of|figures of)\s+runs?\b",
    "traitement DRM, or exécution of a model": r"\bpassages?\b|"
    r"\bexécutions? (?:du |de |des |de la )?(?:pipelines?|chaînes?|DRM|Dagster)\b",
    "gabarit de rapport": r"\bmodèles? de rapports?\b",
    "s'exécuter": r"\btourn(?:e|ent|er|era)\b",
    "requested": r"\basked for\b",
    "generating": r"\bbeing made\b",
    "snooze": r"\b(?:put|puts|putting) (?:it |them |these )?off\b",
    "besides, or next to": r"\bbeside\b",
    "retried with increasing delays": r"\bever later\b|\btried again\b",
    "detection method": r"\bhow it looks\b",
}


@cache
def _texts(path: Path) -> list[str]:
    literals = ("".join(groups) for groups in LITERAL.findall(path.read_text()))
    return [re.sub(r"\\u00a0|\u00a0", " ", text).replace("\\'", "'") for text in literals]


@cache
def _catalogues() -> list[Path]:
    """The app's, and the server's in French; its English stands in its code, which has Dagster's runs."""
    found = [path for path in APP.rglob("*.ts") if re.search(r"words|vocabulary", path.name)]
    found += (APP / "i18n" / "catalogues").glob("*.ts")
    french = list((ROOT / "iop_pipelines").rglob("fr.py"))
    assert APP / "app" / "words.ts" in found
    assert ROOT / "iop_pipelines" / "domain" / "sentences" / "fr.py" in french
    return found + french


@pytest.mark.parametrize("word", FORBIDDEN)
def test_a_word_that_means_something_else_is_in_no_text_of_the_app(word: str) -> None:
    pattern = re.compile(FORBIDDEN[word], re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}: {text}"
        for path in _catalogues()
        for text in _texts(path)
        if pattern.search(text)
    ]
    assert found == [], f"say {word}"


# Of DRM or of Dagster, or a verb: `iop migrate` is run, an instance runs, models run.
NAMED_RUN = re.compile(
    r"\b(?:DRM|Dagster) runs?\b|\brun `|\binstance runs on\b|\bthen run by\b|\bdays run from\b"
)
_ENGLISH = (
    PACKAGE / "domain" / "sentences" / "en.py",
    PACKAGE / "recommendations" / "phrases" / "en.py",
)


def _said_by(module: ast.Module) -> Iterator[str]:
    """Texts, without what documents the code."""
    documents = {
        id(node.body[0].value)
        for node in ast.walk(module)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(module):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if id(node) not in documents and " " in node.value:
            yield re.sub(r"\{\w+\}", "", node.value)


@pytest.mark.parametrize("path", _ENGLISH, ids=lambda path: path.parent.name)
def test_a_run_that_the_server_tells_of_is_said_to_be_drms_or_dagsters(path: Path) -> None:
    texts = list(_said_by(ast.parse(path.read_text())))
    assert any("DRM run" in text for text in texts)
    assert [text for text in texts if re.search(r"\bruns?\b", NAMED_RUN.sub("", text))] == []


def test_a_report_is_made_of_a_gabarit_since_a_modele_is_what_analyses_data() -> None:
    french = (APP / "i18n" / "catalogues" / "fr.ts").read_text()
    reports = re.search(r"^  reports: \{$.*?^  \},$", french, re.M | re.S)
    assert reports is not None
    texts = ["".join(groups) for groups in LITERAL.findall(reports[0])]
    assert any("gabarit" in text.lower() for text in texts)
    assert [text for text in texts if re.search(r"\bmodèles?\b", text, re.IGNORECASE)] == []


def test_the_terms_of_the_glossary_are_those_that_the_app_says() -> None:
    rows = ROW.findall((ROOT / "docs" / "glossary.md").read_text())
    terms = [term for row in rows for term in row if row[0] not in ("term", "---")]
    assert {"execution", "exécution", "report template", "gabarit de rapport"} <= set(terms)
    said = "\n".join(text for path in _catalogues() for text in _texts(path)).lower()
    assert [term for term in terms if term.lower() not in said] == []


def _recorded() -> set[str]:
    """What the audit trail may say that was done, but for what goes through Dagster's UI."""
    mutations = {each.path for each in build_registry() if each.kind is Kind.MUTATION}
    of_accounts = {
        node.value
        for path in (*(PACKAGE / "identity").rglob("*.py"), PACKAGE / "cli" / "users.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"(auth|users)\.[a-zA-Z]+", node.value)
    }
    assert {"auth.signIn", "users.create"} <= of_accounts
    by_commands = {
        str(node.args[0].value)
        for path in (PACKAGE / "cli").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "witness_as"
        and isinstance(node.args[0], ast.Constant)
    }
    assert "datasets.delete" in by_commands
    return mutations | of_accounts | by_commands | {DataUpload.audited_as, ModelUpload.audited_as}


@pytest.mark.parametrize("file", ["pages/audit/words.ts", "i18n/catalogues/fr.ts"])
def test_the_audit_page_has_words_for_all_that_is_recorded_and_for_nothing_else(file: str) -> None:
    block = re.search(r"^ +actions: \{$(.*?)^ +\},$", (APP / file).read_text(), re.M | re.S)
    assert block is not None
    assert set(re.findall(r"^ +'([\w.]+)': ", block[1], re.M)) == _recorded()


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("execution", "The run you asked for"),
        ("execution", "No runs yet"),
        ("traitement DRM, or exécution of a model", "Dernier passage"),
        ("traitement DRM, or exécution of a model", "Exécutions de pipelines"),
        ("gabarit de rapport", "Aucun modèle de rapport"),
        ("snooze", "Put these off until"),
    ],
)
def test_what_the_app_once_said_would_be_found(word: str, text: str) -> None:
    assert re.search(FORBIDDEN[word], text, re.IGNORECASE)


@pytest.mark.parametrize("text", ["Run now", "It runs on request", "DRM run", "Dagster run"])
def test_a_model_runs_and_drm_and_dagster_have_runs(text: str) -> None:
    assert re.search(FORBIDDEN["execution"], text, re.IGNORECASE) is None
