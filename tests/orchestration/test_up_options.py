"""`iop up` and `iop demo` look at their options before they make or start anything."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from iop_pipelines.cli.main import main


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--port", "99999"),
        ("--port", "65536"),
        ("--port", "0"),
        ("--port", "-1"),
        ("--port", "web"),
        ("--workers", "0"),
        ("--workers", "-1"),
        ("--workers", "65"),
    ],
)
@pytest.mark.parametrize("command", ["up", "demo"])
def test_an_option_out_of_range_is_one_sentence_and_leaves_nothing(
    tmp_path: Path, command: str, option: str, value: str
) -> None:
    home = tmp_path / "home"
    result = CliRunner().invoke(main, [command, option, value], env={"IOP_HOME": str(home)})
    assert result.exit_code == 2
    assert f"'{option}'" in result.output
    assert value in result.output
    assert "Traceback" not in result.output
    assert not home.exists()
