"""Links that sign in once: for who has no password yet, or no longer; the database keeps their hash only."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from iop_pipelines.audit import trail
from iop_pipelines.audit.trail import Actor
from iop_pipelines.domain.moments import wall_clock
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.errors import Conflict, Contended
from iop_pipelines.identity import accounts
from iop_pipelines.identity.accounts import Account
from iop_pipelines.identity.sessions import prune
from iop_pipelines.schema.tables import sign_in_links as links
from iop_pipelines.schema.transactions import write, writes

LINK_LIFE = timedelta(minutes=15)
# Of the site, where a link is followed; its token comes behind.
LINK_PATH = "/api/auth/link"


@dataclass(frozen=True, slots=True)
class SignInLink:
    """Signs in once, as a path of this site; whoever has it is that user. `expires_at` is naive UTC."""

    path: str
    expires_at: datetime


def make_sign_in_link(
    engine: sa.Engine, name_or_id: str | int, by: Actor, life: timedelta = LINK_LIFE
) -> SignInLink:
    """Raises NotFound, and Conflict for an account that is disabled."""
    found = accounts.account(engine, name_or_id)
    if found.is_disabled:
        raise Conflict("user.disabled", name=found.name)

    def work(connection: sa.Connection) -> SignInLink:
        link = _link(connection, found, life)
        after = {"id": found.id, "name": found.name, "expires_at": link.expires_at}
        trail.record(connection, by, "users.signInLink", None, after)
        return link

    return write(engine, work)


@writes
def invite(
    connection: sa.Connection, name: str, role: Role, by: Actor
) -> tuple[Account, SignInLink]:
    """A new account without a password, and its first link; raises as `accounts.add_user`."""
    account = accounts.insert_user(connection, name, role, by)
    return account, _link(connection, account, LINK_LIFE)


def sign_in_links(engine: sa.Engine, by: Actor) -> dict[Role, str]:
    """One link a role, for the accounts named as their role, which are made if they are absent.

    A role whose account was given another role or disabled has none.
    """
    found: dict[Role, str] = {}
    for role in (Role.ADMIN, Role.VIEWER):
        try:
            account = accounts.account_of_role(engine, role, by)
        except Contended:
            raise
        except Conflict:
            continue
        found[role] = make_sign_in_link(engine, account.id, by).path
    return found


def use_link(connection: sa.Connection, token: str) -> int | None:
    """The account's id, once; None for a link that is unknown, used or over."""
    now = wall_clock()
    hashed = _hash(token)
    taken = connection.execute(
        links.update()
        .where(
            links.c.token_hash == hashed,
            links.c.used_at.is_(None),
            links.c.expires_at > now,
        )
        .values(used_at=now)
    ).rowcount
    if taken != 1:
        return None
    return connection.scalar(sa.select(links.c.user_id).where(links.c.token_hash == hashed))


def _link(connection: sa.Connection, account: Account, life: timedelta) -> SignInLink:
    token = secrets.token_urlsafe(32)
    now = wall_clock()
    prune(connection, now)
    connection.execute(
        links.insert().values(token_hash=_hash(token), user_id=account.id, expires_at=now + life)
    )
    return SignInLink(f"{LINK_PATH}/{token}", now + life)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
