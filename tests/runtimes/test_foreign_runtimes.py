"""Models that were made elsewhere: what they are given, what their answer means, and what of it is refused."""

import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import numpy as np
import pandas as pd
import pytest
from fsspec.spec import AbstractFileSystem

from iop_pipelines.domain.liveness import nobody
from iop_pipelines.errors import (
    InvalidDeclaration,
    InvalidInput,
    IopError,
    MisconfiguredInstance,
    Unavailable,
)
from iop_pipelines.runtimes import inference
from iop_pipelines.runtimes.catalogue import RemoteParams
from iop_pipelines.runtimes.model_files import Effort, look_at, store_file
from iop_pipelines.runtimes.outside import NOWHERE
from iop_pipelines.settings import Settings
from model_server import slow_answer

GIVEN: dict[str, dict[str, Any]] = {
    "onnx": {"checksum": "0" * 64, "lags": 7},
    "remote": {"url": "https://models.example", "model": "weekly", "lags": 7},
}
BOTH = pytest.mark.parametrize("runtime", GIVEN)


def asked_of(runtime: str, **params: Any) -> dict[str, Any]:
    return {**GIVEN[runtime], **params}


@BOTH
def test_the_score_is_the_answer_to_the_row_and_those_before_it(
    runtime, run, panel_of, weeks
) -> None:
    y = weeks()
    y[85] = 65
    output = run(runtime, panel_of({"a": y}), asked_of(runtime), first=83, last=89)
    expected = np.abs(np.float32(y[83:]) - np.float32(y[76:83]))
    np.testing.assert_allclose(output.frame["score"], expected, rtol=1e-6)
    assert output.frame["is_finding"].tolist() == [False, False, True, *[False] * 4]
    (found,) = output.findings
    assert (found.kind, str(found.ds.date()), found.value) == ("outlier", "2024-03-26", 65.0)
    assert found.evidence["answer"] == pytest.approx(abs(65 - y[78]), rel=1e-5)
    assert output.metrics["rows_asked"] == 83
    # The first week has no week before it.
    assert output.metrics["rows_left_out"] == 7


@BOTH
def test_a_threshold_tells_what_reaches_it_and_asks_for_the_window_alone(
    runtime, run, panel_of, weeks
) -> None:
    y = weeks(sigma=0.0)
    y[88], y[89] = y[81] + 4, y[82] + 3.9
    params = asked_of(runtime, threshold=4)
    output = run(runtime, panel_of({"a": y}), params, first=86, last=89)
    assert output.frame["is_finding"].tolist() == [False, False, True, False]
    assert output.metrics["rows_asked"] == 4
    assert output.findings[0].evidence["threshold"] == 4
    low = run(
        runtime,
        panel_of({"a": y}),
        {**params, "direction": "below", "threshold": 1},
        first=86,
        last=89,
    )
    assert low.frame["is_finding"].tolist() == [True, True, False, False]


@BOTH
@pytest.mark.parametrize(
    ("rule", "asked", "filled"),
    [
        ({"missing": "leave_out"}, 0, 0),
        ({"missing": "last"}, 1, 1),
        ({"missing": "value", "missing_value": 3.0}, 1, 1),
    ],
)
def test_a_missing_value_is_left_out_or_filled_and_never_passed_on(
    runtime, rule, asked, filled, run, panel_of, weeks, elsewhere
) -> None:
    y = weeks(sigma=0.0)
    y[82] = np.nan
    elsewhere.server.rows.clear()
    output = run(runtime, panel_of({"a": y}), asked_of(runtime, threshold=1000, **rule), first=89)
    assert output.metrics["rows_asked"] == asked
    assert output.metrics["rows_filled"] == filled
    assert output.metrics["rows_left_out"] == 1 - asked
    of_week_before = {"leave_out": np.nan, "last": y[81], "value": 3.0}[rule["missing"]]
    np.testing.assert_allclose(output.frame["score"], [abs(y[89] - of_week_before)])
    assert all(np.isfinite(rows).all() for rows in elsewhere.server.rows)


