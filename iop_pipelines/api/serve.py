"""Runs the API and Dagster's UI on one port: `python -m iop_pipelines.api.serve --port 3000`.

On SIGTERM health fails first, so that no more requests are sent here; then the port is closed, what is
in flight is finished within a bound, and the process ends.
"""

import argparse
import asyncio
import gc
import logging
import signal
import socket
import sys
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

import dagster as dg
import uvicorn
from starlette.applications import Starlette

from iop_pipelines.api.app import create_app
from iop_pipelines.api.dagster_ui.requests import MAX_GRAPHQL_BYTES
from iop_pipelines.api.dagster_ui.ui import DagsterUi
from iop_pipelines.api.lifecycle import Lifecycle
from iop_pipelines.api.slow_clients import Patience, protocol_with
from iop_pipelines.orchestration.launch import dagster_instance
from iop_pipelines.settings import Settings
from iop_pipelines.tracing import logs

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
PORT = 3000
# Long enough for a probe that asks every second to see health fail; a cluster sets more.
DRAIN_DELAY_S = 1.0
DRAIN_LIMIT_S = 10
KEEP_ALIVE_S = 30
BACKLOG = 2048
# A thread that reads rows gives the interpreter away at each row, and waits this long to have it back from
# the event loop; of Python's 5 ms a reading of 50 rows took up to 0.25 s while many were being answered.
SWITCH_S = 0.001


class DrainingServer(uvicorn.Server):
    """Uvicorn closes its port the moment it is told to stop; this one says so first."""

    def __init__(self, config: uvicorn.Config, lifecycle: Lifecycle, delay_s: float) -> None:
        super().__init__(config)
        self._lifecycle = lifecycle
        self._delay_s = delay_s
        self._is_told = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._freezing: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        sys.setswitchinterval(SWITCH_S)
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self._freezing = asyncio.create_task(self._freeze())

    async def _freeze(self) -> None:
        """What is loaded by now stays: walking it in search of garbage stops all requests for 0.2 s each time."""
        await self._lifecycle.wait_until_started()
        gc.collect()
        gc.freeze()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A second signal ends the wait."""
        if self._is_told or self._loop is None:
            super().handle_exit(sig, frame)
            return
        self._is_told = True
        self._loop.call_soon_threadsafe(self._begin_drain, sig)

    def _begin_drain(self, sig: int) -> None:
        log.info("draining", extra={"fields": {"signal": signal.Signals(sig).name}})
        self._lifecycle.begin_drain()
        asyncio.get_running_loop().call_later(self._delay_s, super().handle_exit, sig, None)


def server_of(
    app: Starlette,
    port: int,
    delay_s: float = DRAIN_DELAY_S,
    patience: Patience | None = None,
    *,
    host: str = HOST,
) -> DrainingServer:
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=protocol_with(patience or Patience()),
        ws="websockets-sansio",
        ws_max_size=MAX_GRAPHQL_BYTES,
        access_log=False,
        log_config=None,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=DRAIN_LIMIT_S,
        lifespan="on",
    )
    return DrainingServer(config, app.state.lifecycle, delay_s)


def dagster_ui_of(settings: Settings, workspace: Path) -> DagsterUi:
    def open_instance(stack: ExitStack) -> dg.DagsterInstance:
        return stack.enter_context(dagster_instance(settings))

    return DagsterUi(open_instance, workspace)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m iop_pipelines.api.serve")
    parser.add_argument("--host", default=HOST)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--workspace", type=Path, help="without it there is no /dagster")
    parser.add_argument("--drain-delay", type=float, default=DRAIN_DELAY_S, metavar="SECONDS")
    options = parser.parse_args(arguments)
    logs.configure()
    settings = Settings.from_env()
    ui = dagster_ui_of(settings, options.workspace) if options.workspace else None
    app = create_app(settings, dagster_ui=ui)
    log.info("serving", extra={"fields": {"url": f"http://{options.host}:{options.port}"}})
    server_of(app, options.port, options.drain_delay, host=options.host).run()


if __name__ == "__main__":
    main(sys.argv[1:])
