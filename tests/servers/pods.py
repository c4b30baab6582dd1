"""Pods of deploy/kubernetes as containers of runc: what a manifest says of a pod is what its process gets.

Command, environment, user, read-only root, capabilities, mounts, processor and memory are the manifest's. What a
cluster would give is stood in for: a Service's name by /etc/hosts, a claim by a folder that all pods share, an emptyDir
by a tmpfs. All pods have this machine's network, so two replicas listen at ports of their own.
"""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes" / "base"
PROGRAMS = ("buildah", "runc")
HOW = "Debian, as root: apt-get install -y --no-install-recommends buildah runc mmdebstrap"
START_S = 30
MIB = 2**20
_SIZES = {"Mi": MIB, "Gi": 2**30}


@dataclass(frozen=True)
class Image:
    """`root` is where it is unpacked; `environment` and `entrypoint` are what it says itself."""

    root: Path
    environment: Mapping[str, str]
    entrypoint: Sequence[str]
    user: str

    def bytes(self) -> int:
        """Unpacked."""
        done = _run("du", "--summarize", "--bytes", str(self.root))
        return int(done.split()[0])


@contextmanager
def unpacked(name: str) -> Iterator[Image]:
    """The image of that name, mounted; a test fails whose machine cannot do it."""
    lacking = [each for each in PROGRAMS if shutil.which(each) is None]
    if lacking:
        pytest.fail(f"this machine lacks {', '.join(lacking)}. {HOW}", pytrace=False)
    if os.geteuid() != 0:
        pytest.fail("containers are run by root here: sudo make test-image", pytrace=False)
    try:
        said = json.loads(_run("buildah", "inspect", "--type", "image", name))["OCIv1"]["config"]
    except subprocess.CalledProcessError as error:
        pytest.fail(f"there is no image {name}: make test-image. {error.stderr}", pytrace=False)
    made = _run("buildah", "from", "--pull-never", name).strip()
    try:
        root = Path(_run("buildah", "mount", made).strip())
        environment = dict(each.split("=", 1) for each in said["Env"])
        yield Image(root, environment, said["Entrypoint"], said["User"])
    finally:
        _run("buildah", "umount", made)
        _run("buildah", "rm", made)


class Manifests:
    """What `base` holds, by kind and name."""

    def __init__(self) -> None:
        bodies = [
            body
            for path in sorted(FOLDER.glob("*.yaml"))
            for body in yaml.safe_load_all(path.read_text())
        ]
        self._bodies = {
            (body["kind"], body["metadata"]["name"]): body for body in bodies if "metadata" in body
        }

    def pod(self, kind: str, name: str) -> dict[str, Any]:
        return self._bodies[kind, name]["spec"]["template"]["spec"]

    def data(self, name: str) -> dict[str, str]:
        return self._bodies["ConfigMap", name]["data"]


@dataclass(frozen=True)
class Cluster:
    """What pods share.

    secrets: by the name of a Secret, its keys.
    settings: in place of, or beside, those of a ConfigMap.
    hosts: names of Services, all of which are this machine.
    """

    folder: Path
    manifests: Manifests
    secrets: Mapping[str, Mapping[str, str]]
    settings: Mapping[str, str]
    instance: Mapping[str, str]
    hosts: Sequence[str]

    def prepare(self) -> None:
        """Makes what is mounted."""
        files = self.folder / "files"
        files.mkdir(parents=True, exist_ok=True)
        user = self.manifests.pod("Deployment", "iop-organ")["securityContext"]
        os.chown(files, user["runAsUser"], user["runAsGroup"])
        instance = self.folder / "instance"
        instance.mkdir(exist_ok=True)
        for name, text in self.instance.items():
            (instance / name).write_text(text)
        instance.chmod(0o755)
        lines = ["127.0.0.1 localhost", *(f"127.0.0.1 {name}" for name in self.hosts)]
        (self.folder / "hosts").write_text("\n".join(lines) + "\n")
        # pytest's folders are their owner's alone, and a pod is somebody else.
        for each in self.folder.resolve().parents:
            if each != Path("/") and each.stat().st_uid == os.geteuid():
                each.chmod(each.stat().st_mode | 0o011)


@dataclass
class Pod:
    """A container; `log` is what it printed."""

    name: str
    log: Path
    state: Path
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def require_alive(self) -> None:
        assert self.runs, f"{self.name} ended: {self.said()[-4000:]}"

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def processes(self) -> list[int]:
        done = self._runc("ps", "--format", "json", self.name)
        return json.loads(done) if done.strip() else []

    def pss(self) -> int:
        """Bytes of all its processes, what several share counted once."""
        total = 0
        for pid in self.processes():
            try:
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            except (FileNotFoundError, ProcessLookupError):
                continue
            total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
        return total

    def signal(self, name: str) -> None:
        self._runc("kill", self.name, name)

    def wait(self, timeout_s: float) -> int:
        assert self.process is not None
        return self.process.wait(timeout_s)

    def end(self) -> None:
        """Whatever it is at."""
        if self.process is None:
            return
        if self.runs:
            subprocess.run(
                ["runc", "--root", str(self.state), "kill", self.name, "KILL"],
                check=False,
                capture_output=True,
            )
        self.process.wait(START_S)
        subprocess.run(
            ["runc", "--root", str(self.state), "delete", "--force", self.name],
            check=False,
            capture_output=True,
        )

    def _runc(self, *words: str) -> str:
        return _run("runc", "--root", str(self.state), *words)