@BOTH
def test_what_reaches_a_threshold_for_longer_is_told_since_it_began(
    runtime, run, panel_of, elsewhere
) -> None:
    # A week after each step the difference is gone, unless there is another step: 42 days from day 43 on.
    y = np.full(90, 0.0)
    for place, first in enumerate(range(43, 83, 7), start=1):
        y[first:] = 10.0 * place
    assert (np.abs(y[7:] - y[:-7]) == 10)[43 - 7 : 85 - 7].all()
    params, panel = asked_of(runtime, threshold=10), panel_of({"a": y, "b": np.zeros(90)})
    for last in (43, 44, 52, 84):
        (found,) = run(runtime, panel, params, first=last).findings
        began = pd.Timestamp("2024-01-01") + pd.Timedelta(days=43)
        assert (found.since, found.evidence["periods"]) == (began, last - 42)
        assert found.ds == began + pd.Timedelta(days=last - 43)
    assert run(runtime, panel, params, first=85).metrics["rows_asked"] == 2


@BOTH
def test_a_fixed_value_that_an_input_cannot_hold_is_refused(runtime, run, panel_of, weeks) -> None:
    params = asked_of(runtime, missing="value", missing_value=-1e39, threshold=1)
    with pytest.raises(
        InvalidDeclaration, match=r"missing_value is -1e\+39, and the model takes"
    ) as caught:
        run(runtime, panel_of({"a": weeks()}), params, first=89)
    assert caught.value.field == "config.params.missing_value"
    params["missing_value"] = 3.4e38
    assert len(run(runtime, panel_of({"a": weeks()}), params, first=89).frame) == 1


@BOTH
def test_what_float32_cannot_hold_is_missing(runtime, run, panel_of, weeks) -> None:
    y = weeks() * 1e37
    y[89] = 1e39
    output = run(runtime, panel_of({"a": y}), asked_of(runtime, threshold=1), first=88, last=89)
    assert output.metrics["rows_left_out"] == 1
    assert np.isfinite(output.frame["score"]).tolist() == [True, False]


def test_an_expected_value_has_a_range_of_its_own_errors(run, panel_of, weeks) -> None:
    y = weeks()
    y[89] = y[82] + 25
    params = asked_of("remote", model="expected", answer="expected", direction="both")
    output = run("remote", panel_of({"a": y}), params, first=89)
    row = output.frame.iloc[0]
    assert row["yhat"] == pytest.approx(y[82], rel=1e-6)
    errors = np.abs(y[7:89] - y[:82])
    assert row["hi"] - row["yhat"] == pytest.approx(np.quantile(errors, 0.99), rel=1e-5)
    assert row["is_finding"]
    assert output.findings[0].evidence["direction"] == "above"
    below = run("remote", panel_of({"a": y}), {**params, "direction": "below"}, first=89)
    assert not below.frame["is_finding"].any()
    little = run("remote", panel_of({"a": y}), {**params, "min_effect": 26}, first=89)
    assert not little.frame["is_finding"].any()


def test_inputs_by_name_and_a_column_of_an_output(run, elsewhere, tmp_path, weeks) -> None:
    from onnx_files import parted_model

    file = tmp_path / "parted.onnx"
    file.write_bytes(parted_model().SerializeToString())
    stored = store_file(elsewhere.outside, file, file.name)
    assert [(each.name, each.columns) for each in stored.signature.outputs] == [
        ("sum", 1),
        ("both", 2),
    ]
    panel = pd.DataFrame({"unique_id": "a", "ds": pd.date_range("2024-01-01", periods=60)}).assign(
        y=weeks(60), z=weeks(60, seed=1)
    )
    params = {
        "checksum": stored.checksum,
        "inputs": {"a": ["z"], "b": ["y"]},
        "output": "both",
        "column": 1,
        "threshold": 1e9,
    }

    output = run("onnx", panel, params, first=59)
    # Of double precision: not a digit is lost.
    assert output.frame["score"].tolist() == [panel["z"].iloc[59] - panel["y"].iloc[59]]
    for wrong, said in (
        ({"inputs": None}, "the model takes several inputs, a and b: say which"),
        ({"inputs": {"a": ["z"], "c": ["y"]}}, "the model takes a and b, not a and c"),
        ({"inputs": {"a": ["z", "y"], "b": ["y"]}}, "'a' takes 1 numbers a row, and is given 2"),
        ({"output": None}, "output is None; choose one of sum or both"),
        ({"column": None}, "the output has 2 columns and column is None"),
        ({"column": 2}, "the output has 2 columns and column is 2"),
    ):
        with pytest.raises(InvalidDeclaration, match=said):
            run("onnx", panel, {**params, **wrong}, first=59)


