"""Accounts: who may sign in, as what. Names are lower case; a change of account is in the audit trail.

The account decides, not the token: a role, a password or a lock set here holds for tokens that are
out already, within the second that sessions.py may remember an answer.
"""

import itertools
import re
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import argon2
import sqlalchemy as sa
from argon2.exceptions import InvalidHashError, VerificationError

from iop_pipelines.audit import trail
from iop_pipelines.audit.trail import Actor
from iop_pipelines.domain.moments import wall_clock
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.errors import Conflict, InvalidInput, NotFound
from iop_pipelines.identity.user import User
from iop_pipelines.schema.engine import Record
from iop_pipelines.schema.tables import sessions, users
from iop_pipelines.schema.transactions import change, write, writes

MIN_PASSWORD_LENGTH = 12
# argon2 reads all of it.
MAX_PASSWORD_LENGTH = 1024
# What guessers try first, in the languages of the web app and along its keyboards.
_COMMON_WORDS = frozenset(
    {
        *(
            "password",
            "passwords",
            "passwordpassword",
            "admin",
            "administrator",
            "welcome",
            "letmein",
        ),
        *("changeme", "iloveyou", "monkey", "dragon", "football", "sunshine", "princess", "secret"),
        *("qwerty", "qwertyuiop", "qwertyuiopasdfghjkl", "asdfghjkl", "zxcvbnm", "abcdefghijkl"),
        *(
            "motdepasse",
            "bonjour",
            "azerty",
            "azertyuiop",
            "qsdfghjklm",
            "soleil",
            "loulou",
            "doudou",
        ),
    }
)
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._@+~-]{0,126}[a-z0-9])?")

# OWASP's first choice of argon2id parameters: 19 MiB, two passes, some 20 ms.
_HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Many sign-ins at once must not take the memory of the service.
_HASHING = threading.BoundedSemaphore(4)


@dataclass(frozen=True, slots=True)
class Account:
    """A row of `users` without its password's hash."""

    id: int
    name: str
    role: Role
    is_disabled: bool
    has_password: bool
    oidc_issuer: str | None
    created_at: datetime

    @property
    def user(self) -> User:
        return User(self.id, self.name, self.role)


def add_user(
    engine: sa.Engine, name: str, role: Role, by: Actor, password: str | None = None
) -> Account:
    """Raises InvalidInput for a name or password that is not allowed, Conflict for a name that is taken."""
    hashed = None if password is None else _hashed(_checked_password(password, _checked_name(name)))

    def work(connection: sa.Connection) -> Account:
        return insert_user(connection, name, role, by, hashed)

    return write(engine, work)


def insert_user(
    connection: sa.Connection, name: str, role: Role, by: Actor, hashed: str | None = None
) -> Account:
    """As `add_user`, in the caller's transaction."""
    name = _checked_name(name)
    if _row(connection, users.c.name == name) is not None:
        raise Conflict("user.exists", name=name)
    return _inserted(connection, name, role, by, hashed)


def _inserted(
    connection: sa.Connection, name: str, role: Role, by: Actor, hashed: str | None = None
) -> Account:
    connection.execute(users.insert().values(name=name, role=role, password_hash=hashed))
    account = _account(_existing(connection, name))
    trail.record(connection, by, "users.create", None, _shown(account))
    return account


def list_users(
    engine: sa.Engine, limit: int = 1000, cursor: int | None = None, q: str | None = None
) -> list[Account]:
    """Newest first; `cursor` is the last id seen, `q` is looked for in their names."""
    query = sa.select(users).order_by(users.c.id.desc()).limit(limit)
    if cursor is not None:
        query = query.where(users.c.id < cursor)
    if q is not None:
        query = query.where(users.c.name.icontains(q, autoescape=True))
    with engine.connect() as connection:
        return [_account(row) for row in connection.execute(query)]


def names_of_admins(engine: sa.Engine, limit: int) -> list[str]:
    """Of those who can sign in, by name."""
    is_admin = sa.and_(users.c.role == Role.ADMIN, users.c.is_disabled.is_(False))
    query = sa.select(users.c.name).where(is_admin).order_by(users.c.name).limit(limit)
    with engine.connect() as connection:
        return list(connection.scalars(query))


def account(engine: sa.Engine, name_or_id: str | int) -> Account:
    with engine.connect() as connection:
        return _account(_existing(connection, name_or_id))


