"""users.*: accounts, for admins. One's own password and sign-in are routes of auth.py."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from iop_pipelines.api.context import Context, actor_of
from iop_pipelines.api.procedures.shapes import ById, Created, Done, FoundPage
from iop_pipelines.api.registry import Kind, Registry, Shape
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.identity import accounts
from iop_pipelines.identity.accounts import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH
from iop_pipelines.identity.links import SignInLink, invite, make_sign_in_link

Name = Annotated[str, Field(min_length=1, max_length=128)]
Password = Annotated[
    str, Field(min_length=MIN_PASSWORD_LENGTH, max_length=MAX_PASSWORD_LENGTH, repr=False)
]


class UserAccount(Shape):
    """`oidcIssuer`: the provider that it signs in at, and that decides its role at each sign-in."""

    id: int
    name: str
    role: Role
    is_disabled: bool
    has_password: bool
    oidc_issuer: str | None
    created_at: datetime


class NewUser(Shape):
    """`name` is lower case: a-z 0-9 . _ @ + ~ -"""

    name: Name
    role: Role


class Link(Shape):
    """Signs in once, until `expiresAt`; `path` is relative to the platform's address."""

    path: str
    expires_at: datetime


class Invited(Created):
    """The account has no password: it signs in by the link, once, and may be given another."""

    sign_in_link: Link


class ChangedUser(ById):
    """What is left out stays. A disabled account cannot sign in, and its sessions end."""

    role: Role | None = None
    is_disabled: bool | None = None


class PasswordOf(ById):
    """Ends all sessions of the account."""

    password: Password


def declare(registry: Registry) -> None:
    procedure = registry.procedure

    @procedure("users.list", Kind.QUERY, "Accounts, newest first.", Role.ADMIN)
    def list_(ctx: Context, given: FoundPage) -> list[UserAccount]:
        found = accounts.list_users(ctx.platform.engine, given.limit, given.cursor, given.q)
        return [UserAccount.model_validate(each, from_attributes=True) for each in found]

    @procedure("users.create", Kind.MUTATION, "Add an account, with a link for its first sign-in.")
    def create(ctx: Context, given: NewUser) -> Invited:
        account, link = invite(ctx.platform.engine, given.name, given.role, actor_of(ctx))
        return Invited(id=account.id, sign_in_link=_shown(link))

    @procedure("users.update", Kind.MUTATION, "Change an account's role, lock it or unlock it.")
    def update(ctx: Context, given: ChangedUser) -> Done:
        accounts.update_user(
            ctx.platform.engine,
            given.id,
            actor_of(ctx),
            role=given.role,
            is_disabled=given.is_disabled,
        )
        return Done()

    @procedure("users.setPassword", Kind.MUTATION, "Give an account another password.")
    def set_password(ctx: Context, given: PasswordOf) -> Done:
        accounts.set_password(ctx.platform.engine, given.id, given.password, actor_of(ctx))
        return Done()

    @procedure("users.signInLink", Kind.MUTATION, "Make a link that signs in as an account, once.")
    def sign_in_link(ctx: Context, given: ById) -> Link:
        return _shown(make_sign_in_link(ctx.platform.engine, given.id, actor_of(ctx)))


def _shown(link: SignInLink) -> Link:
    return Link(path=link.path, expires_at=link.expires_at)
