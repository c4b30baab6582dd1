"""The built dashboard: its files, and its one page for every address that is nobody else's.

`make dashboard` builds it into `static/`, with a compressed copy beside each text file. Files under
`/assets` have their content's hash in their name and may be kept for ever; all others are asked for anew.
"""

import json
import re
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from iop_pipelines.api.auth import MARK_COOKIE
from iop_pipelines.api.compression import coding_of

STATIC = Path(__file__).parent / "static"
_FOREVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
# What an address's page asks for before all else, written as its client writes it: the browser asks while it
# still fetches the program, which then finds the answer there.
_WHO = "/api/auth/me"
_FIRST_READS = (
    (re.compile(r"/"), "/api/trpc/home.get"),
    (re.compile(r"/"), "/api/trpc/home.figures"),
    (
        re.compile(r"/dashboards/([0-9]+)(?:/.*)?"),
        r"/api/trpc/dashboards.get?input=%7B%22id%22%3A\1%7D",
    ),
)
_SUFFIXES = {"br": ".br", "gzip": ".gz"}
_NOT_BUILT = (
    "<!doctype html><title>IOP</title><h1>The dashboard is not built</h1>"
    "<p>Run <code>make dashboard</code>, which needs Node 20 or later.</p>"
)


def page_routes(folder: Path = STATIC) -> list[Route]:
    """To be the last routes of an app: the last of them takes every page that is asked for.

    folder: what the dashboard's build wrote.
    """
    files = _files(folder)
    preloads = _preloads(folder)

    async def asset(request: Request) -> Response:
        path = request.url.path.lstrip("/")
        if path not in files:
            raise HTTPException(404)
        kept = _FOREVER if path.startswith("assets/") else _ASK_AGAIN
        return _file(request, folder / path, kept)

    async def page(request: Request) -> Response:
        if "text/html" not in request.headers.get("accept", "") and request.url.path != "/":
            raise HTTPException(404)
        if "index.html" not in files:
            return HTMLResponse(_NOT_BUILT, 503)
        answer = _file(request, folder / "index.html", _ASK_AGAIN)
        section = request.url.path.split("/")[1]
        links = [*preloads.get(section, []), *_reads(request)]
        if links:
            answer.headers["link"] = ", ".join(links)
        return answer

    return [
        Route("/assets/{name:path}", asset),
        Route("/icons/{name:path}", asset),
        Route("/sw.js", asset),
        Route("/manifest.webmanifest", asset),
        # Of places that are the server's, what is not there is said in JSON.
        Route("/api/{path:path}", _nothing),
        Route("/{path:path}", page),
    ]


def _files(folder: Path) -> frozenset[str]:
    found = (path for path in folder.rglob("*") if path.suffix in _TYPES)
    return frozenset(path.relative_to(folder).as_posix() for path in found)


def _preloads(folder: Path) -> dict[str, list[str]]:
    """By the first part of an address the links of a `Link` header to the files that its page needs.

    A browser fetches them all at once, and not after it has read or run others.
    """
    path = folder / "preloads.json"
    if not path.is_file():
        return {}
    return {
        section: [f"</{name}>; {_relation(name)}; crossorigin" for name in names]
        for section, names in json.loads(path.read_text()).items()
    }


def _reads(request: Request) -> list[str]:
    """Links to the answers that the page of an address waits for; whoever is not signed in gets none.

    Nor does the service worker, which keeps the page for every address and for whoever comes next.
    """
    is_shown = request.headers.get("sec-fetch-mode", "navigate") == "navigate"
    if MARK_COOKIE not in request.cookies or not is_shown:
        return []
    found = ((pattern.fullmatch(request.url.path), read) for pattern, read in _FIRST_READS)
    reads = [_WHO, *(match.expand(read) for match, read in found if match)]
    return [f"<{read}>; rel=preload; as=fetch; crossorigin" for read in reads]


def _relation(name: str) -> str:
    return "rel=preload; as=style" if name.endswith(".css") else "rel=modulepreload"


def _file(request: Request, path: Path, kept: str) -> Response:
    headers = {"cache-control": kept, "vary": "accept-encoding"}
    media_type = _TYPES[path.suffix]
    copies = {
        coding: copy
        for coding, suffix in _SUFFIXES.items()
        if (copy := path.with_name(path.name + suffix)).is_file()
    }
    coding = coding_of(request.headers.get("accept-encoding", ""), tuple(copies))
    if coding is not None:
        headers["content-encoding"] = coding
        path = copies[coding]
    return FileResponse(path, media_type=media_type, headers=headers)


async def _nothing(request: Request) -> Response:
    raise HTTPException(404)