def update_user(
    engine: sa.Engine,
    name_or_id: str | int,
    by: Actor,
    *,
    role: Role | None = None,
    is_disabled: bool | None = None,
) -> Account:
    """What is None stays. A disabled account cannot sign in, and its tokens end.

    Raises Conflict where no admin would be left.
    """
    given = {"role": role, "is_disabled": is_disabled}
    values = {name: value for name, value in given.items() if value is not None}

    def work(connection: sa.Connection) -> Account:
        if is_disabled or role not in (None, Role.ADMIN):
            before = _account_that_may_go(connection, name_or_id)
        else:
            before = _account(_existing(connection, name_or_id, for_update=True))
        ended = end_sessions(connection, before.id, wall_clock()) if is_disabled else 0
        return _change(connection, before, by, "users.update", values, sessions_ended=ended)

    return write(engine, work)


def set_password(engine: sa.Engine, name_or_id: str | int, password: str, by: Actor) -> Account:
    """Ends all sessions and tokens of the account: who knew the former password is out."""
    found = account(engine, name_or_id)
    hashed = _hashed(_checked_password(password, found.name))

    def work(connection: sa.Connection) -> Account:
        before = _account(_existing(connection, found.id, for_update=True))
        ended = end_sessions(connection, before.id, wall_clock())
        values = {"password_hash": hashed}
        return _change(connection, before, by, "users.setPassword", values, sessions_ended=ended)

    return write(engine, work)


def change_own_password(
    engine: sa.Engine, user: User, password: str, by: Actor, kept_session: str | None
) -> None:
    """As `set_password`, for who has said the present one; all sessions end but `kept_session`."""
    hashed = _hashed(_checked_password(password, user.name, "new"))

    def work(connection: sa.Connection) -> None:
        before = _account(_existing(connection, user.id, for_update=True))
        ended = end_sessions(connection, before.id, wall_clock(), kept_session)
        values = {"password_hash": hashed}
        _change(connection, before, by, "auth.changePassword", values, sessions_ended=ended)

    write(engine, work)


def end_sessions(
    connection: sa.Connection, user_id: int, now: datetime, kept_session: str | None = None
) -> int:
    """Signs an account out everywhere, bearer tokens too; gives how many ended."""
    ending = sa.and_(sessions.c.user_id == user_id, sessions.c.revoked_at.is_(None))
    if kept_session is not None:
        ending &= sessions.c.id != kept_session
    return connection.execute(sessions.update().where(ending).values(revoked_at=now)).rowcount


def verified(engine: sa.Engine, name: str, password: str) -> Account | None:
    """The account, if that is its password and it may sign in; a wrong name takes as long as a wrong password."""
    with engine.connect() as connection:
        row = _row(connection, users.c.name == name.lower())
    stored: str | None = row.password_hash if row is not None else None
    is_right = len(password) <= MAX_PASSWORD_LENGTH and _matches(
        stored or _nobodys_hash(), password
    )
    if row is None or stored is None or not is_right or row.is_disabled:
        return None
    if _HASHER.check_needs_rehash(stored):
        renewed = _hashed(password)
        is_unchanged = sa.and_(users.c.id == row.id, users.c.password_hash == stored)
        change(engine, users.update().where(is_unchanged).values(password_hash=renewed))
    return _account(row)


def account_of_role(engine: sa.Engine, role: Role, by: Actor) -> Account:
    """The account named as the role, for links to sign in by; made without a password if it is absent.

    Raises Conflict where that name has another role or is disabled.
    """

    def work(connection: sa.Connection) -> Account:
        # Read here too: another process may have made it since. Where one makes it between this look and
        # the insert, the insert is lost, and the next look finds it.
        row = _row(connection, users.c.name == role.value)
        return _inserted(connection, role.value, role, by) if row is None else _account(row)

    with engine.connect() as connection:
        row = _row(connection, users.c.name == role.value)
    found = write(engine, work) if row is None else _account(row)
    if found.is_disabled:
        raise Conflict("user.is_disabled", name=found.name)
    if found.role is not role:
        raise Conflict("user.of_other_role", name=found.name, role=found.role)
    return found


