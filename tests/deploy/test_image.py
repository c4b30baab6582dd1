"""The image and Compose files: that what they name exists, and that they ask for what the product needs."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from command_line import parse

from iop_pipelines import doctor
from iop_pipelines.settings import Settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
OWN = {
    name: service
    for name, service in COMPOSE["services"].items()
    if service["image"].startswith("webwakahub/")
}


def _instructions() -> list[tuple[str, str]]:
    text = DOCKERFILE.read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def _copied() -> list[str]:
    copied = [rest.split()[:-1] for word, rest in _instructions() if word == "COPY"]
    return [each for sources in copied if not sources[0].startswith("--from") for each in sources]


def test_what_the_image_is_built_from_is_there_and_reaches_the_build():
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    for name in _copied():
        assert (ROOT / name).exists(), name
        assert f"!{name}" in ignored, name
    let_in = {line[1:] for line in ignored if line.startswith("!")}
    assert let_in == set(_copied())


def test_the_image_has_what_the_doctor_would_have_installed():
    *_, last = [rest for word, rest in _instructions() if word == "RUN" and "tini" in rest]
    for command in (doctor.APT_PDF, doctor.APT_FONT):
        packages = shlex.split(command.partition("--no-install-recommends")[2])
        assert set(packages) <= set(last.split()), command


def test_hadolint_finds_nothing():
    program = Path(sys.executable).with_name("hadolint")
    done = subprocess.run(
        [program, DOCKERFILE], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_runs_as_nobody_in_particular():
    users = [rest for word, rest in _instructions() if word == "USER"]
    assert users == ["10001:10001"]


def test_both_stages_stand_on_one_base_that_the_builder_may_name():
    assert [rest.split()[0] for word, rest in _instructions() if word == "FROM"] == [
        "${BASE_IMAGE}",
        "${BASE_IMAGE}",
    ]


@pytest.mark.parametrize("name", OWN)
def test_a_part_of_compose_is_a_command_of_the_product(name):
    parse(OWN[name]["command"])


@pytest.mark.parametrize("name", OWN)
def test_a_part_of_compose_is_closed_and_given_what_all_share(name):
    service = OWN[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    given = service["environment"]
    settings = Settings.from_env({"IOP_HOME": "/var/lib/iop", **given})
    assert not settings.is_embedded
    assert settings.broker_url
    assert settings.event_broker_url
    for variable, value in given.items():
        if "$" not in value and variable != "TMPDIR":
            raise AssertionError(f"{variable} stands in the file as {value}")


def test_a_port_of_compose_is_open_to_this_machine_alone():
    ports = {name: each["ports"] for name, each in COMPOSE["services"].items() if "ports" in each}
    assert ports == {"api": ["127.0.0.1:3000:3000"]}


def test_whoever_waits_for_a_service_of_compose_waits_for_one_that_can_say_that_it_is_well():
    for name, service in COMPOSE["services"].items():
        for awaited, how in service.get("depends_on", {}).items():
            other = COMPOSE["services"][awaited]
            if how["condition"] == "service_healthy":
                assert "test" in other["healthcheck"], (name, awaited)
            else:
                assert how["condition"] == "service_completed_successfully"
                assert other["restart"] == "no"
