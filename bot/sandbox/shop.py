"""A small shop that signs visitors in by their phones: what a program of the operator's does.

It knows of Textobot what the documents of its HTTP API and webhooks say, and has a token for
verifications alone. No code is compared here.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
from aiohttp import web

from bot.sandbox import site
from bot.sandbox.shop_api import Textobot, Told, is_ours
from bot.sandbox.shop_visits import DOOR_SECONDS, STAY_SECONDS, Visit, Visits, Way

COOKIE = "shop"
MAX_REQUEST = 64 * 1024
LANGUAGES = ("fr", "en")
LOOK_SECONDS = 1.0
"""Textobot is asked no more often about one visit, however often the page asks."""
CHANNELS = {Way.CODE: "sms", Way.TEXT: "inbound"}
"""Of the ways that begin here. With `sms` the words are ours, and may fill the code in."""
OVER = frozenset({"expired", "locked", "cancelled"})
BEGUN = frozenset({200, 201})
GONE = frozenset({404, 409})
LATER = frozenset({429, 500, 502, 503})
Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Shop:
    """The shop. It is served at once, and signs people in once it is told of Textobot."""

    RULE = "shop-sign-in"
    EVENT = "signed-in"
    """Of that rule, which sends a code to who texts the page's word: said once it came back."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        """`now`: the time by which webhooks are signed."""
        self.phones = ""
        """The address of the page with the phones."""
        self.url = ""
        self.secret = secrets.token_urlsafe(32)
        """Of the webhook that `hook` is the address of."""
        self._now = now
        self._our_number = ""
        self._visits = Visits(time.monotonic)
        self._textobot: Textobot | None = None
        self._http: aiohttp.ClientSession | None = None
        self._runner: web.AppRunner | None = None

    @property
    def hook(self) -> str:
        """Where Textobot tells of `EVENT`."""
        return f"{self.url}/hook"

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Serve; `url` has the address afterwards."""
        app = web.Application(
            client_max_size=MAX_REQUEST, middlewares=[site.guard(host, everything=True)]
        )
        app.router.add_routes(self._routes())
        app.on_response_prepare.append(site.add_headers_everywhere)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        shown, port = self._runner.addresses[0][:2]
        self.url = f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"

    def open(self, address: str, token: str, our_number: str = "") -> None:
        """Sign people in from now on. `our_number`: where they text the word, if a rule asks."""
        self._http = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        self._textobot = Textobot(self._http, address, token)
        self._our_number = our_number

    async def stop(self) -> None:
        """End."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        if self._http is not None:
            await self._http.close()
            self._http = None

    def _routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", _page),
            web.get("/phones", self._to_phones),
            web.get("/session", _readable(self._look)),
            web.post("/session", _readable(self._begin)),
            web.post("/session/check", _readable(self._check)),
            web.delete("/session", _readable(self._leave)),
            web.post("/hook", self._hear),
            web.static("/static", site.STATIC),
        ]

    async def _look(self, request: web.Request) -> web.Response:
        """Say how the visit stands."""
        visit = self._visits.find(_cookie(request))
        now = time.monotonic()
        if visit is not None and visit.may_be_looked_at(now, LOOK_SECONDS):
            visit.looked_at = now
            await self._settle(visit, await self._ask.look(visit.verification))
        return self._shown(request, visit)

    async def _begin(self, request: web.Request) -> web.Response:
        """Begin in one of the three ways."""
        asked = await _asked(request)
        visit = Visit(Way(asked["way"]), time.monotonic() + DOOR_SECONDS)
        if visit.way is Way.KEYWORD:
            if not self._our_number:
                return _refused(409, "no_rule")
            visit.our_number, visit.shown = self._our_number, self._visits.word()
        else:
            told = await self._begun(request, visit, asked)
            if told.status not in BEGUN:
                return _failed(told)
        self._visits.close(_cookie(request))
        return _with_cookie(_told_of(visit), self._visits.open(visit))

    async def _begun(self, request: web.Request, visit: Visit, asked: Mapping[str, str]) -> Told:
        client = request.remote or ""
        language = asked["language"] if asked["language"] in LANGUAGES else ""
        told = await self._ask.begin(asked["number"], CHANNELS[visit.way], language, client)
        if told.status in BEGUN:
            visit.verification = told.body["id"]
            visit.attempts_left = told.body["attempts_left"]
            visit.shown = told.body["code"] or ""
            visit.our_number = told.body["our_number"] or ""
        return told

    async def _check(self, request: web.Request) -> web.Response:
        """Have what was typed compared."""
        asked = await _asked(request)
        visit = self._visits.find(_cookie(request))
        if visit is not None and visit.waits and visit.way is Way.CODE:
            told = await self._ask.check(visit.verification, asked["code"])
            if told.status in LATER:
                return _failed(told)
            visit.wrong = True
            await self._settle(visit, told)
        return self._shown(request, visit)

    async def _leave(self, request: web.Request) -> web.Response:
        """Sign out, or begin anew: what was asked for is called off."""
        visit = self._visits.close(_cookie(request))
        if visit is not None and visit.waits and visit.verification:
            await self._ask.cancel(visit.verification)
        answer = _told_of(None)
        answer.del_cookie(COOKIE)
        return answer

    async def _hear(self, request: web.Request) -> web.Response:
        """A code came back by text: let in whoever's page shows the word that it began with."""
        body = await request.read()
        if not is_ours(self.secret, request.headers, body, self._now()):
            return web.Response(status=401)
        told = json.loads(body)
        if (told["type"], told["data"]["rule"]) == (self.EVENT, self.RULE):
            visit = self._visits.of_word(str(told["data"]["captures"]["session"]))
            if visit is not None:
                _let_in(visit, told["data"]["number"])
        return web.Response(status=204)

    async def _to_phones(self, _request: web.Request) -> web.Response:
        raise web.HTTPFound(self.phones or "/")

    @property
    def _ask(self) -> Textobot:
        if self._textobot is None:
            raise web.HTTPServiceUnavailable
        return self._textobot

    async def _settle(self, visit: Visit, told: Told) -> None:
        """Go by how Textobot says that the verification stands."""
        status = told.body.get("status") if told.status == 200 else ""
        if status == "approved":
            known = await self._ask.look(visit.verification)
            _let_in(visit, known.body["number"])
        elif status in OVER:
            visit.over = str(status)
        elif told.status in GONE:  # used, or not there: begin anew
            visit.over = "expired"
        elif status == "pending":
            visit.attempts_left = told.body["attempts_left"]

    def _shown(self, request: web.Request, visit: Visit | None) -> web.Response:
        """Show it; who has just come in gets another cookie, that nobody knew before."""
        answer = _told_of(visit)
        if visit is not None and visit.signed_in and not visit.renewed:
            visit.renewed = True
            _with_cookie(answer, self._visits.renew(_cookie(request)))
        return answer


