"""A panel judged by parts says what it says as a whole, to the bit, whatever the parts and whoever judges them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from iop_pipelines.calendars.days import calendar_of
from iop_pipelines.doctor import check_dask
from iop_pipelines.domain.calendars import CalendarDeclaration
from iop_pipelines.domain.models import ModelConfig
from iop_pipelines.errors import InvalidFrame, MisconfiguredInstance, SeriesTooShort, Unavailable
from iop_pipelines.execution import cluster, large
from iop_pipelines.execution.cluster import Address, workers_of
from iop_pipelines.execution.coverage import coverage_of, joined_coverage, points_of
from iop_pipelines.execution.large import Bounds
from iop_pipelines.execution.pool import Here, opened
from iop_pipelines.runtimes.base import RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.lookup import run_runtime
from iop_pipelines.runtimes.parts import Asked, Part, joined_findings, joined_metrics
from iop_pipelines.settings import TLS_FILES, Settings

START = datetime(2023, 1, 1)
DAYS = 200
HIGH = {"name": "high", "measure": "y", "when": {"field": "y", "op": "gt", "value": 45}}
PARAMS: dict[str, dict[str, Any]] = {
    "seasonal_residual": {"alerts_per_week": 3},
    "mann_kendall": {"window": 60},
    "change_points": {},
    "rules": {"rules": [HIGH]},
}
US = calendar_of(CalendarDeclaration.model_validate({"countries": [{"country": "US"}]}))


def panel(series: int = 23, seed: int = 0) -> pd.DataFrame:
    """Weeks with noise, a drift, a step, spikes, gaps, late beginnings, early ends, and one series of its own hour."""
    rng = np.random.default_rng(seed)
    parts = []
    for number in range(series):
        begin, end = int(rng.integers(0, 60)), DAYS - int(rng.choice([0, 0, 0, 20]))
        days = np.arange(begin, end)
        y = 20 + 5 * np.sin(2 * np.pi * days / 7) + rng.normal(0, 1, len(days))
        y += {0: 0.1 * days, 1: 12.0 * (days > 185), 2: 0.0}[number % 3]
        y[rng.integers(0, len(y), 3)] += 30
        y[rng.integers(0, len(y), 5)] = np.nan
        ds = pd.Timestamp(START) + pd.to_timedelta(days, unit="D")
        frame = pd.DataFrame({"unique_id": f"s{number:02}", "ds": ds, "y": y})
        parts.append(frame[rng.random(len(frame)) > 0.02])
    parts[4]["ds"] += pd.Timedelta(hours=5)
    parts[5].loc[parts[5].index[9], "ds"] += pd.Timedelta(hours=2)
    parts[6] = parts[6].iloc[-9:]
    return pd.concat(parts, ignore_index=True)


def given(frame: pd.DataFrame, runtime: str, first: int, calendar: Any = None) -> RuntimeInput:
    return RuntimeInput(
        panel=frame.assign(unique_id=frame["unique_id"].astype(object)),
        measures=("y",),
        units={"y": "min"},
        freq="D",
        window_start=START + timedelta(days=first),
        window_end=START + timedelta(days=DAYS - 3),
        params=PARAMS[runtime],
        calendar=calendar,
    )


def cut(frame: pd.DataFrame, names: list[str], per_part: int) -> list[pd.DataFrame]:
    groups = [names[at : at + per_part] for at in range(0, len(names), per_part)]
    return [frame[frame["unique_id"].isin(group)].reset_index(drop=True) for group in groups]


def by_parts(parts, asked: RuntimeInput, runtime: str, folder: Path, pool=None):
    empty = replace(asked, panel=pd.DataFrame())
    read = large._keep(parts, asked, folder)
    assert read is not None
    answers = large._run(pool or Here(), read, empty, runtime, lambda *_: None)
    frame = pd.concat([each.part.frame() for each in answers])
    frame = frame.sort_values(["unique_id", "ds", "measure"], ignore_index=True)
    config = ModelConfig.model_validate(
        {
            "runtime": runtime,
            "dataset": "d",
            "input": {"measures": ["y"]},
            "params": asked.params,
            "trigger": {"on": "request"},
        }
    )
    points = [points_of(each.part.panel(("y",)), asked, each.part.frame()) for each in answers]
    metrics = {**joined_metrics(answers), **read.metrics}
    coverage = joined_coverage(config, metrics, points, read.left_out)
    return RuntimeOutput(frame, joined_findings(answers), metrics), coverage, config


@pytest.mark.parametrize("runtime", PARAMS)
@pytest.mark.parametrize(
    ("per_part", "first", "calendar"),
    [(1, 190, None), (3, 190, US), (7, DAYS - 4, US), (22, 190, None)],
)
def test_parts_say_what_the_whole_says(tmp_path, runtime, per_part, first, calendar) -> None:
    frame = panel()
    asked = given(frame, runtime, first, calendar)
    whole = run_runtime(runtime, asked)
    names = sorted(frame["unique_id"].unique())
    np.random.default_rng(per_part).shuffle(names)
    output, coverage, config = by_parts(cut(frame, names, per_part), asked, runtime, tmp_path)
    pd.testing.assert_frame_equal(output.frame, whole.frame, check_exact=True)
    assert output.findings == whole.findings
    assert output.metrics == whole.metrics
    assert coverage == coverage_of(config, asked, whole)
    if first == 190:
        assert whole.findings


@pytest.mark.parametrize(("per_part", "calendar"), [(1, None), (2, US), (9, None)])
def test_parts_of_a_whole_history_say_what_the_whole_says(tmp_path, per_part, calendar) -> None:
    frame = panel(seed=per_part)
    asked = given(frame, "seasonal_residual", 0, calendar)
    whole = run_runtime("seasonal_residual", asked)
    names = sorted(frame["unique_id"].unique())
    np.random.default_rng(per_part).shuffle(names)
    parts = cut(frame, names, per_part)
    output, coverage, config = by_parts(parts, asked, "seasonal_residual", tmp_path)
    pd.testing.assert_frame_equal(output.frame, whole.frame, check_exact=True)
    assert output.findings == whole.findings
    assert output.metrics == whole.metrics
    assert coverage == coverage_of(config, asked, whole)
    assert len(whole.findings) > 10


@pytest.mark.parametrize("freq", ["h", None])
def test_series_of_other_moments_end_together_in_parts_too(tmp_path, freq) -> None:
    """Hours at :00 and at :30, of which some end earlier; and events, which have no last period."""
    frame = panel(9)
    frame["ds"] = pd.Timestamp(START) + (frame["ds"] - pd.Timestamp(START)) / 24
    late = frame["unique_id"].isin(["s01", "s07"])
    frame.loc[late, "ds"] += pd.Timedelta(minutes=30)
    asked = replace(given(frame, "seasonal_residual", 0), freq=freq)
    whole = run_runtime("seasonal_residual", asked)
    names = sorted(frame["unique_id"].unique())[::-1]
    output, _, _ = by_parts(cut(frame, names, 2), asked, "seasonal_residual", tmp_path)
    pd.testing.assert_frame_equal(output.frame, whole.frame, check_exact=True)
    assert output.findings == whole.findings
    assert output.metrics == whole.metrics


def test_several_processes_say_the_same(tmp_path) -> None:
    frame = panel(8)
    asked = given(frame, "seasonal_residual", 100, US)
    whole = run_runtime("seasonal_residual", asked)
    names = sorted(frame["unique_id"].unique())
    with opened(2) as pool:
        parts = cut(frame, names, 3)
        output, _, _ = by_parts(parts, asked, "seasonal_residual", tmp_path, pool)
    pd.testing.assert_frame_equal(output.frame, whole.frame, check_exact=True)
    assert (output.findings, output.metrics) == (whole.findings, whole.metrics)


@dataclass
class DaskCluster:
    """A scheduler and workers as whoever runs them starts them, of which each is ended by its id."""

    folder: Path
    address: Address = field(default_factory=lambda: Address(""))
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    scheduler: subprocess.Popen[bytes] | None = None

    def start(self, what: str, *given: str) -> subprocess.Popen[bytes]:
        files = zip(("ca-file", "cert", "key"), TLS_FILES, strict=True)
        tls = [text for name, file in files for text in (f"--tls-{name}", str(self.folder / file))]
        command = [str(Path(sys.executable).with_name("dask")), what, *given, "--no-dashboard"]
        if what == "worker":
            command += ["--local-directory", str(self.folder)]
        with (self.folder / f"{what}.log").open("ab") as log:
            # The second worker that ends at a part is one too many.
            environment = os.environ | {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
            return subprocess.Popen([*command, *tls], stdout=log, stderr=log, env=environment)

    def ensure(self) -> None:
        """A scheduler, and two workers."""
        if self.scheduler is None:
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = free.getsockname()[1]
            url = f"tls://127.0.0.1:{port}"
            self.address = Address(url, self.folder)
            self.scheduler = self.start("scheduler", "--host", "127.0.0.1", "--port", str(port))
            self.until(lambda: url in self.log("scheduler"))
        while len(self.workers) < 2:
            self.workers.append(self.start("worker", self.address.url, "--nthreads", "1"))

    def log(self, what: str) -> str:
        return (self.folder / f"{what}.log").read_text()

    def until(self, is_so: Any) -> None:
        deadline = time.monotonic() + 60
        while not is_so():
            assert time.monotonic() < deadline, self.log("scheduler")
            time.sleep(0.05)

    def end_workers(self) -> None:
        _end(self.workers)
        self.workers = []

    def end(self) -> None:
        self.end_workers()
        _end([self.scheduler] if self.scheduler else [])
        self.scheduler = None


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for each in processes:
        each.terminate()
    for each in processes:
        each.wait(timeout=30)


def processes_of(pool: cluster.Cluster) -> list[int]:
    """Of its workers, by their ids."""
    found: Any = pool._client.run(os.getpid)
    return list(found.values())


def write_certificates(folder: Path) -> None:
    """One that signs itself, for all three."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "workers")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    form, unencrypted = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    own = certificate.public_bytes(pem)
    for file, data in zip(
        TLS_FILES, (own, own, key.private_bytes(pem, form, unencrypted)), strict=True
    ):
        (folder / file).write_bytes(data)


