"""`iop user` and `iop token`, as an operator types them."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from iop_pipelines.cli import main
from iop_pipelines.cli.users import life_of
from iop_pipelines.errors import InvalidInput
from iop_pipelines.identity.sessions import Sessions
from iop_pipelines.identity.tokens import signing_key
from iop_pipelines.platform import Platform
from iop_pipelines.schema import migrate
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.settings import Settings


@pytest.fixture
def iop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("DATABASE_URL", "IOP_SECRET_KEY", "IOP_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    url = f"sqlite:///{tmp_path / 'iop.db'}"
    migrate.upgrade(url)

    def run(*words: str, given: str = "") -> Result:
        return CliRunner().invoke(main, [*words, "--home", str(tmp_path)], input=given)

    yield run
    engine_for(url).dispose()


@pytest.fixture
def sessions(tmp_path: Path) -> Sessions:
    """As another process would look, with nothing remembered."""
    platform = Platform(Settings.from_env({"IOP_HOME": str(tmp_path)}))
    clock = iter(range(1_000_000))
    return Sessions(
        platform.engine, signing_key(platform.settings), monotonic=lambda: float(next(clock))
    )


def test_a_token_is_printed_and_nothing_else_and_works(iop, sessions: Sessions) -> None:
    assert iop("user", "add", "ada", "--role", "admin").exit_code == 0
    done = iop("token", "ada", "--ttl", "2h")
    assert (done.exit_code, done.stderr) == (0, "")
    token = done.stdout.removesuffix("\n")
    assert token.count(".") == 2
    assert not set(token) & set(" \n\t")
    user = sessions.user_of(token)
    assert user is not None
    assert (user.name, user.role) == ("ada", "admin")


def test_what_is_done_to_an_account_is_seen_in_the_list_and_by_its_tokens(
    iop, sessions: Sessions
) -> None:
    iop("user", "add", "ada", "--role", "admin")
    added = iop(
        "user", "add", "vic", "--role", "viewer", "--password-stdin", given="tin-roof-rain\n"
    )
    assert added.output == "vic can sign in as viewer by password.\n"
    token = iop("token", "vic").stdout.strip()
    assert iop("user", "role", "vic", "admin").output == "vic is admin.\n"
    user = sessions.user_of(token)
    assert user is not None
    assert user.role == "admin"
    assert iop("user", "disable", "vic").exit_code == 0
    assert sessions.user_of(token) is None
    listed = json.loads(iop("user", "list", "--json").output)
    assert [(row["name"], row["role"], row["state"], row["signs_in_by"]) for row in listed] == [
        ("vic", "admin", "disabled", "password"),
        ("ada", "admin", "active", "link"),
    ]


def test_what_cannot_be_done_is_said_in_one_line(iop) -> None:
    iop("user", "add", "ada", "--role", "admin")
    for words, problem in (
        (("user", "add", "ada", "--role", "viewer"), "already"),
        (("user", "disable", "ada"), "last admin"),
        (("token", "nobody"), "no user with name 'nobody'"),
        (("token", "ada", "--ttl", "forever"), "no life of a token"),
    ):
        done = iop(*words)
        assert done.exit_code == 1
        assert problem in " ".join(done.stderr.split())
        assert done.stdout == ""


def test_a_disabled_account_gets_neither_token_nor_link_until_it_is_enabled(iop) -> None:
    iop("user", "add", "ada", "--role", "admin")
    iop("user", "add", "vic", "--role", "viewer")
    iop("user", "disable", "vic")
    assert iop("token", "vic").exit_code == 1
    assert iop("user", "link", "vic").exit_code == 1
    iop("user", "enable", "vic")
    assert iop("user", "link", "vic").output.startswith("/api/auth/link/")


@pytest.mark.parametrize(
    ("ttl", "life"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("1h", timedelta(hours=1)),
        ("366d", timedelta(days=366)),
    ],
)
def test_a_life_is_read(ttl: str, life: timedelta) -> None:
    assert life_of(ttl) == life


@pytest.mark.parametrize("ttl", ["", "0s", "367d", "1", "h", "-1h", "1.5h", "999999999d", "1h1m"])
def test_what_is_no_life_is_refused(ttl: str) -> None:
    with pytest.raises(InvalidInput, match="no life of a token"):
        life_of(ttl)
