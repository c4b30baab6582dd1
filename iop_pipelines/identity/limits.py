"""How often sign-in may be tried, counted in the database: the same for all replicas and after a restart.

An attempt is written before its password is looked at, so that many at once are counted too. What
is refused is not counted again: waiting always helps.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from iop_pipelines.errors import TooManyAttempts
from iop_pipelines.schema.tables import sign_in_attempts
from iop_pipelines.schema.transactions import change, write

WINDOW = timedelta(minutes=15)
# Failures within the window. One person who mistypes meets the first; who guesses one account from
# many addresses, or many accounts from one, meets the others.
PER_ACCOUNT_AND_ADDRESS = 5
PER_ACCOUNT = 20
PER_ADDRESS = 50
FORGOTTEN_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Attempt:
    id: int
    account: str
    address: str


def begin_attempt(engine: sa.Engine, account: str, address: str, now: datetime) -> Attempt:
    """Counts an attempt as failed until `succeed`.

    Raises:
        TooManyAttempts: one of the limits is reached.
    """
    account, network = account.lower()[:255], network_of(address)
    rows = sign_in_attempts
    _forget_old(engine, now)

    def note(connection: sa.Connection) -> Attempt:
        result = connection.execute(
            rows.insert().values(account=account, address=network, attempted_at=now)
        )
        return Attempt(result.lastrowid, account, network)

    def judge(connection: sa.Connection, attempt: Attempt) -> int | None:
        wait_s = _wait_s(connection, attempt, now)
        if wait_s is not None:
            connection.execute(rows.delete().where(rows.c.id == attempt.id))
        return wait_s

    attempt = write(engine, note)
    # Its own transaction: each of several at once sees all of them.
    wait_s = write(engine, judge, attempt)
    if wait_s is not None:
        raise TooManyAttempts("signin.too_many_failures", wait_s, wait_s=wait_s)
    return attempt


def _forget_old(engine: sa.Engine, now: datetime) -> None:
    """By their keys, in a transaction of its own: a range locks what others insert, and two of them each other."""
    column = sign_in_attempts.c
    is_old = column.attempted_at < now - WINDOW
    with engine.connect() as connection:
        old = connection.scalars(sa.select(column.id).where(is_old).limit(FORGOTTEN_AT_ONCE)).all()
    if old:
        change(engine, sign_in_attempts.delete().where(column.id.in_(old)))


def succeed(connection: sa.Connection, attempt: Attempt) -> None:
    """Forgets what this person mistyped before, and nothing else of the account or address."""
    connection.execute(
        sign_in_attempts.delete().where(
            sign_in_attempts.c.account == attempt.account,
            sign_in_attempts.c.address == attempt.address,
        )
    )


def network_of(address: str) -> str:
    """An IPv6 customer has a whole /64 to guess from, so that counts as one address."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _wait_s(connection: sa.Connection, attempt: Attempt, now: datetime) -> int | None:
    """Seconds until the strictest limit lets one more attempt through; None if all do now."""
    column = sign_in_attempts.c
    is_account, is_address = column.account == attempt.account, column.address == attempt.address
    waits = [
        _until_free(connection, where, limit, now)
        for where, limit in (
            (sa.and_(is_account, is_address), PER_ACCOUNT_AND_ADDRESS),
            (is_account, PER_ACCOUNT),
            (is_address, PER_ADDRESS),
        )
    ]
    return max((wait for wait in waits if wait is not None), default=None)


def _until_free(
    connection: sa.Connection, where: sa.ColumnElement[bool], limit: int, now: datetime
) -> int | None:
    """`limit` failures are allowed: the one that is `limit` before this attempt must leave the window."""
    moments = connection.scalars(
        sa.select(sign_in_attempts.c.attempted_at)
        .where(where, sign_in_attempts.c.attempted_at >= now - WINDOW)
        .order_by(sign_in_attempts.c.attempted_at.desc())
        .limit(limit + 1)
    ).all()
    if len(moments) <= limit:
        return None
    return max(1, int((moments[-1] + WINDOW - now).total_seconds()) + 1)
