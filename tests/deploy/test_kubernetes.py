"""The manifests: what Kubernetes' own schemas say of them, what the specification names, and what neither sees."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from command_line import parse

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "kubernetes"
BASE = FOLDER / "base"
NAMESPACE = "ana-system"
KUBERNETES = "1.34"
WORKLOADS = ("Deployment", "Job")
# kustomize's own file, of which Kubernetes has no schema.
RECIPE = "kustomization.yaml"


@dataclass(frozen=True)
class Manifest:
    file: str
    body: dict[str, Any]

    @property
    def kind(self) -> str:
        return self.body["kind"]

    @property
    def name(self) -> str:
        return self.body["metadata"]["name"]

    @property
    def pod(self) -> dict[str, Any]:
        return self.body["spec"]["template"]["spec"]

    @property
    def pod_labels(self) -> dict[str, str]:
        return self.body["spec"]["template"]["metadata"]["labels"]

    @property
    def container(self) -> dict[str, Any]:
        (container,) = self.pod["containers"]
        return container


def _load(folder: Path) -> Iterator[Manifest]:
    for path in sorted(folder.glob("*.yaml")):
        if path.name != RECIPE:
            for body in yaml.safe_load_all(path.read_text()):
                yield Manifest(path.name, body)


MANIFESTS = tuple(_load(BASE))
PODS = tuple(each for each in MANIFESTS if each.kind in WORKLOADS)
DEPLOYMENTS = tuple(each for each in PODS if each.kind == "Deployment")


def _one(kind: str, name: str) -> dict[str, Any]:
    (found,) = [each.body for each in MANIFESTS if (each.kind, each.name) == (kind, name)]
    return found


def _called(manifest: Manifest) -> str:
    return f"{manifest.kind}-{manifest.name}"


def _matches(selector: dict[str, str], labels: dict[str, str]) -> bool:
    return selector.items() <= labels.items()


@pytest.mark.parametrize("manifest", MANIFESTS, ids=_called)
def test_kubernetes_knows_every_field(manifest):
    kubernetes_validate.validate(manifest.body, KUBERNETES, strict=True)


def test_every_file_is_applied_and_nothing_twice():
    recipe = yaml.safe_load((BASE / RECIPE).read_text())
    assert sorted(recipe["resources"]) == sorted({each.file for each in MANIFESTS})
    named = [(each.kind, each.name) for each in MANIFESTS]
    assert len(named) == len(set(named))


@pytest.mark.parametrize("manifest", MANIFESTS, ids=_called)
def test_all_is_in_the_namespace_of_the_specification(manifest):
    if manifest.kind == "Namespace":
        assert manifest.name == NAMESPACE
    else:
        assert manifest.body["metadata"]["namespace"] == NAMESPACE


def test_the_deployment_is_that_of_the_specification():
    deployment = _one("Deployment", "iop-organ")
    assert deployment["metadata"]["labels"] == {
        "app": "iop-organ",
        "organ": "iop",
        "domain": "ana",
        "system": "analyticsplatform",
        "version": "v0.1.0",
    }
    spec = deployment["spec"]
    selector = {"app": "iop-organ", "organ": "iop"}
    assert spec["replicas"] == 2
    assert spec["selector"]["matchLabels"] == selector
    assert spec["template"]["metadata"]["labels"] == selector
    (container,) = spec["template"]["spec"]["containers"]
    assert container["name"] == "iop-organ"
    assert container["image"] == "webwakahub/iop-organ:v0.1.0"
    assert [port["containerPort"] for port in container["ports"]] == [3000]
    env = {each["name"]: each for each in container["env"]}
    reference = {"name": "ana-system-secrets", "key": "database-url"}
    assert env["DATABASE_URL"]["valueFrom"] == {"secretKeyRef": reference}
    assert env["NODE_ENV"]["value"] == "production"
    assert container["resources"] == {
        "requests": {"cpu": "250m", "memory": "512Mi"},
        "limits": {"cpu": "1000m", "memory": "1Gi"},
    }
    ready, lives = container["readinessProbe"], container["livenessProbe"]
    assert ready["httpGet"] == lives["httpGet"] == {"path": "/api/health", "port": 3000}
    assert (ready["initialDelaySeconds"], ready["periodSeconds"]) == (10, 5)
    assert (lives["initialDelaySeconds"], lives["periodSeconds"]) == (30, 10)


def test_the_service_is_that_of_the_specification():
    spec = _one("Service", "iop-organ-service")["spec"]
    assert spec["type"] == "ClusterIP"
    assert [(port["port"], port["targetPort"]) for port in spec["ports"]] == [(80, 3000)]
    chosen = [each.name for each in PODS if _matches(spec["selector"], each.pod_labels)]
    assert chosen == ["iop-organ"]


def test_the_api_is_scaled_from_two_to_eight_at_seventy_percent():
    spec = _one("HorizontalPodAutoscaler", "iop-organ")["spec"]
    target = spec["scaleTargetRef"]
    assert _one(target["kind"], target["name"])["apiVersion"] == target["apiVersion"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 8)
    (metric,) = spec["metrics"]
    assert metric["resource"]["name"] == "cpu"
    assert metric["resource"]["target"] == {"type": "Utilization", "averageUtilization": 70}


@pytest.mark.parametrize("manifest", DEPLOYMENTS, ids=_called)
def test_a_deployment_selects_its_own_pods_and_no_other(manifest):
    selector = manifest.body["spec"]["selector"]["matchLabels"]
    assert [each.name for each in PODS if _matches(selector, each.pod_labels)] == [manifest.name]


@pytest.mark.parametrize("manifest", PODS, ids=_called)
def test_a_pod_is_allowed_where_pod_security_is_restricted(manifest):
    pod, container = manifest.pod, manifest.container
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] >= 1000
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    held = container["securityContext"]
    assert held["allowPrivilegeEscalation"] is False
    assert held["readOnlyRootFilesystem"] is True
    assert held["capabilities"] == {"drop": ["ALL"]}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
    assert pod["automountServiceAccountToken"] is False
    assert (
        _one("ServiceAccount", pod["serviceAccountName"])["automountServiceAccountToken"] is False
    )


@pytest.mark.parametrize("manifest", PODS, ids=_called)
def test_a_pod_mounts_what_it_names_and_has_its_home_to_write_in(manifest):
    volumes = {each["name"]: each for each in manifest.pod["volumes"]}
    mounts = {each["name"]: each["mountPath"] for each in manifest.container["volumeMounts"]}
    assert set(volumes) == set(mounts)
    config = _one("ConfigMap", "iop-config")["data"]
    assert mounts["home"] == config["IOP_HOME"]
    assert f"file://{mounts['files']}" == config["IOP_STORAGE_URL"]
    assert mounts["instance"] == config["IOP_INSTANCE_FILES"]
    assert mounts["tmp"] == "/tmp"
    _one("PersistentVolumeClaim", volumes["files"]["persistentVolumeClaim"]["claimName"])
    _one("ConfigMap", volumes["instance"]["configMap"]["name"])


@pytest.mark.parametrize("manifest", PODS, ids=_called)
def test_secrets_are_named_and_never_written(manifest):
    secrets = {"ana-system-secrets": {"database-url"}}
    secrets["iop-secrets"] = {"secret-key", "secret-key-also", "broker-url", "event-broker-url"}
    for each in manifest.container["env"]:
        if "value" in each:
            assert (each["name"], each["value"]) == ("NODE_ENV", "production")
        else:
            reference = each["valueFrom"]["secretKeyRef"]
            assert reference["key"] in secrets[reference["name"]]
    assert not [each for each in MANIFESTS if each.kind == "Secret"]


@pytest.mark.parametrize("manifest", DEPLOYMENTS, ids=_called)
def test_every_part_knows_whether_there_are_events(manifest):
    """By it the API tells of events that wait, and retention keeps what was not yet sent."""
    env = {each["name"]: each.get("valueFrom") for each in manifest.container["env"]}
    reference = env["IOP_EVENT_BROKER_URL"]["secretKeyRef"]
    assert (reference["name"], reference["key"]) == ("iop-secrets", "event-broker-url")
    assert reference.get("optional", False) is (manifest.name != "iop-events")


@pytest.mark.parametrize("manifest", PODS, ids=_called)
def test_a_pod_asks_for_no_more_than_it_may_have_and_its_command_exists(manifest):
    asked = manifest.container["resources"]["requests"]
    limit = manifest.container["resources"]["limits"]
    for name, number in (("cpu", _cores), ("memory", _bytes)):
        assert 0 < number(asked[name]) <= number(limit[name])
    parse(manifest.container["args"])


def test_probes_ask_a_port_that_the_container_has():
    for each in PODS:
        ports = {port["containerPort"] for port in each.container.get("ports", [])}
        for probe in ("readinessProbe", "livenessProbe", "startupProbe"):
            for how in ("httpGet", "grpc"):
                asked = each.container.get(probe, {}).get(how)
                assert asked is None or asked["port"] in ports, (each.name, probe)


def test_a_liveness_probe_waits_longer_than_a_readiness_probe_and_a_stop_longer_than_the_drain():
    container = _one("Deployment", "iop-organ")["spec"]["template"]["spec"]
    (api,) = container["containers"]
    drain = float(api["args"][api["args"].index("--drain-delay") + 1])
    assert drain > api["readinessProbe"]["periodSeconds"]
    assert container["terminationGracePeriodSeconds"] > drain + 10


def test_there_is_one_daemon_at_a_time():
    spec = _one("Deployment", "iop-daemon")["spec"]
    assert (spec["replicas"], spec["strategy"]["type"]) == (1, "Recreate")


def test_no_port_but_the_apis_is_reached_from_outside():
    policies = [each.body["spec"] for each in MANIFESTS if each.kind == "NetworkPolicy"]
    for pod in DEPLOYMENTS:
        own = [
            each
            for each in policies
            if _matches(each["podSelector"]["matchLabels"], pod.pod_labels)
        ]
        assert own, f"{pod.name} is open to everybody"
        assert all("Ingress" in each["policyTypes"] for each in own)
        open_to_all = {
            port["port"]
            for each in own
            for rule in each.get("ingress", [])
            if "from" not in rule
            for port in rule["ports"]
        }
        assert open_to_all == ({3000} if pod.name == "iop-organ" else set())
        callers = {
            other.name
            for each in own
            for rule in each.get("ingress", [])
            for caller in rule.get("from", [])
            for other in DEPLOYMENTS
            if _matches(caller["podSelector"]["matchLabels"], other.pod_labels)
        }
        assert callers == ({"iop-organ", "iop-daemon"} if pod.name == "iop-code-server" else set())


def test_dagsters_instance_is_the_one_of_the_checkout_and_its_code_server_the_one_that_is_served():
    data = _one("ConfigMap", "iop-instance")["data"]
    assert data["dagster.yaml"] == (ROOT / "dagster.yaml").read_text()
    (location,) = yaml.safe_load(data["workspace.yaml"])["load_from"]
    asked = location["grpc_server"]
    service = _one("Service", asked["host"])["spec"]
    assert [port["port"] for port in service["ports"]] == [asked["port"]]
    chosen = [each for each in PODS if _matches(service["selector"], each.pod_labels)]
    assert [each.name for each in chosen] == ["iop-code-server"]
    assert service["ports"][0]["targetPort"] == chosen[0].container["ports"][0]["containerPort"]


@pytest.mark.parametrize("overlay", ["dev", "prod", "runs-in-pods"])
def test_an_overlay_changes_only_what_is_there(overlay):
    folder = FOLDER / "overlays" / overlay
    recipe = yaml.safe_load((folder / RECIPE).read_text())
    base, *own = recipe["resources"]
    assert base == "../../base"
    assert {*own, RECIPE} == {path.name for path in folder.iterdir()}
    for patch in recipe["patches"]:
        target: Any = _one(patch["target"]["kind"], patch["target"]["name"])
        for change in yaml.safe_load(patch["patch"]):
            *way, last = change["path"].strip("/").split("/")
            for key in way:
                target = target[int(key)] if isinstance(target, list) else target[key]
            assert (last in target) is (change["op"] == "replace"), change
            target = _one(patch["target"]["kind"], patch["target"]["name"])


def _cores(text: str) -> float:
    return float(text[:-1]) / 1000 if text.endswith("m") else float(text)


def _bytes(text: str) -> int:
    return int(text[:-2]) * {"Mi": 2**20, "Gi": 2**30}[text[-2:]]
