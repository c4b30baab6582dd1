"""The whole API on a database of its own, with an admin and a viewer and their real tokens.

`python product.py` serves it on a free port of loopback and prints one line of JSON: `port`, and a
token for each role.
"""

import base64
import json
import socket
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from iop_pipelines.api.app import create_app
from iop_pipelines.audit.trail import Actor
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.identity import accounts
from iop_pipelines.identity.sessions import sessions_of
from iop_pipelines.platform import Platform
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.migrate import upgrade
from iop_pipelines.schema.tables import users
from iop_pipelines.settings import Settings

OPERATOR = Actor(None, "test")
NAMES = {Role.ADMIN: "ada", Role.VIEWER: "vic"}


@dataclass(frozen=True)
class Product:
    settings: Settings
    platform: Platform
    app: Starlette
    ids: dict[Role, int]

    def token(self, role: Role, life: timedelta = timedelta(hours=1)) -> str:
        """Of a new session; the account is put right first, whatever was done to it."""
        engine = self.platform.engine
        with begin_write(engine) as connection:
            values = {"role": role, "is_disabled": False}
            connection.execute(users.update().where(users.c.id == self.ids[role]).values(values))
        account = accounts.account(engine, self.ids[role])
        return sessions_of(self.platform.settings).start(account, "token", life=life).token

    def expired_token(self) -> str:
        """An admin's, whose time was over a second ago."""
        return self.token(Role.ADMIN, timedelta(seconds=-1))

    def tampered_token(self) -> str:
        """A viewer's whose holder wrote an admin's id and role into it."""
        header, body, signature = self.token(Role.VIEWER).split(".")
        claims = json.loads(base64.urlsafe_b64decode(body + "=="))
        claims |= {"sub": str(self.ids[Role.ADMIN]), "role": "admin"}
        forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
        return f"{header}.{forged}.{signature}"


def product_of(home: Path) -> Product:
    settings = Settings.from_env({"IOP_HOME": str(home)})
    upgrade(settings.database_url)
    platform = Platform(settings)
    ids = {
        role: accounts.add_user(platform.engine, name, role, OPERATOR).id
        for role, name in NAMES.items()
    }
    app = create_app(settings, parts=[])
    return Product(settings, platform, app, ids)


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    with tempfile.TemporaryDirectory(prefix="iop-product-") as home:
        product = product_of(Path(home))
        said = {role.value: product.token(role) for role in Role}
        print(json.dumps({"port": listener.getsockname()[1], **said}), flush=True)
        config = uvicorn.Config(product.app, log_level="warning", timeout_graceful_shutdown=1)
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
