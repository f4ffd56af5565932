"""The control API: everything the page and tests of other processes do with the sandbox.

JSON in, JSON out. 400: the order is wrong; 409: it cannot be done now. Both answer
{"error": sentence}.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox import views
from bot.sandbox.clever_account import CleverAccount
from bot.sandbox.events import Events
from bot.sandbox.mails import Mail
from bot.sandbox.paris import read_time
from bot.sandbox.phones import DEFAULT_PHONES, GATEWAYS
from bot.sandbox.readings import choices
from bot.sandbox.vudumobile_account import VuduMobileAccount

if TYPE_CHECKING:
    from bot.sandbox.app import Sandbox

MOST_PHONES = 40
Body = dict[str, Any]
Order = Callable[[Body], object]


class Control:
    """The routes under /control/."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox
        self.events = Events(
            {"faults": self._active, "clock": self._clock, "settings": self._settings}
        )

    def routes(self) -> list[web.RouteDef]:
        """What the application serves."""
        orders: dict[str, Order] = {
            "text": self._text,
            "campaign": self._campaign,
            "by_hand": self._by_hand,
            "faults": self._break,
            "clock": self._move,
            "settings": self._set,
            "outcome": self._outcome,
            "landline": self._landline,
            "reset": self._reset,
        }
        looks: dict[str, Callable[[web.Request], object]] = {
            "state": self._state,
            "faults": self._menu,
            "ledger": self._ledger,
            "requests": self._requests,
            "mails": self._mails,
            "clock": lambda _: self._clock(),
            "settings": lambda _: self._settings(),
            "readings": lambda _: views.readings(),
            "outcome": lambda _: views.outcomes(),
            "why": self._why,
        }
        return [
            *(web.post(f"/control/{name}", _ordered(order)) for name, order in orders.items()),
            *(web.get(f"/control/{name}", _looked(look)) for name, look in looks.items()),
            web.delete("/control/faults", _looked(lambda _: self._mend(None))),
            web.delete(
                r"/control/faults/{id:\d+}",
                _looked(lambda request: self._mend(int(request.match_info["id"]))),
            ),
            web.get("/control/events", self.events.serve),
        ]

    def _state(self, request: web.Request) -> views.Json:
        """Everything a page needs; `?phones=gateway:number,…` says whose messages."""
        named = request.query.get("phones", "").split(",")
        wanted = [part.split(":", 1) for part in named if part]
        pairs = [(gateway, number) for gateway, number in wanted] or list(DEFAULT_PHONES)
        phones = [self._sandbox.phone(gateway, number) for gateway, number in pairs[:MOST_PHONES]]
        known = [(phone.gateway, phone.number) for phone in self._sandbox.world.phones]
        return {
            "clock": self._clock(),
            "settings": self._settings(),
            "phones": [views.phone(phone) for phone in phones],
            "known": known[:500],
            "default_phones": DEFAULT_PHONES,
            "outcomes": views.outcome_choices(),
            "shop": self._sandbox.shop,
            "explains": self._sandbox.explain is not None,
            "faults": self._active()["active"],
            "requests": [views.request(line) for line in self._sandbox.requests[-100:]],
            "mails": [views.mail(one) for one in self._newest_mails()],
        }

    def _why(self, request: web.Request) -> views.Json:
        """Why a text was answered so: `?gateway=…&number=…&key=…` names its bubble."""
        query = request.query
        phone = self._sandbox.phone(query["gateway"], query["number"])
        explain, key = self._sandbox.explain, int(query["key"])
        texted = [one for one in phone.bubbles if one.key == key and one.direction == "mo"]
        if not texted or explain is None:
            raise LookupError("There is no such text, or nobody to explain it.")
        (one,) = texted
        return {"why": explain(phone.gateway, phone.number, one.text, one.time)}

    def _clock(self) -> views.Json:
        skew = {name: account.skew for name, account in self._accounts().items()}
        return views.clock(self._sandbox.clock) | {"skew": skew}

    def _settings(self) -> views.Json:
        return {name: asdict(account) for name, account in self._accounts().items()}

    def _accounts(self) -> dict[str, VuduMobileAccount | CleverAccount]:
        return {"vudumobile": self._sandbox.vudumobile, "clever": self._sandbox.clever}

    def _active(self) -> views.Json:
        return {"active": [views.fault(fault) for fault in self._sandbox.world.faults]}

    def _menu(self, _request: web.Request) -> views.Json:
        return self._active() | {
            "menu": views.menu(),
            "groups": views.groups(),
            "fired": dict(self._sandbox.world.faults.fired),
        }

    def _ledger(self, _request: web.Request) -> views.Json:
        return {"ledger": [views.accepted(line) for line in self._sandbox.ledger]}

    def _requests(self, _request: web.Request) -> views.Json:
        return {"requests": [views.request(line) for line in self._sandbox.requests]}

    def _mails(self, _request: web.Request) -> views.Json:
        return {"mails": [views.mail(one) for one in self._newest_mails()]}

    def _newest_mails(self) -> list[Mail]:
        self._sandbox.world.agenda.catch_up()
        return self._sandbox.world.mails[-views.MAILS_SHOWN :]

    def _text(self, body: Body) -> object:
        bubble = self._sandbox.text(
            body["gateway"],
            body["number"],
            body["text"],
            reference=body.get("reference", ""),
            offset=float(body.get("offset", 0)),
        )
        return views.bubble(bubble)

    def _campaign(self, body: Body) -> object:
        reference = self._sandbox.start_campaign(
            body["numbers"], body["text"], body.get("sender", "")
        )
        return {"reference": reference}

    def _by_hand(self, body: Body) -> object:
        return views.bubble(self._sandbox.send_by_hand(body["number"], body["text"]))

    def _break(self, body: Body) -> object:
        options = body.pop("options", {})
        self._sandbox.break_(body.pop("gateway"), body.pop("name"), **body, **options)
        return self._active()

    def _mend(self, fault_id: int | None) -> object:
        return {"mended": self._sandbox.mend(fault_id)} | self._active()

    def _move(self, body: Body) -> object:
        clock = self._sandbox.clock
        if "speed" in body:
            clock.speed = float(body["speed"])
        if "jump" in body:
            clock.jump(timedelta(seconds=float(body["jump"])))
        for name, skew in body.get("skew", {}).items():
            self._accounts()[name].skew = float(skew)
        self._sandbox.world.agenda.catch_up()
        return self._clock()

    def _set(self, body: Body) -> object:
        for gateway, settings in body.items():
            if gateway not in GATEWAYS:
                raise ValueError(f"There is no gateway {gateway!r}; there are {GATEWAYS}.")
            account = self._accounts()[gateway]
            for name, value in settings.items():
                setattr(account, name, _checked(gateway, account, name, value))
        self._sandbox.world.tell("settings")
        return self._settings()

    def _outcome(self, body: Body) -> object:
        after = body.get("after")
        self._sandbox.set_outcome(
            body["gateway"], body["number"], body["code"], None if after is None else float(after)
        )
        return views.head(self._sandbox.phone(body["gateway"], body["number"]))

    def _landline(self, body: Body) -> object:
        phone = self._sandbox.phone(body["gateway"], body["number"])
        phone.landline = bool(body["landline"])
        return views.head(phone)

    def _reset(self, body: Body) -> object:
        self._sandbox.reset(body.get("seed"))
        return {"reset": True}


