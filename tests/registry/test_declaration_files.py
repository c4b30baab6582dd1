import json

import pytest

from iop_pipelines.domain.models import ModelSpec
from iop_pipelines.errors import InvalidDeclaration, NotFound
from iop_pipelines.registry.models import load_spec
from iop_pipelines.validation.files import read_declaration, yaml_of


def _file(folder, text, suffix=".yaml"):
    path = folder / f"declared{suffix}"
    path.write_text(text, encoding="utf-8")
    return path


def test_yaml_is_read_as_json_would_be(tmp_path):
    text = "on: yes\nday: 2013-02-08\nis_late: true\nrate: 0.5\nnothing: null\n"
    assert read_declaration(_file(tmp_path, text)) == {
        "on": "yes",
        "day": "2013-02-08",
        "is_late": True,
        "rate": 0.5,
        "nothing": None,
    }


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Fahrräder 🚲 je Stunde", "label: Fahrräder 🚲 je Stunde\n"),
        ("售出 数量", "label: 售出 数量\n"),
        ("C:\\Users: sales", "label: 'C:\\Users: sales'\n"),
        # JSON may hold half of a pair, which is no character.
        ("half \ud83d", 'label: "half \\uD83D"\n'),
        ("yes", "label: 'yes'\n"),
        ("2013-02-08", "label: '2013-02-08'\n"),
    ],
)
def test_what_is_written_for_people_is_readable_and_read_as_it_was(tmp_path, text, line):
    shared = {"b": 1, "a": [1.5, None]}
    content = {"label": text, "second": shared, "first": shared}
    written = yaml_of(content)
    below = "\n  b: 1\n  a:\n  - 1.5\n  - null\n"
    assert written == f"{line}second:{below}first:{below}"
    assert read_declaration(_file(tmp_path, written)) == content


def test_a_model_is_the_same_from_json_yaml_and_a_mapping(tmp_path, model_content):
    import yaml

    from_json = load_spec(_file(tmp_path, json.dumps(model_content), ".json"))
    from_yaml = load_spec(_file(tmp_path, yaml.safe_dump(model_content)))
    assert from_json == from_yaml == load_spec(model_content)
    assert isinstance(from_json, ModelSpec)
    assert from_json.version == "v1.0.0"


@pytest.mark.parametrize(
    ("text", "suffix", "said"),
    [
        ("name: a\nname: b\n", ".yaml", "given twice"),
        ("x: {1: 2}\n", ".yaml", "no text"),
        ("a: [1\n", ".yaml", "no YAML"),
        ("x: !!python/object/apply:os.system [ls]\n", ".yaml", "no YAML"),
        ("- 1\n", ".yaml", "a mapping is needed"),
        ("", ".yaml", "a mapping is needed"),
        ("{", ".json", "no JSON"),
        ("name = 1", ".toml", "can be .json, .yaml or .yml"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path, text, suffix, said):
    with pytest.raises(InvalidDeclaration, match=said):
        read_declaration(_file(tmp_path, text, suffix))


def test_a_missing_file_is_not_found(tmp_path):
    with pytest.raises(NotFound, match="absent"):
        read_declaration(tmp_path / "absent.yaml")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("type",), "quantum"),
        (("version",), "1.0"),
        (("config", "runtime"), "pickle"),
        (("config", "input", "history"), 0),
        (("config", "quality_threshold"), 101),
        (("config", "unknown"), 1),
    ],
)
def test_a_wrong_field_is_named_by_its_path(model_content, path, value):
    part = model_content
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    with pytest.raises(InvalidDeclaration) as refused:
        load_spec(model_content)
    assert refused.value.field == ".".join(path)
