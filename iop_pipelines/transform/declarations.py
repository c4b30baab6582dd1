"""Reading dataset declarations from YAML or JSON files; no pandas here."""

from pathlib import Path

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.transform.check import checked
from iop_pipelines.transform.event_files import with_listed
from iop_pipelines.validation.files import located, read_declaration

DEMO_DATASETS = Path(__file__).resolve().parent.parent / "demo" / "datasets"


def load_declaration(path: Path) -> DatasetDeclaration:
    """Raises NotFound for a file that is not there, InvalidDeclaration with all that is wrong, by line and field."""
    content = read_declaration(path)
    with located(path):
        return checked(with_listed(content, path.parent))


def demo_declarations() -> list[DatasetDeclaration]:
    """The demo's datasets, by name."""
    return [load_declaration(path) for path in sorted(DEMO_DATASETS.glob("*.yaml"))]
