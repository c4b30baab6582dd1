"""URLs of sources: how they are shown, and what of them is a secret that is written nowhere."""

import os
import re
from dataclasses import replace
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from iop_pipelines.errors import InvalidInput, MisconfiguredInstance
from iop_pipelines.intake.sources import SourceSpec

_SECRET_WORDS = re.compile(
    r"pass|pwd|token|secret|signature|(?:^|[^a-z])sig(?:$|[^a-z])|credential|api.?key|access.?key|auth",
    re.IGNORECASE,
)
_REFERENCE = "env:"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def shown(where: str) -> str:
    """A URL without its password and without what follows its path; what is no URL as it is."""
    if "://" not in where:
        return where
    parts = urlsplit(where)
    user, sign, host = parts.netloc.rpartition("@")
    netloc = f"{user.partition(':')[0]}{sign}{host}"
    return urlunsplit((parts.scheme, netloc, parts.path, "", ""))


def has_secret(where: str) -> bool:
    if "://" not in where:
        return False
    parts = urlsplit(where)
    user = parts.netloc.rpartition("@")[0]
    is_signed_in = bool(user.partition(":")[2]) or (bool(user) and parts.scheme.startswith("http"))
    return is_signed_in or any(
        _SECRET_WORDS.search(name) for name, _ in parse_qsl(parts.query, keep_blank_values=True)
    )


def with_reference(spec: SourceSpec, name: str) -> SourceSpec:
    """As it may be written: a URL with a secret in it is named by a variable of the environment instead.

    name: of the dataset, of which the variable's name is made.
    """
    if not has_secret(spec.where):
        return spec
    return replace(spec, where=f"{_REFERENCE}IOP_SOURCE_{name.upper()}")


def resolved(spec: SourceSpec) -> SourceSpec:
    """With the URL that a reference such as `env:SALES_URL` stands for.

    Raises:
        InvalidInput: what follows `env:` is no name of a variable.
        MisconfiguredInstance: the environment has no such variable.
    """
    if not spec.where.startswith(_REFERENCE):
        return spec
    name = spec.where.removeprefix(_REFERENCE)
    if not _NAME.fullmatch(name):
        raise InvalidInput("intake.wrong_reference", reference=spec.where)
    found = os.environ.get(name)
    if not found:
        raise MisconfiguredInstance("intake.no_variable", name=name)
    return replace(spec, where=found)


def last_part(where: str, otherwise: str) -> str:
    """The name of the file that a URL names."""
    return unquote(urlsplit(where).path.rstrip("/").rpartition("/")[2]) or otherwise
