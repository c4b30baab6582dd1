"""What a foreign model may reach outside of its process: the instance's store, the servers that an operator allows,
and the tokens for them. Nothing unless it is said.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from iop_pipelines.domain.origins import origin_of
from iop_pipelines.errors import InvalidDeclaration, MisconfiguredInstance
from iop_pipelines.settings import Settings

# No other variable of the environment can be named by a model, and sent to a server.
TOKEN_PREFIX = "IOP_MODEL_TOKEN_"  # noqa: S105 - the beginning of a name


@dataclass(frozen=True)
class Outside:
    """
    Attributes:
        storage_url: where the files of models lie; empty: nowhere.
        servers: scheme, host and port of each that may be called.
        tokens: variables of the environment by name, those of TOKEN_PREFIX alone.
        most_bytes: of a model's file.
    """

    storage_url: str = ""
    servers: tuple[str, ...] = ()
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    most_bytes: int = 0

    @classmethod
    def of(cls, settings: Settings, env: Mapping[str, str] = os.environ) -> "Outside":
        return cls(
            storage_url=settings.storage_url,
            servers=settings.model_servers,
            tokens={name: env[name] for name in env if name.startswith(TOKEN_PREFIX)},
            most_bytes=settings.upload_bytes,
        )

    def require_server(self, url: str) -> None:
        """Raises InvalidDeclaration of `config.params.url`: only whoever runs the instance says what may be called."""
        origin = origin_of(url)
        if origin is None:
            raise InvalidDeclaration("remote.no_address", "config.params.url", url=url)
        if origin not in {origin_of(each) for each in self.servers}:
            raise InvalidDeclaration("remote.not_allowed", "config.params.url", url=origin)

    def token(self, name: str) -> str:
        """Raises MisconfiguredInstance where the environment has none of that name."""
        found = self.tokens.get(name)
        if not found:
            raise MisconfiguredInstance("remote.no_token", name=name)
        return found


NOWHERE = Outside()