@pytest.fixture(scope="module")
def dask_folder(tmp_path_factory) -> Iterator[DaskCluster]:
    running = DaskCluster(tmp_path_factory.mktemp("dask"))
    write_certificates(running.folder)
    yield running
    running.end()


@pytest.fixture
def dask_cluster(dask_folder) -> DaskCluster:
    dask_folder.ensure()
    with workers_of(dask_folder.address) as pool:
        pool._client.wait_for_workers(2, timeout=60)
    return dask_folder


@pytest.mark.parametrize("runtime", PARAMS)
def test_workers_of_dask_say_the_same(tmp_path, dask_cluster, runtime) -> None:
    frame = panel()
    asked = given(frame, runtime, 150, US)
    whole = run_runtime(runtime, asked)
    names = sorted(frame["unique_id"].unique())
    with opened(1, dask_cluster.address) as pool:
        parts = cut(frame, names, 4)
        output, coverage, config = by_parts(parts, asked, runtime, tmp_path, pool)
    pd.testing.assert_frame_equal(output.frame, whole.frame, check_exact=True)
    assert (output.findings, output.metrics) == (whole.findings, whole.metrics)
    assert coverage == coverage_of(config, asked, whole)
    assert whole.findings


def test_errors_of_workers_of_dask_are_those_of_one_run(tmp_path, dask_cluster) -> None:
    frame = panel(8)
    asked = replace(given(frame, "rules", 0), params={"rules": [{**HIGH, "measure": "x"}]})
    with pytest.raises(Exception, match="x") as whole:
        run_runtime("rules", asked)
    names = sorted(frame["unique_id"].unique())
    with (
        workers_of(dask_cluster.address) as pool,
        pytest.raises(type(whole.value)) as parts,
    ):
        by_parts(cut(frame, names, 2), asked, "rules", tmp_path, pool)
    assert str(parts.value) == str(whole.value)


