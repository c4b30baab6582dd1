"""Whatever IOP raises on purpose is an IopError: who catches that catches all, and the docstring's tree has them."""

import ast
import builtins
import importlib
import re
from pathlib import Path

from click import ClickException

from iop_pipelines import errors
from iop_pipelines.errors import IopError

ROOT = Path(__file__).parents[2]


def _exceptions(tree: ast.Module) -> list[str]:
    """Names of the classes of a module that say that they are exceptions, by one of their bases."""
    names = {name for name in dir(builtins) if name.endswith(("Error", "Exception"))}
    found: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
            if bases & names or any(base.endswith(("Error", "Exception")) for base in bases):
                found.append(node.name)
                names.add(node.name)
    return found


def test_every_exception_of_the_library_is_in_one_hierarchy() -> None:
    """But for what a module only tells itself, with an underscore, and what ends a command in click's way."""
    outside: list[str] = []
    for path in sorted((ROOT / "iop_pipelines").rglob("*.py")):
        public = [name for name in _exceptions(ast.parse(path.read_text())) if name[0] != "_"]
        if not public:
            continue
        module = importlib.import_module(
            ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        )
        kinds = (getattr(module, name) for name in public)
        outside += [
            f"{path.relative_to(ROOT)}: {kind.__name__}"
            for kind in kinds
            if not issubclass(kind, IopError | ClickException)
        ]
    assert outside == []


def test_an_exception_is_known_by_its_base() -> None:
    text = (
        "class A(Exception): ...\nclass B(A): ...\nclass C(errors.NotFoundError): ...\nclass D: ..."
    )
    assert _exceptions(ast.parse(text)) == ["A", "B", "C"]


def test_the_tree_in_the_docstring_is_that_of_the_classes() -> None:
    drawn: dict[str, str] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"([│├└─ ]*)([A-Z]\w+)(?: {2}|$)", line)
        if found is None:
            continue
        depth = len(found[1]) // 4
        del above[depth:]
        if above:
            drawn[found[2]] = above[-1]
        above.append(found[2])
    assert drawn == {
        name: kind.__bases__[0].__name__
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, IopError) and kind is not IopError
    }