def start(
    cluster: Cluster,
    image: Image,
    kind: str,
    workload: str,
    name: str,
    *,
    more: Sequence[str] = (),
    command: Sequence[str] | None = None,
    over: Mapping[str, Path] | None = None,
) -> Pod:
    """A pod of the workload.

    Args:
        more: after the manifest's own arguments.
        command: in place of them.
        over: folders of this machine that stand over folders of the image, read-only.
    """
    pod = cluster.manifests.pod(kind, workload)
    (container,) = pod["containers"]
    bundle = cluster.folder / "bundles" / name
    bundle.mkdir(parents=True)
    arguments = command if command is not None else [*container["args"], *more]
    limits = container["resources"]["limits"]
    config = {
        "ociVersion": "1.0.2",
        "hostname": name,
        "process": {
            "terminal": False,
            "user": {
                "uid": pod["securityContext"]["runAsUser"],
                "gid": pod["securityContext"]["runAsGroup"],
            },
            "args": [*image.entrypoint, *arguments],
            "env": [
                f"{key}={value}"
                for key, value in {**image.environment, **_environment(cluster, container)}.items()
            ],
            "cwd": "/",
            "noNewPrivileges": not container["securityContext"]["allowPrivilegeEscalation"],
            # All are dropped, which is what the manifest says.
            "capabilities": {},
        },
        "root": {
            "path": str(image.root),
            "readonly": container["securityContext"]["readOnlyRootFilesystem"],
        },
        "mounts": [*_SYSTEM, *_mounts(cluster, pod, container), *_over(cluster, over or {})],
        "linux": {
            "namespaces": [{"type": each} for each in ("pid", "ipc", "uts", "mount")],
            "cgroupsPath": f"/iop-{os.getpid()}-{name}",
            "resources": {
                "devices": [{"allow": False, "access": "rwm"}],
                "memory": {"limit": size_of(limits["memory"])},
                "cpu": {"quota": _milli(limits["cpu"]) * 100, "period": 100_000},
            },
            "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list"],
            "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys"],
        },
    }
    (bundle / "config.json").write_text(json.dumps(config))
    started = Pod(name, cluster.folder / f"{name}.log", cluster.folder / "runc")
    with started.log.open("wb") as log:
        started.process = subprocess.Popen(
            ["runc", "--root", str(started.state), "run", "--bundle", str(bundle), name],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    return started


def wait_for_state(pod: Pod) -> None:
    """Until runc knows it, so that it can be signalled, or it has ended already."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and pod.runs:
        done = subprocess.run(
            ["runc", "--root", str(pod.state), "state", pod.name], capture_output=True, check=False
        )
        if done.returncode == 0 and json.loads(done.stdout)["status"] == "running":
            return
        time.sleep(0.1)
    assert not pod.runs, f"{pod.name} was not started within {START_S} s"


_SYSTEM: list[dict[str, Any]] = [
    {"destination": "/proc", "type": "proc", "source": "proc"},
    {
        "destination": "/dev",
        "type": "tmpfs",
        "source": "tmpfs",
        "options": ["nosuid", "strictatime", "mode=755", "size=65536k"],
    },
    {
        "destination": "/dev/shm",
        "type": "tmpfs",
        "source": "shm",
        "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"],
    },
]


def _environment(cluster: Cluster, container: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in container["envFrom"]:
        found |= cluster.manifests.data(each["configMapRef"]["name"])
    for each in container["env"]:
        if "value" in each:
            found[each["name"]] = each["value"]
            continue
        reference = each["valueFrom"]["secretKeyRef"]
        secret = cluster.secrets[reference["name"]]
        if reference["key"] in secret or not reference.get("optional"):
            found[each["name"]] = secret[reference["key"]]
    return {**found, **cluster.settings}


def _mounts(
    cluster: Cluster, pod: Mapping[str, Any], container: Mapping[str, Any]
) -> list[dict[str, Any]]:
    volumes = {each["name"]: each for each in pod["volumes"]}
    user = pod["securityContext"]
    found = [_bind(cluster.folder / "hosts", "/etc/hosts", is_writable=False)]
    for each in container["volumeMounts"]:
        volume = volumes[each["name"]]
        if "emptyDir" in volume:
            size = size_of(volume["emptyDir"]["sizeLimit"])
            owner = [f"uid={user['runAsUser']}", f"gid={user['fsGroup']}", "mode=770"]
            options = ["nosuid", "nodev", f"size={size}", *owner]
            found.append(
                {
                    "destination": each["mountPath"],
                    "type": "tmpfs",
                    "source": "tmpfs",
                    "options": options,
                }
            )
        elif "persistentVolumeClaim" in volume:
            found.append(_bind(cluster.folder / "files", each["mountPath"], is_writable=True))
        else:
            assert volume["configMap"]["name"] == "iop-instance"
            found.append(_bind(cluster.folder / "instance", each["mountPath"], is_writable=False))
    return found


def _over(cluster: Cluster, over: Mapping[str, Path]) -> list[dict[str, Any]]:
    return [_bind(path, destination, is_writable=False) for destination, path in over.items()]


def _bind(source: Path, destination: str, *, is_writable: bool) -> dict[str, Any]:
    return {
        "destination": destination,
        "type": "bind",
        "source": str(source),
        "options": ["bind", "rw" if is_writable else "ro"],
    }


def size_of(text: str) -> int:
    """Bytes, of what Kubernetes calls 512Mi or 1Gi."""
    return int(text[:-2]) * _SIZES[text[-2:]]


def _milli(text: str) -> int:
    """Thousandths of a processor."""
    return int(text[:-1]) if text.endswith("m") else int(text) * 1000


def _run(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout
