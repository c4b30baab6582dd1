"""ONNX models made on the spot: of the value and those of seven days before, how far it is from that of a week ago."""

from typing import Any

from onnx import ModelProto, TensorProto, helper

WIDTH = 8


def weekly_model(
    *,
    rows: int | None = None,
    width: int | None = WIDTH,
    kind: int = TensorProto.FLOAT,
    last: str = "Abs",
    domain: str = "",
    stated: int | None = None,
) -> ModelProto:
    """last: the operator of the last node, of `domain`; stated: the width that it says, whatever it takes."""
    x = helper.make_tensor_value_info("x", kind, [rows, stated or width])
    score = helper.make_tensor_value_info("score", kind, [rows, 1])
    weights = helper.make_tensor("w", kind, [WIDTH, 1], [1, 0, 0, 0, 0, 0, 0, -1])
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["difference"]),
        helper.make_node(last, ["difference"], ["score"], domain=domain),
    ]
    return _model(helper.make_graph(nodes, "weekly", [x], [score], [weights]))


def parted_model() -> ModelProto:
    """Two inputs, of two outputs the second of two columns: the sum and the difference of the first columns."""
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.DOUBLE, [None, 1]) for name in ("a", "b")
    ]
    outputs = [
        helper.make_tensor_value_info("sum", TensorProto.DOUBLE, [None, 1]),
        helper.make_tensor_value_info("both", TensorProto.DOUBLE, [None, 2]),
    ]
    nodes = [
        helper.make_node("Add", ["a", "b"], ["sum"]),
        helper.make_node("Sub", ["a", "b"], ["difference"]),
        helper.make_node("Concat", ["sum", "difference"], ["both"], axis=1),
    ]
    return _model(helper.make_graph(nodes, "parted", inputs, outputs))


def hungry_model(numbers: int) -> ModelProto:
    """It adds the largest of so many zeros, which it makes whenever it is asked, to the first number of a row."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 1])
    score = helper.make_tensor_value_info("score", TensorProto.FLOAT, [None, 1])
    nodes = [
        # Of what is given, so that nothing is made of it before.
        helper.make_node("Shape", ["x"], ["shape"], start=1),
        helper.make_node("Mul", ["shape", "numbers"], ["many"]),
        helper.make_node("ConstantOfShape", ["many"], ["zeros"]),
        helper.make_node("ReduceMax", ["zeros"], ["largest"], keepdims=0),
        helper.make_node("Add", ["x", "largest"], ["score"]),
    ]
    count = helper.make_tensor("numbers", TensorProto.INT64, [1], [numbers])
    return _model(helper.make_graph(nodes, "hungry", [x], [score], [count]))


def with_external_data(location: str) -> ModelProto:
    """Whose weights are said to lie in another file, inside of a branch where nobody looks first."""
    made = weekly_model()
    tensor = TensorProto(name="c", data_type=TensorProto.FLOAT, dims=[1])
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", location
    out = helper.make_tensor_value_info("c", TensorProto.FLOAT, [1])
    branch = helper.make_graph(
        [helper.make_node("Constant", [], ["c"], value=tensor)], "b", [], [out]
    )
    node: Any = helper.make_node("If", ["q"], ["r"], then_branch=branch, else_branch=branch)
    made.graph.node.append(node)
    return made


def _model(graph: Any) -> ModelProto:
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
