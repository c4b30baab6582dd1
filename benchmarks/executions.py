"""What executions cost outside their compute, how soon they follow a DRM run, and what an instance costs at rest.

    make bench-executions [ARGS="--before CHECKOUT --rounds 7"]

200 executions of `seasonal_residual` on 50 series of 200 days are asked for at once. The CPU of the whole product (all
processes of `iop up`, not the brokers) is set beside that of the compute inside: the model alone, in a process that has
everything loaded. Outside are reading the rows, the checks, the ledger, Dagster and the advice. Beside each other:
(a) one Dagster run a model in a process of its own with the default executor, without IOP: 10 runs, told as 200;
(b) an embedded instance; (c) one with two workers that have their runs from RabbitMQ, with events.
Then a DRM run with 50 new rows ends, several times, and it is told how long after that the last of 20 executions and
its advice were done; then the CPU of a minute in which nothing happens, and the memory of each process.

CPU seconds are much the same on a busy machine; wall times are not, and the load is told with them. Linux only.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
EXECUTIONS, MODELS, ALONE = 200, 20, 10
MOST_OVERHEAD_MS, LEAST_RATIO = 25.0, 150.0
MOST_LATENCY_S, MOST_OF_BEFORE = 3.0, 0.2
MOST_IDLE_PCT, MOST_PSS_MB = 3.0, 1000.0
# How long after the last work an instance is at rest: its safety nets have come by.
REST_S = 40
DONE_TIMEOUT_S = 900
BROKERS: tuple[str, ...] = ("IOP_BROKER_URL", "IOP_EVENT_BROKER_URL")


@dataclass(frozen=True)
class Measured:
    """Of one build in one mode; seconds, but for what its name says."""

    cpu_s: float
    wall_s: float
    succeeded: int
    latencies_s: list[float]
    idle_pct: dict[str, float]
    pss_mb: dict[str, float]
    load: float


def wait_until(is_so: Callable[[], bool], every_s: float = 0.1) -> None:
    deadline = time.monotonic() + DONE_TIMEOUT_S
    while not is_so():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not done after {DONE_TIMEOUT_S} s")
        time.sleep(every_s)


def measure(root: Path, mode: str, broker: str | None, rounds: int, idle_s: int) -> Measured:
    """Of the build at `root`, whose packages this process has imported."""
    from execution_scene import DAYS, scene_of
    from product_processes import running

    from iop_pipelines.orchestration.supervisor import free_port
    from iop_pipelines.settings import Settings

    with tempfile.TemporaryDirectory(prefix="iop-bench-") as folder:
        home = Path(folder) / "home"
        settings = {} if broker is None else dict.fromkeys(BROKERS, broker)
        scene = scene_of(Settings.from_env({"IOP_HOME": str(home), **settings}))
        scene.make()
        scene.deliver(DAYS - 1)
        workers = 1 if mode == "embedded" else 2
        with running(root, home, free_port(), workers, settings) as product:
            tell = announcer(scene, broker)
            tell()
            wait_until(lambda: scene.version_count() == 2 and scene.open_count() == 0)
            scene.deliver()
            tell()
            wait_until(lambda: scene.version_count() == 4 and scene.open_count() == 0)
            # What is loaded when it is first used has been loaded.
            asked = scene.add_models(EXECUTIONS, "request")
            scene.request(asked[:2])
            wait_until(lambda: scene.open_count() == 0)
            done = scene.succeeded()
            cpu, began = product.cpu_s(), time.monotonic()
            scene.request(asked)
            wait_until(lambda: scene.open_count() == 0)
            wall = time.monotonic() - began
            # What comes after them is theirs too.
            time.sleep(1)
            cpu = product.cpu_s() - cpu
            done = scene.succeeded() - done
            scene.request(scene.add_models(MODELS, "dataset_update"))
            wait_until(lambda: scene.open_count() == 0)
            latencies = [latency(scene, tell, number) for number in range(rounds)]
            idle = idle_pct(product, idle_s)
            return Measured(
                *(cpu, wall, done, latencies, idle),
                product.pss_mb_by_process(),
                os.getloadavg()[0],
            )


def announcer(scene: Any, broker: str | None) -> Callable[[], None]:
    """Tells the event broker what the stand-in for DRM has ended since it was last called."""
    if broker is None:
        return lambda: None
    from iop_pipelines.drm.announce import announce, announcements

    told = 0

    def tell() -> None:
        nonlocal told
        events = announcements(scene.platform.drm_engine, told)
        announce(broker, events)
        told = max([told, *(event["run_id"] for event in events)])

    return tell


def latency(scene: Any, tell: Callable[[], None], number: int) -> float:
    """Seconds from the end of a DRM run to the last execution and its advice; DRM runs end at any time."""
    time.sleep(2 + 0.7 * (number % 5))
    versions, done = scene.version_count(), scene.succeeded()
    scene.deliver()
    began = time.monotonic()
    tell()
    wait_until(lambda: scene.version_count() == versions + 2 and scene.open_count() == 0, 0.02)
    took = time.monotonic() - began
    if scene.succeeded() - done != MODELS:
        raise RuntimeError(f"{scene.succeeded() - done} of {MODELS} executions succeeded")
    return took


def idle_pct(product: Any, idle_s: int) -> dict[str, float]:
    """Of one core, by process."""
    time.sleep(REST_S if idle_s else 0)
    before, began = product.cpu_by_process(), time.monotonic()
    time.sleep(idle_s)
    took = max(time.monotonic() - began, 0.001)
    after = product.cpu_by_process()
    return {name: (after[name] - before.get(name, 0.0)) / took * 100 for name in after}


def alone(folder: Path) -> tuple[float, float]:
    """CPU ms of one Dagster run with the default executor, and of the compute inside."""
    from execution_compute import compute_ms, write_panel

    panel = folder / "panel.csv"
    write_panel(panel)
    environment = os.environ | {"DAGSTER_HOME": str(folder), "PANEL": str(panel)}
    environment |= {"PYTHONPATH": f"{ROOT}:{HERE}", "DAGSTER_DISABLE_TELEMETRY": "yes"}
    command = [sys.executable, "-m", "dagster", "job", "execute", "-j", "one_model"]
    (folder / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(ALONE):
        subprocess.run(
            [*command, "-f", str(HERE / "alone_run.py")],
            env=environment,
            check=True,
            capture_output=True,
        )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent / ALONE * 1000, compute_ms(str(panel))


def measured(root: Path, mode: str, broker: str | None, rounds: int, idle_s: int) -> Measured:
    """In a process of its own, which imports the packages of the build at `root`."""
    options = ["--root", str(root), "--rounds", str(rounds), "--idle", str(idle_s)]
    options += ["--broker", broker] if broker else []
    done = subprocess.run(
        [sys.executable, str(Path(__file__)), "--measure", mode, *options],
        env=os.environ | {"PYTHONPATH": str(root)},
        check=True,
        stdout=subprocess.PIPE,
    )
    return Measured(**json.loads(done.stdout))


@contextmanager
def brokers(folder: Path) -> Iterator[dict[str, str | None]]:
    """Mode -> broker's URL; without RabbitMQ the reason is told and its mode left out."""
    sys.path.append(str(ROOT / "tests" / "servers"))
    from database_servers import ServerUnavailable
    from event_broker import start_rabbitmq

    try:
        rabbitmq = start_rabbitmq(folder)
    except ServerUnavailable as error:
        print(f"(c) is left out: {error}")
        yield {"embedded": None}
        return
    try:
        yield {"embedded": None, "rabbitmq": rabbitmq.url}
    finally:
        rabbitmq.stop()


