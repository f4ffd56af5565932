"""The sandbox: both gateways, their phones and the page, as one HTTP server."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Self

from aiohttp import web

from bot.sandbox import site
from bot.sandbox.clever import Clever
from bot.sandbox.clever_account import CleverAccount
from bot.sandbox.clever_book import CleverBook
from bot.sandbox.clever_users import CleverUser
from bot.sandbox.clock import Clock, seconds
from bot.sandbox.control import Control
from bot.sandbox.fault_table import Option
from bot.sandbox.faults import Fault, gateways
from bot.sandbox.mails import Mail
from bot.sandbox.outcomes import outcome
from bot.sandbox.phones import DEFAULT_PHONES, Accepted, Bubble, Phone
from bot.sandbox.vudumobile import VuduMobile
from bot.sandbox.vudumobile_account import VuduMobileAccount
from bot.sandbox.vudumobile_book import Book
from bot.sandbox.vudumobile_launches import Launches
from bot.sandbox.wire import Wire, drop_date
from bot.sandbox.world import Request, World, clean

WELCOME = "Bienvenue! Repondez METEO, HORAIRE, AIDE ou STOP."
MAX_REQUEST = 16 * 1024 * 1024
Explain = Callable[[str, str, str, datetime], dict[str, object] | None]
"""Gateway, number, text and time to why it was answered so, as JSON; None: nobody knows yet."""


class Sandbox:
    """Both vendors, played. Everything works before `start` but HTTP."""

    def __init__(
        self, clock: Clock | None = None, seed: int = 1, *, welcome: bool = False
    ) -> None:
        """`welcome`: the default Clever phone was sent a campaign, so it can text at once."""
        self.clock = clock or Clock()
        self.world = World(self.clock, seed)
        self.vudumobile = VuduMobileAccount()
        self.clever = CleverAccount()
        self._welcome = welcome
        self.explain: Explain | None = None
        """Whoever answers the texts may say why; the page shows it under each."""
        self.shop = ""
        """The address of the shop that signs people in, where there is one."""
        self.url = ""
        self._control = Control(self)
        self.world.listeners.append(self._control.events.hear)
        self.clock.listeners.append(lambda: self.world.tell("clock"))
        self._runner: web.AppRunner | None = None
        self._agenda: asyncio.Task[None] | None = None
        self._vudumobile = VuduMobile(self.world, self.vudumobile)
        self._clever = Clever(self.world, self.clever)
        self._furnish()

    def _furnish(self) -> None:
        for gateway, number in DEFAULT_PHONES:
            self.world.phones(gateway, number)
        if self._welcome:
            self._clever.pushes.start_campaign([DEFAULT_PHONES[1][1]], WELCOME, ago=60)

    @property
    def vudumobile_url(self) -> str:
        """The base under which `get_feed` and `send` are found."""
        return f"{self.url}/vudumobile/api"

    @property
    def clever_url(self) -> str:
        """The base under which `pushs` and `account/me` are found."""
        return f"{self.url}/clever/api"

    @property
    def begun_on_site(self) -> tuple[str, ...]:
        """The references of the campaigns that were not begun over the API."""
        return tuple(self._clever.pushes.begun_on_site)

    @property
    def vudumobile_book(self) -> Book:
        """Contacts and groups, to be read and changed as in VuduMobile's web application."""
        self.world.agenda.catch_up()
        return self._vudumobile.book

    @property
    def vudumobile_launches(self) -> Launches:
        """Broadcasts, to be begun and seen as in VuduMobile's web application."""
        self.world.agenda.catch_up()
        return self._vudumobile.launches

    @property
    def clever_book(self) -> CleverBook:
        """Contacts, to be read and changed as on Clever's site."""
        self.world.agenda.catch_up()
        return self._clever.book

    @property
    def clever_users(self) -> list[CleverUser]:
        """Who was created over Clever's API."""
        return self._clever.users.all

    @property
    def ledger(self) -> list[Accepted]:
        """Every send that was really accepted over HTTP, whatever was answered."""
        self.world.agenda.catch_up()
        return self.world.ledger

    def mails(self, gateway: str) -> list[Mail]:
        """What arrived in mailboxes through a gateway, the newest last."""
        self.world.agenda.catch_up()
        return [mail for mail in self.world.mails if mail.gateway == gateway]

    @property
    def requests(self) -> list[Request]:
        """The gateways' log, the newest last."""
        return list(self.world.requests)

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Serve; `url` has the address afterwards."""
        self._runner = web.AppRunner(
            self._application(host), access_log=None, shutdown_timeout=1.0
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        shown, port = self._runner.addresses[0][:2]
        self.url = f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"
        self._agenda = asyncio.create_task(self.world.agenda.run())

    async def stop(self) -> None:
        """End at once, whatever hangs; twice does no harm."""
        if self._agenda is not None:
            self._agenda.cancel()
            await asyncio.wait((self._agenda,))
            self._agenda = None
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_why: object) -> None:
        await self.stop()

    def phone(self, gateway: str, number: str) -> Phone:
        """A phone as it is now; LookupError for what is no gateway or number."""
        self.world.agenda.catch_up()
        return self.world.phones(gateway, number)

    def text(
        self,
        gateway: str,
        number: str,
        text: str,
        *,
        reference: str = "",
        offset: timedelta | float = 0.0,
    ) -> Bubble:
        """A phone texts us. `offset` moves its time (negative: into the past).

        On Clever it answers its newest campaign, or `reference`; LookupError if there is none.
        """
        phone = self.phone(gateway, number)
        at = self.clock.now() + timedelta(seconds=seconds(offset))
        if gateway == "vudumobile":
            return self._vudumobile.text(phone, clean(text), at)
        return self._clever.text(phone, clean(text), at, reference)

    def start_campaign(self, numbers: Iterable[str], text: str, sender: str = "") -> str:
        """The operator starts a Clever campaign on the vendor's site; its reference."""
        known = [self.phone("clever", number).number for number in numbers]
        if not known or not text:
            raise ValueError("A campaign needs a text and at least one number.")
        return self._clever.pushes.start_campaign(known, clean(text), sender)

    def send_by_hand(self, number: str, text: str) -> Bubble:
        """Somebody writes to a number in VuduMobile's web application; not in the ledger."""
        phone = self.phone("vudumobile", number)
        return self._vudumobile.send_by_hand(phone.number, clean(text))

    def break_(
        self,
        gateway: str,
        name: str,
        *,
        operation: str | None = None,
        times: int | None = 1,
        probability: float = 1.0,
        number: str | None = None,
        **options: Option,
    ) -> list[Fault]:
        """Switch a fault on, at one gateway or "both". ValueError says what is wrong."""
        found = [
            self.world.faults.add(
                one,
                name,
                operation=operation,
                times=times,
                probability=probability,
                number=number,
                **options,
            )
            for one in gateways(gateway)
        ]
        self.world.tell("faults")
        return found

    def mend(self, fault_id: int | None = None) -> int:
        """Switch one fault off, or all; how many there were."""
        count = self.world.faults.mend(fault_id)
        self.world.tell("faults")
        return count

    def set_outcome(
        self, gateway: str, number: str, code: str | None, after: float | None = None
    ) -> None:
        """What becomes of messages to a number: "300", "UNDELIV_300", "sent", "6"; None: usual."""
        phone = self.phone(gateway, number)
        phone.outcome = None if code is None else outcome(gateway, code, after)

    def reset(self, seed: int | None = None) -> None:
        """As new: no texts, no faults, an empty ledger, the accounts' first settings."""
        self.world.restart(self.world.seed if seed is None else seed)
        for account, new in (
            (self.vudumobile, VuduMobileAccount()),
            (self.clever, CleverAccount()),
        ):
            for field in fields(account):
                setattr(account, field.name, getattr(new, field.name))
        self._vudumobile.restart()
        self._clever.restart()
        self._furnish()
        self.world.tell("reset")

    def now(self) -> datetime:
        """World time."""
        return self.clock.now()

    def _application(self, host: str) -> web.Application:
        app = web.Application(client_max_size=MAX_REQUEST, middlewares=[site.guard(host)])
        wires = (Wire(self.world, self._vudumobile), Wire(self.world, self._clever))
        for wire in wires:
            app.router.add_route("*", f"/{wire.gateway.name}/api/{{tail:.*}}", wire.serve)

        app.router.add_routes([*site.routes(), *self._control.routes()])
        app.router.add_route("*", "/elsewhere", self._elsewhere)

        async def closing(_app: web.Application) -> None:
            self._control.events.close()
            for wire in wires:
                wire.closing.set()

        app.on_shutdown.append(closing)
        app.on_response_prepare.extend((drop_date, site.add_headers))
        return app

    async def _elsewhere(self, request: web.Request) -> web.StreamResponse:
        """Where the redirect fault leads; the log shows who went there."""
        line = self.world.new_request("elsewhere", request.method, request.path)
        line.status = 200
        self.world.tell("request", line)
        return web.Response(text="<h1>Elsewhere</h1>", content_type="text/html")
