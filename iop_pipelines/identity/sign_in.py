"""The ways in and out: each is limited, told in the audit trail, and ends in a session or ends one."""

from collections.abc import Mapping

import sqlalchemy as sa

from iop_pipelines.audit import trail
from iop_pipelines.audit.trail import Actor
from iop_pipelines.domain.moments import wall_clock
from iop_pipelines.errors import InvalidInput, NotAllowed, NotFound, NotSignedIn
from iop_pipelines.identity import accounts, limits
from iop_pipelines.identity.accounts import Account
from iop_pipelines.identity.failures import tell_failure
from iop_pipelines.identity.links import use_link
from iop_pipelines.identity.oidc import Provider, provider_of
from iop_pipelines.identity.sessions import Issued, sessions_of
from iop_pipelines.identity.user import User
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.transactions import write
from iop_pipelines.settings import Settings


class SignIn:
    """Of one instance. `by` is nobody yet: the request, and where it came from.

    Making one raises MisconfiguredInstance for a signing key or a provider that cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        self.sessions = sessions_of(settings)
        self._engine = engine_for(settings.database_url)
        self._provider = provider_of(settings)

    @property
    def has_provider(self) -> bool:
        return self._provider is not None

    @property
    def provider(self) -> Provider:
        """Raises NotFound where none is configured."""
        if self._provider is None:
            raise NotFound("signin.no_provider")
        return self._provider

    def by_password(self, name: str, password: str, by: Actor) -> Issued:
        """Raises TooManyAttempts, and NotSignedIn for a wrong name or password."""
        attempt = limits.begin_attempt(self._engine, name, by.address, wall_clock())
        account = accounts.verified(self._engine, name, password)
        if account is None:
            tell_failure(self._engine, by, "password", wall_clock(), name)
            raise NotSignedIn("signin.wrong")

        def work(connection: sa.Connection) -> Issued:
            limits.succeed(connection, attempt)
            return self._start(connection, account, "password", by)

        return write(self._engine, work)

    def by_link(self, token: str, by: Actor) -> Issued:
        """Raises NotAllowed for a link that signs nobody in, or no longer."""
        user_id = write(self._engine, use_link, token)
        account = accounts.account(self._engine, user_id) if user_id is not None else None
        if account is None or account.is_disabled:
            name = account.name if account is not None else None
            tell_failure(self._engine, by, "link", wall_clock(), name)
            raise NotAllowed("link.used")

        def work(connection: sa.Connection) -> Issued:
            return self._start(connection, account, "link", by)

        return write(self._engine, work)

    def by_provider(
        self, redirect_uri: str, cookie: str | None, query: Mapping[str, str], by: Actor
    ) -> tuple[Issued, str]:
        """Also where to go on; raises as `Provider.finish`, and NotAllowed for a disabled account."""
        try:
            found = self.provider.finish(redirect_uri, cookie, query)
        except (NotSignedIn, NotAllowed):
            tell_failure(self._engine, by, "oidc", wall_clock())
            raise
        account = accounts.signed_in_by_provider(
            *(self._engine, found.issuer, found.subject),
            wished_name=found.name,
            role=found.role,
            by_address=by.address,
        )
        if account.is_disabled:
            tell_failure(self._engine, by, "oidc", wall_clock(), account.name)
            raise NotAllowed("account.disabled")

        def work(connection: sa.Connection) -> tuple[Issued, str]:
            return self._start(connection, account, "oidc", by), found.next_path

        return write(self._engine, work)

    def sign_out(self, token: str, by: Actor) -> None:
        user = self.sessions.user_of(token)
        if user is None:
            return

        def work(connection: sa.Connection) -> None:
            self.sessions.end(token, connection)
            trail.record(connection, _as(user, by), "auth.signOut")

        write(self._engine, work)
        self.sessions.forget(token)

    def change_password(self, user: User, token: str, current: str, new: str, by: Actor) -> None:
        """One's own; the session of `token` goes on, the others of the account end.

        Raises TooManyAttempts, and InvalidInput for a wrong present password or a new one that will not do.
        """
        attempt = limits.begin_attempt(self._engine, user.name, by.address, wall_clock())
        if accounts.verified(self._engine, user.name, current) is None:
            raise InvalidInput("password.not_yours", "current")
        write(self._engine, limits.succeed, attempt)
        kept = self.sessions.id_of(token)
        accounts.change_own_password(self._engine, user, new, _as(user, by), kept)

    def _start(self, connection: sa.Connection, account: Account, origin: str, by: Actor) -> Issued:
        issued = self.sessions.start(account, origin, by.address, connection=connection)
        trail.record(connection, _as(issued.user, by), "auth.signIn", None, {"by": origin})
        return issued


def _as(user: User, by: Actor) -> Actor:
    return user.acting(by.request_id, by.address)
