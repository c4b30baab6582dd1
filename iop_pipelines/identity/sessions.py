"""Sessions: every token has a row, so sign-out, a lock or a new role holds on every replica within a second.

A replica remembers what the database said of a token for `RECHECK_S`, counted from before it asked.
"""

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, TimeoutError

from iop_pipelines.domain.moments import wall_clock
from iop_pipelines.errors import NotFound, Unavailable
from iop_pipelines.identity import tokens
from iop_pipelines.identity.accounts import Account
from iop_pipelines.identity.user import User
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import sessions, sign_in_links, users
from iop_pipelines.schema.transactions import write, writes
from iop_pipelines.schema.witness import Witness, unwitnessed
from iop_pipelines.settings import Settings

COOKIE_LIFE = timedelta(hours=12)
TOKEN_LIFE = timedelta(hours=1)
# With the time of one query, below the second that is promised.
RECHECK_S = 0.75
# A token that is in use is asked for again before its callers would have to wait for it.
RENEW_S = RECHECK_S / 2
_MAX_REMEMBERED = 10_000
# Rows of what has ended stay this long, for questions afterwards.
_KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Issued:
    """A new session: its token, and when it ends (naive UTC)."""

    token: str
    user: User
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Known:
    claims: tokens.Claims
    user: User | None
    checked_at: float


