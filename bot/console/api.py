"""The HTTP API under `/api/v1`: routes as data, one place for who may, and for what goes wrong.

A route says which token opens it, what its body is, and what answers; it does no HTTP itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp import hdrs, web
from pydantic import BaseModel

from bot.console.problems import Problem, problem_of, told
from bot.core.tokens import Scope, Token

ROOT = "/api/v1"
JSON = "application/json"


class Door(Protocol):
    """Who lets programs in."""

    async def admit(self, presented: str) -> Token | None:
        """Give the token that is presented; None: it is none."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, by a program that may."""

    caller: str
    """The name of its token."""
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any = None
    """A value of the route's `body`."""


@dataclass(frozen=True, slots=True)
class Given:
    """What is answered."""

    body: BaseModel | None = None
    status: int = 200


@dataclass(frozen=True, slots=True)
class Route:
    """One thing that a program may have done. `act` may raise `Problem`."""

    method: str
    path: str
    """Below `/api/v1`, with `{names}`."""
    scope: Scope
    act: Callable[[Asked], Awaitable[Given]]
    summary: str
    body: type[BaseModel] | None = None
    gives: type[BaseModel] | None = None


@dataclass(frozen=True, slots=True)
class Api:
    """All routes, and who may use them."""

    door: Door
    routes: tuple[Route, ...]

    def add_to(self, application: web.Application) -> None:
        """Serve the routes; below `/api/v1`, whatever is not there is a problem too."""
        for route in self.routes:
            application.router.add_route(route.method, ROOT + route.path, self._answering(route))
        application.middlewares.append(_problems)

    def _answering(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            token = await self._admit(request, route.scope)
            asked = Asked(
                token.name, request.match_info, request.query, await _body(request, route)
            )
            given = await route.act(asked)
            if given.body is None:
                return web.Response(status=given.status)
            said = given.body.model_dump_json()
            return web.Response(status=given.status, text=said, content_type=JSON)

        return answer

    async def _admit(self, request: web.Request, scope: Scope) -> Token:
        kind, _, presented = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        asking: dict[str, str] = {hdrs.WWW_AUTHENTICATE: "Bearer"}
        if kind.casefold() != "bearer" or not presented.strip():
            detail = "give a token, as in `Authorization: Bearer TOKEN`"
            raise Problem(401, detail, headers=asking)
        token = await self.door.admit(presented.strip())
        if token is None:
            raise Problem(401, "this token is not known, or was revoked", headers=asking)
        if scope not in token.scopes:
            detail = f"this token does not open {scope.value!r}: make one with --scope {scope}"
            raise Problem(403, detail)
        return token


def paths(routes: Iterable[Route]) -> Mapping[str, Mapping[str, Route]]:
    """Sort routes by path and method."""
    found: dict[str, dict[str, Route]] = {}
    for route in routes:
        found.setdefault(route.path, {})[route.method] = route
    return found


async def _body(request: web.Request, route: Route) -> BaseModel | None:
    if route.body is None:
        return None
    if request.content_type != JSON:
        raise Problem(415, f"send {JSON}")
    return route.body.model_validate_json(await request.read())


@web.middleware
async def _problems(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Turn whatever goes wrong into a problem that a program can read."""
    if not request.path.startswith(f"{ROOT}/"):
        return await handler(request)
    try:
        return await handler(request)
    except Exception as error:  # noqa: BLE001 - each request ends with an answer
        return told(problem_of(error))
