"""Every assertion of the tests can fail: what it compares is asserted, not said beside it or left unevaluated."""

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

# Methods whose answer is true or false; the method itself, without its call, is always true.
PREDICATES = {
    *("is_alive", "is_set", "is_file", "is_dir", "exists", "locked", "is_closed", "is_connected"),
    *("is_visible", "is_hidden", "is_enabled", "is_checked", "is_editable"),
    *("startswith", "endswith", "isdigit", "isalpha", "islower", "isupper", "isspace"),
    *("issubset", "issuperset", "isdisjoint", "all", "any", "equals"),
}
PLAYWRIGHT = "from playwright.sync_api import expect\n"
# They call what they are given until it is true.
WAITS = frozenset({"wait_until", "wait_for", "eventually", "_wait"})


def _faults(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line, and what is wrong with the assertion there."""
    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    coroutines = {node.name for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)}
    objects = (functions | coroutines) - _variables(tree)
    uses_expect = _imports_expect(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            if node.msg is not None and _is_a_comparison(node.msg):
                yield node.lineno, "what is compared is only its message"
            yield from _always_true(node.test, objects, coroutines)
        elif uses_expect and isinstance(node, ast.Expr) and _called(node.value) == "expect":
            yield node.lineno, "nothing is expected of it"
        elif isinstance(node, ast.Call):
            yield from _never_waits(node, objects, coroutines)


def _always_true(
    test: ast.expr, objects: set[str], coroutines: set[str]
) -> Iterator[tuple[int, str]]:
    for part in _parts(test):
        if getattr(part, "elts", None) or getattr(part, "keys", None):
            yield part.lineno, "a display with members is true"
        elif isinstance(part, ast.GeneratorExp | ast.Lambda):
            yield part.lineno, "a generator or a function is true"
        elif isinstance(part, ast.Constant) and part.value:
            yield part.lineno, "a constant is true"
        elif isinstance(part, ast.JoinedStr):
            yield part.lineno, "a text is true"
        elif isinstance(part, ast.Attribute) and part.attr in PREDICATES:
            yield part.lineno, f"{part.attr} is not called"
        elif isinstance(part, ast.Name) and part.id in objects:
            yield part.lineno, f"{part.id} is not called"
        elif _called(part) in coroutines:
            yield part.lineno, f"{_called(part)} is not awaited"
        elif isinstance(part, ast.Compare) and _is_with_itself(part):
            yield part.lineno, "a thing is compared with itself"


def _never_waits(
    call: ast.Call, objects: set[str], coroutines: set[str]
) -> Iterator[tuple[int, str]]:
    name, first = _called(call), next(iter(call.args), None)
    if name in WAITS and isinstance(first, ast.Lambda):
        yield from _always_true(first.body, objects, coroutines)
    elif name == "wait_for_function":
        text = ast.unparse(call)
        if any(word in text for word in ("async ", "await ", ".then(", "Promise")):
            yield call.lineno, "Playwright takes a promise for true"


def _parts(test: ast.expr) -> Iterator[ast.expr]:
    if isinstance(test, ast.BoolOp):
        for value in test.values:
            yield from _parts(value)
    else:
        yield test


def _is_a_comparison(message: ast.expr) -> bool:
    """Also one joined by `and`, `or` and `not`; one inside a text or a comprehension only says something."""
    if isinstance(message, ast.UnaryOp):
        return isinstance(message.op, ast.Not)
    return any(isinstance(part, ast.Compare) for part in _parts(message))


def _is_with_itself(compare: ast.Compare) -> bool:
    if any(isinstance(node, ast.Call) for node in ast.walk(compare)):
        # Two calls may well differ.
        return False
    sides = [ast.dump(side) for side in (compare.left, *compare.comparators)]
    return any(left == right for left, right in pairwise(sides))


def _called(node: ast.expr) -> str | None:
    if not isinstance(node, ast.Call):
        return None
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else None


def _imports_expect(tree: ast.Module) -> bool:
    """Playwright's; others have functions of that name that ask by themselves."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return any(
        each.module == "playwright.sync_api" and "expect" in {alias.name for alias in each.names}
        for each in imports
    )


def _variables(tree: ast.Module) -> set[str]:
    arguments = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return arguments | {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def test_no_assertion_of_a_test_is_always_true() -> None:
    files = sorted(TESTS.rglob("*.py"))
    assert len(files) > 100
    found = [
        f"{path.relative_to(TESTS)}:{line}: {what}"
        for path in files
        for line, what in _faults(ast.parse(path.read_text()))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("code", "is_fault"),
    [
        ('assert shown["x"], shown["y"] == (1, 2)', True),
        ("assert a, not b", True),
        ("assert a, b in c and d", True),
        ("assert (a, b == c)", True),
        ("assert (x for x in y)", True),
        ("assert a == b and [x == 1]", True),
        ("assert lambda: a == b", True),
        ("assert thread.is_alive", True),
        ("assert 'no error'", True),
        ("assert f'{a} is b'", True),
        ("assert a.b == a.b", True),
        ("def is_well(): ...\nassert is_well", True),
        ("async def is_well(): ...\nassert is_well()", True),
        (f"{PLAYWRIGHT}expect(page.locator('h1'))", True),
        ("page.wait_for_function('async () => false')", True),
        ("page.wait_for_function('() => fetch(x).then((a) => a.ok)')", True),
        ("wait_until(lambda: process.is_alive, 5)", True),
        ("wait_until(lambda: (a, b == c), 5)", True),
        ("assert (shown['x'], shown['y']) == (1, 2)", False),
        ("assert a == b, f'{a == c}'", False),
        ("assert a == b, [x for x in y if x != z]", False),
        ("assert all(x for x in y)", False),
        ("assert not thread.is_alive()", False),
        ("assert False, 'never here'", False),
        ("assert draw(seed=1) == draw(seed=1)", False),
        ("def is_well(): ...\nassert is_well()", False),
        ("async def is_well(): ...\nasync def test(): assert await is_well()", False),
        (f"{PLAYWRIGHT}expect(page.locator('h1')).to_be_visible()", False),
        ("expect(page.locator('h1'))", False),
        ("page.wait_for_function('() => window.ready')", False),
        ("wait_until(lambda: not process.is_alive(), 5)", False),
    ],
)
def test_the_rule_tells_what_cannot_fail(code: str, is_fault: bool) -> None:
    assert bool(list(_faults(ast.parse(code)))) is is_fault
