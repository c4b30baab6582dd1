"""URLs of sources: how they are shown, and what of them is a secret that is written nowhere."""

import os
import re
from dataclasses import replace
from urllib.parse import parse_qsl, unquote, urlsplit

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
    scheme, _, rest = where.partition("://")
    rest = re.split(r"[?#]", rest)[0]
    # The password of a database may have a slash in it that should have been written as %2F.
    before, slash, path = ("", "", rest) if "@" not in rest else _parted(scheme, rest)
    user, sign, host = before.rpartition("@")
    return f"{scheme}://{user.partition(':')[0]}{sign}{host}{slash}{path}"


def _parted(scheme: str, rest: str) -> tuple[str, str, str]:
    """What has the user in it, and the path."""
    if scheme.startswith(("http", "s3")):
        return rest.partition("/")
    user, sign, place = rest.rpartition("@")
    host, slash, path = place.partition("/")
    return f"{user}{sign}{host}", slash, path


def has_secret(where: str) -> bool:
    if "://" not in where:
        return False
    scheme, _, rest = where.partition("://")
    rest, _, query = rest.partition("?")
    user = _parted(scheme, rest)[0].rpartition("@")[0] if "@" in rest else ""
    # The user of a web address can be a token by itself.
    is_signed_in = ":" in user or (bool(user) and scheme.startswith("http"))
    names = [name for name, _ in parse_qsl(query, keep_blank_values=True)]
    return is_signed_in or any(map(_SECRET_WORDS.search, names))


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
