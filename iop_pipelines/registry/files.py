"""Declarations as JSON or YAML files, and what is wrong with them said by field.

YAML is read as its JSON-compatible core: `on`, `yes` and `no` are strings (YAML 1.1 would make the
key of `trigger.on` a boolean), dates stay text, and a key given twice is refused.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from iop_pipelines.errors import InvalidDeclaration, NotFound

Spec = TypeVar("Spec", bound=BaseModel)


def read_declaration(path: Path | str) -> dict[str, Any]:
    """The mapping in a `.json`, `.yaml` or `.yml` file.

    Raises:
        NotFound: there is no such file.
        InvalidDeclaration: it is of another kind, does not parse, or is no mapping.
    """
    path = Path(path)
    if path.suffix not in (".json", ".yaml", ".yml"):
        raise InvalidDeclaration(f"{path} ends in {path.suffix!r}; it can be .json, .yaml or .yml")
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise NotFound(f"there is no file {path}") from error
    except UnicodeDecodeError as error:
        raise InvalidDeclaration(f"{path} is not UTF-8: {error}") from error
    content = _parse_json(text, path) if path.suffix == ".json" else _parse_yaml(text, path)
    if not isinstance(content, dict):
        raise InvalidDeclaration(f"{path} holds a {type(content).__name__}; a mapping is needed")
    return content


def parse_declaration(
    kind: type[Spec], content: dict[str, Any], context: Mapping[str, Any] | None = None
) -> Spec:
    """Raises InvalidDeclaration whose `field` is the path of the first thing wrong; the rest follow.

    context: what validators look names up in, such as `runtimes`.
    """
    try:
        return kind.model_validate(content, context=context)
    except ValidationError as error:
        first, *others = issues = [
            (".".join(str(part) for part in each["loc"]), each["msg"].removeprefix("Value error, "))
            for each in error.errors()
        ]
        rest = "".join(f"; {path}: {message}" for path, message in others)
        raise InvalidDeclaration(first[1] + rest, field=first[0], issues=issues) from error


def _parse_json(text: str, path: Path) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidDeclaration(f"{path} is no JSON: {error}") from error


def _parse_yaml(text: str, path: Path) -> Any:
    import yaml

    try:
        return yaml.load(text, Loader=_json_like_loader())  # noqa: S506 a SafeLoader with fewer types
    except (yaml.YAMLError, RecursionError) as error:
        raise InvalidDeclaration(f"{path} is no YAML: {error}") from error


def _json_like_loader() -> Any:
    import re

    import yaml

    class Loader(yaml.SafeLoader):
        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            keys = [self.construct_object(key, deep=True) for key, _ in node.value]
            for key in keys:
                if not isinstance(key, str) or keys.count(key) > 1:
                    raise yaml.constructor.ConstructorError(
                        None,
                        None,
                        f"the key {key!r} is " + ("given twice" if key in keys[:-1] else "no text"),
                        node.start_mark,
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
