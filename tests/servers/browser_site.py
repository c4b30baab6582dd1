"""The product on loopback for tests in a browser, stopped and started again at will."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx
from playwright.sync_api import ViewportSize

from iop_pipelines.audit.trail import Actor
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.errors import Conflict
from iop_pipelines.identity import accounts
from iop_pipelines.orchestration.supervisor import free_port
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.settings import Settings
from served_app import answers, wait_until

PHONE: ViewportSize = {"width": 375, "height": 812}
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
Theme = Literal["light", "dark"]
# Debian's, without windows, which halves the time of a page; nothing of it reaches out of this machine.
CHROMIUM = "/usr/bin/chromium-headless-shell"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]
PASSWORD = "a long enough password"
# Names of people by their role; the second viewer uses the same browser after the first.
PEOPLE = {"ada": Role.ADMIN, "grace": Role.ADMIN, "vera": Role.VIEWER, "viktor": Role.VIEWER}
START_TIMEOUT_S = 180


@dataclass
class Site:
    """`iop up` on a home of its own; `url` stays the same when it is started again.

    is_whole: False starts the API alone; what is asked for then waits. checkout: with its own .venv, of another build
    than the one that runs this.
    """

    home: Path
    is_whole: bool = True
    checkout: Path | None = None
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def python(self) -> Path:
        return self.checkout / ".venv/bin/python" if self.checkout else Path(sys.executable)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> Settings:
        return Settings.from_env({"IOP_HOME": str(self.home)})

    def _environment(self) -> dict[str, str]:
        """Without measuring coverage, which would slow the pages down."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith("COVERAGE")}
        return {**kept, "IOP_HOME": str(self.home)}

    @property
    def _log(self) -> Path:
        return self.home.parent / "iop-up.log"

    def migrate(self) -> None:
        """Brings a home of an earlier release to the schema of this build."""
        iop = str(self.python.with_name("iop"))
        done = subprocess.run(
            [iop, "migrate"], env=self._environment(), cwd=self.checkout, capture_output=True
        )
        assert done.returncode == 0, done.stderr.decode()[-2000:]

    def add_people(self) -> None:
        engine = engine_for(self.settings.database_url)
        for name, role in PEOPLE.items():
            try:
                accounts.add_user(engine, name, role, Actor(None, "tests", "", ""), PASSWORD)
            except Conflict:
                continue
        engine.dispose()

    def start(self) -> None:
        self.spawn()
        wait_until(self._is_well, START_TIMEOUT_S)

    def spawn(self) -> None:
        """Begins to start it, without waiting until it serves."""
        whole = [str(self.python.with_name("iop")), "up", "--home", str(self.home)]
        alone = [str(self.python), "-m", "iop_pipelines.api.serve"]
        command = [*(whole if self.is_whole else alone), "--port", str(self.port)]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                env=self._environment(),
                cwd=self.checkout,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _is_well(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self._log.read_text()[-2000:]
        return answers(self.url, "/api/health", 200)

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        finally:
            self.process.kill()
            self.process.wait()
            self.process = None

    def cookies_of(self, name: str) -> list[dict[str, Any]]:
        """A session of that person, as a browser's context takes it."""
        with self._client() as client:
            answer = client.post("/api/auth/sign-in", json={"name": name, "password": PASSWORD})
            answer.raise_for_status()
            return [
                {"name": cookie.name, "value": cookie.value or "", "url": self.url}
                for cookie in client.cookies.jar
            ]

    def _client(self) -> httpx.Client:
        # The first heavy read waits until a process for such reads has started, on a busy machine for long.
        return httpx.Client(base_url=self.url, headers={"origin": self.url}, timeout=60)

    def call(self, name: str, path: str, /, **given: Any) -> Any:
        """What a mutation answers to that person."""
        with self._client() as client:
            client.post("/api/auth/sign-in", json={"name": name, "password": PASSWORD})
            answer = client.post(f"/api/trpc/{path}", json=given)
            answer.raise_for_status()
            return answer.json()["result"].get("data")

    def read(self, name: str, path: str, /, **given: Any) -> Any:
        """What a query answers to that person."""
        with self._client() as client:
            client.post("/api/auth/sign-in", json={"name": name, "password": PASSWORD})
            asked = {"input": json.dumps(given)} if given else {}
            answer = client.get(f"/api/trpc/{path}", params=asked)
            answer.raise_for_status()
            return answer.json()["result"]["data"]