@pytest.mark.parametrize(
    ("params", "error", "said"),
    [
        ({"model": "nan"}, InvalidInput, "the model answers no number to "),
        ({"model": "null"}, InvalidInput, "answered 'score' with what are no numbers"),
        ({"model": "words"}, InvalidInput, "answered 'score' with what are no numbers"),
        ({"model": "short"}, InvalidInput, r"answered 'score' with the shape \[83, 1\] to 83 rows"),
        (
            {"model": "turned"},
            InvalidInput,
            r"answered 'score' with the shape \[1, 83\] to 83 rows",
        ),
        ({"model": "page"}, InvalidInput, "answered what is no JSON"),
        ({"model": "packed"}, InvalidInput, r"answered packed \(content-encoding 'gzip'\)"),
        ({"model": "blind"}, InvalidDeclaration, "the model says that it has no inputs"),
        (
            {"model": "blind", "inputs": {"x": ["y"]}},
            InvalidDeclaration,
            "the model says that it has no inputs",
        ),
        ({"model": "large"}, InvalidInput, "answered more than 16 MB"),
        ({"model": "elsewhere"}, InvalidInput, r"sends the call elsewhere \(status 307\)"),
        ({"model": "unknown"}, InvalidInput, "answered with status 404: there is no such model"),
        ({"model": "narrow"}, InvalidInput, "takes 3 numbers a row, and is given 8"),
        ({"model": "bytes"}, InvalidInput, r"is BYTES of the shape \[-1, 8\]; it has to be FP32"),
        ({"model": "silent"}, InvalidInput, "output is None; choose one of"),
        ({"output": "label"}, InvalidInput, "output is label; choose one of score"),
        ({"model": "broken"}, Unavailable, "answered with status 500: out of memory"),
        (
            {"model": "late", "timeout_s": 1, "retries": 0},
            Unavailable,
            r"gave no whole answer within 1 s \(ReadTimeout\)",
        ),
        ({"model": "secret"}, MisconfiguredInstance, r"does not accept the token \(status 401\)"),
        (
            {"model": "secret", "token": "IOP_MODEL_TOKEN_BAD"},
            MisconfiguredInstance,
            "check the variable IOP_MODEL_TOKEN_BAD",
        ),
        (
            {"model": "secret", "token": "IOP_MODEL_TOKEN_LOST"},
            MisconfiguredInstance,
            "the environment has no variable IOP_MODEL_TOKEN_LOST",
        ),
    ],
)
def test_what_a_server_should_not_answer_ends_the_run_with_a_sentence(
    params, error, said, run, panel_of, weeks, monkeypatch
) -> None:
    monkeypatch.setattr(inference, "FIRST_PAUSE_S", 0.0)
    with pytest.raises(error, match=said) as caught:
        run("remote", panel_of({"a": weeks()}), asked_of("remote", **params), first=89)
    assert "guessed" not in str(caught.value)


