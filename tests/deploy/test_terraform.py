"""The Terraform module: formatted, valid, and its own tests against a mocked provider.

Nothing is asked of an account, and no provider is downloaded: Terraform and the AWS provider are used where the machine
has them, the provider in a folder that is laid out as a mirror. Where it has not, the summary of the run says so.
"""

import itertools
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "deploy" / "terraform"
MODULE = "SYS-ANA-ANALYTICSPLATFORM-v0.1.0-P3-T01-INFRASTRUCTURE"
EXAMPLE = ROOT / "iop" / "main.tf"
# Terraform's own places for providers, and what a machine keeps of other software.
PLACES = (
    Path.home() / ".terraform.d/plugins",
    Path("/usr/local/share/terraform/plugins"),
    Path("/usr/share/terraform/plugins"),
)
PROVIDER = "registry.terraform.io/hashicorp/aws"

pytestmark = pytest.mark.deployment


def _mirrors() -> Iterator[Path]:
    for place in itertools.chain(PLACES, sorted(Path("/opt").glob("*"))):
        if (place / PROVIDER).is_dir():
            yield place


@pytest.fixture(scope="module")
def terraform(tmp_path_factory: pytest.TempPathFactory) -> "Terraform":
    program, mirror = shutil.which("terraform"), next(_mirrors(), None)
    if program is None or mirror is None:
        lacking = "terraform" if program is None else f"a mirror with {PROVIDER}"
        pytest.skip(f"this machine lacks {lacking}, so the module is neither validated nor tested")
    folder = tmp_path_factory.mktemp("terraform")
    shutil.copytree(ROOT, folder / "modules")
    configuration = folder / "terraform.rc"
    configuration.write_text(
        "disable_checkpoint = true\n"
        f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n'
    )
    return Terraform(program, folder / "modules", configuration)


class Terraform:
    def __init__(self, program: str, modules: Path, configuration: Path) -> None:
        self._program = program
        self._modules = modules
        # No account of whoever runs the tests.
        self._environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AWS_", "TF_"))
        } | {
            "TF_CLI_CONFIG_FILE": str(configuration),
            "AWS_EC2_METADATA_DISABLED": "true",
            "TF_IN_AUTOMATION": "1",
        }

    def run(self, module: str, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._program, *words, "-no-color"],
            cwd=self._modules / module,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )


def test_all_is_formatted(terraform):
    done = terraform.run(".", "fmt", "-check", "-recursive")
    assert done.returncode == 0, done.stdout


def test_the_example_of_the_specification_is_valid(terraform):
    done = terraform.run("iop", "init", "-input=false")
    assert done.returncode == 0, done.stderr
    done = terraform.run("iop", "validate", "-json")
    said = json.loads(done.stdout)
    assert said["valid"], said["diagnostics"]
    assert not said["diagnostics"]


def test_the_modules_own_tests_pass(terraform):
    done = terraform.run(MODULE, "init", "-input=false")
    assert done.returncode == 0, done.stderr
    done = terraform.run(MODULE, "test")
    assert done.returncode == 0, done.stdout + done.stderr
    (passed, failed), *_ = re.findall(r"(\d+) passed, (\d+) failed", done.stdout)
    files = (ROOT / MODULE / "tests").glob("*.tftest.hcl")
    assert int(passed) == sum(path.read_text().count("\nrun ") for path in files)
    assert failed == "0"


def test_the_module_has_exactly_the_inputs_of_the_specification():
    asked = {
        "organ_name",
        "organ_domain",
        "system_code",
        "replica_count",
        "database_config",
        "scaling_config",
    }
    for folder in (ROOT / MODULE, ROOT / MODULE / "contract"):
        text = (folder / "variables.tf").read_text()
        assert set(re.findall(r'^variable "(\w+)"', text, re.MULTILINE)) == asked
    given = re.search(r'module "iop_organ" \{(.*?)\n\}\n', EXAMPLE.read_text(), re.DOTALL)
    assert given
    assert set(re.findall(r"^  (\w+)\s*=", given[1], re.MULTILINE)) == {"source", *asked}


def test_the_example_says_what_the_specification_says():
    words = " ".join(EXAMPLE.read_text().split())
    for said in (
        'module "iop_organ" {',
        f'source = "../{MODULE}"',
        'organ_name = "iop"',
        'organ_domain = "ana"',
        'system_code = "SYS-ANA-ANALYTICSPLATFORM-v0.1.0"',
        "replica_count = 2",
        'database_config = { instance_class = "db.t3.medium" allocated_storage = 50 engine_version = "8.0" }',
        "scaling_config = { min_replicas = 2 max_replicas = 8 cpu_threshold = 70 }",
    ):
        assert said in words, said


def test_every_file_of_the_module_says_something():
    for path in ROOT.rglob("*.tf"):
        assert path.stat().st_size > 0, path


def test_what_the_deployments_manual_reads_is_an_output_of_the_module():
    manual = (ROOT.parent / "README.md").read_text()
    read = set(re.findall(r"jq -r \.(\w+)", manual))
    outputs = re.findall(
        r'^output "(\w+)"', (ROOT / MODULE / "outputs.tf").read_text(), re.MULTILINE
    )
    assert read
    assert read <= set(outputs)


def test_no_secret_gets_into_a_plan_or_a_state():
    """What holds a secret's value is write-only or ephemeral; `random_password` and `secret_string` are neither."""
    for path in ROOT.rglob("*.tf"):
        text = path.read_text()
        assert not re.search(
            r'^(resource|data) "(random_\w+|aws_secretsmanager_random_password)"',
            text,
            re.MULTILINE,
        ), path
        assert not re.search(
            r"^\s+(secret_string|password|secret_binary)\s*=", text, re.MULTILINE
        ), path
