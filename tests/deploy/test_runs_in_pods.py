"""The overlay of runs in pods: the Job that dagster-k8s makes of it for a run, as it would be sent to a cluster."""

import re
from pathlib import Path
from typing import Any, cast

import dagster as dg
import kubernetes_validate
import pytest
import yaml
from dagster._config import process_config
from dagster._core.launcher import LaunchRunContext
from dagster._core.origin import JobPythonOrigin, RepositoryPythonOrigin
from dagster_k8s.launcher import K8sRunLauncher
from kubernetes import client

from iop_pipelines.api.health import check_workers
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.migrate import upgrade
from iop_pipelines.settings import Settings

ROOT = Path(__file__).parents[2]
BASE = ROOT / "deploy" / "kubernetes" / "base"
OVERLAY = ROOT / "deploy" / "kubernetes" / "overlays" / "runs-in-pods"
KUBERNETES = "1.34"
# What `kustomize edit set image` names for a release.
RELEASED = "registry.example/iop:v9.9.9"
RECIPE = yaml.safe_load((OVERLAY / "kustomization.yaml").read_text())
OWN = [
    body
    for path in OVERLAY.glob("*.yaml")
    if path.name != "kustomization.yaml"
    for body in yaml.safe_load_all(path.read_text())
]
# Nobody answers there, and nobody is asked.
NOWHERE = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "none",
    "clusters": [{"name": "none", "cluster": {"server": "http://127.0.0.1:9"}}],
    "users": [{"name": "none", "user": {}}],
    "contexts": [{"name": "none", "context": {"cluster": "none", "user": "none"}}],
}


class Batch:
    """Kubernetes' API of Jobs, as far as a launch asks it: it keeps what it is sent."""

    def __init__(self) -> None:
        self.made: list[tuple[str, Any]] = []

    def create_namespaced_job(self, body: Any, namespace: str, **_: Any) -> None:
        self.made.append((namespace, body))


@dg.op
def nothing() -> None: ...


@dg.job
def a_job() -> None:
    nothing()


def _changes(kind: str, name: str) -> dict[str, Any]:
    """By path, what a patch puts there."""
    found: dict[str, Any] = {}
    for patch in RECIPE["patches"]:
        if (patch["target"]["kind"], patch["target"]["name"]) == (kind, name):
            found |= {each["path"]: each["value"] for each in yaml.safe_load(patch["patch"])}
    return found


def _instance() -> dict[str, Any]:
    return yaml.safe_load(_changes("ConfigMap", "iop-instance")["/data/dagster.yaml"])


def _base(kind: str, name: str) -> dict[str, Any]:
    (found,) = [
        body
        for path in BASE.glob("*.yaml")
        for body in yaml.safe_load_all(path.read_text())
        if (body["kind"], body.get("metadata", {}).get("name")) == (kind, name)
    ]
    return found


def _code_server(image: str) -> dict[str, Any]:
    """Its container, its environment by name, once `images` gave it that image: replacements come after that."""
    pod = _base("Deployment", "iop-code-server")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    container["image"] = image
    added = _changes("Deployment", "iop-code-server")["/spec/template/spec/containers/0/env/-"]
    container["env"] = {each["name"]: each.get("value") for each in [*container["env"], added]}
    (given,) = RECIPE["replacements"]
    (target,) = given["targets"]
    its = {"kind": "Deployment", "name": "iop-code-server"}
    path = "spec.template.spec.containers.[name=iop-code-server]."
    assert given["source"] == {**its, "fieldPath": f"{path}image"}
    assert target["select"] == its
    for each in target["fieldPaths"]:
        (name,) = re.fullmatch(re.escape(path) + r"env\.\[name=(\w+)\]\.value", each).groups()
        assert name in container["env"]
        container["env"][name] = image
    return container


@pytest.fixture
def job(tmp_path: Path) -> dict[str, Any]:
    given = _instance()["run_launcher"]["config"]
    checked = process_config(K8sRunLauncher.config_type(), given)
    assert checked.success, checked.errors
    config = {**(checked.value or {})}
    address = tmp_path / "kubeconfig"
    address.write_text(yaml.safe_dump(NOWHERE))
    config |= {"load_incluster_config": False, "kubeconfig_file": str(address)}
    batch = Batch()
    launcher = K8sRunLauncher(**config, k8s_client_batch_api=batch)
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        launcher.register_instance(instance)
        told = dg.reconstructable(a_job).get_python_origin()
        code = RepositoryPythonOrigin(
            *(told.repository_origin.executable_path, told.repository_origin.code_pointer),
            # As the code server tells it, by what its own environment says.
            container_image=_code_server(RELEASED)["env"]["DAGSTER_CURRENT_IMAGE"],
            entry_point=told.repository_origin.entry_point,
            container_context={},
        )
        origin = JobPythonOrigin(told.job_name, code)
        run = instance.create_run_for_job(a_job, job_code_origin=origin)
        launcher.launch_run(LaunchRunContext(dagster_run=run, workspace=None))
    ((namespace, made),) = batch.made
    assert namespace == "ana-system"
    return cast(dict[str, Any], client.ApiClient().sanitize_for_serialization(made))