def test_a_worker_of_another_build_is_refused(tmp_path, dask_cluster, monkeypatch) -> None:
    """Before it reads what it got, whose classes it may not know."""
    monkeypatch.setattr(cluster, "build", lambda: "another")
    monkeypatch.setattr(cluster.pickle, "dumps", lambda _: b"of another release")
    frame = panel(8)
    asked = given(frame, "rules", 0)
    with (
        workers_of(dask_cluster.address) as pool,
        pytest.raises(MisconfiguredInstance, match=r"worker tls://127.* has another release"),
    ):
        by_parts([frame], asked, "rules", tmp_path, pool)


def test_who_is_interrupted_leaves_nothing_at_the_scheduler(tmp_path, dask_cluster) -> None:
    """The rest is not judged: of 23 parts only those that were in flight."""

    class Interrupted(BaseException):
        pass

    def told(done: int, _of: int) -> None:
        if done == 2:
            raise Interrupted

    frame = panel()
    asked = given(frame, "seasonal_residual", 150)
    names = sorted(frame["unique_id"].unique())
    read = large._keep(cut(frame, names, 1), asked, tmp_path)
    assert read is not None
    with workers_of(dask_cluster.address) as pool:
        with pytest.raises(Interrupted):
            large._run(pool, read, replace(asked, panel=pd.DataFrame()), "seasonal_residual", told)
        client: Any = pool._client
        dask_cluster.until(lambda: not any(client.processing().values()))
    assert len(list(tmp_path.glob("rates-*"))) <= 5


def test_the_part_of_a_killed_worker_is_judged_by_another(tmp_path, dask_cluster) -> None:
    frame = panel()
    asked = given(frame, "seasonal_residual", 150)
    whole = run_runtime("seasonal_residual", asked)
    names = sorted(frame["unique_id"].unique())
    read = large._keep(cut(frame, names, 3), asked, tmp_path)
    assert read is not None
    with workers_of(dask_cluster.address) as pool:
        processes = processes_of(pool)
        assert len(processes) == 2

        def told(done: int, _of: int) -> None:
            if done == 2:
                os.kill(processes[0], signal.SIGKILL)

        empty = replace(asked, panel=pd.DataFrame())
        answers = large._run(pool, read, empty, "seasonal_residual", told)
    assert joined_findings(answers) == whole.findings
    assert {**joined_metrics(answers), **read.metrics} == whole.metrics


def test_a_part_that_ends_its_workers_is_told_with_what_to_do(tmp_path, dask_cluster) -> None:
    empty = replace(given(panel(8), "rules", 0), panel=pd.DataFrame())
    asked = Asked(Part(tmp_path, 0), "rules", empty, None)
    with workers_of(dask_cluster.address) as pool:
        ended = pool._client.submit(os._exit, 1, pure=False)
        [done] = pool._done({ended: asked})
        with pytest.raises(Unavailable, match=r"2 workers of .* lower IOP_PANEL_ROWS"):
            pool._answered(done, asked)


def test_a_cluster_that_is_lost_ends_the_execution_as_one_to_be_retried(
    tmp_path, dask_cluster, monkeypatch
) -> None:
    monkeypatch.setattr(cluster, "_WORKERS_S", 0)
    frame = panel()
    asked = given(frame, "rules", 0)
    names = sorted(frame["unique_id"].unique())
    with workers_of(dask_cluster.address) as pool:

        def told(done: int, _of: int) -> None:
            if done == 1:
                dask_cluster.end()

        read = large._keep(cut(frame, names, 1), asked, tmp_path)
        assert read is not None
        empty = replace(asked, panel=pd.DataFrame())
        with pytest.raises(Unavailable, match=r"stopped answering .* nothing of the execution"):
            large._run(pool, read, empty, "rules", told)


def test_a_scheduler_without_workers_is_told(dask_cluster, monkeypatch) -> None:
    monkeypatch.setattr(cluster, "_WORKERS_S", 0)
    dask_cluster.end_workers()
    with workers_of(dask_cluster.address) as pool:
        dask_cluster.until(lambda: not processes_of(pool))
        with pytest.raises(Unavailable, match=r"no worker is connected .* dask worker tls://127"):
            list(pool.judge([]))


