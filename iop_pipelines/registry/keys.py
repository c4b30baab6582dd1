"""Dagster partition keys of what is registered; the id in front makes them unique, the rest is for people.

Dagster's unique index on MySQL covers 64 characters under the database's collation, so a key is
lower-case ASCII, at most 64 characters, and two names that differ by case or accent differ by id.
"""

import re
import unicodedata

from iop_pipelines.errors import InvalidInput

MAX_LENGTH = 64
_KEY = re.compile(r"([1-9][0-9]*)\.[a-z0-9._@-]+")


def model_key(model_id: int, name: str, version: str) -> str:
    """`{id}.{slug}@{version}`; the slug gives way where all three do not fit."""
    return _fit(f"{model_id}.", name, f"@{version.lower()}")


def key(row_id: int, name: str) -> str:
    """`{id}.{slug}` of a template or a dataset."""
    return _fit(f"{row_id}.", name, "")


def id_of(partition_key: str) -> int:
    """The id that `partition_key` begins with; raises InvalidInput for what is no key of ours."""
    match = _KEY.fullmatch(partition_key)
    if match is None or len(partition_key) > MAX_LENGTH:
        raise InvalidInput("partition_key.wrong_form", key=partition_key)
    return int(match.group(1))


def slug(name: str) -> str:
    """`name` in [a-z0-9-]; `unnamed` where nothing of it can be written so."""
    ascii_ = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_).strip("-") or "unnamed"


def _fit(head: str, name: str, tail: str) -> str:
    room = max(MAX_LENGTH - len(head) - len(tail), 1)
    return (head + slug(name)[:room].rstrip("-") + tail)[:MAX_LENGTH]
