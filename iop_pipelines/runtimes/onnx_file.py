"""What an ONNX file takes and answers, and what of one is refused. Heavy: loads ONNX Runtime.

Run as a program on a file it prints that as JSON: files of people are looked at by a process of their own, which a
crafted one cannot harm more than itself.
"""

import json
import os
import resource
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError, Message

from iop_pipelines.errors import InvalidInput
from iop_pipelines.runtimes.model_files import (
    InputSlot,
    NumberType,
    OutputSlot,
    Signature,
    too_much,
)

# Of onnx.proto3 no more than leads to tensors, wherever they stand: message -> field -> (number, its message).
_LEADS = {
    "Model": {"graph": (7, "Graph"), "training": (20, "Training"), "functions": (25, "Function")},
    "Training": {"initialization": (1, "Graph"), "algorithm": (2, "Graph")},
    "Function": {"node": (7, "Node"), "attribute": (11, "Attribute")},
    "Graph": {"node": (1, "Node"), "initializer": (5, "Tensor"), "sparse": (15, "Sparse")},
    "Node": {"attribute": (5, "Attribute")},
    "Attribute": {
        "t": (5, "Tensor"),
        "g": (6, "Graph"),
        "tensors": (10, "Tensor"),
        "graphs": (11, "Graph"),
        "sparse": (22, "Sparse"),
        "sparses": (23, "Sparse"),
    },
    "Sparse": {"values": (1, "Tensor"), "indices": (2, "Tensor")},
    "Tensor": {"external": (13, "Entry")},
    "Entry": {},
}
_FLOATS = {"tensor(float)": np.float32, "tensor(double)": np.float64}
_NO_MEMORY = ("bad_alloc", "bad allocation", "Failed to allocate memory")
_NUMBERS: Mapping[str, NumberType] = {
    "tensor(float)": "float32",
    "tensor(double)": "float64",
    "tensor(float16)": "float16",
    "tensor(int64)": "int64",
    "tensor(int32)": "int32",
}


def session_of(model: bytes | Path, name: str) -> onnxruntime.InferenceSession:
    """Ready to run, on one core, of a file that was looked at. Of bytes it keeps them as long as it lives.

    Raises InvalidInput: it cannot be run.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except MemoryError:
        raise
    # Its errors have no base of their own.
    except Exception as error:
        _require_memory(error)
        raise InvalidInput(
            "onnx.cannot_be_run", name=name, version=onnxruntime.__version__, error=_line(error)
        ) from error


def run_session(
    session: onnxruntime.InferenceSession, output: str, given: dict[str, Any], name: str
) -> np.ndarray:
    """Raises InvalidInput with what ONNX Runtime says."""
    try:
        return np.asarray(session.run([output], given)[0])
    except MemoryError:
        raise
    except Exception as error:
        _require_memory(error)
        raise InvalidInput("onnx.failed", name=name, error=_line(error)) from error


def signature_of(content: bytes, name: str) -> Signature:
    """What the file takes and gives, tried on rows of zeros. Raises InvalidInput where it is of no use here."""
    _require_whole(content, name)
    session = session_of(content, name)
    inputs = tuple(_input(each, name) for each in session.get_inputs())
    rows = 1 if any(each.is_single for each in inputs) else 2
    zeros = {
        each.name: np.zeros((rows, each.width or 1), np.float32 if each.is_float32 else np.float64)
        for each in inputs
    }
    outputs = []
    for each in session.get_outputs():
        if each.type not in _NUMBERS:
            continue
        # A width that is left open is tried by whoever maps measures to it.
        is_open = any(one.width is None for one in inputs)
        columns = None if is_open else _columns(run_session(session, each.name, zeros, name), rows)
        if is_open or columns is not None:
            outputs.append(OutputSlot(each.name, columns, _NUMBERS[each.type]))
    if not outputs:
        found = [f"{each.name}: {each.type}" for each in session.get_outputs()]
        raise InvalidInput("onnx.no_output", name=name, found=found)
    return Signature(inputs, tuple(outputs))


def _columns(answer: np.ndarray, rows: int) -> int | None:
    """None where it is not one row of numbers for each row given."""
    if answer.ndim not in (1, 2) or len(answer) != rows:
        return None
    return 1 if answer.ndim == 1 else answer.shape[1]


def _input(found: Any, name: str) -> InputSlot:
    shape = list(found.shape)
    rows, *rest = shape or [None]
    is_table = len(shape) == 2 and (rows == 1 or not isinstance(rows, int))
    if found.type not in _FLOATS or not is_table:
        raise InvalidInput(
            "onnx.other_input", name=name, input=found.name, type=found.type, shape=str(shape)
        )
    width = rest[0] if isinstance(rest[0], int) else None
    return InputSlot(found.name, width, found.type == "tensor(float)", rows == 1)


def _require_whole(content: bytes, name: str) -> None:
    if any(True for _ in _external(_parsed(content, name))):
        raise InvalidInput("onnx.external_data", name=name)


def _require_memory(error: Exception) -> None:
    """ONNX Runtime tells most of what it could not get as a failure of the model."""
    if any(said in str(error) for said in _NO_MEMORY):
        raise MemoryError from error


def _line(error: Exception) -> str:
    """What ONNX Runtime says has its own sources and lines in it; the last line says what is wrong."""
    said = " ".join(str(error).split())
    return said[-300:]


def _message() -> type[Message]:
    file = descriptor_pb2.FileDescriptorProto(name="iop/onnx.proto", package="iop.onnx")
    file.syntax = "proto2"
    for name, fields in _LEADS.items():
        made = file.message_type.add(name=name)
        for field, (number, kind) in fields.items():
            made.field.add(
                name=field,
                number=number,
                label=descriptor_pb2.FieldDescriptorProto.LABEL_REPEATED,
                type=descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE,
                type_name=f".iop.onnx.{kind}",
            )
        if name == "Tensor":
            made.field.add(
                name="location",
                number=14,
                label=descriptor_pb2.FieldDescriptorProto.LABEL_OPTIONAL,
                type=descriptor_pb2.FieldDescriptorProto.TYPE_INT32,
            )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("iop.onnx.Model"))


def _parsed(content: bytes, name: str) -> Message:
    try:
        found = _message().FromString(content)
    except DecodeError as error:
        raise InvalidInput("onnx.no_file", name=name) from error
    if not found.ListFields():
        raise InvalidInput("onnx.no_file", name=name)
    return found


def _external(found: Message) -> Iterator[Message]:
    """Tensors whose numbers lie in another file."""
    for field, held in found.ListFields():
        if field.name == "location":
            # 0 says that they lie in this one, which exporters may write or leave out.
            if held:
                yield found
        elif field.name == "external":
            yield found
        else:
            for each in held:
                yield from _external(each)


def main(path: str, name: str, memory_bytes: str, nice: str) -> int:
    _limit(int(memory_bytes))
    os.nice(int(nice))
    try:
        found: dict[str, Any] = asdict(signature_of(Path(path).read_bytes(), name))
    except InvalidInput as error:
        found = {"refused": error.sentence.as_json()}
    except MemoryError:
        found = {"refused": too_much(name, int(memory_bytes)).as_json()}
    sys.stdout.write(json.dumps(found))
    return 0


def _limit(memory_bytes: int) -> None:
    """As far as the system has limits. Data are what it takes itself; libraries are shared."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = memory_bytes if hard == resource.RLIM_INFINITY else min(memory_bytes, hard)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
