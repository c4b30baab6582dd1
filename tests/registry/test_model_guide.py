"""The example of docs/models.md is a model that registers."""

import re
from pathlib import Path

from iop_pipelines.registry.models import load_spec, register
from iop_pipelines.runtimes.catalogue import FINDING_KINDS, RUNTIMES
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.transform.declarations import demo_declarations
from iop_pipelines.transform.versions import register_dataset
from iop_pipelines.validation.json_schema import COLUMN_KEYWORDS, ROOT_KEYWORDS

GUIDE = (Path(__file__).parents[2] / "docs/models.md").read_text()


def test_the_example_registers(migrated_url, tmp_path):
    match = re.search(r"```yaml\n(.*?)```", GUIDE, re.S)
    assert match is not None
    path = tmp_path / "late-arrivals.yaml"
    path.write_text(match[1])
    engine = engine_for(migrated_url)
    for declaration in demo_declarations():
        register_dataset(engine, declaration)
    assert register(engine, load_spec(path)) == 1


def test_every_runtime_kind_of_finding_and_keyword_is_in_the_guide():
    for name, spec in RUNTIMES.items():
        assert f"| `{name}` | {spec.type} | {spec.summary.en} |" in GUIDE
    for kind in FINDING_KINDS:
        assert f"\n| `{kind}` | " in GUIDE
    for keyword in {*COLUMN_KEYWORDS, *ROOT_KEYWORDS} - {"$schema", "$id"}:
        assert f"`{keyword}" in GUIDE