def test_the_job_of_a_run_is_one_that_kubernetes_knows_and_restricted_pods_allow(job):
    kubernetes_validate.validate(job, KUBERNETES, strict=True)
    pod = job["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    worker = _base("Deployment", "iop-worker")["spec"]["template"]["spec"]
    (warm,) = worker["containers"]
    for name in ("securityContext", "automountServiceAccountToken", "enableServiceLinks"):
        assert pod[name] == worker[name], name
    for name in ("resources", "securityContext", "envFrom"):
        assert container[name] == warm[name], name
    assert container["image"] == RELEASED
    assert pod["serviceAccountName"] == "iop"
    assert pod["restartPolicy"] == "Never"
    assert container["args"][:3] == ["dagster", "api", "execute_run"]


def test_a_run_is_given_what_a_worker_is_given_and_tells_nobody_of_itself(job):
    pod = job["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    worker = _base("Deployment", "iop-worker")["spec"]["template"]["spec"]
    env = {each["name"]: each for each in container["env"]}
    for each in worker["containers"][0]["env"]:
        assert env[each["name"]] == each
    assert env["GX_ANALYTICS_ENABLED"]["value"] == "false"
    assert env["DAGSTER_DISABLE_TELEMETRY"]["value"] == "yes"
    volumes = {each["name"]: each for each in pod["volumes"]}
    mounts = {each["mountPath"]: volumes[each["name"]] for each in container["volumeMounts"]}
    beside = {each["name"]: each for each in worker["volumes"]}
    for each in worker["containers"][0]["volumeMounts"]:
        assert mounts[each["mountPath"]] == beside[each["name"]]


def test_all_but_the_launcher_and_its_wait_is_the_checkouts_instance():
    ours, base = _instance(), yaml.safe_load((ROOT / "dagster.yaml").read_text())
    assert ours.pop("run_launcher") != base.pop("run_launcher")
    waits = [each["run_monitoring"].pop("start_timeout_seconds") for each in (ours, base)]
    kept_s = int(_changes("ConfigMap", "iop-config")["/data/IOP_CLAIM_LOST_S"])
    assert waits[0] == kept_s > waits[1]
    assert ours == base


@pytest.mark.parametrize("manifest", OWN, ids=lambda body: body["kind"])
def test_kubernetes_knows_every_field(manifest):
    kubernetes_validate.validate(manifest, KUBERNETES, strict=True)
    assert manifest["metadata"]["namespace"] == "ana-system"


def test_who_may_make_jobs_is_who_launches_runs_and_no_other():
    named = {body["kind"]: body for body in OWN}
    (subject,) = named["RoleBinding"]["subjects"]
    account = named["ServiceAccount"]["metadata"]["name"]
    assert subject == {"kind": "ServiceAccount", "name": account, "namespace": "ana-system"}
    assert named["RoleBinding"]["roleRef"]["name"] == named["Role"]["metadata"]["name"]
    rights = {
        (group, resource, verb)
        for rule in named["Role"]["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
    assert not {right for right in rights if "*" in right or right[1] == "secrets"}
    assert {right for right in rights if right[2] in {"create", "delete", "update", "patch"}} == {
        ("batch", "jobs", "create"),
        ("batch", "jobs", "delete"),
    }
    patched = {
        patch["target"]["name"]
        for patch in RECIPE["patches"]
        if "serviceAccountName" in patch["patch"]
    }
    assert patched == {"iop-daemon", "iop-organ"}
    for name in patched:
        changes = _changes("Deployment", name)
        assert changes["/spec/template/spec/serviceAccountName"] == account
        assert changes["/spec/template/spec/automountServiceAccountToken"] is True


@pytest.mark.parametrize(
    ("own", "told"),
    [
        (_changes("ConfigMap", "iop-instance")["/data/dagster.yaml"], None),
        ((ROOT / "dagster.yaml").read_text(), "no worker has sent"),
        # Dagster launches processes then.
        ("telemetry: {enabled: false}\n", None),
        ("", None),
    ],
    ids=["overlay", "checkout", "no launcher", "empty"],
)
def test_workers_are_missed_only_where_runs_go_to_them(tmp_path, own, told):
    url = f"sqlite:///{tmp_path / 'iop.db'}"
    upgrade(url)
    files = tmp_path / "instance"
    files.mkdir()
    (files / "dagster.yaml").write_text(own)
    settings = Settings.from_env(
        {
            "IOP_HOME": str(tmp_path / "home"),
            "DATABASE_URL": url,
            "IOP_BROKER_URL": "amqp://127.0.0.1",
            "IOP_INSTANCE_FILES": str(files),
        }
    )
    said = check_workers(engine_for(url), settings)
    assert (said or "").startswith(told or "")
    assert (said is None) is (told is None)
    engine_for(url).dispose()
