import re
from pathlib import Path
from typing import get_args

import yaml

from iop_pipelines.domain.datasets import DatasetDeclaration, Measure
from iop_pipelines.domain.frequencies import Frequency
from iop_pipelines.transform.cast_columns import CastColumn
from iop_pipelines.transform.check import check_declaration
from iop_pipelines.transform.formats import DIRECTIVES
from iop_pipelines.transform.steps import Step

MEASURES = get_args(get_args(Measure)[0])

TEXT = (Path(__file__).parents[2] / "docs" / "transform.md").read_text(encoding="utf-8")


def test_the_example_in_the_documentation_is_a_valid_declaration():
    (example,) = re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL)
    check_declaration(DatasetDeclaration.model_validate(yaml.safe_load(example)))


def test_every_kind_of_step_is_documented():
    kinds = [
        get_args(step.model_fields["kind"].annotation)[0] for step in get_args(get_args(Step)[0])
    ]
    assert len(kinds) >= 8
    for kind in kinds:
        # What it does and rejects, and what types it reads and leaves.
        assert TEXT.count(f"\n| `{kind}` |") == 2, kind


def test_every_kind_of_measure_is_documented_with_an_example_that_is_one():
    kinds = {get_args(each.model_fields["kind"].annotation)[0]: each for each in MEASURES}
    table = TEXT.partition("## Measures")[2].partition("## ")[0]
    examples = [
        yaml.safe_load(each) for each in re.findall(r"\| `(\w+: \{.*?\})` \|$", table, re.M)
    ]
    shown = {given["kind"] for example in examples for given in example.values()}
    # One example stands for both.
    assert shown | {"min"} == set(kinds)
    for example in examples:
        for given in example.values():
            kinds[given["kind"]].model_validate(given)
    assert all(f"`{kind}`" in table for kind in kinds)


def test_every_step_of_time_type_and_key_of_a_cast_is_documented():
    steps = TEXT.partition("## Steps of time")[2].partition("## ")[0]
    assert [
        each for each in get_args(Frequency) if f"`{each}`" not in steps and "W-" not in each
    ] == []
    keys = TEXT.partition("## How text is read")[2].partition("## ")[0]
    assert [
        each for each in CastColumn.model_fields if each != "to" and f"`{each}`" not in keys
    ] == []
    directives = [each for each in DIRECTIVES if f"`{each}`" not in keys]
    assert directives == []
