"""What libraries read anew for each use, and of which the tests make very many: here a process reads it once.

An instance of Dagster's in memory reads all its migrations twice, 33 of its 44 ms of processors; a client of httpx all
certificates of the system, 29 ms, though what the tests ask is not encrypted.
"""

import os
import ssl
from functools import cache
from typing import Any

import httpx._transports.default as httpx_transports
from alembic.config import Config
from alembic.script import ScriptDirectory
from dagster._core.storage.sql import ALEMBIC_SCRIPTS_LOCATION

_read_scripts = ScriptDirectory.from_config
_make_context = httpx_transports.create_ssl_context


@cache
def _dagsters() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", ALEMBIC_SCRIPTS_LOCATION)
    return _read_scripts(config)


def _scripts(config: Config) -> ScriptDirectory:
    """The files of an installed library do not change; ours, and those that a test makes, are read as ever."""
    is_dagsters = config.get_main_option("script_location") == ALEMBIC_SCRIPTS_LOCATION
    return _dagsters() if is_dagsters else _read_scripts(config)


@cache
def _usual(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    """Checks certificates by the system's own, or by those that the environment names."""
    return _make_context()


def _context(verify: Any = True, cert: Any = None, trust_env: bool = True) -> ssl.SSLContext:
    if verify is True and cert is None and trust_env:
        return _usual(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    return _make_context(verify, cert, trust_env)


def keep_what_is_read() -> None:
    ScriptDirectory.from_config = _scripts  # pyright: ignore[reportAttributeAccessIssue]
    httpx_transports.create_ssl_context = _context
