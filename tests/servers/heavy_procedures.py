"""Procedures whose readings can be held, broken and counted from outside, for tests of the readers."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import Field

from iop_pipelines.api.context import Context
from iop_pipelines.api.registry import Heavy, Keeping, Kind, Registry, Shape
from iop_pipelines.errors import NotFound

DEADLINE_S = 60


class Given(Shape):
    """A reading notes its `name` in `folder` when it begins, and ends once there is `name.go`."""

    folder: str
    name: str = "x"
    how: str = "wait"
    life_s: float = 0
    size: int = Field(default=1, ge=0)


def build() -> Registry:
    registry = Registry()

    @registry.procedure("light.echo", Kind.QUERY, "Answers at once.")
    def echo(ctx: Context, given: Given) -> str:
        return given.name

    @registry.procedure("heavy.read", Kind.QUERY, "Does as asked.", heavy=Heavy(_keeping))
    def read(ctx: Context, given: Given) -> dict[str, Any]:
        begun = Path(given.folder, f"{given.name}.{time.monotonic_ns()}.begun")
        begun.write_text(str(os.getpid()))
        match given.how:
            case "wait":
                _wait(Path(given.folder, f"{given.name}.go"))
            case "die" if not Path(given.folder, f"{given.name}.go").exists():
                os.kill(os.getpid(), signal.SIGKILL)
            case "mute":
                # It goes on, and nothing can come from it any more.
                os.closerange(3, 1024)
                _wait(Path(given.folder, f"{given.name}.go"))
            case "refuse":
                raise NotFound("panel.not_found", id=7)
            case "fail":
                raise RuntimeError("secret inside")
            case "eat":
                return {"text": len(bytearray(2**31))}
            case "grow":
                # Never given back: the process is larger from now on.
                _grown.append(b"x" * 300_000_000)
            case "query":
                with ctx.platform.engine.connect() as connection:
                    connection.execute(sa.text(_ENDLESS)).scalar_one()
            case "print":
                print("not a frame", flush=True)
        return {"pid": os.getpid(), "text": "x" * given.size}

    return registry


# Far more rows than a server counts in a minute.
_ENDLESS = """
WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 900)
SELECT SUM(a.i * b.i + c.i + d.i) FROM n a, n b, n c, n d
"""
_grown: list[bytes] = []


def _keeping(ctx: Context, given: Given) -> Keeping | None:
    return Keeping((given.folder, given.name), given.life_s) if given.life_s else None


def _wait(path: Path) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not path.exists():
        assert time.monotonic() < deadline, f"nobody made {path}"
        time.sleep(0.01)
