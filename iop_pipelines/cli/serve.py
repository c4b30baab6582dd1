"""`iop serve PART`: this process becomes one part of an instance whose parts run on several machines."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import click
import sqlalchemy as sa

from iop_pipelines.cli.console import command
from iop_pipelines.errors import MisconfiguredInstance
from iop_pipelines.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from iop_pipelines.orchestration.parts import Address, Command

HOST = "127.0.0.1"
API_PORT, CODE_PORT = 3000, 4000


@click.group()
def serve() -> None:
    """Be one part of an instance on several machines, such as a container.

    All parts share one database (DATABASE_URL), one broker (IOP_BROKER_URL) and one place for files
    (IOP_STORAGE_URL). `iop up` runs all of them on one machine instead; `iop migrate` comes first.
    """


class _AddressType(click.ParamType):
    name = "HOST:PORT"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> "Address":
        from iop_pipelines.orchestration.parts import Address

        host, _, port = str(value).rpartition(":")
        if not host or not port.isdecimal() or not 1 <= int(port) <= 65_535:
            self.fail(f"{value!r} is no HOST:PORT, such as iop-code-server:{CODE_PORT}", param, ctx)
        return Address(host, int(port))


def _listens(port: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        at = click.option(
            "--host", default=HOST, show_default=True, help="Address to listen at; 0.0.0.0: all."
        )
        on = click.option(
            "--port",
            type=click.IntRange(1, 65_535),
            default=port,
            show_default=True,
            help="Port to listen at.",
        )
        return at(on(function))

    return decorate


_asks_code_server = click.option(
    "--code-server", type=_AddressType(), help="Where `iop serve code-server` listens."
)


@command(serve)
@_listens(API_PORT)
@_asks_code_server
@click.option(
    "--drain-delay",
    type=click.FloatRange(0, 600),
    default=1.0,
    show_default=True,
    help="Seconds from SIGTERM, when health fails, to the closing of the port.",
)
def api(
    settings: Settings,
    as_json: bool,
    *,
    host: str,
    port: int,
    code_server: "Address | None",
    drain_delay: float,
) -> None:
    """The web app, the API and Dagster's UI; any number."""
    from iop_pipelines.orchestration import parts

    _become(
        settings,
        lambda workspace: parts.api(parts.Address(host, port), workspace, drain_delay),
        _Asks(code_server),
        signs_in=True,
    )


@command(serve, "code-server")
@_listens(CODE_PORT)
def code_server(settings: Settings, as_json: bool, host: str, port: int) -> None:
    """Dagster's definitions, for the daemon and the API; one.

    It asks nobody to sign in: let nothing but the daemon and the API reach its port.
    """
    from iop_pipelines.orchestration import parts

    _become(settings, lambda _: parts.code_server(parts.Address(host, port)))


@command(serve)
@_asks_code_server
def daemon(settings: Settings, as_json: bool, code_server: "Address | None") -> None:
    """Sensors and schedules; exactly one."""
    from iop_pipelines.orchestration import parts

    _become(settings, parts.daemon, _Asks(code_server))


@command(serve)
@click.argument("name", default="w1")
def worker(settings: Settings, as_json: bool, name: str) -> None:
    """A warm worker, which takes one run at a time; any number."""
    from iop_pipelines.orchestration import parts

    _become(settings, lambda _: parts.worker(name))


@command(serve)
def events(settings: Settings, as_json: bool) -> None:
    """The event bus, both ways; one.

    It takes DRM's events and sends IOP's, at the broker that IOP_EVENT_BROKER_URL names.
    """
    from iop_pipelines.orchestration import parts

    _become(settings, lambda _: parts.events())


@command(serve, "drm-copy")
def drm_copy(settings: Settings, as_json: bool) -> None:
    """The copy of what DRM's API gives; one.

    For a DRM that is reached over HTTP (IOP_DRM_API_URL) and shares no database.
    """
    from iop_pipelines.orchestration import parts

    _become(settings, lambda _: parts.drm_copy())


@dataclass(frozen=True)
class _Asks:
    """Of a part that asks the code server: where that is, if it was said."""

    code_server: "Address | None"


def _become(
    settings: Settings,
    command_of: "Callable[[Path], Command]",
    asks: _Asks | None = None,
    *,
    signs_in: bool = False,
) -> NoReturn:
    """Replaces this process, so that signals reach the part itself.

    Args:
        command_of: given the workspace, which only a part that `asks` has.

    Raises:
        MisconfiguredInstance: the database or the broker is this machine's alone, or nothing says where the code
            server is.
    """
    if settings.is_embedded:
        url = sa.make_url(settings.database_url).render_as_string()
        raise MisconfiguredInstance("serve.needs_server", url=url)
    if settings.broker_url is None:
        raise MisconfiguredInstance("serve.needs_broker")
    from iop_pipelines.cli.instance import open_home
    from iop_pipelines.orchestration.instance import own_file
    from iop_pipelines.orchestration.parts import write_workspace
    from iop_pipelines.orchestration.supervisor import instance_environment, write_dagster_home

    own = own_file(settings, "workspace.yaml")
    said = asks.code_server if asks else None
    if asks is not None and said is None and own is None:
        raise MisconfiguredInstance("serve.needs_code_server")
    open_home(settings, signs_in=signs_in)
    write_dagster_home(settings)
    workspace = own if own is not None and said is None else settings.home / "workspace.yaml"
    if said is not None:
        write_workspace(workspace, said)
    os.chdir(settings.home)
    words = [sys.executable, "-m", *command_of(workspace)]
    os.execvpe(sys.executable, words, instance_environment(settings))  # noqa: S606  a part, no shell


commands = {"serve": serve}