class Report:
    """Prints lines, and remembers whether a limit was missed."""

    def __init__(self) -> None:
        self.is_kept = True

    def limit(self, what: str, value: float, unit: str, limit: float, *, is_most: bool) -> None:
        kept = value <= limit if is_most else value >= limit
        self.is_kept &= kept
        word = "at most" if is_most else "at least"
        told = "kept" if kept else "MISSED"
        print(f"  {what:<52}{value:9.1f} {unit:<4} {word} {limit:g}: {told}", flush=True)

    def of_mode(self, mode: str, ours: Measured, before: Measured | None, runs: "Runs") -> None:
        print(f"{mode}, load {ours.load:.1f}")
        each_ms = ours.cpu_s / EXECUTIONS * 1000
        overhead = each_ms - runs.compute_ms
        print(f"  {ours.succeeded} executions: {ours.cpu_s:.1f} CPU s, {ours.wall_s:.1f} s of wall")
        self.limit(
            "outside the compute, an execution", overhead, "ms", MOST_OVERHEAD_MS, is_most=True
        )
        ratio = (runs.alone_ms - runs.compute_ms) / max(overhead, 0.001)
        self.limit("(a) costs outside the compute", ratio, "x", LEAST_RATIO, is_most=False)
        median = statistics.median(ours.latencies_s)
        print(f"  latencies: {', '.join(f'{each:.1f}' for each in ours.latencies_s)} s")
        self.limit(
            "from DRM's run to the last advice, median", median, "s", MOST_LATENCY_S, is_most=True
        )
        for name, share in ours.idle_pct.items():
            print(f"    {name:<30}{share:6.2f} % of a core idle {ours.pss_mb.get(name, 0):7.0f} MB")
        self.limit(
            "idle, all processes", sum(ours.idle_pct.values()), "%", MOST_IDLE_PCT, is_most=True
        )
        if mode == "embedded":
            self.limit("memory (PSS)", sum(ours.pss_mb.values()), "MB", MOST_PSS_MB, is_most=True)
        if before is not None:
            self._beside(ours, before, runs)

    def _beside(self, ours: Measured, before: Measured, runs: "Runs") -> None:
        each_ms = before.cpu_s / EXECUTIONS * 1000
        print(
            f"  before: {each_ms - runs.compute_ms:.1f} ms outside the compute, latencies "
            f"{', '.join(f'{each:.1f}' for each in before.latencies_s)} s, idle "
            f"{sum(before.idle_pct.values()):.1f} %, {sum(before.pss_mb.values()):.0f} MB, load {before.load:.1f}"
        )
        share = statistics.median(ours.latencies_s) / statistics.median(before.latencies_s)
        self.limit(
            "latency, of the build before", share * 100, "%", MOST_OF_BEFORE * 100, is_most=True
        )


