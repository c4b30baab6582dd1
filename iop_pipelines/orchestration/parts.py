"""The processes that make up an instance, each as a Python module with its arguments.

`iop up` runs all of them beside each other on one machine; `iop serve` becomes one of them, in a container of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from iop_pipelines.orchestration.instance import instance_file

LOCATION = "iop"

Command = Sequence[str]


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def code_server(at: Address) -> Command:
    """Serves Dagster's definitions by gRPC, without any authentication: nobody outside may reach it."""
    return [
        *("dagster", "api", "grpc", "-h", at.host, "-p", str(at.port)),
        *("-m", definitions_module(), "--location-name", LOCATION),
    ]


def daemon(workspace: Path) -> Command:
    """Sensors and schedules; an instance has exactly one."""
    return ["dagster._daemon", "run", "-w", str(workspace)]


def api(at: Address, workspace: Path, drain_delay_s: float | None = None) -> Command:
    """tRPC, the web app, and Dagster's UI."""
    # By its name: the API is above the processes that run it.
    command = ["iop_pipelines.api.serve", "--host", at.host, "--port", str(at.port)]
    drain = [] if drain_delay_s is None else ["--drain-delay", str(drain_delay_s)]
    return [*command, "--workspace", str(workspace), *drain]


def worker(name: str) -> Command:
    return ["iop_pipelines.orchestration.worker", name]


def drm_copy() -> Command:
    return ["iop_pipelines.drm.follow"]


def events() -> Command:
    """What comes from the event broker, and what goes to it."""
    return ["iop_pipelines.events.service"]


def write_workspace(path: Path, code: Address) -> Path:
    """For those that ask a code server: where it is."""
    server = {"host": code.host, "port": code.port, "location_name": LOCATION}
    path.write_text(yaml.safe_dump({"load_from": [{"grpc_server": server}]}))
    return path


def definitions_module() -> str:
    """workspace.yaml is the one place that names the code location; here it is served by gRPC."""
    content = yaml.safe_load(instance_file("workspace.yaml").read_text())
    return content["load_from"][0]["python_module"]["module_name"]
