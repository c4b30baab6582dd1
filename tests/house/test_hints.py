"""Commands that a command's output names can be copied: they have the --home that it was given.

And a list that has a limit says how many there are.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import iop_pipelines
from iop_pipelines.cli import main as iop
from iop_pipelines.cli.console import command
from iop_pipelines.cli.hints import carried, hint
from iop_pipelines.cli.main import COMMANDS
from iop_pipelines.domain.languages import Language
from iop_pipelines.domain.sentences import catalogue
from iop_pipelines.errors import NotFound

ROOT = Path(iop_pipelines.__file__).parent
# `iop dataset list`, also without backticks: the name of the program and of one of its commands.
NAMES_ONE = re.compile(r"\biop (" + "|".join(COMMANDS) + r")\b")
# Said by whoever starts or describes IOP, not to somebody who gave a home.
DESCRIBES = {
    "cli/main.py": "the epilogue of --help",
    "cli/hints.py": "makes them",
    "cli/demo.py": "marks the file that it writes",
}


def _texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Strings that a module may print: those that are no docstring, and stand in no call of `hint` or `help=`."""
    quiet: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            quiet.add(id(node.value))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "hint":
            quiet |= {id(each) for each in ast.walk(node)}
        if isinstance(node, ast.keyword) and node.arg == "help":
            quiet |= {id(each) for each in ast.walk(node)}
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).endswith("__doc__"):
            quiet |= {id(each) for each in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in quiet:
            yield node.lineno, node.value


def test_a_command_names_another_by_the_function_that_gives_it_the_home() -> None:
    found = []
    looked_at = 0
    for path in sorted((ROOT / "cli").glob("*.py")):
        name = str(path.relative_to(ROOT))
        for line, text in _texts(ast.parse(path.read_text())):
            looked_at += 1
            if NAMES_ONE.search(text) and name not in DESCRIBES:
                found.append(f"{name}:{line}: {text!r}")
    assert looked_at > 300
    assert not found, "write them as hint(...):\n" + "\n".join(found)


@pytest.mark.parametrize("language", list(Language))
def test_what_the_platform_says_puts_commands_in_backticks_where_the_home_is_added(
    language: Language,
) -> None:
    """Of codes that name a command; a command prints them by `carried`."""
    wrong = {}
    for code, text in catalogue(language).SENTENCES.items():
        if NAMES_ONE.search(re.sub(r"`iop [^`]+`", "", text)):
            wrong[code] = text
    assert not wrong


def _said_by(function, *words: str) -> str:
    group = click.Group("try")
    command(group, "it")(function)
    done = CliRunner().invoke(group, ["it", *words])
    return done.output


def test_hints_and_refusals_have_the_home_that_was_given_and_none_where_none_was() -> None:
    def say(settings, as_json):
        """Says one."""
        click.echo(hint("model history 7"))
        raise NotFound("instance.not_found", home="/nowhere")

    given = _said_by(say, "--home", "/some where")
    assert "`iop model history 7 --home '/some where'`" in given
    assert "`iop migrate --home '/some where'` makes one" in given
    without = _said_by(say)
    assert "`iop model history 7`" in without
    assert "--home" not in without


def test_a_home_that_is_named_stays_the_one_that_is_named() -> None:
    def say(settings, as_json):
        """Says one."""
        click.echo(carried("run `iop migrate --home /other` and `iop up`"))

    given = _said_by(say, "--home", "/mine")
    assert given == "run `iop migrate --home /other` and `iop up --home /mine`\n"


def _commands(
    group: click.Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, click.Command]]:
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            found = group.get_command(context, name)
            assert found is not None
            yield from _commands(found, (*path, name))
    else:
        yield " ".join(path), group


def test_a_list_with_a_limit_says_of_how_many_it_shows_some() -> None:
    """Every command that takes --limit prints by `print_rows(…, total=…)`."""
    limited = {
        name: each
        for name, each in _commands(iop)
        if any(option.name == "limit" for option in each.params)
    }
    assert len(limited) >= 6
    for name, each in limited.items():
        assert each.callback is not None
        function = inspect.unwrap(each.callback)
        tree = ast.parse(Path(function.__code__.co_filename).read_text())
        (body,) = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef)
            and node.name == function.__name__
            and node.lineno <= function.__code__.co_firstlineno + 12
            and node.end_lineno >= function.__code__.co_firstlineno
        ]
        printed = [
            node
            for node in ast.walk(body)
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "print_rows"
        ]
        assert printed, name
        assert all(any(k.arg == "total" for k in node.keywords) for node in printed), name
