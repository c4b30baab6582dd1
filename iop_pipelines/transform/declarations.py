"""Reading dataset declarations from YAML or JSON files; no pandas here."""

from pathlib import Path

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.transform.check import check_declaration
from iop_pipelines.validation.files import located, parse_declaration, read_declaration

DEMO_DATASETS = Path(__file__).resolve().parent.parent / "demo" / "datasets"


def load_declaration(path: Path) -> DatasetDeclaration:
    """Raises NotFound for a file that is not there, InvalidDeclaration naming the file, line and field."""
    content = read_declaration(path)
    with located(path):
        declaration = parse_declaration(DatasetDeclaration, content)
        check_declaration(declaration)
    return declaration


def demo_declarations() -> list[DatasetDeclaration]:
    """The demo's datasets, by name."""
    return [load_declaration(path) for path in sorted(DEMO_DATASETS.glob("*.yaml"))]
