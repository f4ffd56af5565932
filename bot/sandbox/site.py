"""The page's files, and who may talk to the control API."""

import ipaddress
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware

STATIC = Path(__file__).parent / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
OURS = ("/control/", "/static/")

Next = Callable[[web.Request], Awaitable[web.StreamResponse]]


def routes() -> list[web.AbstractRouteDef]:
    """The page and its files."""
    return [web.get("/", _page), web.static("/static", STATIC)]


async def _page(_request: web.Request) -> web.StreamResponse:
    return web.FileResponse(STATIC / "index.html")


def guard(listening_on: str, *, everything: bool = False) -> Middleware:
    """Keep other web sites' pages away from ours: a known Host, and no foreign Origin.

    The vendors' APIs are not concerned: they have their keys. `everything`: there are none here.
    """

    @web.middleware
    async def check(request: web.Request, handler: Next) -> web.StreamResponse:
        if not everything and not _ours(request):
            return await handler(request)
        origin = request.headers.get("Origin")
        if not _known(request.host, listening_on) or (
            origin is not None and urlsplit(origin).netloc != request.host
        ):
            return web.json_response({"error": "Open this page by its own address."}, status=403)
        return await handler(request)

    return check


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """A strict policy on everything that a browser may show."""
    if _ours(request):
        await add_headers_everywhere(request, response)


async def add_headers_everywhere(_request: web.Request, response: web.StreamResponse) -> None:
    """The same where there is nothing but pages."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def _ours(request: web.Request) -> bool:
    return request.path == "/" or request.path.startswith(OURS)


def _known(host: str, listening_on: str) -> bool:
    """An address, a name without a dot, or the very name it was told to listen on.

    A stranger's site cannot have any of them as its own name, and then lead it to us.
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name and (name == listening_on or "." not in name or name.endswith(".localhost")):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
