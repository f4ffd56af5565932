"""The HTTP API under `/api/v1`: routes as data, one place for who may, and for what goes wrong.

A route says which token opens it, what it is asked, and what it answers; it does no HTTP itself.
What `/api/v1/openapi.json` says is made of nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from aiohttp import hdrs, web
from pydantic import BaseModel, TypeAdapter

from bot.console.limits import ADDRESS, REFUSED, TOKEN, Limit
from bot.console.openapi import document
from bot.console.problems import Problem, problem_of, told
from bot.console.routes import JSON, ROOT, Asked, Route
from bot.core.tokens import Scope, Token

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]
Asking = TypeVar("Asking", bound=BaseModel)
_KEY = re.compile("[!-~]{1,255}")
_CONTROL = re.compile("[\x00-\x1f\x7f]")


class Door(Protocol):
    """Who lets programs in."""

    async def admit(self, presented: str) -> Token | None:
        """Give the token that is presented; None: it is none."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """How often may be asked."""

    token: Limit = field(default_factory=lambda: Limit(TOKEN))
    address: Limit = field(default_factory=lambda: Limit(ADDRESS))
    refused: Limit = field(default_factory=lambda: Limit(REFUSED))


@dataclass(frozen=True, slots=True)
class Api:
    """All routes, and who may use them."""

    door: Door
    routes: tuple[Route, ...]
    limits: Limits = field(default_factory=Limits)

    def add_to(self, application: web.Application) -> None:
        """Serve the routes; below `/api/v1`, whatever is not there is a problem too."""
        said = json.dumps(document(self.routes))

        async def described(request: web.Request) -> web.StreamResponse:
            self.limits.address.take(request.remote or "")
            return web.Response(text=said, content_type=JSON)

        served: dict[str, dict[str, Answering]] = {"/openapi.json": {"GET": described}}
        for path, routes in paths(self.routes).items():
            served[path] = {method: self._answering(route) for method, route in routes.items()}
        for path, answering in served.items():
            if "GET" in answering:
                answering["HEAD"] = answering["GET"]
            answering["OPTIONS"] = _telling(answering)
            for method, answer in answering.items():
                application.router.add_route(method, ROOT + path, answer)
        application.middlewares.append(_problems)

    def _answering(self, route: Route) -> Answering:
        giving: TypeAdapter[Any] | None = TypeAdapter(route.gives) if route.gives else None

        async def answer(request: web.Request) -> web.StreamResponse:
            self.limits.address.take(request.remote or "")
            token = await self._admit(request, route.scope)
            self.limits.token.take(token.name)
            given = await route.act(await _asked(request, route, token.name))
            assert given.status in route.statuses
            if giving is None:
                return web.Response(status=given.status)
            said = giving.dump_json(given.body)
            return web.Response(status=given.status, body=said, content_type=JSON)

        return answer

    async def _admit(self, request: web.Request, scope: Scope) -> Token:
        kind, _, presented = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        if kind.casefold() != "bearer" or not presented.strip():
            raise self._stranger(request, "give a token, as in `Authorization: Bearer TOKEN`")
        # What a header holds beside ASCII may be no text at all.
        good = presented.isascii()
        token = await self.door.admit(presented.strip()) if good else None
        if token is None:
            raise self._stranger(request, "this token is not known, or was revoked")
        if scope not in token.scopes:
            detail = f"this token does not open {scope.value!r}: make one with --scope {scope}"
            raise Problem(403, detail)
        return token

    def _stranger(self, request: web.Request, detail: str) -> Problem:
        self.limits.refused.take(request.remote or "")
        return Problem(401, detail, headers={hdrs.WWW_AUTHENTICATE: "Bearer"})


def paths(routes: Iterable[Route]) -> Mapping[str, Mapping[str, Route]]:
    """Sort routes by path and method."""
    found: dict[str, dict[str, Route]] = {}
    for route in routes:
        found.setdefault(route.path, {})[route.method] = route
    return found


def _telling(answering: Mapping[str, Answering]) -> Answering:
    """Give what says which methods there are; that needs no token."""
    allowed = ", ".join(sorted({*answering, "OPTIONS"}))

    async def tell(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=204, headers={hdrs.ALLOW: allowed})

    return tell


# --- what is asked -------------------------------------------------------------------------------


async def _asked(request: web.Request, route: Route, caller: str) -> Asked:
    path = dict(request.match_info)
    if any(map(_CONTROL.search, path.values())):
        raise Problem(404, "there is nothing at this address")
    body = await _body(request, route.body) if route.body is not None else None
    query = _query(request, route.query) if route.query is not None else None
    return Asked(caller, path, query, body, _key(request) if route.once else "")


def _query(request: web.Request, model: type[Asking]) -> Asking:
    """Read what stands behind the question mark. What the route does not know is a problem."""
    asked = dict(request.query)
    if len(asked) < len(request.query):
        raise Problem(422, "the query names something twice")
    if any(map(_CONTROL.search, asked.values())):
        raise Problem(422, "the query holds a control character")
    return model.model_validate(asked)


async def _body(request: web.Request, model: type[Asking]) -> Asking:
    if request.content_type != JSON:
        raise Problem(415, f"send {JSON}")
    return model.model_validate_json(await request.read())


def _key(request: web.Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if "Idempotency-Key" in request.headers and not _KEY.fullmatch(key):
        raise Problem(422, "Idempotency-Key: give 1 to 255 visible signs of ASCII")
    return key


@web.middleware
async def _problems(request: web.Request, handler: Answering) -> web.StreamResponse:
    """Turn whatever goes wrong into a problem that a program can read."""
    if not request.path.startswith(f"{ROOT}/"):
        return await handler(request)
    try:
        return await handler(request)
    except Exception as error:  # noqa: BLE001 - each request ends with an answer
        return told(problem_of(error))