@pytest.mark.parametrize(
    ("at_once", "then"),
    [
        (b"", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
        # Without a length, whatever has come when its connection is shut looks whole.
        (b"HTTP/1.1 200 OK\r\n\r\n{}", b" " * 40),
    ],
    ids=["head", "body"],
)
def test_an_answer_that_comes_in_drops_is_late(at_once: bytes, then: bytes) -> None:
    with slow_answer(at_once, then) as url:
        params = RemoteParams(url=url, model="m", timeout_s=1, retries=0)
        with (
            pytest.raises(Unavailable, match=r"no whole answer within 1 s \(ReadTimeout\)"),
            inference.InferenceServer(params, replace(NOWHERE, servers=(url,)), nobody) as server,
        ):
            server.metadata()


def test_a_token_is_sent_by_its_name(run, panel_of, weeks) -> None:
    params = asked_of("remote", model="secret", token="IOP_MODEL_TOKEN_GOOD")
    assert len(run("remote", panel_of({"a": weeks()}), params, first=89).frame) == 1


def test_what_may_pass_is_asked_again_as_often_as_declared(
    run, panel_of, weeks, elsewhere, monkeypatch
) -> None:
    monkeypatch.setattr(inference, "FIRST_PAUSE_S", 0.0)
    asked, panel = elsewhere.server.asked, panel_of({"a": weeks()})
    path = "/v2/models/tired/versions/1/infer"
    run("remote", panel, asked_of("remote", model="tired", version="1"), first=89)
    assert asked[path] == 3
    with pytest.raises(Unavailable, match="out of memory"):
        run("remote", panel, asked_of("remote", model="tired", version="1", retries=1), first=89)
    assert asked[path] == 5


@pytest.mark.parametrize(
    ("servers", "url", "is_allowed"),
    [
        ((), "http://127.0.0.1:9000", False),
        (("http://127.0.0.1:9000",), "http://127.0.0.1:9000/a/b", True),
        (("http://127.0.0.1:9000",), "http://127.0.0.1:9001", False),
        (("http://127.0.0.1:9000",), "https://127.0.0.1:9000", False),
        (("https://Models.example",), "https://models.example:443/x", True),
        (("https://models.example",), "https://models.example.evil.example", False),
        (("https://models.example",), "http://models.example", False),
    ],
)
def test_no_server_may_be_called_that_is_not_named(servers, url, is_allowed) -> None:
    outside = replace(NOWHERE, servers=servers)
    if is_allowed:
        outside.require_server(url)
        return
    with pytest.raises(InvalidDeclaration, match=r"may not be called; .*IOP_MODEL_SERVERS"):
        outside.require_server(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://models.example:abc",
        "https://models.example:99999",
        "https://models.example:0",
        "https://[::1",
        "https://:8443",
        "https://models.example/\x01",
    ],
)
def test_what_is_no_address_is_refused_where_it_is_given(url, run, panel_of, weeks) -> None:
    outside = replace(NOWHERE, servers=("https://models.example",))
    params = asked_of("remote", url=url)
    with pytest.raises(InvalidDeclaration, match="is no address of a server") as caught:
        run("remote", panel_of({"a": weeks()}), params, first=89, outside=outside)
    assert caught.value.field == "config.params.url"
    with pytest.raises(MisconfiguredInstance, match=r"IOP_MODEL_SERVERS has .*; each is"):
        Settings.from_env({"IOP_MODEL_SERVERS": f"https://models.example,{url}"})


def test_a_server_that_is_no_longer_allowed_is_not_called(run, panel_of, weeks, elsewhere) -> None:
    before = elsewhere.server.asked.total()
    with pytest.raises(InvalidDeclaration, match="may not be called"):
        run("remote", panel_of({"a": weeks()}), asked_of("remote"), first=89, outside=NOWHERE)
    assert elsewhere.server.asked.total() == before


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"direction": "both"}, "of a score one side is unusual"),
        ({"answer": "expected", "threshold": 3}, "a threshold is for scores"),
        ({"missing": "value"}, "needs missing = value and missing_value, both or neither"),
        ({"missing_value": 3}, "needs missing = value and missing_value, both or neither"),
        ({"url": "https://user:word@models.example"}, "config.params.url"),
        ({"url": "file:///etc/passwd"}, "config.params.url"),
        ({"model": "../../admin"}, "config.params.model"),
        # Nothing else of the environment can be sent anywhere.
        ({"token": "IOP_SECRET_KEY"}, "config.params.token"),
    ],
)
def test_what_cannot_be_meant_is_refused_when_it_is_declared(params, said, run, panel_of) -> None:
    with pytest.raises(InvalidDeclaration, match=said):
        run("remote", panel_of({"a": np.ones(9)}), asked_of("remote", **params), first=8)


FILES = {
    "pickle": "is no ONNX file; export the model to ONNX",
    "nothing": "is no ONNX file",
    "unknown operator": "is not understood by .*Foo",
    "own operator": "is not understood by .*my.ops",
    "external data": "keeps numbers in other files",
    "other shape": "is not understood by .*MatMul",
    "fixed rows": r"of the shape \[5, 8\]; it has to be rows",
    "whole numbers": r"is tensor\(int64\) of the shape",
}


def _file(name: str) -> bytes:
    from onnx import TensorProto

    from onnx_files import weekly_model, with_external_data

    if name in ("pickle", "nothing"):
        return b"\x80\x04K\x01." if name == "pickle" else b""
    made = {
        "unknown operator": lambda: weekly_model(last="Foo"),
        "own operator": lambda: weekly_model(domain="my.ops"),
        "external data": lambda: with_external_data("../secret.bin"),
        "other shape": lambda: weekly_model(width=None, rows=None, stated=5),
        "fixed rows": lambda: weekly_model(rows=5),
        "whole numbers": lambda: weekly_model(kind=TensorProto.INT64, last="Identity"),
    }
    return made[name]().SerializeToString()