@writes
def signed_in_by_provider(
    connection: sa.Connection,
    issuer: str,
    subject: str,
    *,
    wished_name: str,
    role: Role,
    by_address: str,
) -> Account:
    """The account of a provider's subject, made at its first sign-in; its role follows the provider.

    A name that another account has gets a suffix: a provider cannot take an account over by a name.
    """
    known = sa.and_(users.c.oidc_issuer == issuer, users.c.oidc_subject == subject)
    row = _row(connection, known, for_update=True)
    if row is None:
        name = _free_name(connection, wished_name)
        connection.execute(
            users.insert().values(name=name, role=role, oidc_issuer=issuer, oidc_subject=subject)
        )
        made = _account(_existing(connection, name))
        by = made.user.acting(address=by_address)
        trail.record(connection, by, "users.create", None, _shown(made))
        return made
    found = _account(row)
    if found.role is role or found.is_disabled:
        return found
    by = found.user.acting(address=by_address)
    return _change(connection, found, by, "users.update", {"role": role})


def _change(
    connection: sa.Connection,
    before: Account,
    by: Actor,
    procedure: str,
    values: Mapping[str, object],
    *,
    sessions_ended: int = 0,
) -> Account:
    if values:
        connection.execute(users.update().where(users.c.id == before.id).values(**values))
    after = _account(_existing(connection, before.id))
    told = {**_shown(after), "sessions_ended": sessions_ended}
    trail.record(connection, by, procedure, _shown(before), told)
    return after


def _account_that_may_go(connection: sa.Connection, name_or_id: str | int) -> Account:
    """The account, unless it is the last admin who can sign in.

    All admins are locked before any account, in one order: two who demote each other at once
    wait for one another, and the second is refused.
    """
    is_admin = sa.and_(users.c.role == Role.ADMIN, sa.not_(users.c.is_disabled))
    admins = connection.scalars(
        sa.select(users.c.id).where(is_admin).order_by(users.c.id).with_for_update()
    ).all()
    leaving = _account(_existing(connection, name_or_id, for_update=True))
    if list(admins) == [leaving.id]:
        raise Conflict("user.last_admin", name=leaving.name)
    return leaving


def _row(
    connection: sa.Connection, where: sa.ColumnElement[bool], for_update: bool = False
) -> Record | None:
    query = sa.select(users).where(where)
    return connection.execute(query.with_for_update() if for_update else query).first()


def _existing(connection: sa.Connection, name_or_id: str | int, for_update: bool = False) -> Record:
    is_id = isinstance(name_or_id, int)
    where = users.c.id == name_or_id if is_id else users.c.name == str(name_or_id).lower()
    row = _row(connection, where, for_update)
    if row is None:
        if is_id:
            raise NotFound("user.no_such_id", id=name_or_id)
        raise NotFound("user.no_such_name", name=name_or_id)
    return row


def _account(row: Record) -> Account:
    return Account(
        id=row.id,
        name=row.name,
        role=row.role,
        is_disabled=row.is_disabled,
        has_password=row.password_hash is not None,
        oidc_issuer=row.oidc_issuer,
        created_at=row.created_at,
    )


def _shown(account: Account) -> dict[str, object]:
    return {
        "id": account.id,
        "name": account.name,
        "role": account.role,
        "is_disabled": account.is_disabled,
    }


def _free_name(connection: sa.Connection, wished: str) -> str:
    plain = re.sub(r"[^a-z0-9._@+-]", "-", wished.lower()).strip("._@+-")[:100].rstrip("._@+-")
    wished = plain or "user"
    alike = users.c.name.startswith(wished, autoescape=True)
    taken = set(connection.scalars(sa.select(users.c.name).where(alike)))
    candidates = (f"{wished}~{number}" for number in itertools.count(2))
    return next(name for name in itertools.chain([wished], candidates) if name not in taken)


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            "user.bad_name",
            "name",
            name=name,
        )
    return name


def _checked_password(password: str, name: str, field: str = "password") -> str:
    if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        raise InvalidInput(
            "password.wrong_length",
            field,
            least=MIN_PASSWORD_LENGTH,
            most=MAX_PASSWORD_LENGTH,
            count=len(password),
        )
    # Without what is put around a common word to make it long enough.
    core = re.sub(r"[^a-z]", "", password.lower())
    if len(set(password)) < 5 or name in password.lower() or core in _COMMON_WORDS:
        raise InvalidInput("password.too_easy", field)
    return password


def _hashed(password: str) -> str:
    with _HASHING:
        return _HASHER.hash(password)


def _matches(hashed: str, password: str) -> bool:
    with _HASHING:
        try:
            return _HASHER.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    """What a password is compared with where there is none; it matches nothing that anybody knows."""
    return _hashed(secrets.token_hex(32))
