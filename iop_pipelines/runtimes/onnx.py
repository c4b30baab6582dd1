"""Models in ONNX files, run by ONNX Runtime on one core; what its answers mean is `foreign`."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from iop_pipelines.errors import InvalidInput
from iop_pipelines.runtimes.base import RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.catalogue import OnnxParams
from iop_pipelines.runtimes.foreign import Opened, run_foreign
from iop_pipelines.runtimes.mapped import InputOf, one_column, output_named
from iop_pipelines.runtimes.model_files import described, fetched
from iop_pipelines.runtimes.params import parse_params


class Onnx:
    def run(self, given: RuntimeInput) -> RuntimeOutput:
        """Raises InvalidDeclaration where the file is not stored, InvalidInput where it does not fit or fails."""
        params = parse_params(OnnxParams, given.params)
        return run_foreign(given, params, _opened(given, params))


def _opened(given: RuntimeInput, params: OnnxParams) -> Opened:
    # Workers load every runtime at their start, and few need this one.
    from iop_pipelines.runtimes.onnx_file import run_session, session_of

    file = described(given.outside, params.checksum)
    slots = {each.name: each for each in file.signature.inputs}
    output = output_named(params, [each.name for each in file.signature.outputs])
    with fetched(given.outside, params.checksum) as path:
        session = session_of(path, file.name)
    is_single = any(each.is_single for each in slots.values())

    def answer(asked: Mapping[str, np.ndarray]) -> np.ndarray:
        typed = {
            name: np.ascontiguousarray(x, np.float32 if slots[name].is_float32 else np.float64)
            for name, x in asked.items()
        }
        rows = len(next(iter(typed.values())))
        bounds = range(rows + 1) if is_single else (0, rows)
        parts = [
            run_session(session, output, {name: x[a:b] for name, x in typed.items()}, file.name)
            for a, b in pairwise(bounds)
        ]
        for part, (a, b) in zip(parts, pairwise(bounds), strict=True):
            if part.ndim not in (1, 2) or len(part) != b - a:
                shape = list(part.shape)
                raise InvalidInput(
                    "foreign.other_rows", "config.params.output", shape=shape, rows=b - a
                )
        return one_column(np.concatenate(parts), params)

    inputs = (InputOf(each.name, each.width, each.is_float32) for each in slots.values())
    return Opened(tuple(inputs), answer)


RUNTIME = Onnx()