def _let_in(visit: Visit, number: str) -> None:
    visit.signed_in, visit.number = True, number
    visit.until = time.monotonic() + STAY_SECONDS


def _told_of(visit: Visit | None) -> web.Response:
    if visit is None:
        return _json({"state": "out"})
    if visit.over:
        return _json({"state": "over", "why": visit.over})
    if visit.signed_in:
        return _json({"state": "in", "number": visit.number})
    if visit.way is Way.CODE:
        typing = {"left": visit.attempts_left, "wrong": visit.wrong}
        return _json({"state": "code"} | typing)
    return _json({"state": visit.way, "our_number": visit.our_number, "text": visit.shown})


def _failed(told: Told) -> web.Response:
    """Pass on what the page can say to a visitor: not why, where it says something of others."""
    known = {409: "refused", 422: "number", 429: "later"}
    return _refused(told.status, known.get(told.status, "away"), told.wait)


def _refused(status: int, why: str, wait: int = 0) -> web.Response:
    return _json({"error": why, "wait": wait}, status)


def _json(value: Mapping[str, Any], status: int = 200) -> web.Response:
    return web.json_response(value, status=status, headers={"Cache-Control": "no-store"})


def _with_cookie(answer: web.Response, cookie: str) -> web.Response:
    # Beyond this machine: `secure=True`, and a name that begins with `__Host-`.
    answer.set_cookie(COOKIE, cookie, httponly=True, samesite="Strict", path="/")
    return answer


def _cookie(request: web.Request) -> str:
    return request.cookies.get(COOKIE, "")


async def _asked(request: web.Request) -> dict[str, str]:
    """Read what the page asks. Raises `ValueError`."""
    if request.content_type != "application/json":
        raise ValueError(request.content_type)
    asked = json.loads(await request.read())
    if not isinstance(asked, dict) or not all(isinstance(one, str) for one in asked.values()):
        raise ValueError(asked)
    return asked


def _readable(answer: Answering) -> Answering:
    async def told(request: web.Request) -> web.StreamResponse:
        try:
            return await answer(request)
        except (ValueError, KeyError):
            return _refused(422, "number")

    return told


async def _page(_request: web.Request) -> web.StreamResponse:
    return web.FileResponse(site.STATIC / "shop.html")
