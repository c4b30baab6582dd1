"""Models on a server that speaks the Open Inference Protocol; what their answers mean is `foreign`."""

from collections.abc import Mapping

import numpy as np

from iop_pipelines.runtimes.base import RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.catalogue import RemoteParams
from iop_pipelines.runtimes.foreign import Opened, run_foreign
from iop_pipelines.runtimes.inference import InferenceServer, datatypes_of
from iop_pipelines.runtimes.mapped import InputOf, one_column, output_named
from iop_pipelines.runtimes.params import parse_params


class Remote:
    def run(self, given: RuntimeInput) -> RuntimeOutput:
        """Raises:
        InvalidDeclaration: the instance may not call the server, or the model takes other inputs.
        InvalidInput: it answers what is no answer. MisconfiguredInstance: there is no token, or it is refused.
        Unavailable: it does not answer, or not in time, however often it is asked.
        """
        params = parse_params(RemoteParams, given.params)
        with InferenceServer(params, given.outside, given.tick) as server:
            return run_foreign(given, params, _opened(server, params))


def _opened(server: InferenceServer, params: RemoteParams) -> Opened:
    metadata = server.metadata()
    output = output_named(params, [each.name for each in metadata.outputs])
    datatypes = datatypes_of(metadata.inputs)

    def answer(asked: Mapping[str, np.ndarray]) -> np.ndarray:
        return one_column(server.infer(asked, datatypes, output), params)

    inputs = (
        InputOf(
            each.name,
            each.shape[1] if each.shape[1] >= 0 else None,
            each.datatype == "FP32",
        )
        for each in metadata.inputs
    )
    return Opened(tuple(inputs), answer)


RUNTIME = Remote()