def test_a_scheduler_that_is_away_is_told(monkeypatch) -> None:
    monkeypatch.setattr(cluster, "_ANSWER_S", 1)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    away = Address(f"tcp://127.0.0.1:{port}")
    with pytest.raises(Unavailable, match=rf"127\.0\.0\.1:{port} does not answer"), opened(1, away):
        pass
    seen = check_dask(Settings.from_env({"IOP_HOME": "/nowhere", "IOP_PANEL_DASK": away.url}))
    assert not seen.is_ok
    assert f"127.0.0.1:{port} does not answer" in seen.detail


def test_settings_of_dask_that_cannot_work_are_refused(tmp_path) -> None:
    home = {"IOP_HOME": str(tmp_path)}
    for url in ("http://h:1", "tcp://h", "tcp://u@h:1"):
        with pytest.raises(MisconfiguredInstance, match=r"IOP_PANEL_DASK is .*; it is a scheme"):
            Settings.from_env({**home, "IOP_PANEL_DASK": url})
    for url, tls in (("tls://h:1", ""), ("tcp://h:1", str(tmp_path)), ("", str(tmp_path))):
        with pytest.raises(MisconfiguredInstance, match="is the folder of the certificates"):
            Settings.from_env({**home, "IOP_PANEL_DASK": url, "IOP_PANEL_DASK_TLS": tls})
    with (
        pytest.raises(MisconfiguredInstance, match=r"ca\.crt is not there"),
        opened(1, Address("tls://h:1", tmp_path)),
    ):
        pass
    made = {**home, "IOP_PANEL_DASK": "tls://h:1", "IOP_PANEL_DASK_TLS": str(tmp_path)}
    assert Bounds.of(Settings.from_env(made)).cluster == Address("tls://h:1", tmp_path)


def test_too_short_a_history_is_refused_only_where_all_are(tmp_path) -> None:
    frame = panel(8).groupby("unique_id").head(5).reset_index(drop=True)
    asked = given(frame, "seasonal_residual", 0)
    with pytest.raises(SeriesTooShort) as whole:
        run_runtime("seasonal_residual", asked)
    names = sorted(frame["unique_id"].unique())
    with pytest.raises(SeriesTooShort) as parts:
        by_parts(cut(frame, names, 2), asked, "seasonal_residual", tmp_path)
    assert str(parts.value) == str(whole.value)


def test_series_of_another_step_are_left_out_or_refused_as_of_the_whole(tmp_path) -> None:
    frame = panel(8)
    of_hours = pd.date_range(START, periods=90, freq="h")
    hourly = pd.DataFrame({"unique_id": "a", "ds": of_hours, "y": 1.0})
    mixed = pd.concat([hourly, frame], ignore_index=True)
    asked = given(mixed, "seasonal_residual", 0)
    whole = run_runtime("seasonal_residual", asked)
    names = sorted(mixed["unique_id"].unique())
    (tmp_path / "mixed").mkdir()
    parts = cut(mixed, names, 1)
    output, coverage, config = by_parts(parts, asked, "seasonal_residual", tmp_path / "mixed")
    assert output.metrics == whole.metrics
    assert output.metrics["series_irregular"] == 1
    assert coverage == coverage_of(config, asked, whole)
    alone = given(hourly, "seasonal_residual", 0)
    with pytest.raises(InvalidFrame) as refused:
        by_parts([hourly], alone, "seasonal_residual", tmp_path)
    with pytest.raises(InvalidFrame) as as_whole:
        run_runtime("seasonal_residual", alone)
    assert str(refused.value) == str(as_whole.value)


def test_what_a_killed_execution_left_is_removed_and_what_another_uses_stays(
    tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(large.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(large, "_SETTLED_S", -1)
    left = tmp_path / "iop-panel-left"
    left.mkdir()
    (left / "lock").touch()
    (left / "panel-0.npz").touch()
    with large._own_folder() as used:
        assert not left.exists()
        with large._own_folder():
            assert Path(used).is_dir()
    assert list(tmp_path.iterdir()) == []
