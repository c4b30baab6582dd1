"""`iop user` and `iop token`: accounts, and tokens for programs.

Who can run these commands has the database, and so is an admin already: nothing else is asked.
"""

import re
import sys
from datetime import timedelta

import click
import sqlalchemy as sa

from iop_pipelines.audit import trail
from iop_pipelines.cli.console import command, engine_of, operator, print_done, print_rows
from iop_pipelines.cli.hints import hint
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.errors import Conflict, InvalidInput
from iop_pipelines.identity import accounts
from iop_pipelines.identity.accounts import Account
from iop_pipelines.identity.links import make_sign_in_link
from iop_pipelines.identity.sessions import TOKEN_LIFE, Issued, sessions_of
from iop_pipelines.schema.transactions import write
from iop_pipelines.settings import Settings

MAX_TOKEN_LIFE = timedelta(days=366)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

user = click.Group("user", help="Accounts: add, list, role, password, disable, a link to sign in.")
group = click.Group()

ROLE = click.Choice([role.value for role in Role])


@command(user)
@click.argument("name")
@click.option("--role", type=ROLE, required=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def add(settings: Settings, as_json: bool, name: str, role: str, password_stdin: bool) -> None:
    """Add the account NAME; at a terminal it asks for a password twice.

    Elsewhere an account without --password-stdin has no password: it signs in by `iop user link`, and
    `iop token` works for it.
    """
    engine = engine_of(settings)
    is_asked = password_stdin or sys.stdin.isatty()
    given = _password(password_stdin) if is_asked else None
    added = accounts.add_user(engine, name, Role(role), operator(), given)
    how = "by password" if given else f"by {hint(f'user link {added.name}')}"
    print_done(f"{added.name} can sign in as {added.role.value} {how}.", _shown(added), as_json)


@command(user, "list")
def list_(settings: Settings, as_json: bool) -> None:
    """List the accounts, newest first."""
    rows = [_shown(each) for each in accounts.list_users(engine_of(settings))]
    columns = ("id", "name", "role", "state", "signs_in_by", "created_at")
    print_rows(rows, columns, as_json, f"No account yet: {hint('user add NAME --role admin')}.")


@command(user)
@click.argument("name")
@click.argument("role", type=ROLE)
def role(settings: Settings, as_json: bool, name: str, role: str) -> None:
    """Make NAME an admin or a viewer; takes effect within a second where NAME is signed in."""
    changed = accounts.update_user(engine_of(settings), name, operator(), role=Role(role))
    print_done(f"{changed.name} is {changed.role.value}.", _shown(changed), as_json)


@command(user)
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def password(settings: Settings, as_json: bool, name: str, password_stdin: bool) -> None:
    """Give NAME a new password, and end all its sessions and tokens."""
    engine = engine_of(settings)
    accounts.account(engine, name)
    changed = accounts.set_password(engine, name, _password(password_stdin), operator())
    print_done(f"{changed.name} has a new password.", _shown(changed), as_json)


@command(user)
@click.argument("name")
def disable(settings: Settings, as_json: bool, name: str) -> None:
    """Lock NAME out: no sign-in, and all its sessions and tokens end."""
    changed = accounts.update_user(engine_of(settings), name, operator(), is_disabled=True)
    print_done(f"{changed.name} is disabled.", _shown(changed), as_json)


@command(user)
@click.argument("name")
def enable(settings: Settings, as_json: bool, name: str) -> None:
    """Let NAME sign in again."""
    changed = accounts.update_user(engine_of(settings), name, operator(), is_disabled=False)
    print_done(f"{changed.name} can sign in again.", _shown(changed), as_json)


@command(user)
@click.argument("name")
def link(settings: Settings, as_json: bool, name: str) -> None:
    """Print the path of a link that signs in as NAME, once, within fifteen minutes."""
    path = make_sign_in_link(engine_of(settings), name, operator()).path
    print_done((settings.public_url or "") + path, {"path": path}, as_json)


@command(group)
@click.argument("name")
@click.option("--ttl", default="1h", show_default=True, help="Its life: 90s, 30m, 12h, 30d.")
def token(settings: Settings, as_json: bool, name: str, ttl: str) -> None:
    """Print a bearer token of NAME, and nothing else; `iop user disable` ends it early."""
    found = _enabled(settings, name)
    life = life_of(ttl)
    sessions = sessions_of(settings)

    def work(connection: sa.Connection) -> Issued:
        issued = sessions.start(found, "token", life=life, connection=connection)
        after = {"user": found.name, "expiresAt": issued.expires_at}
        trail.record(connection, operator(), "auth.makeToken", None, after)
        return issued

    issued = write(engine_of(settings), work)
    if as_json:
        ends = issued.expires_at.isoformat(timespec="seconds") + "Z"
        print_done("", {"token": issued.token, "expires_at": ends}, as_json)
    else:
        # Not through the console, which would break a line that is longer than the terminal.
        click.echo(issued.token)


def life_of(ttl: str) -> timedelta:
    """Raises InvalidInput for what is no duration of at least a second and at most a year."""
    found = re.fullmatch(r"([0-9]{1,9})([smhd])", ttl.strip())
    life = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else TOKEN_LIFE * 0
    if not timedelta(seconds=1) <= life <= MAX_TOKEN_LIFE:
        raise InvalidInput("token.bad_life", "ttl", ttl=ttl)
    return life


def _enabled(settings: Settings, name: str) -> Account:
    found = accounts.account(engine_of(settings), name)
    if found.is_disabled:
        raise Conflict("user.disabled_at_console", name=found.name)
    return found


def _password(is_stdin: bool) -> str:
    if is_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)


def _shown(account: Account) -> dict[str, object]:
    is_oidc = account.oidc_issuer is not None
    return {
        "id": account.id,
        "name": account.name,
        "role": account.role.value,
        "state": "disabled" if account.is_disabled else "active",
        "signs_in_by": "oidc" if is_oidc else "password" if account.has_password else "link",
        "created_at": account.created_at,
    }


commands = {"user": user, "token": group.commands["token"]}
