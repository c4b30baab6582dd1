"""Reading dataset declarations from YAML or JSON files; no pandas here."""

from pathlib import Path

import yaml
from pydantic import ValidationError

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.errors import InvalidDeclaration
from iop_pipelines.transform.steps import check_steps

DEMO_DATASETS = Path(__file__).resolve().parent.parent / "demo" / "datasets"


def load_declaration(path: Path) -> DatasetDeclaration:
    """Raises InvalidDeclaration naming the file and the field."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        declaration = DatasetDeclaration.model_validate(content)
    except (OSError, yaml.YAMLError) as error:
        raise InvalidDeclaration(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"])) or None
        raise InvalidDeclaration(f"{path.name}: {first['msg']}", field) from error
    check_steps(declaration)
    return declaration


def demo_declarations() -> list[DatasetDeclaration]:
    """The demo's datasets, by name."""
    return [load_declaration(path) for path in sorted(DEMO_DATASETS.glob("*.yaml"))]
