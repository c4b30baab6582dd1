"""Who is signed in."""

from dataclasses import dataclass

from iop_pipelines.audit.trail import Actor
from iop_pipelines.domain.vocabulary import Role


@dataclass(frozen=True, slots=True)
class User:
    """Who is signed in, as the token and the account say now; `session_id` is the token's."""

    id: int
    name: str
    role: Role
    session_id: str = ""

    def acting(self, request_id: str = "", address: str = "") -> Actor:
        """This person in the audit trail, by the request they act with."""
        return Actor(self.id, self.name, request_id, address)