@dataclass(frozen=True)
class Runs:
    """CPU ms of one Dagster run alone, and of the compute inside."""

    alone_ms: float
    compute_ms: float


def report(given: argparse.Namespace) -> bool:
    said = Report()
    with tempfile.TemporaryDirectory(prefix="iop-bench-") as folder:
        (Path(folder) / "alone").mkdir()
        (Path(folder) / "rabbitmq").mkdir()
        runs = Runs(*alone(Path(folder) / "alone"))
        print(
            f"compute inside: {runs.compute_ms:.1f} CPU ms an execution\n"
            f"(a) {ALONE} Dagster runs alone: {runs.alone_ms:.0f} CPU ms each, "
            f"{runs.alone_ms * EXECUTIONS / 1000:.0f} CPU s for {EXECUTIONS}"
        )
        with brokers(Path(folder) / "rabbitmq") as urls:
            for mode, url in urls.items():
                before = None
                if given.before:
                    before = measured(
                        Path(given.before).resolve(), mode, url, given.rounds, given.idle
                    )
                said.of_mode(
                    mode, measured(ROOT, mode, url, given.rounds, given.idle), before, runs
                )
    return said.is_kept


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--before", help="a checkout that is measured beside, with these packages")
    parser.add_argument("--rounds", type=int, default=7, help="of latency")
    parser.add_argument("--idle", type=int, default=60, help="seconds of rest that are measured")
    for name in ("--measure", "--root", "--broker"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        ours = measure(Path(given.root), given.measure, given.broker, given.rounds, given.idle)
        print(json.dumps(asdict(ours)))
    elif not report(given):
        sys.exit(1)


if __name__ == "__main__":
    main()
