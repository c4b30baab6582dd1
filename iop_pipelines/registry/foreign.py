"""What must hold of a foreign model before it is stored, beyond what its declaration says by itself: its file is there
and takes what it is given, its server may be called. What the server says of itself is asked at each run."""

from iop_pipelines.domain.models import ModelSpec
from iop_pipelines.errors import InvalidDeclaration
from iop_pipelines.runtimes.catalogue import OnnxParams, RemoteParams, runtime_spec
from iop_pipelines.runtimes.mapped import InputOf, check_column, mapped_inputs, output_named
from iop_pipelines.runtimes.model_files import described
from iop_pipelines.runtimes.outside import Outside
from iop_pipelines.runtimes.params import parse_params
from iop_pipelines.settings import Settings


def check_outside(settings: Settings, spec: ModelSpec) -> None:
    """Raises InvalidDeclaration with the field; of other models nothing, and of what `check_model` refuses neither."""
    config, outside = spec.config, Outside.of(settings)
    try:
        params = parse_params(runtime_spec(config.runtime).params, config.params)
    except InvalidDeclaration:
        return
    if isinstance(params, RemoteParams):
        # Its token is a secret of whoever calls it, which is a worker.
        outside.require_server(params.url)
    elif isinstance(params, OnnxParams):
        found = described(outside, params.checksum).signature
        inputs = [InputOf(each.name, each.width, each.is_float32) for each in found.inputs]
        mapped_inputs(params, config.input.measures, inputs)
        output = output_named(params, [each.name for each in found.outputs])
        (slot,) = (each for each in found.outputs if each.name == output)
        check_column(params, slot.columns)