class Sessions:
    """Tokens against the database; one a process, safe for many threads."""

    def __init__(
        self,
        engine: sa.Engine,
        *keys: bytes,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """keys: what a token may be signed by; the first signs."""
        self._engine = engine
        self._keys = keys
        self._monotonic = monotonic
        self._known: dict[str, _Known] = {}
        # Of many requests with one token, one asks the database and the others take its answer.
        self._asking = [threading.Lock() for _ in range(64)]

    def start(
        self,
        account: Account,
        origin: str,
        address: str = "",
        life: timedelta = COOKIE_LIFE,
        connection: sa.Connection | None = None,
    ) -> Issued:
        """Writes the session's row and signs its token; in the caller's transaction, if one is given."""
        now = wall_clock()
        session_id = secrets.token_urlsafe(24)
        row = {
            "id": session_id,
            "user_id": account.id,
            "origin": origin,
            "address": address[:64],
            "expires_at": now + life,
        }
        if connection is not None:
            _insert(connection, row, now)
        else:
            write(self._engine, _insert, row, now)
        user = account.user
        token = tokens.encode(self._keys[0], user, session_id, now, now + life)
        return Issued(token, user, now + life)

    def remembered(self, token: str) -> tuple[bool, User | None]:
        """Whether the answer is known without asking the database, and the answer."""
        known = self._known.get(token)
        if known is None or self._monotonic() - known.checked_at > RECHECK_S:
            return False, None
        return True, known.user if time.time() < known.claims.expires_at else None

    def is_due(self, token: str) -> bool:
        """Whether to `renew` what is remembered of a token that was just used."""
        known = self._known.get(token)
        return known is not None and self._monotonic() - known.checked_at > RENEW_S

    def renew(self, token: str) -> User | None:
        """Asks the database, whatever is remembered."""
        with self._asking[hash(token) % len(self._asking)]:
            return self._checked(token)

    def user_of(self, token: str) -> User | None:
        """Raises Unavailable where the database does not answer: nobody is let in on a guess."""
        with self._asking[hash(token) % len(self._asking)]:
            is_known, user = self.remembered(token)
            return user if is_known else self._checked(token)

    def _checked(self, token: str) -> User | None:
        known = self._known.get(token)
        claims = known.claims if known is not None else self._decoded(token)
        if claims is None or time.time() >= claims.expires_at:
            self._known.pop(token, None)
            return None
        asked_at = self._monotonic()
        user = self._ask(claims)
        if len(self._known) >= _MAX_REMEMBERED:
            self._known.clear()
        self._known[token] = _Known(claims, user, asked_at)
        return user

    def id_of(self, token: str) -> str | None:
        """Which session a token is of, by its signature alone."""
        claims = self._decoded(token)
        return claims.session_id if claims is not None else None

    def _decoded(self, token: str) -> tokens.Claims | None:
        found = (tokens.decode(key, token) for key in self._keys)
        return next((claims for claims in found if claims is not None), None)

    def end(self, token: str, connection: sa.Connection) -> None:
        """Signs out; this process forgets the token after the caller's transaction by `forget`."""
        session_id = self.id_of(token)
        if session_id is not None:
            connection.execute(
                sessions.update()
                .where(sessions.c.id == session_id, sessions.c.revoked_at.is_(None))
                .values(revoked_at=wall_clock())
            )

    def forget(self, token: str) -> None:
        self._known.pop(token, None)

    def _ask(self, claims: tokens.Claims) -> User | None:
        query = (
            sa.select(users.c.id, users.c.name, users.c.role)
            .join(sessions, sessions.c.user_id == users.c.id)
            .where(
                sessions.c.id == claims.session_id,
                sessions.c.user_id == claims.user_id,
                sessions.c.revoked_at.is_(None),
                sessions.c.expires_at > wall_clock(),
                sa.not_(users.c.is_disabled),
            )
        )
        try:
            with self._engine.connect() as connection:
                row = connection.execute(query).first()
        except (DBAPIError, TimeoutError) as error:
            raise Unavailable("sessions.unchecked") from error
        return None if row is None else User(row.id, row.name, row.role, claims.session_id)


@lru_cache(maxsize=8)
def sessions_of(settings: Settings) -> Sessions:
    """One for all parts of a process, so that a sign-out holds at once where it was asked for.

    Raises MisconfiguredInstance for a signing key that cannot be used.
    """
    return Sessions(engine_for(settings.database_url), *tokens.accepted_keys(settings))


@dataclass(frozen=True, slots=True)
class OpenSession:
    id: str
    origin: str
    address: str
    created_at: datetime
    expires_at: datetime


MAX_LISTED = 1000


def sessions_of_user(engine: sa.Engine, user_id: int) -> list[OpenSession]:
    """Those that have not ended, newest first; at most MAX_LISTED."""
    query = (
        sa.select(*(sessions.c[name] for name in OpenSession.__dataclass_fields__))
        .where(*_is_open(user_id))
        .order_by(sessions.c.created_at.desc(), sessions.c.expires_at.desc(), sessions.c.id)
        .limit(MAX_LISTED)
    )
    with engine.connect() as connection:
        return [OpenSession(*row) for row in connection.execute(query)]


@writes
def end_session(
    connection: sa.Connection, user_id: int, session_id: str, witness: Witness = unwitnessed
) -> None:
    """Raises NotFound for a session that has ended, or is somebody else's."""
    if not _end(connection, user_id, sessions.c.id == session_id):
        raise NotFound("session.not_yours")
    witness(connection, {"sessions": 1}, None)


@writes
def end_others(
    connection: sa.Connection, user_id: int, session_id: str, witness: Witness = unwitnessed
) -> int:
    """Ends all sessions of an account but this one; how many."""
    count = _end(connection, user_id, sessions.c.id != session_id)
    witness(connection, {"sessions": count + 1}, {"sessions": 1})
    return count


def _end(connection: sa.Connection, user_id: int, which: sa.ColumnElement[bool]) -> int:
    statement = sessions.update().where(*_is_open(user_id), which)
    return connection.execute(statement.values(revoked_at=wall_clock())).rowcount


def _is_open(user_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    column = sessions.c
    return (
        column.user_id == user_id,
        column.revoked_at.is_(None),
        column.expires_at > wall_clock(),
    )


def _insert(connection: sa.Connection, row: Mapping[str, object], now: datetime) -> None:
    prune(connection, now)
    connection.execute(sessions.insert().values(**row))


def prune(connection: sa.Connection, now: datetime) -> None:
    """Removes the sessions and links that ended a while ago."""
    for table in (sessions, sign_in_links):
        connection.execute(table.delete().where(table.c.expires_at < now - _KEPT))