def test_a_file_that_says_that_its_numbers_lie_in_itself_is_taken() -> None:
    from onnx import TensorProto

    from iop_pipelines.runtimes.onnx_file import signature_of
    from onnx_files import weekly_model

    made = weekly_model()
    (weights,) = made.graph.initializer
    weights.data_location = TensorProto.DEFAULT
    assert weights.HasField("data_location")
    assert [each.name for each in signature_of(made.SerializeToString(), "it.onnx").inputs] == ["x"]


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_of_no_use_is_refused(name) -> None:
    from iop_pipelines.runtimes.onnx_file import signature_of

    with pytest.raises(InvalidInput, match=FILES[name]) as caught:
        signature_of(_file(name), "it.onnx")
    assert "'it.onnx'" in str(caught.value)


@pytest.mark.parametrize(
    ("effort", "most", "way"),
    [
        (Effort(), "1,280 MB of memory; export it again", "make it smaller"),
        (Effort(512 * 2**20), "512 MB of memory, the most that a file sent", "`iop model store"),
    ],
    ids=["worker", "api"],
)
def test_a_file_that_needs_more_memory_than_there_is_is_refused_as_that(
    effort, most, way, tmp_path
) -> None:
    from onnx_files import hungry_model

    file = tmp_path / "hungry.onnx"
    # 32 GB, none of which is ever had.
    file.write_bytes(hungry_model(2**33).SerializeToString())
    with pytest.raises(InvalidInput, match=f"'hungry.onnx' took .* or more than {most}.*{way}"):
        look_at(file, file.name, effort)


def test_a_look_gives_way_as_far_as_it_is_told(tmp_path, monkeypatch) -> None:
    from iop_pipelines.runtimes import onnx_file

    bounds: list[int] = []
    monkeypatch.setattr(onnx_file, "_limit", bounds.append)
    monkeypatch.setattr(os, "nice", bounds.append)
    (tmp_path / "w.onnx").write_bytes(b"")
    assert onnx_file.main(str(tmp_path / "w.onnx"), "w.onnx", "1000", "7") == 0
    assert bounds == [1000, 7]


def test_looking_at_a_file_that_ends_otherwise_says_how(tmp_path, monkeypatch) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho 'no such library' >&2\necho >&2\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(IopError, match=r"ended with status 3 \(no such library\)"):
        look_at(tmp_path / "it.onnx", "it.onnx")


