"""The configuration of a model that was registered without one: only a type, schemas and a dataset."""

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.models import InputSpec, ModelConfig, RuntimeName, Trigger
from iop_pipelines.domain.vocabulary import ModelType
from iop_pipelines.errors import InvalidDeclaration

_RUNTIMES: dict[ModelType, RuntimeName] = {
    ModelType.STATISTICAL: "seasonal_residual",
    ModelType.ML: "pyod",
}


def default_config(model_type: ModelType, dataset: DatasetDeclaration) -> ModelConfig:
    """Anomalies of the dataset's first measure over all its rows, run on request only.

    Raises InvalidDeclaration for a rule-based model, which is nothing without its rules, and for a
    dataset that declares no measure.
    """
    if model_type not in _RUNTIMES:
        raise InvalidDeclaration(
            "a rule-based model needs its rules; give config.params.rules", field="config"
        )
    if not dataset.measures:
        raise InvalidDeclaration(f"dataset {dataset.name!r} declares no measure", field="config")
    return ModelConfig(
        runtime=_RUNTIMES[model_type],
        dataset=dataset.name,
        input=InputSpec(measures=(next(iter(dataset.measures)),)),
        trigger=Trigger(on="request"),
    )
