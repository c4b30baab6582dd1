"""Session tokens: JWT, HS256 and nothing else, with `exp`, `iat`, `sub` and `jti` required.

A token says which account and which session; whether they still hold is the database's to say
(sessions.py). The role in it is for the client to read, and is never trusted here.
"""

import os
import re
import secrets
import stat
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt

from iop_pipelines.errors import MisconfiguredInstance
from iop_pipelines.identity.user import User
from iop_pipelines.settings import Settings

ALGORITHM = "HS256"
# Tokens for other purposes under the same key have another issuer.
SESSION_ISSUER = "iop"
MIN_KEY_BYTES = 32
KEY_FILE = "secret.key"
_MAX_TOKEN_LENGTH = 4096
# A replica's clock may be this far behind the one that issued the token.
_CLOCK_SKEW_S = 60
# What examples and templates hold where a key belongs.
_KNOWN_DEFAULT = re.compile(
    r"changeme|changethis|replaceme|secret|password|insecure|placeholder|example"
    r"|defaultkey|development|0123456789|abcdefgh|testkey"
)
# Of 16 random bytes in hexadecimal one in ten thousand has fewer.
_MIN_DISTINCT_BYTES = 10
_COMMAND = "openssl rand -base64 32"


@dataclass(frozen=True, slots=True)
class Claims:
    user_id: int
    session_id: str
    expires_at: float


def signing_key(settings: Settings) -> bytes:
    """`IOP_SECRET_KEY`; an embedded instance without one makes its own once, readable by its owner only.

    Raises:
        MisconfiguredInstance: a server database without a key, a known or short key, or a key file
            that others can read.
    """
    if settings.secret_key is not None:
        return _checked(settings.secret_key.strip(), "IOP_SECRET_KEY")
    if not settings.is_embedded:
        raise MisconfiguredInstance("secret_key.not_set", command=_COMMAND)
    return _own_key(settings.home / KEY_FILE)


def accepted_keys(settings: Settings) -> tuple[bytes, ...]:
    """What a signature may be by: the key that signs, and while keys are changed `IOP_SECRET_KEY_ALSO`.

    Raises MisconfiguredInstance as `signing_key`, for either.
    """
    key = signing_key(settings)
    if settings.secret_key_also is None:
        return (key,)
    return (key, _checked(settings.secret_key_also.strip(), "IOP_SECRET_KEY_ALSO"))


def check_key(settings: Settings) -> None:
    """What `accepted_keys` would say, without making a key."""
    is_made_later = settings.secret_key is None and settings.is_embedded
    if not is_made_later or (settings.home / KEY_FILE).exists():
        accepted_keys(settings)


def encode(
    key: bytes, user: User, session_id: str, issued_at: datetime, expires_at: datetime
) -> str:
    """Both moments naive UTC."""
    return jwt.encode(
        {
            "iss": SESSION_ISSUER,
            "sub": str(user.id),
            "name": user.name,
            "role": user.role.value,
            "iat": _seconds(issued_at),
            "exp": _seconds(expires_at),
            "jti": session_id,
        },
        key,
        algorithm=ALGORITHM,
    )


def decode(key: bytes, token: str) -> Claims | None:
    """None for whatever is no token of ours, or no longer one."""
    found = verified_claims(key, token, SESSION_ISSUER, ("exp", "iat", "sub", "jti"))
    if found is None or not re.fullmatch(r"[0-9]{1,9}", found["sub"]):
        return None
    return Claims(int(found["sub"]), found["jti"], float(found["exp"]))


def verified_claims(
    key: bytes, token: str, issuer: str, required: tuple[str, ...]
) -> dict[str, Any] | None:
    if len(token) > _MAX_TOKEN_LENGTH:
        return None
    try:
        found: dict[str, Any] = jwt.decode(
            token,
            key,
            # The one line that keeps `none` and keys taken for another algorithm out.
            algorithms=[ALGORITHM],
            issuer=issuer,
            # iat is looked at below, with the skew that exp must not have.
            options={"require": ["iss", *required], "verify_iat": False},
        )
        issued_at = float(found["iat"])
    except (jwt.InvalidTokenError, TypeError, ValueError, OverflowError):
        return None
    return found if issued_at <= time.time() + _CLOCK_SKEW_S else None


def _seconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp())


def _checked(key: str, where: str) -> bytes:
    encoded = key.encode()
    if len(encoded) < MIN_KEY_BYTES:
        raise MisconfiguredInstance(
            "secret_key.too_short",
            where=where,
            count=len(encoded),
            least=MIN_KEY_BYTES,
            command=_COMMAND,
        )
    plain = re.sub(r"[^a-z0-9]", "", key.lower())
    if _KNOWN_DEFAULT.search(plain) or len(set(encoded)) < _MIN_DISTINCT_BYTES:
        raise MisconfiguredInstance("secret_key.can_be_guessed", where=where, command=_COMMAND)
    if _is_repetition(encoded):
        raise MisconfiguredInstance("secret_key.repeats", where=where, command=_COMMAND)
    return encoded


def _is_repetition(key: bytes) -> bool:
    """Of a piece of at most half its length, the last one cut where it ends."""
    return any(key[n:] == key[:-n] for n in range(1, len(key) // 2 + 1))


def _own_key(path: Path) -> bytes:
    if not path.exists():
        _make_key(path)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise MisconfiguredInstance("secret_key.readable_by_others", path=path, mode=mode)
    return _checked(path.read_text(encoding="ascii").strip(), str(path))


def _make_key(path: Path) -> None:
    """Whole or not at all: of processes that start at once, all read the key of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
        with suppress(FileExistsError):
            os.link(partial, path)
    finally:
        partial.unlink()