def _checked(gateway: str, account: object, name: str, value: object) -> object:
    """The value in the setting's type; ValueError for what it cannot be."""
    current = {field.name: getattr(account, field.name) for field in fields(account)}  # type: ignore[arg-type]  # both are dataclasses
    if name not in current:
        raise ValueError(f"There is no setting {name!r}; there are {sorted(current)}.")
    wanted = type(current[name])
    if wanted is float and isinstance(value, int):
        value = float(value)
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise ValueError(f"{name} is a {wanted.__name__}, not {value!r}.")
    if (known := choices(gateway, name)) and value not in known:
        raise ValueError(f"{name} is one of {known}, not {value!r}.")
    if name == "expires" and read_time(str(value)) is None:
        raise ValueError("An account expires at a time.")
    return value


def _looked(
    look: Callable[[web.Request], object],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        return _tried(lambda: look(request))

    return answer


def _ordered(order: Order) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            return web.json_response({"error": "An order is JSON."}, status=415)
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            return web.json_response({"error": "This is no JSON."}, status=400)
        if not isinstance(body, dict):
            return web.json_response({"error": "An order is a JSON object."}, status=400)
        return _tried(lambda: order(body))

    return answer


def _tried(act: Callable[[], object]) -> web.Response:
    try:
        return web.json_response(act())
    except KeyError as missing:
        return web.json_response({"error": f"{missing.args[0]} is missing."}, status=400)
    except LookupError as why:
        return web.json_response({"error": str(why)}, status=409)
    except (ValueError, TypeError, AttributeError, OverflowError) as why:
        return web.json_response({"error": str(why)}, status=400)
