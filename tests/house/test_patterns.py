"""What people write as a regular expression is run by RE2 alone."""

import ast
import re
import sys
import unicodedata
from pathlib import Path

import pytest

from iop_pipelines.domain.patterns import searcher

LIBRARY = Path(__file__).resolve().parents[2] / "iop_pipelines"
# Methods that hand a pattern to Python's engine, of re, pandas and Great Expectations.
_BY_PANDAS = {"contains", "match", "fullmatch", "extract", "extractall", "findall"}
_BY_RE = {"compile", "match", "search", "fullmatch", "sub", "split", "findall", "finditer"}


def _is_constant(node: ast.expr) -> bool:
    """Text of the code itself, perhaps with module constants in it."""
    match node:
        case ast.Constant():
            return True
        case ast.JoinedStr(values=values):
            return all(_is_constant(value) for value in values)
        case ast.FormattedValue(value=value):
            return _is_own(value)
        case _:
            return False


def _is_own(node: ast.expr) -> bool:
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return all(name.isupper() or name.startswith("_") for name in names)


def _patterns_of_others(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        owner, name = node.func.value, node.func.attr
        is_re = isinstance(owner, ast.Name) and owner.id == "re" and name in _BY_RE
        is_pandas = isinstance(owner, ast.Attribute) and owner.attr == "str" and name in _BY_PANDAS
        if (is_re or is_pandas) and not _is_constant(node.args[0]):
            found.append(f"{path.relative_to(LIBRARY)}:{node.lineno}: {ast.unparse(node)[:80]}")
    return found


def test_pythons_engine_runs_only_patterns_of_the_code_itself():
    found = [each for path in sorted(LIBRARY.rglob("*.py")) for each in _patterns_of_others(path)]
    assert found == []


def test_no_expectation_matches_by_pythons_engine():
    texts = [path.read_text() for path in LIBRARY.rglob("*.py")]
    assert not [text for text in texts if "MatchRegex" in text or "regexp_match" in text]


def test_the_engine_is_re2():
    assert not searcher("^a$")("b")
    assert "re2" in sys.modules
    with pytest.raises(ValueError, match=r"\(\?="):
        searcher("a(?=b)")


def _is_alike(pattern: str) -> list[str]:
    """Characters by which RE2 and Python, whose classes are Unicode's, say something else."""
    ours, pythons = searcher(pattern), re.compile(pattern)
    assigned = [c for c in map(chr, range(0x30000)) if unicodedata.category(c) not in ("Cn", "Cs")]
    # Marks are ours beyond Python's; a newer Unicode than the other's gives a few more characters.
    known = [c for c in assigned if unicodedata.category(c)[0] != "M"]
    return [c for c in known if ours(c) is not (pythons.search(c) is not None)]


@pytest.mark.parametrize(
    "pattern",
    [r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", r"[\w]", r"[\W]", r"[\D]", r"[\S]", r"[^\W\d_]"],
)
def test_a_class_holds_the_characters_that_it_holds_in_python(pattern):
    assert len(_is_alike(pattern)) < 1_000, [hex(ord(c)) for c in _is_alike(pattern)[:20]]


@pytest.mark.parametrize("pattern", [r"\bNord\b", r"a\B", r"[a]\b"])
def test_edges_of_words_are_refused_with_what_to_write(pattern):
    with pytest.raises(ValueError, match=r"ASCII alone; say .* \(\^\|"):
        searcher(pattern)


@pytest.mark.parametrize("pattern", [r"[+-\w]", r"[+-\s]", r"[+-\d]", r"[+-\W]", r"[+-\S]"])
def test_a_class_is_no_end_of_a_range(pattern):
    with pytest.raises(ValueError, match="not a valid RE2 pattern"):
        searcher(pattern)


@pytest.mark.parametrize(
    ("pattern", "text", "is_found"),
    [
        ("b", "abc", True),  # anywhere, as JSON Schema has it
        ("^b", "abc", False),
        ("c$", "abc", True),
        ("c$", "abc\n", False),  # Python's $ would match before the line's end
        ("^.$", "é", True),
        (r"^\d$", "٣", True),
        (r"^\w+$", "Lomé", True),
        (r"^[^\W\d]+$", "café", True),
        (r"^[^\W\d]+$", "café1", False),
        (r"^[^\W\d_]+$", "a_b", False),
        (r"^\w+$", "o\u0323\u0300", True),  # Yoruba: a letter and its two marks
        (r"^\W$", "é", False),
        (r"^\s\S$", "\u202fé", True),
        (r"^[\s,]+$", "\xa0,", True),
        (r"^[^\S,]+$", "\xa0", True),
        (r"^[]\d]+$", "]٣", True),
        (r"^[^]\d]$", "]", False),
        (r"^[^\^\w]$", "^", False),
        (r"^\Q\w\E$", r"\w", True),
        (r"^\\w$", r"\w", True),
        (r"^[\\w]+$", "w\\", True),
        (r"^[[:digit:]\w]$", "é", True),
        (r"^\p{Lu}\w$", "Éa", True),
        ("x", "\ud800x", True),
        ("", "", True),
    ],
)
def test_a_match_is_sought_as_json_schema_has_it(pattern, text, is_found):
    assert searcher(pattern)(text) is is_found
