import re
from pathlib import Path
from typing import get_args

import yaml

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.transform.check import check_declaration
from iop_pipelines.transform.steps import Step

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
