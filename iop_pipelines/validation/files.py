"""Declarations as JSON or YAML files, and what is wrong with them said by line and field.

YAML is read as its JSON-compatible core: `on`, `yes` and `no` are strings (YAML 1.1 would make the
key of `trigger.on` a boolean), dates stay text, and a key given twice is refused.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from iop_pipelines.domain.refusals import refusals_of
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidDeclaration, InvalidInput, NotFound

Spec = TypeVar("Spec", bound=BaseModel)
# Brackets, and signs before the first word of a line.
_DEEPEST = 200


def read_declaration(path: Path | str) -> dict[str, Any]:
    """The mapping in a `.json`, `.yaml` or `.yml` file.

    Raises:
        NotFound: there is no such file.
        InvalidDeclaration: it is of another kind, does not parse, or is no mapping.
    """
    path = Path(path)
    text = _text_of(path)
    content = _parse_json(text, path) if path.suffix == ".json" else _parse_yaml(text, path)
    if not isinstance(content, dict):
        if content is None:
            raise InvalidDeclaration("file.empty", name=path.name)
        is_list = isinstance(content, list)
        raise InvalidDeclaration("file.is_list" if is_list else "file.is_value", name=path.name)
    return content


def yaml_of(content: Mapping[str, Any]) -> str:
    """As a person edits it: in the order given, and nothing by reference to what was written before."""
    import yaml

    def written(*, is_fast: bool) -> str:
        how: dict[str, Any] = {"sort_keys": False, "allow_unicode": True, "width": 110}
        return yaml.dump(content, Dumper=_plain_dumper(is_fast=is_fast), **how)

    # libyaml takes a tenth of the time, but writes emoji as their numbers, and no half of a pair of surrogates.
    with suppress(UnicodeEncodeError):
        if "\\U" not in (text := written(is_fast=True)):
            return text
    return written(is_fast=False)


def parse_declaration(
    kind: type[Spec], content: dict[str, Any], context: Mapping[str, Any] | None = None
) -> Spec:
    """Raises InvalidDeclaration whose `field` is the path of the first thing wrong; the rest follow.

    context: what validators look names up in, such as `runtimes`.
    """
    try:
        return kind.model_validate(content, context=context)
    except ValidationError as error:
        raise invalid_declaration(error, kind) from error


def invalid_declaration(
    error: ValidationError, kind: Any, under: Sequence[str] = ()
) -> InvalidDeclaration:
    """What pydantic refused, in our words; `under` is the path of what was read."""
    return all_of(
        [
            (".".join(filter(None, (*under, each.place))), each.sentence)
            for each in refusals_of(error, kind)
        ]
    )


def all_refused(errors: Sequence[InvalidInput]) -> InvalidInput:
    """What was found wrong one by one, told together; one alone is itself."""
    if len(errors) == 1:
        return errors[0]
    return all_of(
        [issue for each in errors for issue in each.issues or [(each.field or "", each.sentence)]]
    )


def all_of(issues: Sequence[tuple[str, Sentence]]) -> InvalidDeclaration:
    """One error of at least one (path, what is wrong)."""
    (field, first), *others = issues
    told = [first, *(said.at(path) for path, said in others)]
    return InvalidDeclaration(Sentence.listed(told), field=field or None, issues=issues)


@contextmanager
def located(path: Path | str) -> Iterator[None]:
    """Errors raised inside about a field of that file's content begin with the file's name and line."""
    try:
        yield
    except InvalidInput as error:
        if error.field is None:
            raise
        lines = _lines_of(Path(path))
        issues = error.issues or ((error.field, error.sentence),)
        told = [
            Sentence(
                "said.at_line",
                file=Path(path).name,
                line=_line_of(lines, field),
                said=said.at(field),
            )
            for field, said in issues
        ]
        raise InvalidDeclaration(Sentence.listed(told, "said.lines")) from error


def _line_of(lines: Mapping[str, int], field: str) -> int:
    """Of the field, or, where it is missing, of what it would stand in."""
    parts = field.split(".") if field else []
    while parts and ".".join(parts) not in lines:
        parts.pop()
    return lines.get(".".join(parts), 1)


def _lines_of(path: Path) -> dict[str, int]:
    """The line of each path of the content, from 1; JSON is read as the YAML that it nearly is."""
    import yaml

    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return {}
    lines: dict[str, int] = {}
    waiting: list[tuple[str, Any]] = [("", root)]
    while waiting:
        place, node = waiting.pop()
        if isinstance(node, yaml.MappingNode):
            parts = [(key.value, key, value) for key, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            parts = [(str(at), value, value) for at, value in enumerate(node.value)]
        else:
            continue
        for name, marked, value in parts:
            below = f"{place}.{name}" if place else str(name)
            lines[below] = marked.start_mark.line + 1
            waiting.append((below, value))
    return lines


def _text_of(path: Path) -> str:
    if path.suffix not in (".json", ".yaml", ".yml"):
        raise InvalidDeclaration("file.wrong_suffix", path=path, suffix=path.suffix)
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise NotFound("file.not_found", path=path) from error
    except OSError as error:
        raise InvalidDeclaration("file.unreadable", path=path, why=error.strerror) from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InvalidDeclaration(
            "file.not_utf8", name=path.name, line=line, byte=data[error.start]
        ) from error


def _parse_json(text: str, path: Path) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise InvalidDeclaration("file.key_twice", name=path.name, key=twice)
        return dict(pairs)

    try:
        return json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        said = error.msg[:1].lower() + error.msg[1:]
        raise InvalidDeclaration(
            "file.not_json", name=path.name, line=error.lineno, column=error.colno, said=said
        ) from error


def _parse_yaml(text: str, path: Path) -> Any:
    import yaml

    if _is_shallow(text):
        # libyaml reads in a tenth of the time; what it refuses is told in the words of the other.
        with suppress(yaml.YAMLError):
            return yaml.load(text, Loader=_json_like_loader(is_fast=True))  # noqa: S506 as below
    try:
        return yaml.load(text, Loader=_json_like_loader(is_fast=False))  # noqa: S506 a SafeLoader with fewer types
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = error.problem or error.context
        if mark is None:
            raise InvalidDeclaration("file.no_yaml_at_all", name=path.name, said=said) from error
        raise InvalidDeclaration(
            "file.not_yaml", name=path.name, line=mark.line + 1, column=mark.column + 1, said=said
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise InvalidDeclaration("file.no_yaml", name=path.name, error=error) from error


def _is_shallow(text: str) -> bool:
    """Whether nothing in it is so deep that a reader without Python's bound on recursion may end the process."""
    deepest = max((len(line) - len(line.lstrip(" -?:")) for line in text.splitlines()), default=0)
    return deepest <= _DEEPEST and text.count("[") + text.count("{") <= _DEEPEST


@lru_cache
def _json_like_loader(*, is_fast: bool) -> Any:
    """is_fast: by libyaml, where PyYAML was built with it."""
    import re

    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader) if is_fast else yaml.SafeLoader

    class Loader(base):
        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            keys = [self.construct_object(key, deep=True) for key, _ in node.value]
            for place, key in enumerate(keys):
                is_again = key in keys[:place]
                if not isinstance(key, str) or is_again:
                    raise yaml.constructor.ConstructorError(
                        None,
                        None,
                        f"the key {key!r} is {'given twice' if is_again else 'no text'}",
                        node.value[place][0].start_mark,
                    )
            return super().construct_mapping(node, deep=deep)

    unwanted = ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
    Loader.yaml_implicit_resolvers = {
        letter: [(tag, pattern) for tag, pattern in resolvers if tag not in unwanted]
        for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    Loader.add_implicit_resolver(
        "tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf")
    )
    return Loader


@lru_cache
def _plain_dumper(*, is_fast: bool) -> Any:
    """is_fast: by libyaml, where PyYAML was built with it."""
    import yaml

    base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper) if is_fast else yaml.SafeDumper

    class Dumper(base):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    return Dumper
