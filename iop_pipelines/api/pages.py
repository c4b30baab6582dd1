"""The page at `/`: sign in, and where to go from there. No script, so the strictest policy holds."""

from collections.abc import Awaitable, Callable
from html import escape
from urllib.parse import urlencode

from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from iop_pipelines.api.context import User

SIGN_IN = "/api/auth/sign-in"
PROVIDER = "/api/auth/oidc/start"
SIGN_OUT = "/api/auth/sign-out"
LINKS = (("/dagster/", "Dagster: runs, assets, schedules"), ("/api/v1/docs", "API: reference"))

Authenticated = Callable[[HTTPConnection], Awaitable[User | None]]


def page_routes(authenticated: Authenticated, has_provider: bool) -> list[Route]:
    async def landing(request: Request) -> HTMLResponse:
        user = await authenticated(request)
        target = local_path(request.query_params.get("next", "/"))
        failed = "failed" in request.query_params
        body = _welcome(user) if user else _sign_in(target, failed, has_provider)
        return HTMLResponse(_page(body), headers={"cache-control": "no-store"})

    return [Route("/", landing)]


def problem_page(message: str, advice: str, request_id: str) -> str:
    """What went wrong with a sign-in and what to do, for a person who followed a link to it."""
    return _page(
        f'<p class="problem" role="alert">{escape(message)}</p><p>{escape(advice)}</p>'
        '<p><a href="/">To the sign-in page</a></p>'
        f"<p><small>Whoever helps you may ask for this number: {escape(request_id)}</small></p>"
    )


def local_path(target: str) -> str:
    """A path of this site, else `/`: what comes after sign-in must not lead elsewhere."""
    is_local = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if is_local and target.isprintable() else "/"


def _page(body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>IOP</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/static/site.css"></head>'
        f"<body><main><h1>IOP</h1>{body}</main></body></html>"
    )


def _sign_in(target: str, failed: bool, has_provider: bool) -> str:
    problem = '<p class="problem" role="alert">Name or password is wrong.</p>' if failed else ""
    # A link and no form: the policy lets forms lead to this site only.
    provider = (
        f'<p><a href="{PROVIDER}?{urlencode({"next": target})}">Sign in with your organisation</a></p>'
        if has_provider
        else ""
    )
    return (
        f'{problem}{provider}<form method="post" action="{SIGN_IN}">'
        f'<input type="hidden" name="next" value="{escape(target)}">'
        '<label for="name">Name</label>'
        '<input id="name" name="name" autocomplete="username" required>'
        '<label for="password">Password</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password" required>'
        "<button>Sign in</button></form>"
    )


def _welcome(user: User) -> str:
    links = "".join(f'<li><a href="{path}">{escape(text)}</a></li>' for path, text in LINKS)
    return (
        f"<p>Signed in as <strong>{escape(user.name)}</strong> ({user.role}).</p>"
        f'<nav aria-label="Parts of IOP"><ul>{links}</ul></nav>'
        f'<form method="post" action="{SIGN_OUT}"><button>Sign out</button></form>'
    )