def test_a_file_is_looked_at_within_lower_bounds_of_the_system(tmp_path) -> None:
    from onnx_files import weekly_model

    file = tmp_path / "it.onnx"
    file.write_bytes(weekly_model().SerializeToString())
    program = """
import resource, sys
from iop_pipelines.runtimes import onnx_file
bounds = {resource.RLIMIT_DATA: (2**30, 2**30), resource.RLIMIT_AS: (3 * 2**30, 3 * 2**30)}
for kind, each in bounds.items():
    resource.setrlimit(kind, each)
onnx_file.main(sys.argv[1], "it.onnx", str(2**31), "0")
assert {kind: resource.getrlimit(kind) for kind in bounds} == bounds
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)], capture_output=True, check=False, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert [each["name"] for each in json.loads(done.stdout)["inputs"]] == ["x"]


class Buckets(AbstractFileSystem):
    """As object stores are: a folder is no more than the beginning of a name, and a bucket is made by other means."""

    protocol = "buckets"
    cachable = False
    held: ClassVar[dict[str, bytes]] = {}

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        pass

    def info(self, path: str, **more: Any) -> dict[str, Any]:
        if path == "made" or path in self.held:
            return {"name": path, "size": len(self.held.get(path, b"")), "type": "file"}
        raise FileNotFoundError(path)

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **more: Any) -> None:
        if not path.startswith("made/"):
            raise FileNotFoundError("The specified bucket does not exist")
        self.held[path] = value

    def put_file(self, lpath: Any, rpath: str, *args: Any, **more: Any) -> None:
        self.pipe_file(rpath, Path(lpath).read_bytes())

    def rm_file(self, path: str) -> None:
        self.info(path)
        del self.held[path]

    def mv(self, path1: str, path2: str, *args: Any, **more: Any) -> None:
        self.held[path2] = self.held.pop(path1)

    def _open(self, path: str, *args: Any, **more: Any) -> Any:
        self.info(path)
        return io.BytesIO(self.held[path])


def test_a_bucket_that_is_not_there_is_told_from_a_file_that_is_not(
    run, panel_of, weeks, elsewhere, tmp_path, monkeypatch
) -> None:
    from onnx_files import weekly_model

    fsspec.register_implementation("buckets", Buckets, clobber=True)
    monkeypatch.setattr(Buckets, "held", {})
    made, lost = (
        replace(elsewhere.outside, storage_url=f"buckets://{n}/in") for n in ("made", "lost")
    )
    file = tmp_path / "w.onnx"
    file.write_bytes(weekly_model().SerializeToString())
    panel, params = panel_of({"a": weeks()}), asked_of("onnx", checksum="f" * 64)
    said = "the store buckets://lost/in does not take or give a model's file: FileNotFoundError"
    with pytest.raises(Unavailable, match=said):
        store_file(lost, file, file.name)
    with pytest.raises(Unavailable, match=said):
        run("onnx", panel, params, first=89, outside=lost)
    with pytest.raises(InvalidDeclaration, match="no file with the checksum ffff"):
        run("onnx", panel, params, first=89, outside=made)
    params["checksum"] = store_file(made, file, file.name).checksum
    assert len(run("onnx", panel, params, first=89, outside=made).frame) == 1


@pytest.mark.parametrize("name", ["external data", "large"])
def test_nothing_is_stored_of_a_file_that_is_refused(name, elsewhere, tmp_path) -> None:
    outside = replace(elsewhere.outside, storage_url=f"file://{tmp_path}/store")
    file = tmp_path / "it.onnx"
    file.write_bytes(bytes(1_000_001) if name == "large" else _file(name))
    said = {"large": "has more than 1 MB, the most that is taken here"}.get(name, FILES.get(name))
    with pytest.raises(InvalidInput, match=f"'it.onnx' {said}"):
        store_file(outside, file, file.name)
    assert not (tmp_path / "store").exists()


def test_a_file_of_one_row_at_a_time_answers_as_one_of_many(
    run, panel_of, weeks, elsewhere, tmp_path
) -> None:
    from onnx_files import weekly_model

    file = tmp_path / "one.onnx"
    file.write_bytes(weekly_model(rows=1).SerializeToString())
    one = store_file(elsewhere.outside, file, file.name).checksum
    panel = panel_of({"a": weeks()})
    many = run("onnx", panel, asked_of("onnx"), first=80, last=89).frame
    single = run("onnx", panel, asked_of("onnx", checksum=one), first=80, last=89).frame
    pd.testing.assert_frame_equal(single, many)


def test_a_stored_file_that_was_changed_or_is_gone_is_not_run(
    run, panel_of, weeks, elsewhere, tmp_path
) -> None:
    from onnx_files import weekly_model

    outside = replace(elsewhere.outside, storage_url=f"file://{tmp_path}/store")
    file = tmp_path / "w.onnx"
    file.write_bytes(weekly_model().SerializeToString())
    checksum = store_file(outside, file, file.name).checksum
    panel, params = panel_of({"a": weeks()}), asked_of("onnx", checksum=checksum)
    stored = tmp_path / "store" / "models" / f"{checksum}.onnx"
    stored.write_bytes(weekly_model(last="Neg").SerializeToString())
    with pytest.raises(IopError, match=f"with the checksum {checksum} has been changed"):
        run("onnx", panel, params, first=89, outside=outside)
    stored.unlink()
    with pytest.raises(IopError, match=f"no file with the checksum {checksum} is stored"):
        run("onnx", panel, params, first=89, outside=outside)


def test_an_answer_of_a_file_that_is_no_number_ends_the_run(
    run, panel_of, weeks, elsewhere, tmp_path
) -> None:
    from onnx_files import weekly_model

    file = tmp_path / "root.onnx"
    # Of a fall there is no root.
    file.write_bytes(weekly_model(last="Sqrt").SerializeToString())
    checksum = store_file(elsewhere.outside, file, file.name).checksum
    panel = panel_of({"a": weeks()})
    with pytest.raises(InvalidInput, match=r"the model answers no number to .*; it has to answer"):
        run("onnx", panel, asked_of("onnx", checksum=checksum), first=89)
